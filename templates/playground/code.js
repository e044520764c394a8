// The script: highlighted lines, the changed ones marked, and what the line under the pointer means.

import { byId, make } from "./dom.js";

const code = byId("code");
const meaning = byId("meaning");
const INVITATION = "Point at a line, or move through them with the arrow keys, to read what it means.";

let explanations = [];
let active = -1;

/** Shows a script as Python tokenized it. */
export function show({ lines, changed, limit }) {
  const marked = new Set(changed);
  code.replaceChildren(...lines.map((tokens, index) => line(tokens, index, marked.has(index))));
  byId("count").textContent = `${lines.length} of ${limit} lines`;
  byId("meter").replaceChildren(
    ...Array.from({ length: limit }, (_, index) => make("i", index < lines.length ? { class: "on" } : {})),
  );
  explanations = [];
  activate(Math.min(active, lines.length - 1));
}

/** Says what the lines mean, in their order. */
export function explain(lines) {
  explanations = lines.map((meaning) => meaning || "It is blank, for the eye.");
  activate(active);
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

/** Makes the lines follow the pointer and the arrow keys. */
export function listen() {
  const pointed = ({ target }) => {
    const index = [...code.children].indexOf(target.closest("[role=option]"));
    if (index >= 0 && index !== active) activate(index);
  };
  code.addEventListener("pointermove", pointed);
  code.addEventListener("click", pointed);
  code.addEventListener("keydown", (event) => {
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
  code.addEventListener("focus", () => active < 0 && activate(0));
  activate(-1);
}
