// What a run showed: the verdict, the loss as it falls, the decision surface, the comparison.

import * as charts from "./charts.js";
import { byId, make } from "./dom.js";

const NAMES = { sgd: "SGD", mini: "Mini-batch", full: "Full batch" };

let redraw = () => {};
let painters = [];

/** Takes everything away that belongs to an earlier script. */
export function clear() {
  byId("verdict").replaceChildren();
  byId("result").hidden = byId("comparison").hidden = true;
  byId("hint").hidden = false;
  redraw = () => {};
}

/** Makes room for the run of a script, and returns what shows its state while it trains. */
export function begin(script) {
  clear();
  byId("hint").hidden = true;
  byId("result").hidden = false;
  const both = script.table.inputs.length === 2;
  painters = both ? charts.surfaces(script.table) : [];
  byId("surfaces").replaceChildren(...painters.map(({ figure }) => figure));
  byId("result").classList.toggle("alone", !both);
  const epochs = Number(script.values.epochs);
  return (state) => {
    redraw = () => charts.curves(byId("loss"), [{ name: script.values.batch, ...state }], epochs);
    redraw();
    state.surfaces.forEach((percents, index) => painters[index]?.update(percents));
  };
}

/** Says how a run ended, in the generator's words. */
export function judge(result, script, tryNext) {
  const facts = `${script.lines.length} lines, ${result.updates.toLocaleString("en")} updates, ${result.seconds.toFixed(2)} s`;
  const word = make("b", { class: result.ok ? "good" : "bad" }, result.status);
  const nodes = [make("p", {}, word, result.reason ? `: ${result.reason} ` : " ", make("span", { class: "note" }, `(${facts})`))];
  if (!result.ok) {
    const next = make("button", { type: "button" }, `Try seed ${Number(script.values.seed) + 1}`);
    next.addEventListener("click", tryNext);
    nodes.push(make("p", {}, `What is known to help: ${result.advice.join("; or ")}; or another seed, as the command line tries by itself. `, next));
  }
  byId("verdict").replaceChildren(...nodes);
}

/** Says something in the place of the verdict. */
export function say(text) {
  byId("verdict").replaceChildren(make("p", {}, text));
}

/** Makes room for a comparison; the returned function shows what is known of the strategies. */
export function compare() {
  clear();
  byId("hint").hidden = true;
  byId("comparison").hidden = false;
  return (entries) => {
    const series = entries.filter(({ loss }) => loss).map(({ batch, loss, stride }) => ({ name: batch, loss, stride }));
    const epochs = Math.max(1, ...entries.map(({ epochs }) => epochs ?? 0));
    redraw = () => charts.curves(byId("losses"), series, epochs);
    redraw();
    byId("strategies").replaceChildren(...entries.map(rowOf));
  };
}

function rowOf(entry) {
  const swatch = make("i", { class: `swatch ${entry.batch}` });
  const head = make("th", { scope: "row" }, swatch, NAMES[entry.batch]);
  if (entry.error) return make("tr", {}, head, make("td", { colspan: "4" }, entry.error));
  const last = entry.loss?.at(-1);
  const verdict = entry.status ?? (entry.loss ? "training" : "waiting");
  const told = make("td", { class: entry.ok === undefined ? "" : entry.ok ? "good" : "bad" }, verdict);
  return make(
    "tr",
    {},
    head,
    told,
    make("td", {}, entry.updates?.toLocaleString("en") ?? ""),
    make("td", {}, last === undefined ? "" : last.toPrecision(2)),
    make("td", {}, entry.seconds?.toFixed(2) ?? ""),
  );
}

new ResizeObserver(() => redraw()).observe(byId("verdict"));
