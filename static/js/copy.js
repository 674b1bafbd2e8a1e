/**
 * Copying. [data-copy="id"] copies what the element with that id says and tells so; where the
 * browser does not let it (no HTTPS), the text is selected, ready for Ctrl+C.
 */

const TOLD_MS = 2500;

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const label = button.querySelector("span");
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(source.textContent);
    label.textContent = "Copied";
  } catch {
    source.focus();
    getSelection().selectAllChildren(source);
    label.textContent = "Press Ctrl+C";
  }
  setTimeout(() => { label.textContent = before; }, TOLD_MS);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.querySelector("span").ariaLive = "polite";
  button.addEventListener("click", () => copy(button));
}
