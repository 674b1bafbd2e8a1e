/**
 * Rows. In a container marked data-rows, j and k move a cursor over its children marked
 * data-row (it is the focus of each row's first link), so that Enter and o open the row.
 */

function rows() {
  return [...document.querySelectorAll("[data-rows] [data-row]")];
}

function link(row) {
  return row.querySelector("a[href]");
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const current = all.findIndex((row) => row.contains(document.activeElement));
  const next = current === -1 ? (step > 0 ? 0 : all.length - 1) : current + step;
  const row = all[Math.max(0, Math.min(all.length - 1, next))];
  link(row)?.focus();
  row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "o") rows().map(link).find((a) => a === document.activeElement)?.click();
});
