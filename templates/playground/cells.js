// The arrays of a line as small heat cells with numbers: `W1 += …` as old + step = new.

import { byId, make } from "./dom.js";

const MOST = [8, 8]; // rows and columns that are shown of an array

/** Shows what a line made; null takes it away. */
export function show(line) {
  byId("arrays").replaceChildren(...(line?.values ?? []).flatMap(pictures));
}

function pictures({ name, alias, shape, old, data }) {
  const title = alias && alias !== name ? `${name} is ${alias}` : name;
  if (!old) return [grid(title, shape, data)];
  const step = data.map((value, index) => value - old[index]);
  const sign = (text) => make("span", { class: "sign" }, text);
  const parts = [grid(`${title} before`, shape, old), sign("+"), grid("step", shape, step), sign("="), grid(`${title} after`, shape, data)];
  return [make("div", { class: "sum" }, ...parts)];
}

function grid(title, shape, data) {
  const columns = shape.at(-1) ?? 1;
  const rows = columns ? data.length / columns : 0;
  const most = Math.max(1e-9, ...data.map(Math.abs).filter(Number.isFinite));
  const whole = data.every(Number.isInteger);
  const body = Array.from({ length: Math.min(rows, MOST[0]) }, (_, row) =>
    make("tr", {}, ...Array.from({ length: Math.min(columns, MOST[1]) }, (_, column) =>
      cell(data[row * columns + column], most, whole)), ...(columns > MOST[1] ? [make("td", {}, "…")] : [])),
  );
  if (rows > MOST[0]) body.push(make("tr", {}, make("td", {}, "⋮")));
  const about = shape.length ? ` (${shape.join(", ")})` : "";
  const caption = make("caption", {}, make("code", {}, title), make("span", { class: "note" }, about));
  return make("table", { class: "cells" }, caption, make("tbody", {}, ...body));
}

function cell(value, most, whole) {
  const text = Number.isFinite(value) ? (whole ? String(value) : written(value)) : String(value);
  const node = make("td", { class: value < 0 ? "minus" : "plus" }, text);
  node.style.setProperty("--heat", `${Number.isFinite(value) ? (40 * Math.abs(value)) / most : 0}%`);
  return node;
}

function written(value) {
  const size = Math.abs(value);
  return (size < 100 ? value.toFixed(2) : value.toPrecision(3)).replace("-", "−");
}
