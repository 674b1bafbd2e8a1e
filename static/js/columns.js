/**
 * The panel of columns. A button "earlier" or "later" moves its row there and then; the order of
 * the rows is the order of the columns once the form is sent.
 */

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-columns] :is([name='earlier'], [name='later'])");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("li");
  const other = button.name === "earlier" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (button.name === "earlier") other.before(row);
  else other.after(row);
  button.focus();
});
