// The page: what the user chooses goes to Python, and what Python answers is shown.

import * as code from "./code.js";
import { byId } from "./dom.js";
import * as form from "./form.js";
import { pool, Stopped } from "./pool.js";
import * as results from "./results.js";
import { copy, download } from "./take.js";
import * as truth from "./truth.js";

const SEEDS = 200;

let python;
let first; // Python's answer about the first script, made when the site was built
let shown = null; // Python's last answer about a script
let wanted = null; // the question that waits for Python, newest only
let asking = null; // settled when no question waits any more
let running = 0; // counts the runs; whoever is not the last is not listened to

start().catch((error) => say(`The page could not be loaded: ${error.message}`));

async function start() {
  say("Loading…");
  const response = await fetch("site.json");
  const site = await response.json();
  first = site.first;
  form.listen(site.gates, () => request(form.words(), true));
  truth.listen((row, column) => {
    form.flip(row, column);
    request(form.words());
  });
  code.listen();
  listen();
  python = pool(site, heard);
  const words = fragment();
  if (words === first.words) show(first);
  say("Loading Python, some 15 MB on the first visit…");
  request(words);
}

function heard({ booted, ready, failed }) {
  if (booted) performance.mark("booted");
  if (ready) say("Ready");
  if (failed) say(`Python could not be loaded: ${failed}. Load the page again.`);
}

/** What the address says after #, or the first script's words. */
function fragment() {
  try {
    return decodeURIComponent(location.hash.slice(1)).slice(0, 2000).trim() || first.words;
  } catch {
    return location.hash.slice(1, 2000);
  }
}

/** Asks Python for the script of some words, from the controls or not; newest question only. */
function request(words, typing = false) {
  wanted = { words, typing };
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

async function ask() {
  while (wanted) {
    const { words, typing } = wanted;
    wanted = null;
    try {
      const answer = await python.ask({ ask: "script", words, before: shown?.source ?? "" });
      if (!wanted) settle(answer, typing);
    } catch (error) {
      say(`Python stopped: ${error.message}. Load the page again.`);
    }
  }
}

function settle(answer, typing) {
  if (!answer.error) show(answer, typing);
  else if (!shown) show(first);
  form.complain(answer.error ?? "", answer.option);
  byId("stale").hidden = !answer.error;
  enable(!answer.error);
  explain(shown);
}

function show(answer, typing) {
  if (shown?.source !== answer.source) {
    running++;
    python.abandon();
    if (!byId("stop").disabled) say("Ready");
    idle();
    results.clear();
  }
  shown = answer;
  form.show(answer, typing);
  truth.show(answer.table);
  code.show(answer);
  byId("command").textContent = answer.command;
  history.replaceState(null, "", `#${encodeURIComponent(answer.words)}`);
  performance.mark("script");
}

async function explain(answer) {
  try {
    const { lines } = await python.ask({ ask: "explain", words: answer.words });
    if (shown === answer) code.explain(lines);
  } catch {
    // Python is gone, which whoever asks for a script says.
  }
}

async function run() {
  await asking;
  if (byId("run").disabled) return;
  const [script, own] = [shown, ++running];
  const draw = results.begin(script);
  busy("Training…");
  try {
    const result = await train(script.words, (state) => own === running && draw(state));
    if (own !== running) return;
    draw(result);
    results.judge(result, script, () => another(Number(script.values.seed) + 1));
    truth.predict(result.predictions, result.close);
    performance.mark("judged");
    say("Ready");
    idle();
  } catch (error) {
    ended(error, own);
  }
}

/** The same script with another seed, run at once. */
async function another(seed) {
  const bare = shown.words.replace(/ --seed [0-9]+/, "");
  await request(`${bare} --seed ${seed}`);
  run();
}

async function compare() {
  const [script, own] = [shown, ++running];
  truth.predict([]);
  const draw = results.compare();
  busy("Training the three strategies…");
  try {
    const { strategies } = await python.ask({ ask: "strategies", words: script.words });
    draw(strategies);
    for (const entry of strategies) {
      if (entry.error) continue;
      const follow = (state) => {
        Object.assign(entry, state);
        if (own === running) draw(strategies);
      };
      follow(await train(entry.words, follow));
      if (own !== running) return;
    }
    say("Ready");
    idle();
  } catch (error) {
    ended(error, own);
  }
}

/** Says with how many of the first seeds the script learns. */
async function trySeeds() {
  const [script, own] = [shown, ++running];
  busy(`Trying ${SEEDS} seeds…`);
  try {
    const share = await python.train({ ask: "seeds", words: script.words, count: SEEDS }, { loading });
    if (own !== running) return;
    results.say(`This script ${share.words}.`);
    performance.mark("seeds");
    say("Ready");
    idle();
  } catch (error) {
    ended(error, own);
  }
}

function train(words, report) {
  return python.train({ ask: "run", words }, { report, loading });
}

function loading(what) {
  say(what ? "Loading NumPy, some 3 MB on the first run…" : "Training…");
}

function ended(error, own) {
  if (own !== running) return;
  idle();
  if (error instanceof Stopped) {
    results.say("The training was stopped, and its Python with it; another one is ready as soon as it has loaded.");
    say("Stopped");
  } else {
    results.say(`The training failed: ${error.message}`);
    say("Ready");
  }
}

function busy(text) {
  const starters = [byId("run"), byId("compare"), byId("try-seeds")];
  const focused = starters.includes(document.activeElement);
  say(text);
  byId("stop").disabled = false;
  for (const button of starters) button.disabled = true;
  if (focused) byId("stop").focus();
}

function idle() {
  const focused = document.activeElement === byId("stop");
  byId("stop").disabled = true;
  enable(true);
  if (focused) byId("run").focus();
}

/** Lets the script be run and taken away, unless the controls say something that is refused. */
function enable(on) {
  for (const button of document.querySelectorAll("main > section .actions > button, #copy-command")) {
    if (button.id !== "stop") button.disabled = !on;
  }
}

function say(text) {
  byId("status").textContent = text;
}

async function save(format) {
  const loading = (what) => say(what ? "Loading black…" : "Ready");
  try {
    const file = await python.ask({ ask: "file", words: shown.words, format }, { loading });
    download(file);
    say(`${file.name} was downloaded`);
  } catch (error) {
    say(`The file could not be made: ${error.message}`);
  }
}

async function take(text, what) {
  await copy(text);
  say(`${what} was copied`);
}

function listen() {
  byId("controls").addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
  byId("compare").addEventListener("click", compare);
  byId("try-seeds").addEventListener("click", trySeeds);
  byId("stop").addEventListener("click", () => python.stop());
  byId("copy").addEventListener("click", () => take(shown.source, "The script"));
  byId("copy-link").addEventListener("click", () => take(location.href, "The link"));
  byId("copy-command").addEventListener("click", () => take(shown.command, "The command"));
  byId("save-py").addEventListener("click", () => save("py"));
  byId("save-ipynb").addEventListener("click", () => save("ipynb"));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("code").focus();
  });
  addEventListener("hashchange", () => {
    if (fragment() !== shown?.words) request(fragment());
  });
}
