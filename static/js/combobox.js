/**
 * Comboboxes. In an element marked data-combobox a text field searches (htmx fills its listbox);
 * arrows move, Enter or a click chooses, Escape closes. The choice is kept in the hidden field,
 * which typing empties again; "customerChosen" tells the rest of the form.
 *
 * In one marked data-combobox="links" the options are links and stay in view: Enter follows one,
 * with Ctrl or Cmd in a new tab. Enter before the answer is there follows its first option.
 */

function leads(box) {
  return box.dataset.combobox === "links";
}

function parts(box) {
  return {
    input: box.querySelector("[role='combobox']"),
    list: box.querySelector("[role='listbox']"),
    value: box.querySelector("input[type='hidden']"),
  };
}

function options(list) {
  return [...list.querySelectorAll("[role='option']")];
}

function open(box, isOpen) {
  const { input, list } = parts(box);
  list.hidden = !isOpen && !leads(box);
  input.setAttribute("aria-expanded", String(isOpen));
  if (!isOpen) mark(box, null);
}

function mark(box, option) {
  const { input, list } = parts(box);
  for (const one of options(list)) one.setAttribute("aria-selected", String(one === option));
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

function choose(box, option, event) {
  if (leads(box)) {
    if (event.ctrlKey || event.metaKey) window.open(option.href, "_blank", "noopener");
    else option.click();
    return;
  }
  const { input, value } = parts(box);
  input.value = option.dataset.name;
  value.value = option.dataset.value;
  open(box, false);
  input.dispatchEvent(new Event("change", { bubbles: true }));
  tellForm(box);
}

function tellForm(box) {
  box.closest("form")?.querySelector("[hx-trigger='customerChosen']")
    ?.dispatchEvent(new CustomEvent("customerChosen"));
}

function move(box, step) {
  const { list } = parts(box);
  const all = options(list);
  if (list.hidden || !all.length) return;
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  mark(box, all[(at + step + all.length + (at === -1 && step < 0 ? 1 : 0)) % all.length]);
}

document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-combobox]");
  if (!box || event.target !== parts(box).input) return;
  if (leads(box)) {
    mark(box, null);
    box.dataset.asks = "";
    return;
  }
  parts(box).value.value = "";
  if (!event.target.value.trim()) open(box, false);
});

// Without an answer Enter sends the form, which leads to the page that does the same.
for (const name of ["htmx:sendError", "htmx:responseError"]) {
  document.body.addEventListener(name, (event) => {
    const box = event.target.closest?.("[data-combobox='links']");
    if (box) delete box.dataset.asks;
  });
}

document.body.addEventListener("htmx:afterSwap", (event) => {
  const box = event.detail.target?.closest?.("[data-combobox]");
  if (!box || event.detail.target !== parts(box).list) return;
  const { input, list } = parts(box);
  open(box, document.activeElement === input && list.childElementCount > 0);
  // What was typed since is asked for already.
  if (leads(box) && event.detail.requestConfig?.parameters[input.name] !== input.value) return;
  const first = options(list).find((one) => one.getAttribute("aria-disabled") !== "true") ?? null;
  mark(box, first);
  const isFollowed = box.dataset.asks === "follow";
  delete box.dataset.asks;
  if (isFollowed) first?.click();
});

document.addEventListener("keydown", (event) => {
  const box = event.target.closest("[data-combobox]");
  if (!box || event.target !== parts(box).input || event.isComposing) return;
  const { list } = parts(box);
  const isChoice = event.key === "Enter" || (event.key === "Tab" && !leads(box));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    move(box, event.key === "ArrowDown" ? 1 : -1);
  } else if (isChoice && !list.hidden) {
    const chosen = options(list).find((one) => one.getAttribute("aria-selected") === "true");
    const isAsking = !chosen && "asks" in box.dataset;
    if (!chosen && !isAsking) return;
    if (isAsking) box.dataset.asks = "follow";
    else choose(box, chosen, event);
    if (event.key === "Tab") return;
  } else if (event.key === "Escape" && !list.hidden && !leads(box)) {
    open(box, false);
  } else {
    return;
  }
  event.preventDefault();
});

// Before the field loses the focus to the click.
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-combobox] [role='option']");
  const box = option?.closest("[data-combobox]");
  if (!option || leads(box)) return;
  event.preventDefault();
  choose(box, option, event);
});

document.addEventListener("focusout", (event) => {
  const box = event.target.closest("[data-combobox]");
  if (box && event.target === parts(box).input && !leads(box)) open(box, false);
});
