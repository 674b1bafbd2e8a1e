/**
 * Rows. In a container marked data-rows, j and k move a cursor over its children marked
 * data-row (it is the focus of each row's first link), so that Enter and o open the row. The
 * cursor stays in its place when htmx puts new rows there.
 *
 * Where the page has #row-keys, a key of it logs at once what its button stands for with the
 * customer of the row, and s asks until when to snooze them. The row says so before the server
 * does, and takes it back when the server says otherwise.
 */

const form = document.getElementById("row-keys");
const logged = new Map();
let place = null;

function rows() {
  return [...document.querySelectorAll("[data-rows] [data-row]")];
}

function link(row) {
  return row.querySelector("a[href]");
}

/** The row under the cursor. */
function current() {
  return document.activeElement?.closest("[data-rows] [data-row]") ?? null;
}

/** Whether a key is meant for the page: nobody is typing, and no dialog is open. */
function isForPage(event) {
  if (event.defaultPrevented || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.target.closest("input:not([data-pick]), textarea, select, [contenteditable], dialog")) return false;
  return document.querySelector("dialog[open]") === null;
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = at === -1 ? (step > 0 ? 0 : all.length - 1) : at + step;
  const row = all[Math.max(0, Math.min(all.length - 1, next))];
  link(row)?.focus();
  row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (!isForPage(event)) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "o" && current()) link(current()).click();
});

document.body.addEventListener("htmx:beforeSwap", () => {
  const row = current();
  if (row) place = { customer: row.dataset.customer, at: rows().indexOf(row) };
});

document.body.addEventListener("htmx:afterSwap", () => {
  if (place === null || document.activeElement !== document.body) return;
  const all = rows();
  const same = all.find((row) => place.customer && row.dataset.customer === place.customer);
  const row = same ?? all[Math.min(place.at, all.length - 1)];
  place = null;
  if (row) link(row)?.focus({ preventScroll: true });
});

function mark(row) {
  const said = logged.get(row.dataset.customer);
  let tag = row.querySelector("[data-said]");
  if (!said) {
    tag?.remove();
    return;
  }
  if (!tag) {
    tag = document.createElement("span");
    tag.className = "tag good";
    tag.dataset.said = "";
    row.querySelector("a[href]").after(" ", tag);
  }
  tag.textContent = said;
}

function markAll() {
  for (const row of document.querySelectorAll("[data-row][data-customer]")) mark(row);
}

function takeBack(customer) {
  if (logged.delete(String(customer))) markAll();
}

function log(row, button) {
  const { customer, distance } = row.dataset;
  logged.set(customer, `${button.textContent} logged`);
  mark(row);
  const values = { customer, type: button.value, distance_before: distance ?? "" };
  htmx.ajax("POST", form.action, { source: form, swap: "none", values });
}

function snooze(row) {
  const url = form.dataset.snooze.replace("/0/", `/${row.dataset.customer}/`);
  htmx.ajax("GET", url, { target: "#dialog-body", swap: "innerHTML" });
}

function fail(event) {
  if (event.target !== form) return;
  takeBack(event.detail.requestConfig.parameters.customer);
  const detail = { text: "That could not be logged. Load the page again, then press the key once more.", tone: "bad" };
  document.body.dispatchEvent(new CustomEvent("toast", { detail }));
}

if (form) {
  document.addEventListener("keydown", (event) => {
    const row = current();
    if (event.repeat || !row?.dataset.customer || !isForPage(event)) return;
    const button = form.querySelector(`[data-row-key="${CSS.escape(event.key)}"]`);
    // With rows selected it is for all of them: see picks.js.
    if (button && document.querySelector("#picks[data-picked]")) return;
    if (button) log(row, button);
    else if (event.key === "s") snooze(row);
    else return;
    event.preventDefault();
  });
  document.body.addEventListener("htmx:afterSwap", markAll);
  document.body.addEventListener("htmx:responseError", fail);
  document.body.addEventListener("htmx:sendError", fail);
  document.body.addEventListener("notLogged", (event) => takeBack(event.detail.customer));
  // What changed otherwise, such as by Undo, makes what the row said out of date.
  document.body.addEventListener("touchpointsChanged", (event) => {
    if (event.target !== form) takeBack(event.detail.customer);
  });
}
