/**
 * Dialogs. What htmx puts into #dialog-body opens as a modal dialog; an empty answer or the
 * event "closeDialog" (an HX-Trigger header) closes it. [data-open-dialog="id"] opens one that
 * is on the page already; [data-close-dialog] closes the one it stands in. A form that was refused
 * begins at what is wrong, in a dialog as on a page of its own.
 */

const body = document.getElementById("dialog-body");
const dialog = body?.closest("dialog");

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== body) return;
  if (!body.textContent.trim()) {
    dialog.close();
    return;
  }
  const title = body.querySelector("h1, h2");
  if (title) dialog.setAttribute("aria-label", title.textContent.trim());
  if (!dialog.open) dialog.showModal();
  body.querySelector("[autofocus]")?.focus();
});

// Once it settles: until then htmx gives the focus to what has autofocus.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target === body) focusOnWrong(body);
});

/** What is wrong comes first: it may lie below what can be seen, and why stands beneath it. */
function focusOnWrong(part) {
  const field = part.querySelector("form[method='post'] [aria-invalid='true']");
  field?.focus();
  field?.scrollIntoView({ block: "center" });
}

focusOnWrong(document.getElementById("main") ?? document.body);

document.body.addEventListener("closeDialog", () => dialog?.close());

// Whoever selects text may let go of it outside: a click is where both ends of it lie.
let pressed = null;
document.addEventListener("pointerdown", (event) => {
  pressed = event.target;
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) document.getElementById(opener.dataset.openDialog)?.showModal();
  if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog")?.close();
  const isDialog = event.target instanceof HTMLDialogElement && event.target.open;
  if (isDialog && pressed === event.target) closeWhenOutside(event);
});

function closeWhenOutside(event) {
  const box = event.target.getBoundingClientRect();
  const inside =
    event.clientX >= box.left && event.clientX <= box.right &&
    event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) event.target.close();
}
