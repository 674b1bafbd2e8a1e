/** Colour scheme: keeps the person's choice in a cookie, so the server renders it without a flash. */

const YEAR_SECONDS = 31_536_000;
const control = document.querySelector("[data-scheme-switch]");

function choose(scheme) {
  const age = scheme === "auto" ? 0 : YEAR_SECONDS;
  document.cookie = `scheme=${scheme}; path=/; max-age=${age}; samesite=lax`;
  if (scheme === "auto") delete document.documentElement.dataset.scheme;
  else document.documentElement.dataset.scheme = scheme;
}

if (control) {
  control.hidden = false;
  control.addEventListener("change", (event) => choose(event.target.value));
}
