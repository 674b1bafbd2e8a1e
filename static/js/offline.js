/**
 * The page of what waits on this device: a line to log without a network, and the list of what is
 * not sent yet, with what can be done about each. It is also shown in place of any page that
 * could not be fetched; what that page was to log, or was shared, is in its address.
 */

const root = document.getElementById("waiting");
const form = document.getElementById("waiting-form");
const list = document.getElementById("waiting-list");
const said = document.getElementById("waiting-said");
const about = new URLSearchParams(location.search);
const isStandIn = root.dataset.standIn === "yes";
const isInstead = isStandIn && !/^\/(log|offline)\//.test(location.pathname);
const deleted = new Map();
let editing = null;
// In place of a page that could not be fetched there is no network, whatever the browser thinks.
let state = isStandIn ? "offline" : "";

const AGAIN_MS = 20_000;
const ACTIONS = ["finish", "correct", "edit", "delete", "undo"];

const STATES = {
  offline: "No network: nothing was sent. It is sent by itself later.",
  failed: "Hearth did not take it. Try again in a minute.",
  signed_out: "Sign in to send.",
};

function isOffline() {
  return !navigator.onLine || state === "offline";
}

function field(entry, name) {
  return entry.fields.find(([key]) => key === name)?.[1] ?? "";
}

function titleOf(entry) {
  const parts = ["line", "customer_name", "text"].map((name) => field(entry, name));
  return parts.find(Boolean) ?? "A touchpoint";
}

function moment(ms) {
  return new Date(ms).toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

function row(entry) {
  const one = document.getElementById("waiting-row").content.cloneNode(true);
  const isGone = deleted.has(entry.id);
  one.querySelector("li").dataset.id = entry.id;
  one.querySelector("[data-title]").textContent = isGone ? `Deleted: ${titleOf(entry)}` : titleOf(entry);
  one.querySelector("[data-written]").textContent = `Written ${moment(entry.written)}`;
  const why = one.querySelector("[data-why]");
  why.hidden = isGone || !entry.why;
  why.querySelector("span").textContent = `Needs you: ${entry.why ?? ""}`;
  const correct = one.querySelector("[data-correct]");
  correct.hidden = isGone || !entry.href;
  if (entry.href) correct.href = entry.href;
  one.querySelector("[data-finish]").hidden = isGone || !entry.why || Boolean(entry.href) || isOffline();
  one.querySelector("[data-edit]").hidden = isGone || !field(entry, "line");
  one.querySelector("[data-delete]").hidden = isGone;
  one.querySelector("[data-undo]").hidden = !isGone;
  return one;
}

function show(name, isShown) {
  for (const one of document.querySelectorAll(`[data-show="${name}"]`)) one.hidden = !isShown;
}

function focus(id, action) {
  list.querySelector(`[data-id="${CSS.escape(id)}"] [data-${action}]`)?.focus();
}

async function render() {
  const [{ mine, others }, me] = [await waiting.all(), await waiting.person()];
  const rows = [...mine, ...deleted.values()].sort((one, other) => one.written - other.written);
  const focused = document.activeElement.closest("#waiting-list li");
  const action = focused && ACTIONS.find((name) => name in document.activeElement.dataset);
  list.replaceChildren(...rows.map(row));
  if (action) focus(focused.dataset.id, action);
  show("list", rows.length > 0);
  show("empty", me && !rows.length);
  show("form", Boolean(me));
  show("nobody", !me);
  show("others", others > 0);
  show("offline", isOffline());
  show("again", isInstead);
  show("notice", isOffline() || isInstead);
  show("no-script", false);
  show("sign-in", state === "signed_out");
  document.getElementById("waiting-count").textContent = `${mine.length} waiting to be sent`;
  document.getElementById("waiting-others").textContent =
    others === 1 ? "1 touchpoint of somebody else waits here too." : `${others} touchpoints of somebody else wait here too.`;
}

function say(text) {
  said.textContent = text;
}

async function send({ isQuiet = false } = {}) {
  const before = (await waiting.all()).mine.length;
  if (!before) return render();
  if (!isQuiet) say("Sending…");
  const report = await waiting.send();
  const isNews = report.state !== state;
  state = report.state;
  const { mine } = await waiting.all();
  if (!isQuiet || isNews) say(STATES[state] ?? (mine.length ? "What is left needs you." : "All is sent."));
  return render();
}

/** What is to be logged, with whom it was opened for when the address says so. */
function fieldsNow() {
  const fields = [["line", form.elements.line.value.trim()]];
  const text = form.elements.text.value.trim();
  if (text) fields.push(["text", text], ["kept", "text"]);
  for (const name of ["customer", "type", "closes", "contact"]) {
    if (about.has(name)) fields.push([name, about.get(name)], ["kept", name]);
  }
  return fields;
}

function rewritten(entry) {
  const left = entry.fields.filter(([name, value]) => !["line", "understood", "text"].includes(name) && !(name === "kept" && value === "text"));
  return [...left, ...fieldsNow().filter(([name, value]) => ["line", "text"].includes(name) || value === "text")];
}

async function keep() {
  if (!form.elements.line.value.trim()) {
    say("Write with whom and what first.");
    form.elements.line.focus();
    return;
  }
  if (editing) await waiting.rewrite(editing.id, rewritten(editing));
  else await waiting.keep({ fields: fieldsNow() });
  stopEditing();
  say("Kept on this device.");
  await render();
  if (navigator.onLine) await send();
}

function stopEditing() {
  editing = null;
  form.reset();
  form.querySelector("[data-save]").textContent = form.dataset.save;
  form.querySelector("[data-cancel]").hidden = true;
}

function edit(entry) {
  editing = entry;
  form.elements.line.value = field(entry, "line");
  form.elements.text.value = field(entry, "kept") === "text" ? field(entry, "text") : "";
  form.querySelector("[data-save]").textContent = "Save";
  form.querySelector("[data-cancel]").hidden = false;
  form.elements.line.focus();
}

/** Open the form of Hearth filled in: a form of the page carries the fields there. */
async function finish(entry) {
  const answer = await fetch("/log/waiting/token/", { cache: "no-store" });
  const { token } = await answer.json();
  const sender = document.getElementById("finish-form");
  const age = String(Math.max(0, Date.now() - entry.written) / 1000);
  const fields = [
    ...entry.fields, ["csrfmiddlewaretoken", token], ["external_id", entry.id], ["written_by", entry.person], ["age", age],
  ];
  sender.replaceChildren(
    ...fields.map(([name, value]) => Object.assign(document.createElement("input"), { type: "hidden", name, value })),
  );
  sender.submit();
}

async function act(button) {
  const { id } = button.closest("li").dataset;
  const { mine } = await waiting.all();
  const entry = mine.find((one) => one.id === id) ?? deleted.get(id);
  if (!entry) {
    await render();
  } else if (button.matches("[data-edit]")) {
    edit(entry);
  } else if (button.matches("[data-finish]")) {
    await finish(entry);
  } else {
    const isDelete = button.matches("[data-delete]");
    if (isDelete) deleted.set(id, entry);
    else deleted.delete(id);
    await (isDelete ? waiting.amend(id, () => null) : waiting.putBack(entry));
    say(isDelete ? "Deleted." : "It is back.");
    await render();
    focus(id, isDelete ? "undo" : "delete");
  }
}

function failed() {
  say("This device does not let Hearth keep anything. Log it once there is a network.");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  keep().catch(failed);
});
form.querySelector("[data-cancel]").addEventListener("click", stopEditing);
list.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) act(button).catch(failed);
});
document.getElementById("waiting-send").addEventListener("click", () => send().catch(failed));
for (const link of document.querySelectorAll("[data-again]")) link.href = location.href;
for (const name of ["online", "offline"]) {
  window.addEventListener(name, () => {
    state = name;
    const next = name === "online" ? send() : render();
    next.catch(failed);
  });
}
waiting.onNews((report) => {
  state = report.state ?? state;
  render().catch(failed);
});
// A network that only seemed to be there is not told when it comes back.
setInterval(() => {
  if (state === "offline" && document.visibilityState === "visible") send({ isQuiet: true }).catch(failed);
}, AGAIN_MS);

const shared = ["title", "text", "url"].map((name) => about.get(name)?.trim()).filter(Boolean);
const handed = about.get("line") ?? [...new Set(shared)].join("\n");
if (handed.includes("\n") || handed.includes("://") || handed.length > form.elements.line.maxLength) {
  form.elements.text.value = handed;
  form.querySelector("details").open = true;
} else {
  form.elements.line.value = handed;
}
show("given", about.has("customer"));
render().catch(failed);
