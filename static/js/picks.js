/**
 * Selected rows. Each row of a list has a checkbox marked data-pick, of the form #picks: a bar
 * that shows once a row is selected and does something with all of them. x selects the row under
 * the cursor, Shift+J and Shift+K go on selecting, Shift and a click select all rows between, X
 * selects all rows shown, Escape none. A key of #row-keys then logs one event with all of them.
 * Who is selected stays so when htmx puts other rows there. Once something was done with them, one
 * goes on from the row that was selected last.
 */

const bar = document.getElementById("picks");
const keys = document.getElementById("row-keys");
const count = bar.querySelector("[data-pick-count]");
const elsewhere = bar.querySelector("[data-pick-elsewhere]");
const everyone = new Set();
const LIST = "#results, #today, #changes";
const MOST_BY_HAND = 500;
let last = null;
let place = null;

function boxes() {
  return [...document.querySelectorAll("[data-pick]")];
}

function all() {
  return document.querySelector("[data-pick-all]");
}

function current() {
  return document.activeElement?.closest("[data-rows] [data-row]") ?? null;
}

function isForPage(event) {
  if (event.defaultPrevented || event.isComposing) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.target.closest("input:not([type='checkbox']), textarea, select, [contenteditable], dialog")) return false;
  return document.querySelector("dialog[open]") === null;
}

function hiddenInput(value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name: "customer", value });
}

/** Make boxes, bar and form say who is selected. */
function show() {
  const here = boxes();
  for (const box of here) box.checked = everyone.has(box.value) || Boolean(all()?.checked);
  const shown = new Set(here.map((box) => box.value));
  const others = [...everyone].filter((customer) => !shown.has(customer));
  elsewhere.replaceChildren(...others.map(hiddenInput));
  const whole = all()?.checked ? all().dataset.pickAll : "";
  bar.toggleAttribute("data-picked", everyone.size > 0 || whole !== "");
  const hidden = others.length ? `, ${others.length.toLocaleString("en")} not shown here` : "";
  count.textContent = whole ? `${whole} selected` : `${everyone.size.toLocaleString("en")} selected${hidden}`;
}

function tell(text) {
  const detail = { text, tone: "bad" };
  document.body.dispatchEvent(new CustomEvent("toast", { detail }));
}

function pick(box, isPicked) {
  if (!isPicked) everyone.delete(box.value);
  else if (everyone.size < MOST_BY_HAND) everyone.add(box.value);
  else tell(`At most ${MOST_BY_HAND} can be selected one by one. Filter the list, then select all.`);
}

function clear() {
  everyone.clear();
  last = null;
  if (all()) all().checked = false;
  show();
}

/** Put the focus where one goes on, if what had it is gone: the bar, a dialog or a message. */
function goOn() {
  const now = document.activeElement;
  if (now !== document.body && now?.checkVisibility()) return;
  const rows = [...document.querySelectorAll("[data-rows] [data-row]")];
  const row = rows.find((one) => one.dataset.customer === place) ?? rows[0];
  (row?.querySelector("a[href]") ?? document.getElementById("main")).focus({ preventScroll: true });
}

/** Leave "all of this list": what is shown stays selected, and can be changed by hand. */
function leaveAll() {
  if (!all()?.checked) return;
  all().checked = false;
  for (const box of boxes()) pick(box, true);
}

function change(box, isPicked) {
  leaveAll();
  pick(box, isPicked);
  last = box.value;
  show();
}

function changeBetween(box) {
  const here = boxes();
  const from = here.findIndex((one) => one.value === last);
  const to = here.indexOf(box);
  if (from === -1) return;
  leaveAll();
  for (const one of here.slice(Math.min(from, to), Math.max(from, to) + 1)) pick(one, box.checked);
  show();
}

function extend(step) {
  const rows = [...document.querySelectorAll("[data-rows] [data-row]")];
  const at = rows.indexOf(current());
  const next = rows[at === -1 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  for (const row of [rows[at], next]) {
    const box = row?.querySelector("[data-pick]");
    if (box) change(box, true);
  }
  next?.querySelector("a[href]")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function logAll(button) {
  htmx.ajax("POST", bar.dataset.now, { source: bar, swap: "none", values: { type: button.value } });
}

function press(event) {
  const box = current()?.querySelector("[data-pick]");
  if (event.key === "x" && box) change(box, !box.checked);
  else if (event.key === "J" || event.key === "K") extend(event.key === "J" ? 1 : -1);
  else if (event.key === "X") {
    leaveAll();
    for (const one of boxes()) pick(one, true);
    show();
  } else if (!bar.hasAttribute("data-picked")) return false;
  else if (event.key === "Escape") clear();
  else {
    const button = keys?.querySelector(`[data-row-key="${CSS.escape(event.key)}"]`);
    if (!button) return false;
    if (!event.repeat) logAll(button);
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (isForPage(event) && press(event)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-pick]");
  if (!box) return;
  if (event.shiftKey && last !== null) changeBetween(box);
  // The cursor follows the pointer, so that keys go on from here.
  if (event.detail > 0) box.closest("[data-row]").querySelector("a[href]")?.focus({ preventScroll: true });
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick]")) change(event.target, event.target.checked);
  else if (event.target.matches("[data-pick-all]")) {
    if (!event.target.checked) everyone.clear();
    show();
  }
});

bar.addEventListener("reset", () => setTimeout(clear));

/** What changed is fetched again; who looks after whom follows in the scores a moment later. */
function refresh() {
  const list = document.querySelector(LIST);
  if (!list) return;
  htmx.ajax("GET", location.pathname + location.search, { target: list, select: `#${list.id}`, swap: "outerHTML" });
}

function fail(event) {
  if (bar.contains(event.target)) tell("That could not be done. Load the page again, then try once more.");
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.closest?.("dialog, .toast")) show();
});
document.body.addEventListener("picksDone", () => {
  place = last ?? place;
  clear();
  setTimeout(goOn);
});
document.body.addEventListener("customersChanged", refresh);
document.body.addEventListener("htmx:responseError", fail);
document.body.addEventListener("htmx:sendError", fail);
// Whoever comes back to the page finds the boxes as they left them.
for (const box of boxes()) if (box.checked) everyone.add(box.value);
show();
