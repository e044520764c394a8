// The questions to guess first, and a line that is wrong, to be found.

import { byId } from "./dom.js";

const starts = [...document.querySelectorAll(".starts [data-words]")];
const box = byId("question");

let open = null; // the button of the question that is open
let bugs = []; // scripts that learn, and have one wrong line: {words, change}
let turn = 0;

/** Makes the buttons work: `begin(start)` is called for a question, and for a script {words,
 * change} with a mistake in it `hunt(bug)`; `tell()` when its line shall be told. */
export function listen(scripts, { begin, hunt, tell }) {
  bugs = scripts.map((bug) => [Math.random(), bug]).sort(([a], [b]) => a - b).map(([, bug]) => bug);
  const next = () => hunt(bugs[turn++ % bugs.length]);
  for (const button of starts) button.addEventListener("click", () => (show(button), begin(startOf(button))));
  byId("find").addEventListener("click", next);
  byId("another").addEventListener("click", next);
  byId("tell").addEventListener("click", tell);
}

/** A question as {words, change}: which script it is about, and how that is edited. */
function startOf({ dataset: { words, old, new: instead } }) {
  return { words, change: old ? [[old, instead]] : [] };
}

/** Opens the first question. */
export function first() {
  show(starts[0]);
}

/** Closes the question that is about another script. */
export function leave(words) {
  if (open && open.dataset.words !== words) show(null);
}

/** After a run: answers the question. */
export function answer() {
  if (open) box.textContent = open.dataset.answer;
}

function show(button) {
  for (const each of [...starts, byId("find")]) each.setAttribute("aria-pressed", each === button);
  open = button;
  say(button?.dataset.question ?? "");
}

/** Asks for the line that is wrong, or says more of it; "" ends that. */
export function hunt(text, found = false) {
  if (text) show(null);
  else if (byId("find").getAttribute("aria-pressed") === "true") say("");
  byId("find").setAttribute("aria-pressed", text !== "");
  byId("hunt").hidden = !text;
  byId("tell").hidden = found;
  byId("code").classList.toggle("sought", Boolean(text) && !found);
  if (text) say(text);
}

function say(text) {
  box.hidden = !text;
  box.textContent = text;
}
