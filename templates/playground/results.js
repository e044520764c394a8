// What a run showed: the verdict, the loss as it falls, what was printed, the seeds, the comparison.

import * as charts from "./charts.js";
import { byId, make } from "./dom.js";

const NAMES = { sgd: "SGD", mini: "Mini-batch", full: "Full batch" };

let redraw = () => {};
let compared = () => {};
let mark = () => {};
let at = null; // the epoch that is marked

/** Takes everything away that belongs to an earlier script. */
export function clear(script) {
  byId("verdict").replaceChildren();
  for (const id of ["checked", "printed", "seeds", "comparison"]) byId(id).hidden = true;
  byId("hint").hidden = false;
  at = null;
  redraw = compared = () => {};
  if (script) begin(script)({ loss: [], stride: 1 });
  byId("hint").hidden = false;
}

/** Makes room for the run of a script, and returns what shows its state while it trains. */
export function begin(script) {
  byId("verdict").replaceChildren();
  byId("printed").hidden = byId("hint").hidden = true;
  at = null;
  const epochs = Number(script.values.epochs);
  return ({ loss, stride }) => {
    redraw = () => {
      mark = charts.curves(byId("loss"), [{ name: script.values.batch, loss, stride }], epochs);
      if (at !== null) mark(at);
    };
    redraw();
  };
}

/** Marks an epoch on the curve. */
export function markEpoch(epoch) {
  at = epoch;
  mark(epoch);
}

/** Says how a run ended, in the generator's words. */
export function judge(result, script, tryNext) {
  const facts = `${script.lines.length} lines, ${result.updates.toLocaleString("en")} updates, ${result.seconds.toFixed(2)} s`;
  const word = make("b", { class: result.ok ? "good" : "bad" }, result.status);
  const nodes = [make("p", {}, word, result.reason ? `: ${result.reason} ` : " ", make("span", { class: "note" }, `(${facts})`))];
  if (!result.ok && !script.edited) {
    const next = make("button", { type: "button", class: "small" }, `Try seed ${Number(script.values.seed) + 1}`);
    next.addEventListener("click", tryNext);
    const known = result.advice.length ? `What is known to help: ${result.advice.join("; or ")}; or another seed. ` : "Another seed may help. ";
    nodes.push(make("p", {}, known, next));
  }
  if (result.missing) nodes.push(make("p", { class: "note" }, `It cannot be followed line by line: ${result.missing}`));
  byId("verdict").replaceChildren(...nodes);
  byId("printed").hidden = !result.printed;
  byId("output").textContent = result.printed;
}

/** Says what the honest check says of an edited script. */
export function honest({ status, reason }, line) {
  const fails = line ? `it does not train as its command says, see line ${line}` : reason;
  const known = { pass: "it trains as its command says", fail: fails, crashed: `it breaks off: ${reason}` };
  const word = known[status] ?? `it cannot be checked: ${reason}`;
  byId("hint").hidden = true;
  byId("checked").hidden = false;
  byId("checked").className = status === "pass" ? "note" : "bad";
  byId("checked").textContent = `check: ${word}`;
}

/** Says something in the place of the verdict. */
export function say(text) {
  byId("hint").hidden = true;
  byId("verdict").replaceChildren(make("p", {}, text));
}

/** Shows for which seeds a script learned; `choose(seed)` is called for the one that is chosen. */
export function seeds({ tried, failed, words }, choose) {
  say(`This script ${words}.`);
  byId("seeds-told").textContent = `Seeds 0 to ${tried - 1}: a filled square learned, a crossed one did not. Choose one to see it.`;
  const wrong = new Set(failed);
  const squares = Array.from({ length: tried }, (_, seed) =>
    make("button", { type: "button", class: wrong.has(seed) ? "seed failed" : "seed", tabindex: seed ? "-1" : "0", title: `seed ${seed}`, "aria-label": `seed ${seed}: ${wrong.has(seed) ? "not learned" : "learned"}` }),
  );
  const map = byId("seed-map");
  map.replaceChildren(...squares);
  map.onclick = ({ target }) => {
    const seed = squares.indexOf(target);
    if (seed >= 0) choose(seed);
  };
  map.onkeydown = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 20, ArrowUp: -20 }[event.key];
    const next = squares[squares.indexOf(event.target) + by];
    if (by === undefined) return;
    event.preventDefault();
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
  byId("seeds").hidden = false;
}

/** Makes room for a comparison; the returned function shows what is known of the strategies. */
export function compare() {
  byId("verdict").replaceChildren();
  byId("hint").hidden = true;
  byId("comparison").hidden = false;
  return (entries, rows) => {
    compared = () => {
      const unit = byId("axis").value;
      const each = ({ updates, epochs }) => ({ epochs: 1, updates: Math.round(updates / epochs), samples: rows })[unit];
      const known = entries.filter(({ loss }) => loss);
      const series = known.map((entry) => ({ ...entry, name: entry.batch, each: each(entry) }));
      const ends = entries.filter(({ epochs }) => epochs).map((entry) => entry.epochs * each(entry));
      charts.curves(byId("losses"), series, Math.max(1, ...ends), unit);
    };
    compared();
    byId("strategies").replaceChildren(...entries.map(rowOf));
  };
}

function rowOf(entry) {
  const head = make("th", { scope: "row" }, charts.swatch(entry.batch), NAMES[entry.batch]);
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
    make("td", {}, last === undefined ? "" : last === null ? "infinite" : last.toPrecision(2)),
    make("td", {}, entry.seconds?.toFixed(2) ?? ""),
  );
}

new ResizeObserver(() => (redraw(), compared())).observe(byId("verdict"));
byId("axis").addEventListener("change", () => compared());
