// The truth table: its outputs can be clicked, and after a run the predictions stand beside them.

import { byId, make } from "./dom.js";

const table = byId("truth");
let shown = "";

/** Shows a table as Python told it, without predictions. */
export function show({ inputs, outputs, columns }) {
  predict([]);
  const same = JSON.stringify([inputs, outputs, columns]);
  if (same === shown) return;
  shown = same;
  table.classList.toggle("many", outputs.length > 1);
  const focused = place(document.activeElement);
  const heads = [...inputs, ...outputs].map((name, index) =>
    make("th", { scope: "col", class: index < inputs.length ? "" : "output" }, name),
  );
  table.tHead.replaceChildren(make("tr", {}, ...heads));
  const rows = [...columns[0]].map((_, row) => rowOf(row, inputs, outputs, columns));
  table.tBodies[0].replaceChildren(...rows);
  const button = find(focused) ?? find([0, 0]);
  button.tabIndex = 0;
  if (focused) button.focus();
}

function rowOf(row, inputs, outputs, columns) {
  const bits = row.toString(2).padStart(inputs.length, "0");
  const cells = outputs.map((name, column) => {
    const bit = columns[column][row];
    const button = make(
      "button",
      {
        type: "button",
        class: bit === "1" ? "bit one" : "bit zero",
        tabindex: "-1",
        "data-row": row,
        "data-column": column,
        "aria-label": `${name} for ${bits}: ${bit}`,
      },
      bit,
    );
    return make("td", { class: "output" }, button, make("span", { class: "prediction" }));
  });
  return make("tr", {}, ...[...bits].map((bit) => make("td", {}, bit)), ...cells);
}

/** Shows what a run predicted, (rows, outputs), and whether it is close; [] takes it away. */
export function predict(predictions, close) {
  byId("truth-note").textContent = predictions.length
    ? "with predictions"
    : "click a bit";
  for (const node of table.querySelectorAll(".prediction")) {
    const { row, column } = node.previousSibling.dataset;
    const value = predictions[row]?.[column];
    node.hidden = value === undefined;
    if (value === undefined) continue;
    const good = close[row][column];
    node.className = good ? "prediction" : "prediction wrong";
    node.replaceChildren(
      make("span", { class: "hidden" }, good ? "predicted " : "wrongly predicted "),
      value === null ? "nan" : value.toFixed(2),
    );
  }
}

/** Shows what the network answers while it learns, (rows, outputs) one after the other. */
export function follow(answers) {
  const nodes = table.querySelectorAll(".prediction");
  nodes.forEach((node, index) => {
    node.hidden = false;
    node.className = "prediction now";
    node.textContent = answers[index].toFixed(2);
  });
}

/** Lights up the rows of the truth table that a batch used. */
export function light(rows) {
  const used = new Set(rows);
  [...table.tBodies[0].rows].forEach((row, index) => row.classList.toggle("lit", used.has(index)));
}

/** Makes the outputs work; `flip(row, column)` is called for the one that is clicked. */
export function listen(flip) {
  table.addEventListener("click", ({ target }) => {
    const at = place(target);
    if (at) flip(...at);
  });
  table.addEventListener("keydown", (event) => {
    const at = place(event.target);
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!at || !step) return;
    event.preventDefault();
    const next = find([at[0] + step[0], at[1] + step[1]]);
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

function place(node) {
  const { row, column } = node?.dataset ?? {};
  return row === undefined || !table.contains(node) ? null : [Number(row), Number(column)];
}

function find(at) {
  return at && table.querySelector(`button[data-row="${at[0]}"][data-column="${at[1]}"]`);
}
