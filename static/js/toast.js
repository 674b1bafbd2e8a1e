/**
 * Toasts leave by themselves, except those that report a failure or are being read (pointer or
 * focus on them), and give the focus back to where it came from. The event "toast" (an HX-Trigger
 * header: {"toast": {"text": "...", "tone": "good"}}) shows a new one.
 */

const SHOWN_MS = 7000;
const cameFrom = new WeakMap();
const region = document.getElementById("toasts");

function watch(toast) {
  toast.querySelector("[data-toast-close]")?.addEventListener("click", () => toast.remove());
  toast.addEventListener("focusin", ({ relatedTarget }) => {
    if (!region.contains(relatedTarget)) cameFrom.set(toast, relatedTarget);
  });
  if (toast.classList.contains("bad")) return;
  let timer = setTimeout(() => toast.remove(), SHOWN_MS);
  const hold = () => clearTimeout(timer);
  const release = () => {
    hold();
    timer = setTimeout(() => toast.remove(), SHOWN_MS);
  };
  toast.addEventListener("pointerenter", hold);
  toast.addEventListener("focusin", hold);
  toast.addEventListener("pointerleave", release);
  toast.addEventListener("focusout", release);
}

function giveBack(toast) {
  const before = cameFrom.get(toast);
  if (before?.isConnected && document.activeElement === document.body) before.focus({ preventScroll: true });
}

function show({ text, tone = "plain" }) {
  const toast = document.createElement("div");
  const words = document.createElement("p");
  const button = document.createElement("button");
  toast.className = tone === "bad" || tone === "error" ? "toast bad" : "toast";
  words.textContent = text;
  button.className = "btn quiet small";
  button.type = "button";
  button.dataset.toastClose = "";
  button.ariaLabel = "Close this message";
  button.textContent = "×";
  toast.append(words, button);
  region.append(toast);
}

if (region) {
  region.querySelectorAll(".toast").forEach(watch);
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      if (node instanceof HTMLElement && node.matches(".toast")) watch(node);
    }
    for (const node of changes.flatMap((change) => [...change.removedNodes])) giveBack(node);
  }).observe(region, { childList: true });
  document.body.addEventListener("toast", (event) => show(event.detail));
}
