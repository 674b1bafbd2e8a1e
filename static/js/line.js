/**
 * The line that fills in a form. A chip leads to its field; a field that somebody changed is kept
 * as it is, whatever else the line says after that.
 */

function keep(form, name) {
  if (!name || form.querySelector(`input[name="kept"][value="${CSS.escape(name)}"]`)) return;
  const kept = document.createElement("input");
  Object.assign(kept, { type: "hidden", name: "kept", value: name });
  form.append(kept);
}

document.addEventListener("change", (event) => {
  const said = event.target.closest("#said");
  if (said) keep(said.closest("form"), event.target.name);
});

document.addEventListener("click", (event) => {
  const chip = event.target.closest("#said [data-field]");
  if (!chip) return;
  const fields = chip.closest("#said").querySelectorAll(`[name="${CSS.escape(chip.dataset.field)}"]`);
  const field = [...fields].find((one) => one.checked) ?? fields[0];
  const hidden = field?.closest("details:not([open])");
  if (hidden) hidden.open = true;
  field?.focus();
});
