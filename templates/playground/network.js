// The network, drawn: a line for each weight, and for each unit a picture of what it answers.

import * as arithmetic from "./arithmetic.js";
import { byId, draw, make } from "./dom.js";
import { canvas, overlay, paint } from "./picture.js";

const MOST = 10; // units of a layer that are drawn
const THICK = 7; // pixels, of the largest weight
const box = byId("network");
const readout = byId("readout");
const INVITATION = "Blue: 1 or plus. Orange, dashed: 0 or minus.";

let script = null; // what is drawn
let nodes = []; // by layer, inputs first: {layer, unit, node, canvas, overlay}
let edges = []; // by matrix: {from, to, path, weight}
let matrices = null;
let points = null; // the inputs of which the pictures are answers
let pointed = () => {};
let active = null;

/** Draws the network of a script, without weights; `X` and `y` are drawn where they are samples. */
export function show(answer, X, y) {
  const cloud = X && answer.values.samples !== "0" && answer.table.inputs.length === 2 ? sampled(X, y) : [];
  const key = JSON.stringify([answer.table, answer.values.hidden, answer.values.activation, cloud.length]);
  if (script?.key === key && !cloud.length) return clear();
  const inputs = answer.table.inputs.length;
  const sizes = [inputs, ...answer.values.hidden.split(",").map(Number), answer.table.columns.length];
  script = { key, inputs, activation: answer.values.activation, names: answer.table, cloud, last: sizes.length - 1 };
  points = inputs === 2 ? arithmetic.square() : arithmetic.truthTable(inputs);
  build(sizes);
  clear();
}

function sampled(X, y) {
  return Array.from({ length: Math.min(400, X.shape[0]) }, (_, row) => {
    const at = row * X.shape[1];
    return [X.data[at], X.data[at + 1], y.data[row * y.shape[1]]];
  });
}

/** Takes the weights away: the network before anything is known of it. */
function clear() {
  matrices = null;
  for (const { path } of edges) path.setAttribute("class", "edge unknown");
  for (const { node } of nodes.flat()) node.classList.add("unknown");
  box.setAttribute("aria-label", `The network: ${nodes.map((layer) => layer.length).join(", ")} units, not yet trained`);
  tell(null);
}

/** Shows weights by name. */
export function update(values) {
  const found = arithmetic.network(values);
  const sizes = nodes.map((layer) => layer.size);
  if (!found || found.length + 1 !== sizes.length) return;
  if (found.some(({ inputs, units }, index) => inputs !== sizes[index] || units !== sizes[index + 1])) return;
  matrices = found;
  const count = points.length / script.inputs;
  const layers = arithmetic.forward(matrices, script.activation, points, count);
  layers.forEach((layer, place) => picture(nodes[place + 1], layer, count, place === layers.length - 1));
  weigh();
  if (active) tell(active);
}

function picture(layer, values, count, last) {
  const { activation } = script;
  for (const { unit, node, canvas, over } of layer) {
    let [low, high] = activation === "sigmoid" || last ? [0, 1] : [-1, 1];
    if (activation === "relu" && !last) {
      for (let row = 0; row < count; row++) high = Math.max(high, values[row * layer.size + unit]);
      low = -high;
    }
    paint(canvas, values, unit, layer.size, low, high);
    over?.bound(values, unit, layer.size);
    node.classList.remove("unknown");
  }
}

function weigh() {
  const largest = Math.max(1, ...matrices.map(({ weights }) => weights.reduce((most, w) => Math.max(most, Math.abs(w) || 0), 0)));
  for (const { from, to, path, place } of edges) {
    const { weights, units } = matrices[place];
    const weight = weights[from * units + to];
    path.classList.remove("unknown");
    path.classList.toggle("minus", weight < 0); // whatever lights it up stays
    path.classList.toggle("plus", !(weight < 0));
    path.setAttribute("stroke-width", Math.max(0.4, (THICK * Math.abs(weight)) / largest || 0).toFixed(2));
  }
}

/** What the network answers to the rows of the truth table, (rows, outputs) one after the other. */
export function answers() {
  if (!matrices) return null;
  const rows = arithmetic.truthTable(script.inputs);
  return arithmetic.forward(matrices, script.activation, rows, 2 ** script.inputs).at(-1);
}

function build(sizes) {
  const svg = draw("svg", { class: "edges", "aria-hidden": "true" });
  nodes = sizes.map((size, layer) => {
    const shown = Math.min(size, layer === sizes.length - 1 ? 8 : MOST);
    const made = Array.from({ length: shown }, (_, unit) => nodeOf(layer, unit, sizes));
    return Object.assign(made, { size });
  });
  edges = nodes.slice(1).flatMap((layer, place) =>
    layer.flatMap(({ unit: to }) =>
      nodes[place].map(({ unit: from }) => {
        const path = draw("path", { class: "edge unknown", "data-part": `weights ${place + 1}` });
        svg.append(path);
        return { from, to, place, path };
      }),
    ),
  );
  const rest = nodes.map((layer, index) => {
    const more = layer.size - layer.length;
    return make("span", { class: "rest", "data-layer": index }, more ? `+ ${more} more` : "");
  });
  box.replaceChildren(svg, ...nodes.flat().map(({ node }) => node), ...rest);
  active = null;
  place();
}

function nodeOf(layer, unit, sizes) {
  const last = layer === sizes.length - 1;
  const { names, inputs, cloud } = script;
  const part = layer === 0 ? "inputs" : last ? "outputs" : `layer ${layer}`;
  const node = make("div", { class: `node ${layer ? "" : "input"} ${last ? "output" : ""}`, role: "img", "data-part": part });
  const entry = { layer, unit, node };
  node.setAttribute("aria-label", nameOf(entry));
  if (layer === 0) node.append(names.inputs[unit]);
  else {
    entry.canvas = canvas(inputs);
    node.append(entry.canvas);
    if (last && inputs === 2) {
      entry.over = overlay(names.columns[unit], unit ? [] : cloud);
      node.append(entry.over.svg);
    }
    if (last) node.append(make("span", { class: "name" }, names.outputs[unit]));
  }
  return entry;
}

function nameOf({ layer, unit }) {
  if (layer === 0) return `input ${script.names.inputs[unit]}`;
  if (layer < script.last) return `hidden unit ${unit + 1}${script.last > 2 ? ` of layer ${layer}` : ""}`;
  return `output ${script.names.outputs[unit]}`;
}

/** Gives everything its place in the room that there is. */
function place() {
  const { clientWidth: width, clientHeight: height } = box;
  if (!width || !nodes.length) return;
  const last = nodes.length - 1;
  const big = Math.min(height / nodes[last].length - 22, width * 0.36, 170);
  const sizeOf = (layer) => (layer === last ? big : Math.min(layer ? 44 : 30, height / nodes[layer].length - 5));
  const middle = (layer) => 18 + ((width - 40 - big) * layer) / last + (layer === last ? big / 2 + 18 : 0);
  const centre = (layer, unit) => (height * (unit + 0.5)) / nodes[layer].length - (layer === last ? 8 : 0);
  nodes.forEach((every, layer) => {
    for (const { unit, node } of every) {
      const size = sizeOf(layer);
      Object.assign(node.style, { width: `${size}px`, height: `${size}px`, left: `${middle(layer) - size / 2}px`, top: `${centre(layer, unit) - size / 2}px` });
    }
    const rest = box.querySelector(`.rest[data-layer="${layer}"]`);
    Object.assign(rest.style, { left: `${middle(layer)}px`, bottom: "-0.4rem" });
  });
  for (const { from, to, place, path } of edges) {
    const [x1, y1, x2, y2] = [middle(place) + sizeOf(place) / 2, centre(place, from), middle(place + 1) - sizeOf(place + 1) / 2, centre(place + 1, to)];
    const bend = (x1 + x2) / 2;
    path.setAttribute("d", `M${x1},${y1}C${bend},${y1} ${bend},${y2} ${x2},${y2}`);
  }
}

/** Lights up those samples in the cloud. */
export function lightSamples(rows) {
  const used = new Set(rows);
  box.querySelectorAll(".dot").forEach((dot, row) => dot.classList.toggle("lit", used.has(row)));
}

/** Lights up the parts of those names, and no others. */
export function light(parts) {
  for (const node of box.querySelectorAll("[data-part]")) {
    node.classList.toggle("lit", parts.has(node.dataset.part));
  }
  box.classList.toggle("pointed", parts.size > 0);
}

function tell(entry) {
  for (const { node } of nodes.flat()) node.classList.toggle("active", node === entry?.node);
  active = entry;
  readout.textContent = entry ? said(entry) : INVITATION;
}

/** A unit or a line in words and numbers. */
function said(entry) {
  if (entry.path) {
    const { from, to, place } = entry;
    const [one, other] = [nodes[place][from], nodes[place + 1][to]].map(nameOf);
    const weight = matrices?.[place].weights[from * matrices[place].units + to];
    return `from ${one} to ${other}: weight ${written(weight)}`;
  }
  const matrix = entry.layer && matrices?.[entry.layer - 1];
  if (!matrix) return nameOf(entry);
  const weights = Array.from({ length: Math.min(matrix.inputs, 8) }, (_, from) => written(matrix.weights[from * matrix.units + entry.unit]));
  return `${nameOf(entry)}: weights ${weights.join(", ")}${matrix.inputs > 8 ? ", …" : ""}, bias ${written(matrix.biases[entry.unit])}`;
}

function written(value) {
  return value === undefined ? "not yet known" : value.toFixed(2).replace("-", "−");
}

/** Makes the units and lines follow the pointer and the arrow keys; `point` hears the part, or "". */
export function listen(point) {
  pointed = point;
  box.addEventListener("pointerover", ({ target }) => {
    const node = target.closest(".node, .edge");
    const entry = nodes.flat().find((each) => each.node === node) ?? edges.find(({ path }) => path === node) ?? null;
    if (entry === active) return;
    tell(entry);
    pointed(node?.dataset.part ?? "");
  });
  box.addEventListener("pointerleave", () => (tell(null), pointed("")));
  box.addEventListener("blur", () => (tell(null), pointed("")));
  box.addEventListener("keydown", (event) => {
    const [along, across] = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[event.key] ?? [];
    if (along === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const [layer, unit] = active?.node ? [active.layer + across, active.unit + along] : [1, 0];
    const next = nodes[layer]?.[Math.min(unit, nodes[layer].length - 1)];
    if (!next) return;
    tell(next);
    pointed(next.node.dataset.part);
  });
  new ResizeObserver(place).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => requestAnimationFrame(() => matrices && repaint()));
}

function repaint() {
  const count = points.length / script.inputs;
  const layers = arithmetic.forward(matrices, script.activation, points, count);
  layers.forEach((layer, place) => picture(nodes[place + 1], layer, count, place === layers.length - 1));
}
