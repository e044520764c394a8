// Loss curves and decision surfaces, drawn as SVG.

import { draw, make } from "./dom.js";

const HEIGHT = 200;
const LEFT = 44;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 36;

/**
 * Draws loss curves into an SVG element: `series` are {name, loss, stride}, each value the mean of
 * `stride` epochs; the axis reaches to `epochs`.
 */
export function curves(svg, series, epochs) {
  const width = Math.max(240, svg.clientWidth || 480);
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  const most = nice(Math.max(0.1, ...series.flatMap(({ loss }) => loss)));
  const x = (epoch) => LEFT + (epoch / Math.max(1, epochs)) * (width - LEFT - RIGHT);
  const y = (value) => TOP + (1 - Math.min(value, most) / most) * (HEIGHT - TOP - BOTTOM);
  const grid = [0, most / 2, most].flatMap((value) => [
    draw("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
    draw("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, short(value)),
  ]);
  const ticks = [0, epochs / 2, epochs].map((epoch, index) =>
    draw("text", { x: x(epoch), y: HEIGHT - BOTTOM + 16, "text-anchor": ["start", "middle", "end"][index] }, short(epoch)),
  );
  const title = draw("text", { x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "epochs");
  const lines = series.map(({ name, loss, stride }) =>
    draw("polyline", {
      class: `curve ${name}`,
      points: loss.map((value, index) => `${x((index + 0.5) * stride).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
    }),
  );
  svg.replaceChildren(...grid, ...ticks, title, ...lines);
  svg.setAttribute("aria-label", spoken(series, epochs));
}

function spoken(series, epochs) {
  const told = series
    .filter(({ loss }) => loss.length)
    .map(({ name, loss }) => `${series.length > 1 ? `${name}: ` : ""}from ${short(loss[0])} to ${short(loss.at(-1))}`);
  return `Loss over ${epochs} epochs: ${told.join("; ") || "nothing yet"}`;
}

/** The next of 1, 2, 5, 10, … times a power of ten. */
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

function short(value) {
  return Number(value.toPrecision(3)).toLocaleString("en");
}

const SIDE = 25; // points along a side of a surface
const EDGE = 1.5; // which reaches from -EDGE to EDGE
const CELL = 8;
const SIZE = SIDE * CELL;
const MARGIN = 26;

/** The decision surfaces of a network of two inputs, one figure for each output. */
export function surfaces(table) {
  return table.columns.map((bits, column) => {
    const cells = Array.from({ length: SIDE * SIDE }, (_, index) =>
      draw("rect", {
        x: MARGIN + (index % SIDE) * CELL,
        y: Math.floor(index / SIDE) * CELL,
        width: CELL,
        height: CELL,
      }),
    );
    const svg = draw("svg", {
      class: "surface",
      role: "img",
      viewBox: `0 0 ${MARGIN + SIZE + 2} ${SIZE + MARGIN}`,
      "aria-label": `What the network answers between the four inputs, ${table.outputs[column]}`,
    });
    const boundary = draw("path", { class: "boundary" });
    svg.append(draw("g", { "shape-rendering": "crispEdges" }, ...cells), boundary, ...points(bits), ...axes(table.inputs));
    const figure = make("figure", {}, make("figcaption", {}, table.outputs[column]), svg);
    return { figure, update: (percents) => paint(cells, boundary, percents) };
  });
}

function paint(cells, boundary, percents) {
  percents.forEach((percent, index) => {
    const cell = cells[index];
    cell.setAttribute("class", percent < 50 ? "zero" : "one");
    cell.setAttribute("fill-opacity", (Math.abs(percent - 50) / 50).toFixed(2));
  });
  boundary.setAttribute("d", contour(percents));
}

/** The line where the network's answer is one half: marching squares, without the saddle's choice. */
function contour(percents) {
  const at = (row, column) => percents[row * SIDE + column] - 50;
  const place = (row, column) => [MARGIN + (column + 0.5) * CELL, (row + 0.5) * CELL];
  let path = "";
  for (let row = 0; row + 1 < SIDE; row++) {
    for (let column = 0; column + 1 < SIDE; column++) {
      const corners = [[row, column], [row, column + 1], [row + 1, column + 1], [row + 1, column]];
      const crossings = [];
      corners.forEach((from, index) => {
        const to = corners[(index + 1) % 4];
        const [a, b] = [at(...from), at(...to)];
        if (a < 0 === b < 0) return;
        const [p, q] = [place(...from), place(...to)];
        const part = a / (a - b);
        crossings.push([p[0] + part * (q[0] - p[0]), p[1] + part * (q[1] - p[1])].map((c) => c.toFixed(1)));
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) path += `M${crossings[i]}L${crossings[i + 1]}`;
    }
  }
  return path;
}

/** Where an input of -1 or 1 stands, in cells. */
function along(value) {
  return ((value + EDGE) / (2 * EDGE)) * (SIZE - CELL) + CELL / 2;
}

function points(bits) {
  return [...bits].map((bit, row) => {
    const [x, y] = [MARGIN + along(row & 2 ? 1 : -1), along(row & 1 ? -1 : 1)];
    const label = draw("text", { x, y: y + 4, "text-anchor": "middle" }, bit);
    return draw("g", { class: "point" }, draw("circle", { cx: x, cy: y, r: 9 }), label);
  });
}

function axes([first, second]) {
  const ticks = [-1, 1].flatMap((value, index) => [
    draw("text", { x: MARGIN + along(value), y: SIZE + 14, "text-anchor": "middle" }, String(index)),
    draw("text", { x: MARGIN - 6, y: along(-value) + 4, "text-anchor": "end" }, String(index)),
  ]);
  return [
    ...ticks,
    draw("text", { x: MARGIN + SIZE / 2, y: SIZE + 20, "text-anchor": "middle" }, first),
    draw("text", { x: 8, y: SIZE / 2 + 4, "text-anchor": "middle" }, second),
  ];
}
