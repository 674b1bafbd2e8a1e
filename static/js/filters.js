/**
 * Filter forms marked data-auto-submit submit themselves: at once when a choice changes, after
 * a pause while typing. Without this they have a button; with it the button is hidden.
 * What is left empty, or at the value its control names in data-default, stays out of the address.
 */

const PAUSE_MS = 250;
let timer = 0;

function submitSoon(form, wait) {
  clearTimeout(timer);
  timer = setTimeout(() => form.isConnected && form.requestSubmit(), wait);
}

function hideButtons() {
  for (const button of document.querySelectorAll("[data-auto-submit] [data-submit]")) {
    button.hidden = true;
  }
}

hideButtons();
document.body.addEventListener("htmx:afterSwap", hideButtons);

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto-submit]");
  if (form && !event.target.matches("[type='search'], [type='text']")) submitSoon(form, 0);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-auto-submit]");
  if (form && event.target.matches("[type='search'], [type='text']")) submitSoon(form, PAUSE_MS);
});

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches("form[data-auto-submit]")) return;
  const { parameters } = event.detail;
  for (const name of Object.keys(parameters)) {
    const usual = event.target.elements[name]?.dataset?.default ?? "";
    if (parameters[name] === "" || parameters[name] === usual) delete parameters[name];
  }
});

// Going back, a browser restores what was chosen last, which is not what the page is about.
window.addEventListener("pageshow", (event) => {
  const [navigation] = performance.getEntriesByType("navigation");
  if (!event.persisted && navigation?.type !== "back_forward") return;
  for (const form of document.querySelectorAll("form[data-auto-submit]:not([hx-get])")) form.reset();
});
