/**
 * Places. Whoever did something with a line of a list goes on there when htmx puts the list on the
 * page anew: at the same line, or at the one that took its place. A line is an <li> in a section
 * that is named by its heading (aria-labelledby). Rows have a cursor of their own: see rows.js.
 */

let place = null;

/** The lines of a section; those that hold further ones, as the days of a timeline do, are none. */
function lines(name) {
  const all = document.querySelectorAll(`section[aria-labelledby="${CSS.escape(name)}"] li`);
  return [...all].filter((line) => line.querySelector("li") === null);
}

document.addEventListener("focusin", ({ target }) => {
  // What a line opens is answered in the dialog, and taken back in the toast.
  if (target.closest("dialog, .toast")) return;
  const line = target.closest("section[aria-labelledby] li");
  const name = line?.closest("section[aria-labelledby]").getAttribute("aria-labelledby");
  place = line && { line, name, at: lines(name).indexOf(line) };
});

document.body.addEventListener("htmx:afterSwap", () => {
  if (!place || place.line.isConnected || document.activeElement !== document.body) return;
  const all = lines(place.name);
  const same = all.find((one) => one.id && one.id === place.line.id);
  const line = same ?? all[Math.min(place.at, all.length - 1)];
  const target = line?.matches("[tabindex]") ? line : line?.querySelector("a[href], button, summary");
  target?.focus({ preventScroll: true });
});
