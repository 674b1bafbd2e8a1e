/**
 * The search over any page. [data-palette] opens it; without this script it leads to the page
 * that does the same. An option that names a control (data-press) presses that. The customers
 * opened in this tab are remembered for as long as it is open and somebody is signed in; the
 * server says what they are called, and only of those the person may see.
 */

const REMEMBERED = 8;
const dialog = document.getElementById("palette");
const form = dialog?.querySelector("form");

function recent() {
  return (sessionStorage.getItem("recent") ?? "").split(",").filter(Boolean);
}

function remember(id) {
  const ids = [id, ...recent().filter((one) => one !== id)].slice(0, REMEMBERED);
  sessionStorage.setItem("recent", ids.join(","));
}

function hasModifier(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}

function open() {
  const field = form.elements.q;
  form.elements.recent.value = recent().join(",");
  dialog.showModal();
  field.select();
  field.dispatchEvent(new CustomEvent("look"));
}

document.addEventListener("click", (event) => {
  if (!dialog || hasModifier(event) || !event.target.closest("[data-palette]")) return;
  event.preventDefault();
  if (!document.querySelector("dialog[open]")) open();
});

dialog?.addEventListener("click", (event) => {
  const option = event.target.closest("[role='option'][href]");
  if (!option || hasModifier(event)) return;
  dialog.close();
  if (!option.dataset.press) return;
  event.preventDefault();
  document.querySelector(option.dataset.press)?.click();
});

if (dialog) {
  const [, id] = location.pathname.match(/^\/customers\/(\d+)\/$/) ?? [];
  if (id) remember(id);
} else {
  sessionStorage.removeItem("recent");
}
