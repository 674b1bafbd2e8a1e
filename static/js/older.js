/**
 * Older touchpoints come in place of #older, the way to them, when one scrolls there. Who had the
 * focus on it goes on at the first of them; nobody else is moved.
 */

const EVENTS = "#happened .event";
let shown = 0;

document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "older") return;
  shown = detail.target.contains(document.activeElement) ? document.querySelectorAll(EVENTS).length : 0;
});

document.body.addEventListener("htmx:afterSwap", () => {
  if (!shown) return;
  document.querySelectorAll(EVENTS)[shown]?.focus({ preventScroll: true });
  shown = 0;
});
