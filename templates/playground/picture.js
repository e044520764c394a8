// What a unit answers, as a picture: over a square for two inputs, else for each row of the table.

import { draw, make } from "./dom.js";
import { contour, EDGE, SIDE } from "./arithmetic.js";

let palette = null;
const again = () => (palette = null);
for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
  matchMedia(query).addEventListener("change", again);
}

/** The colours of 0, of one half and of 1, as [red, green, blue]. */
function colours() {
  if (palette) return palette;
  const context = make("canvas", { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const style = getComputedStyle(document.documentElement);
  palette = ["--zero", "--paper", "--one"].map((name) => {
    context.fillStyle = style.getPropertyValue(name).trim();
    context.fillRect(0, 0, 1, 1);
    return context.getImageData(0, 0, 1, 1).data.slice(0, 3);
  });
  return palette;
}

/** How many cells wide and high a picture is. */
export function cells(inputs) {
  return inputs === 2 ? [SIDE, SIDE] : [2 ** Math.ceil(inputs / 2), 2 ** Math.floor(inputs / 2)];
}

/** A canvas for pictures of that many inputs, empty. */
export function canvas(inputs) {
  const [width, height] = cells(inputs);
  return make("canvas", { width, height, class: inputs === 2 ? "smooth" : "rows" });
}

/** Paints answers between `low` and `high`: every `step`th of the values from `first` on. */
export function paint(canvas, values, first, step, low, high) {
  const [zero, middle, one] = colours();
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  for (let index = 0; index < image.width * image.height; index++) {
    const value = (2 * (values[first + index * step] - low)) / (high - low) - 1;
    const [end, part] = [value < 0 ? zero : one, Math.min(1, Math.abs(value)) || 0];
    for (let c = 0; c < 3; c++) image.data[4 * index + c] = middle[c] + part * (end[c] - middle[c]);
    image.data[4 * index + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** Where an input of -1 or 1 stands between 0 and 100 along a side. */
const along = (value) => (100 * ((value + EDGE) / (2 * EDGE)) * (SIDE - 1) + 50) / SIDE;

/** What lies over the picture of an output of two inputs: the boundary, the four targets, the cloud. */
export function overlay(bits, cloud) {
  const boundary = draw("path", { class: "boundary" });
  const dots = cloud.map(([x, y, bit]) =>
    draw("circle", { class: bit ? "dot one" : "dot zero", cx: along(x), cy: along(-y), r: 1.1 }),
  );
  const corners = [...bits].map((bit, row) => {
    const [cx, cy] = [along(row & 2 ? 1 : -1), along(row & 1 ? -1 : 1)];
    return draw("g", { class: "point" }, draw("circle", { cx, cy, r: 6 }), draw("text", { x: cx, y: cy + 2.8, "text-anchor": "middle" }, bit));
  });
  const svg = draw("svg", { class: "overlay", viewBox: "0 0 100 100", "aria-hidden": "true" }, ...dots, boundary, ...corners);
  return { svg, bound: (values, first, step) => boundary.setAttribute("d", path(values, first, step)) };
}

function path(values, first, step) {
  const lines = contour((row, column) => values[first + (row * SIDE + column) * step]);
  const place = ([x, y]) => [x, y].map((c) => (((c + 0.5) * 100) / SIDE).toFixed(1)).join(",");
  return lines.map(([from, to]) => `M${place(from)}L${place(to)}`).join("");
}
