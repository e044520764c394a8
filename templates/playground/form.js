// The controls: from what the user chose to the words of a command, and back from Python's answer.

import { byId, make } from "./dom.js";

const form = byId("controls");
const OPTIONAL = ["batch_size", "noise", "lr", "epochs", "seed"]; // sent only when they were chosen
const SIZES = ["size1", "size2", "size3"];

let catalogue = [];
let picked = ["xor"]; // gates, in the order of the network's outputs
let columns = ["0110"]; // of the truth table that is shown
let chosen = new Set();
let told = {}; // what Python last said of the options

/** The words after `python -m generator` that the controls stand for, perhaps with another strategy. */
export function words(batch = form.elements.batch.value) {
  return [...subject(), ...options(batch)];
}

function subject() {
  const fields = form.elements;
  if (mode() === "expr") return [`--expr=${fields.expr.value}`];
  if (mode() === "table") return [`--table=${fields.bits.value}`];
  return picked.length ? [...picked, "--inputs", fields.inputs.value] : [];
}

function options(batch) {
  const fields = form.elements;
  const given = ["--batch", batch, "--activation", fields.activation.value];
  if (chosen.has("hidden")) given.push(`--hidden=${sizes().join(",")}`);
  for (const name of OPTIONAL) {
    if (!chosen.has(name) || (name === "batch_size" && batch !== "mini")) continue;
    if (name === "noise" && fields.samples.value === "0") continue;
    given.push(`--${name.replace("_", "-")}=${fields[name].value}`);
  }
  if (fields.samples.value !== "0") given.push(`--samples=${fields.samples.value}`);
  if (fields.show.checked) given.push("--show", "loss");
  if (fields.keep.checked) given.push("--keep");
  return given;
}

function mode() {
  return form.elements.mode.value;
}

function sizes() {
  return SIZES.slice(0, Number(form.elements.layers.value)).map((name) => form.elements[name].value);
}

/** Shows Python's answer in the controls; with `typing`, what the user writes stays as it is. */
export function show(answer, typing) {
  const { values, table } = answer;
  const fields = form.elements;
  columns = table.columns;
  chosen = new Set(answer.chosen);
  told = values;
  fields.inputs.value = String(table.inputs.length);
  fields.outputs.value = String(columns.length);
  if (answer.gates.length) {
    picked = answer.gates;
    fields.mode.value = "gates";
  } else {
    fields.mode.value = answer.expr ? "expr" : "table";
  }
  const set = (name, value) => {
    const field = fields[name];
    if (!typing || document.activeElement !== field) field.value = value;
  };
  set("bits", columns.join(","));
  if (answer.expr) set("expr", answer.expr);
  fields.batch.value = values.batch;
  fields.activation.value = values.activation;
  if (![...fields.samples.options].some(({ value }) => value === values.samples)) {
    fields.samples.append(make("option", { value: values.samples }, `${values.samples} samples`));
  }
  fields.samples.value = values.samples;
  fields.batch_size.max = answer.rows;
  for (const name of OPTIONAL) set(name, values[name]);
  saySize();
  const units = values.hidden.split(",");
  fields.layers.value = String(units.length);
  units.forEach((units, index) => set(SIZES[index], units));
  fields.show.checked = values.show;
  fields.keep.checked = values.keep;
  byId("batch-note").textContent =
    `${answer.updates.toLocaleString("en")} updates`;
  arrange();
}

/** Shows the controls that belong to the mode, the strategy, the number of layers and inputs. */
function arrange() {
  const fields = form.elements;
  for (const node of form.querySelectorAll("[data-mode]")) {
    node.hidden = !node.dataset.mode.split(" ").includes(mode());
  }
  byId("noise-field").hidden = fields.samples.value === "0";
  SIZES.forEach((name, index) => (fields[name].hidden = index >= Number(fields.layers.value)));
  for (const button of form.querySelectorAll(".reset")) {
    button.hidden = !chosen.has(button.dataset.reset);
  }
  arrangeGates(Number(fields.inputs.value));
}

function arrangeGates(inputs) {
  for (const label of byId("gates").children) {
    const box = label.firstChild;
    const gate = catalogue.find(({ name }) => name === box.value);
    label.hidden = !(gate.scalable || gate.inputs === inputs);
    box.checked = mode() === "gates" && picked.includes(gate.name);
  }
}

/** Makes the controls work; `changed` is called after every change by the user. */
export function listen(changed) {
  const labels = [...byId("gates").children].sort((a, b) => a.dataset.rank - b.dataset.rank);
  byId("gates").replaceChildren(...labels);
  catalogue = labels.map((label) => ({
    name: label.firstChild.value,
    inputs: Number(label.dataset.inputs),
    scalable: label.dataset.rank === "0", // for any number of inputs
  }));
  form.addEventListener("input", ({ target }) => {
    edited(target);
    arrange();
    changed();
  });
  form.addEventListener("focusout", ({ target }) => {
    if (OPTIONAL.includes(target.name) && !target.value.trim() && told[target.name]) target.value = told[target.name];
  });
  form.addEventListener("click", ({ target }) => {
    if (!target.dataset.reset) return;
    chosen.delete(target.dataset.reset);
    changed();
    form.querySelector(`[name=${target.dataset.reset === "hidden" ? "layers" : target.dataset.reset}]`).focus();
  });
  arrange();
}

function edited(target) {
  const fields = form.elements;
  switch (target.name) {
    case "mode":
      if (target.value === "gates" && !picked.length) picked = ["xor"];
      if (target.value === "gates") fitGates(Number(fields.inputs.value));
      if (target.value === "expr" && !fields.expr.value) fields.expr.value = "a != b";
      if (target.value === "table") fields.bits.value = columns.join(",");
      break;
    case "gate":
      picked = target.checked
        ? [...picked, target.value]
        : picked.filter((name) => name !== target.value);
      break;
    case "inputs":
    case "outputs":
      if (mode() === "gates") fitGates(Number(fields.inputs.value));
      else fields.bits.value = resized().join(",");
      break;
    case "batch_size":
      slide(Number(target.value));
      break;
    case "layers":
      fillSizes();
      chosen.add("hidden");
      break;
    default:
      if (SIZES.includes(target.name)) choose("hidden", sizes().join(""));
      else if (OPTIONAL.includes(target.name)) choose(target.name, target.value);
  }
}

/** One slider from a row an update to all of them: it names the strategy as it passes. */
function slide(size) {
  const fields = form.elements;
  fields.batch.value = size === 1 ? "sgd" : size === Number(fields.batch_size.max) ? "full" : "mini";
  chosen.add("batch_size");
  saySize();
}

function saySize() {
  const { value, max } = form.elements.batch_size;
  byId("batch-says").textContent = `${value} of ${max}`;
}

/** Goes back to a batch that every table has; whether that is another than the one chosen. */
export function anyBatch() {
  const fields = form.elements;
  if (fields.batch.value !== "mini") return false;
  if (!chosen.delete("batch_size")) fields.batch.value = "full";
  return true;
}

/** An emptied field goes back to the default. */
function choose(name, text) {
  if (text.trim()) chosen.add(name);
  else chosen.delete(name);
}

function fitGates(inputs) {
  const fits = ({ scalable, inputs: own }) => scalable || own === inputs;
  picked = picked.filter((name) => fits(catalogue.find((gate) => gate.name === name)));
  if (!picked.length) picked = [inputs === 1 ? "not" : "xor"];
}

function fillSizes() {
  const fields = form.elements;
  SIZES.slice(1, Number(fields.layers.value)).forEach((name, index) => {
    fields[name].value ||= String(Math.max(2, Math.ceil(Number(fields[SIZES[index]].value) / 2) || 4));
  });
  for (const name of SIZES) fields[name].hidden = false;
}

/** The columns cut or repeated to as many rows and columns as the controls say. */
function resized() {
  const rows = 2 ** Number(form.elements.inputs.value);
  const count = Number(form.elements.outputs.value);
  const fitted = columns.map((bits) => bits.repeat(Math.ceil(rows / bits.length)).slice(0, rows));
  return Array.from({ length: count }, (_, index) => fitted[index] ?? "0".repeat(rows));
}

/** Turns one bit of the truth table, which from then on is a table of its own. */
export function flip(row, column) {
  const bits = [...columns[column]];
  bits[row] = bits[row] === "1" ? "0" : "1";
  columns = columns.map((old, index) => (index === column ? bits.join("") : old));
  form.elements.mode.value = "table";
  form.elements.bits.value = columns.join(",");
  arrange();
}

/** Marks the control of an option, and says there in words for people what it needs, with the
 * command line's words as the detail; "" clears it. What it needs, with the name of the control. */
export function complain(message, option) {
  byId("error")?.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  if (!message) return "";
  const place = form.querySelector(`[data-option="${option}"]`) ?? byId("subject");
  const alone = option === "--hidden" && sizes().join() === "1";
  const needs = alone ? "needs 2 or more hidden units" : place.dataset.needs;
  place.append(make("p", { id: "error", class: "error" }, make("b", {}, needs), " ", make("span", { class: "note" }, message)));
  for (const field of place.querySelectorAll("input:not([type=radio], [type=checkbox])")) {
    if (field.hidden || field.closest("[hidden]")) continue;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", "error");
  }
  const name = place.querySelector("legend, label")?.firstChild.textContent.trim();
  return `${place.id === "subject" ? "What to learn" : name}: ${needs}.`;
}

/** Takes the user to the control that is marked. */
export function toError() {
  const place = byId("error")?.parentNode;
  place?.scrollIntoView({ block: "center" });
  const field = place?.querySelector("[aria-invalid]") ?? place?.querySelector("input, select");
  field?.focus({ preventScroll: true });
}
