/**
 * A part of a map, chosen by dragging: within [data-region-map] a mouse or pen draws a rectangle
 * over the map, made of its squares, and fills the four fields of the form that the attribute
 * names. Escape lets go of it. Fingers scroll the page, so on a phone the fields are typed in.
 */

const LEAST_PX = 8;
const SVG = "http://www.w3.org/2000/svg";
let drag = null;

function within(value) {
  return Math.min(Math.max(value, 0), 1);
}

function pointOf(event, map) {
  const box = map.getBoundingClientRect();
  return {
    windows: 100 * within((event.clientX - box.left) / box.width),
    doors: 100 * within((box.bottom - event.clientY) / box.height),
  };
}

/** Return both ends of what lies between two points, as multiples of a square. */
function ends(one, other, square) {
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  const from = Math.min(Math.floor(low / square) * square, 100 - square);
  return [from, Math.max(Math.ceil(high / square) * square, from + square)];
}

function chosen(event) {
  const point = pointOf(event, drag.map);
  return {
    doors: ends(drag.from.doors, point.doors, drag.square),
    windows: ends(drag.from.windows, point.windows, drag.square),
  };
}

function draw({ doors, windows }) {
  const place = { x: windows[0], y: 100 - doors[1], width: windows[1] - windows[0], height: doors[1] - doors[0] };
  for (const [name, value] of Object.entries(place)) drag.frame.setAttribute(name, `${value}%`);
}

function fill({ doors, windows }) {
  const { elements } = drag.form;
  [elements.doors_from.value, elements.doors_to.value] = doors;
  [elements.windows_from.value, elements.windows_to.value] = windows;
}

function begin(event) {
  drag.map.querySelector(".chosen")?.remove();
  drag.frame = drag.map.appendChild(document.createElementNS(SVG, "rect"));
  drag.frame.setAttribute("class", "chosen");
  // What follows the drag on the way would otherwise be pressed at its end.
  drag.map.setPointerCapture(event.pointerId);
}

function stop() {
  drag?.frame?.remove();
  drag = null;
}

document.addEventListener("pointerdown", (event) => {
  const holder = event.target.closest("[data-region-map]");
  const map = event.target.closest("svg");
  if (!holder || !map || event.button !== 0 || event.pointerType === "touch") return;
  const form = document.getElementById(holder.dataset.regionMap);
  const square = Number(form.elements.doors_from.step);
  drag = { map, form, square, from: pointOf(event, map), x: event.clientX, y: event.clientY };
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  if (!drag.frame) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < LEAST_PX) return;
    begin(event);
  }
  const region = chosen(event);
  draw(region);
  fill(region);
});

document.addEventListener("pointerup", (event) => {
  if (!drag?.frame) return stop();
  const { form, map } = drag;
  fill(chosen(event));
  drag = null;
  map.addEventListener("click", (click) => click.preventDefault(), { capture: true, once: true });
  form.requestSubmit();
});

document.addEventListener("pointercancel", stop);
document.addEventListener("dragstart", (event) => drag && event.preventDefault());
document.addEventListener("keydown", (event) => event.key === "Escape" && stop());
