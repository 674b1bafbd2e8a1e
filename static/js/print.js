/** At its foot every printed page says its title: [data-print-title], see print_foot.html. */

window.addEventListener("beforeprint", () => {
  for (const place of document.querySelectorAll("[data-print-title]")) {
    place.textContent = document.title;
  }
});
