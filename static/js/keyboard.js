/**
 * Keys. An element with data-key="l" is pressed by that key; data-key="g t" by the two in
 * turn, the second of which is then no key of its own; data-key-focus="/" is focused by it. Of
 * several with one key, such as the Undo of each message, the last is meant.
 * Nothing happens while the person is typing, with a modifier held, or in an open dialog.
 * data-command="k" is pressed by Ctrl or Cmd with the key, also while typing;
 * data-command="shift+f" with Shift as well.
 */

const CHORD_MS = 1200;
let first = "";
let firstAt = 0;

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function press(keys) {
  const name = CSS.escape(keys);
  const field = document.querySelector(`[data-key-focus="${name}"]`);
  const control = [...document.querySelectorAll(`[data-key="${name}"]`)].at(-1);
  if (field) field.focus();
  else if (control) control.click();
  return Boolean(field ?? control);
}

function command(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  const keys = event.shiftKey ? `shift+${event.key.toLowerCase()}` : event.key;
  const control = document.querySelector(`[data-command="${CSS.escape(keys)}"]`);
  if (!control) return;
  event.preventDefault();
  control.click();
}

/** Whether the key before began a chord, so that this one means nothing by itself. */
function isInChord(event) {
  if (!first || event.timeStamp - firstAt >= CHORD_MS || event.key.length > 1) return false;
  return document.querySelector(`[data-key^="${CSS.escape(first)} "]`) !== null;
}

document.addEventListener("keydown", (event) => {
  command(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const isSecond = isInChord(event);
  const handled = press(isSecond ? `${first} ${event.key}` : event.key);
  first = handled || isSecond ? "" : event.key;
  firstAt = event.timeStamp;
  if (handled || isSecond) event.preventDefault();
});
