// Loss curves, drawn as SVG.

import { draw } from "./dom.js";

const HEIGHT = 128;
const LEFT = 44;
const RIGHT = 12;
const TOP = 8;
const BOTTOM = 20;

/**
 * Draws loss curves into an SVG element: `series` are {name, loss, stride}, each value the mean of
 * `stride` epochs, or null where it is infinite; the axis reaches to `end` of `unit`, of which a
 * series goes through `each` in an epoch (1 for epochs).
 */
export function curves(svg, series, end, unit = "epochs") {
  const width = Math.max(240, svg.clientWidth || 480);
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  const finite = series.flatMap(({ loss }) => loss).filter((value) => value !== null);
  const most = nice(Math.max(0.1, ...finite));
  const x = (count) => LEFT + (count / Math.max(1, end)) * (width - LEFT - RIGHT);
  const y = (value) => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM);
  const grid = [0, most / 2, most].flatMap((value) => [
    draw("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
    draw("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, short(value)),
  ]);
  const ticks = [0, end / 2, end].map((count, index) =>
    draw("text", { x: x(count), y: HEIGHT - BOTTOM + 14, "text-anchor": ["start", "middle", "end"][index] }, index === 1 ? `${short(count)} ${unit}` : short(count)),
  );
  const lines = series.flatMap(({ name, loss, stride, each = 1 }) => {
    const place = (index) => x((index + 0.5) * stride * each).toFixed(1);
    const pieces = [[]];
    loss.forEach((value, index) => (value === null ? pieces.push([]) : pieces.at(-1).push(`${place(index)},${y(value).toFixed(1)}`)));
    const drawn = pieces.filter((piece) => piece.length || loss.length === 0);
    const infinite = loss.indexOf(null);
    return [
      ...drawn.map((piece) => draw("polyline", { class: `curve ${name}`, points: piece.join(" ") })),
      ...(infinite < 0 ? [] : [draw("text", { class: "infinite", x: place(infinite), y: TOP + 10 }, "∞")]),
    ];
  });
  const marker = draw("line", { class: "marker", x1: -9, x2: -9, y1: TOP, y2: HEIGHT - BOTTOM });
  svg.replaceChildren(...grid, ...ticks, ...lines, marker);
  svg.setAttribute("aria-label", spoken(series, end, unit));
  return (count) => {
    for (const name of ["x1", "x2"]) marker.setAttribute(name, x(count).toFixed(1));
  };
}

/** A piece of a strategy's line, for a legend: the same colour and dash as its curve. */
export function swatch(name) {
  return draw("svg", { class: "swatch", viewBox: "0 0 28 6", "aria-hidden": "true" }, draw("line", { class: `curve ${name}`, x1: 0, x2: 28, y1: 3, y2: 3 }));
}

function spoken(series, end, unit) {
  const told = series
    .filter(({ loss }) => loss.length)
    .map(({ name, loss }) => `${series.length > 1 ? `${name}: ` : ""}from ${short(loss[0])} to ${short(loss.at(-1))}`);
  return `Loss over ${short(end)} ${unit}: ${told.join("; ") || "nothing yet"}`;
}

/** The next of 1, 2, 5, 10, … times a power of ten. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

function short(value) {
  if (value === null) return "infinite";
  return Number(value.toPrecision(3)).toLocaleString("en");
}
