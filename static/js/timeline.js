/**
 * The timeline of a customer. Older touchpoints come in place of #older, the way to them, when one
 * scrolls there: who had the focus on it goes on at the first of them, nobody else is moved. A link
 * to a touchpoint that is on the page already leads there without loading.
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

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href*="#touchpoint-"]');
  if (!link || link.pathname !== location.pathname) return;
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const touchpoint = document.getElementById(link.hash.slice(1));
  if (!touchpoint) return;
  event.preventDefault();
  location.hash = link.hash;
  // The same address twice moves nobody, and one may have scrolled away meanwhile.
  touchpoint.scrollIntoView();
  touchpoint.focus({ preventScroll: true });
});
