/**
 * Menus are <details>: a choice, Escape and a click elsewhere close them; Escape returns the focus.
 * A button marked data-keeps-menu does not: it changes the panel, or sends a form that may complain.
 */

function close(menu) {
  menu.open = false;
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    const isChosen = event.target.closest(".menu-panel :is(a, button:not([data-keeps-menu]))") !== null;
    // What was chosen is hidden now: a dialog that it opens returns the focus to the menu.
    if (isChosen && menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    if (isChosen || !menu.contains(event.target)) close(menu);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    close(menu);
    menu.querySelector("summary").focus();
  }
});
