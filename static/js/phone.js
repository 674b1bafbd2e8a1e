/**
 * What makes Hearth bear a bad network. A page of somebody signed in starts the worker, tells the
 * device whose it is and sends what waits; a page of nobody forgets all of that but what waits.
 * The log form is kept on this device when it cannot be sent; "Log" opens the kept page.
 */

const NOT_KEPT = ["csrfmiddlewaretoken", "external_id", "next", "distance_before"];

const bar = document.getElementById("waiting-bar");
const person = document.querySelector("meta[name='hearth-person']")?.content;

function tell(text, tone = "plain") {
  document.body.dispatchEvent(new CustomEvent("toast", { detail: { text, tone } }));
}

function showToasts(sent) {
  const region = document.getElementById("toasts");
  if (document.visibilityState !== "visible") return;
  for (const html of sent.slice(-3)) region?.insertAdjacentHTML("beforeend", html);
  if (sent.length > 3) tell(`${sent.length} touchpoints that waited are logged.`, "good");
  if (sent.length) window.htmx?.process(region);
}

async function showWaiting() {
  // The page of what waits says it itself.
  if (!bar || document.getElementById("waiting")) return;
  const { mine } = await waiting.all();
  const asking = mine.filter((entry) => entry.why).length;
  const parts = [];
  if (!navigator.onLine) parts.push("No network. What you log is kept on this device.");
  if (mine.length) parts.push(`${mine.length} waiting to be sent`);
  if (asking) parts.push(asking === 1 ? "1 needs you" : `${asking} need you`);
  bar.querySelector("a").textContent = parts.join(" · ");
  bar.hidden = !parts.length;
}

async function sendWaiting() {
  await waiting.send();
  await showWaiting();
}

async function begin() {
  await waiting.setPerson(person);
  const registered = await navigator.serviceWorker?.register("/service-worker.js", { updateViaCache: "none" });
  registered?.active?.postMessage("keep");
  await showWaiting();
  if (navigator.onLine) await sendWaiting();
}

async function forget() {
  await waiting.setPerson("");
  if (!self.caches) return;
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
}

/** A form of the log, as pairs; nothing when it says too little to be kept. */
function fieldsOf(form) {
  // That nobody of us was there is said by an empty field.
  const fields = [...new FormData(form)].filter(
    ([name, value]) => (value || name === "person") && !NOT_KEPT.includes(name),
  );
  const names = new Set(fields.map(([name]) => name));
  return names.has("line") || (names.has("customer_name") && names.has("type")) ? fields : null;
}

async function keepForm(form, isTried) {
  const fields = fieldsOf(form);
  if (!fields) {
    tell("Say with whom and what first.", "bad");
    return;
  }
  const id = form.elements.external_id?.value || undefined;
  await waiting.keep({ id, fields, isTried });
  await showWaiting();
  if (form.closest("dialog")) {
    document.body.dispatchEvent(new CustomEvent("closeDialog"));
    tell("Kept on this device. It is sent when there is a network.", "good");
  } else {
    location.assign("/log/waiting/");
  }
}

function notKept() {
  tell("This device could not keep it. Leave the form open until there is a network, then log it.", "bad");
}

function onSendError(event) {
  const { elt, pathInfo, requestConfig } = event.detail;
  const form = elt.closest("form[data-waits]");
  const isForDialog = event.detail.target?.id === "dialog-body";
  if (form && requestConfig.verb === "post") keepForm(form, true).catch(notKept);
  else if (isForDialog && /^\/log\/(\?|$)/.test(pathInfo.requestPath) && navigator.serviceWorker?.controller) {
    location.assign(pathInfo.requestPath);
  } else if (isForDialog || (requestConfig.verb !== "get" && elt.id !== "row-keys")) {
    tell("No network: that did not arrive. Try again when there is one.", "bad");
  }
}

if (person) begin().catch(() => {});
else if (person === "") forget().catch(() => {});

// Whoever sent it, another tab or the worker: the page that is looked at tells it.
if (person !== "") {
  waiting.onNews((report) => {
    showToasts(report.sent);
    showWaiting().catch(() => {});
  });
}

if (person) {
  window.addEventListener("online", () => sendWaiting().catch(() => {}));
  window.addEventListener("offline", () => showWaiting().catch(() => {}));
  document.body.addEventListener("htmx:sendError", onSendError);
  document.addEventListener("submit", (event) => {
    if (navigator.onLine || !event.target.matches("form[data-waits]")) return;
    event.preventDefault();
    event.stopPropagation();
    keepForm(event.target, false).catch(notKept);
  }, true);
}
