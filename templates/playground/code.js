// The script: highlighted lines, the changed ones marked, and what the line under the pointer means.

import { byId, make } from "./dom.js";

const code = byId("code");
const meaning = byId("meaning");
const INVITATION = "Point at a line, or use the arrow keys, to read what it means.";

let explanations = [];
let active = -1;
let table = {};
let pointed = () => {};

// Which part of the network a name in a script stands for.
const PARTS = {
  X: ["inputs"], y: ["outputs"], layer: ["layer 1"], delta: ["layer 1"], output: ["outputs"], error: ["outputs"],
  W1: ["weights 1"], b1: ["weights 1"], W2: ["weights 2"], b2: ["weights 2"],
};
const DEEP = {
  X: ["inputs"], y: ["outputs"], output: ["outputs"], layers: ["layer 1", "layer 2", "layer 3"],
  W: ["weights 1", "weights 2", "weights 3", "weights 4"], w: ["weights 1", "weights 2", "weights 3", "weights 4"],
};

/** Shows a script as Python tokenized it. */
export function show({ lines, meanings, changed, limit, values }) {
  table = values.hidden.includes(",") ? DEEP : PARTS;
  const marked = new Set(changed.length < lines.length / 2 ? changed : []);
  code.replaceChildren(...lines.map((tokens, index) => line(tokens, index, marked.has(index))));
  byId("count").textContent = `${lines.length} of ${limit} lines`;
  byId("meter").replaceChildren(
    ...Array.from({ length: limit }, (_, index) => make("i", index < lines.length ? { class: "on" } : {})),
  );
  explanations = meanings.map((meaning) => meaning || "It is blank, for the eye.");
  activate(Math.min(active, lines.length - 1));
}

/** Marks the line of a number, from 1, as the one that has just run, with `explained` says what it
 * means, too; 0 takes the mark away. What changed was seen by then. */
export function running(number, explained) {
  for (const node of code.querySelectorAll(".running, .changed")) node.classList.remove("running", "changed");
  code.children[number - 1]?.classList.add("running");
  if (explained || active >= 0) activate(explained ? number - 1 : -1);
}

/** Lights up the lines that set a part of the network; "" takes the light away. */
export function light(part) {
  for (const node of code.children) node.classList.toggle("lit", part !== "" && parts(node).has(part));
}

/** The parts of the network that a line sets. */
function parts(node) {
  const text = node?.querySelector(".text").textContent ?? "";
  const [, names = ""] = /^\s*(?:for )?([\w, ]+?)(?:\[.*?\]|\.append)? *(?:[-+*]?=| in |\()/.exec(text) ?? [];
  return new Set(names.split(",").flatMap((name) => table[name.trim()] ?? []));
}

/** Says something at the line of a number, from 1; 0 takes it away. */
export function remark(number, text) {
  code.querySelector(".remark")?.remove();
  if (text) code.children[number - 1]?.append(make("span", { class: "remark" }, text));
}

/** The number of the line that sets a name that a sentence contains: one that was changed, or else
 * the last; 0 without one. */
export function lineOf(sentence, changed) {
  const words = new Set(sentence.match(/[A-Za-z_]\w*/g));
  const named = [...code.children].flatMap((node, index) => {
    const [, name] = /^\s*(?:for )?([A-Za-z_]\w*)/.exec(node.querySelector(".text").textContent) ?? [];
    return name in table && words.has(name) ? [index] : [];
  });
  return (named.find((index) => changed.includes(index)) ?? named.at(-1) ?? -1) + 1;
}

function line(tokens, index, changed) {
  const node = make("div", { role: "option", id: `line-${index + 1}`, "aria-selected": "false" });
  if (changed) {
    node.className = "changed";
    node.append(make("span", { class: "hidden" }, "changed: "));
  }
  if (!tokens.length) node.append(make("span", { class: "hidden" }, "blank"));
  const text = make("span", { class: "text" });
  for (const [kind, piece] of tokens) {
    text.append(kind ? make("span", { class: kind }, piece) : piece);
  }
  const depth = text.textContent.search(/\S/);
  text.style.setProperty("--depth", Math.max(0, depth)); // where the line goes on when it is broken
  node.append(text);
  return node;
}

function activate(index) {
  code.children[active]?.setAttribute("aria-selected", "false");
  active = index;
  const node = code.children[index];
  pointed(parts(node));
  if (!node) {
    code.removeAttribute("aria-activedescendant");
    meaning.textContent = INVITATION;
    return;
  }
  node.setAttribute("aria-selected", "true");
  code.setAttribute("aria-activedescendant", node.id);
  meaning.replaceChildren(make("b", {}, `Line ${index + 1}`), ...prose(explanations[index] || ""));
}

/** An explanation as nodes: what stands between backquotes is code. */
function prose(text) {
  return text.split("`").map((part, index) => (index % 2 ? make("code", {}, part) : part));
}

/** Makes the lines follow the pointer and the arrow keys; `point` hears the parts of the line, and
 * `choose` the number of one that is clicked or taken with Enter. */
export function listen(point, choose) {
  pointed = point;
  const over = ({ target }) => {
    const index = [...code.children].indexOf(target.closest("[role=option]"));
    if (index >= 0 && index !== active) activate(index);
  };
  code.addEventListener("pointermove", over);
  code.addEventListener("click", (event) => {
    over(event);
    if (event.target.closest("[role=option]")) choose(active + 1);
  });
  code.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && active >= 0) choose(active + 1);
    const last = code.children.length - 1;
    const to = {
      ArrowDown: Math.min(active + 1, last),
      ArrowUp: Math.max(active - 1, 0),
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    activate(to);
    code.children[to].scrollIntoView({ block: "nearest" });
  });
  code.addEventListener("pointerleave", () => pointed(new Set()));
  code.addEventListener("focus", () => active < 0 && activate(0));
  activate(-1);
}
