/**
 * The line that fills in a form. A chip leads to its field; a field that somebody changed is kept
 * as it is, whatever else the line says after that, and so is the list of fields once opened.
 * A chip with a value is a choice that fills its field in.
 * A line that is there already is gone on with at its end.
 * With the form goes how long it took from the first key or tap in it.
 */

const began = new WeakMap();

function keep(form, name) {
  if (!name || form.querySelector(`input[name="kept"][value="${CSS.escape(name)}"]`)) return;
  const kept = document.createElement("input");
  Object.assign(kept, { type: "hidden", name: "kept", value: name });
  form.append(kept);
}

function chosen(form) {
  const line = form.querySelector("[name='line']");
  if (!line?.value) return;
  line.focus();
  // A page that is still loading is one that htmx does not know yet, and nobody would hear this.
  htmx.process(line);
  line.dispatchEvent(new Event("chosen"));
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("#said")?.closest("form");
  if (!form) return;
  keep(form, event.target.name);
  if (event.target.name === "candidate") chosen(form);
});

document.addEventListener("click", (event) => {
  const control = event.target.closest("#said [data-field], #said [data-keep]");
  if (!control) return;
  const said = control.closest("#said");
  if (control.dataset.value) {
    const { field, value } = control.dataset;
    said.querySelector(`[name="${CSS.escape(field)}"]`).value = value;
    keep(said.closest("form"), field);
    chosen(said.closest("form"));
    return;
  }
  keep(said.closest("form"), control.dataset.keep ?? "fields");
  if (!control.dataset.field) return;
  const fields = said.querySelectorAll(`[name="${CSS.escape(control.dataset.field)}"]`);
  const field = [...fields].find((one) => one.checked) ?? fields[0];
  for (let around = field?.closest("details"); around; around = around.parentElement.closest("details")) {
    around.open = true;
  }
  field?.focus();
});

document.addEventListener("focusin", ({ target }) => {
  if (target.matches("#id_line") && target.selectionEnd === 0) target.setSelectionRange(500, 500);
});

for (const kind of ["input", "click"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest(".touchpoint-form");
    if (form && !began.has(form)) began.set(form, performance.now());
  });
}

document.addEventListener("submit", (event) => {
  const seconds = event.target.querySelector?.("[name='seconds']");
  if (!seconds || !began.has(event.target)) return;
  seconds.value = ((performance.now() - began.get(event.target)) / 1000).toFixed(2);
}, true);
