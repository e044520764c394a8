// The page: what the user chooses goes to Python, and what Python answers is shown.

import * as arithmetic from "./arithmetic.js";
import * as cells from "./cells.js";
import * as code from "./code.js";
import { byId } from "./dom.js";
import * as form from "./form.js";
import * as network from "./network.js";
import * as player from "./player.js";
import { pool, Stopped } from "./pool.js";
import * as questions from "./questions.js";
import { recording } from "./recording.js";
import * as results from "./results.js";
import { copy, download } from "./take.js";
import * as truth from "./truth.js";

const SEEDS = 200;
const PAUSE = 150; // milliseconds without a new script until its network is asked for
const TYPED = 400; // milliseconds without a new letter until what `check` says is asked for
const CHECKED = 5000; // milliseconds that a check has while somebody types
const LIVE = 1.5; // seconds: a shorter training is played once more, slowly enough to be seen
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let python;
let first; // Python's answer about the first script, made when the site was built
let shown = null; // Python's last answer about a script
let edit = null; // the same of the user's own text, while there is one
let judged = null; // the last result of a run of what is shown
let wanted = null; // the question that waits for Python, newest only
let asking = null; // settled when no question waits any more
let running = 0; // counts the runs; whoever is not the last is not listened to
let ready = false; // Python answers
let numpy = false; // the Python that trains has NumPy
let doing = ""; // what it does, in words
let refused = false; // what the controls say

start().catch((error) => say(`The page could not be loaded: ${error.message}`));

async function start() {
  say("Loading…");
  const response = await fetch("site.json");
  if (!response.ok) throw new Error(`site.json: ${response.status}`);
  const site = await response.json();
  first = site.first;
  form.listen(() => request(form.words(), "typing"));
  truth.listen((row, column) => {
    form.flip(row, column);
    request(form.words());
  });
  code.listen(network.light, guess);
  network.listen(code.light);
  player.listen(position);
  questions.listen(site.bugs, { begin, hunt, tell: () => found("That one is") });
  listen();
  document.body.dataset.view = address().view;
  const { words } = address();
  if (!words) questions.first();
  if (!words || words === first.words) show(first);
  python = pool(site, heard);
  say("Loading Python, some 15 MB on the first visit…");
  request(words || first.words, "address");
}

function heard({ booted, ready: answers, numpy: loaded, failed }) {
  if (booted) performance.mark("booted");
  if (answers && !ready) {
    ready = true;
    if (byId("stop").disabled) say("Ready");
    showStart();
    navigator.serviceWorker?.register("offline.js").catch(() => {});
  }
  if (loaded !== undefined) numpy = loaded;
  if (loaded) performance.mark("numpy");
  if (loaded && !byId("stop").disabled) say(doing);
  if (failed) lost(failed);
}

/** Says that Python is not to be had, with a way to try again. */
function lost(reason) {
  ready = false;
  say(`Python could not be loaded: ${reason}. Run tries again.`);
  idle();
}

/** What the address says after #: the words of a script, and which part of the page is shown. */
function address() {
  const [words, view = ""] = location.hash.slice(1).split("&view=");
  try {
    return { words: decodeURIComponent(words).slice(0, 2000).trim(), view };
  } catch {
    return { words: words.slice(0, 2000), view };
  }
}

/** Asks Python for the script of some words, from "typing", the "address" or else; newest only. */
function request(words, from = "") {
  wanted = { words, from };
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

async function ask() {
  while (wanted) {
    const { words, from } = wanted;
    wanted = null;
    try {
      const answer = await python.ask({ ask: "script", words, before: shown?.source ?? "" });
      if (!wanted) settle(answer, from);
    } catch (error) {
      lost(error.message);
    }
  }
}

function settle(answer, from) {
  if (from === "typing" && (answer.option ?? "").startsWith("--batch") && form.anyBatch()) {
    return request(form.words(), from);
  }
  if (!answer.error) show(answer, from);
  else if (!shown) show(first);
  const elsewhere = answer.error && from === "address";
  refused = Boolean(answer.error) && !elsewhere;
  const needs = form.complain(refused ? answer.error : "", answer.option);
  const instead = `The address asks for what there is not: ${answer.error}. This is ${shown.words} instead.`;
  byId("refused").textContent = elsewhere ? instead : needs;
  byId("refused").hidden = !answer.error;
  byId("stale").hidden = !refused;
  byId("run").setAttribute("aria-disabled", refused);
  enable();
}

function show(answer, from) {
  const same = shown?.source === answer.source && !edit;
  if (!same) {
    running++;
    python?.abandon();
    if (!byId("stop").disabled) say("Ready");
    idle();
    results.clear(answer, shown && bare(shown.words) === bare(answer.words));
    network.show(answer);
    forget();
    edit = null;
    toggleEditor(false);
  }
  shown = answer;
  form.show(answer, from === "typing");
  truth.show(answer.table);
  showCode(answer);
  byId("command").textContent = answer.command;
  const { view } = address();
  history.replaceState(null, "", `#${encodeURIComponent(answer.words)}${view && `&view=${view}`}`);
  performance.mark("script");
  questions.leave(answer.words);
  if (!same) showStart();
}

function showCode(answer) {
  code.show(answer);
  byId("revert").hidden = !edit;
  byId("script-title").textContent = edit?.sought ? "The script, with a mistake" : edit ? "The script, edited" : "The script";
  if (!edit?.sought) questions.hunt("");
}

/** Takes away what was recorded and judged. */
function forget() {
  judged = null;
  player.load(null);
  cells.show(null);
  truth.light([]);
  byId("position").textContent = "Run records the training: then go through it line by line.";
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Draws the network that training starts from, as soon as NumPy is there to make it. */
async function showStart() {
  const [answer, own, text] = [shown, running, edit];
  const other = () => shown.source !== answer.source || running !== own || edit !== text;
  if (!answer || !ready) return;
  await pause(PAUSE);
  if (other()) return;
  try {
    const begun = await python.ask({ ask: "start", words: answer.words, source: text?.source }, { newest: true });
    if (other() || judged || !begun.start) return;
    const { X, y, weights } = begun.start;
    network.show(answer, X, y);
    network.update(arithmetic.named(weights));
  } catch {
    // Whoever asks for a script says that Python is gone.
  }
}

/** What the lines of an edited text mean: those that are as they were. */
function meanings(source) {
  const known = new Map(shown.source.split("\n").map((line, index) => [line, shown.meanings[index]]));
  return source.split("\n").map((line) => (line.trim() ? known.get(line) ?? "This line is yours." : ""));
}

/** Shows another text in the place of the script, the user's own or one with a line that is
 * `sought`; the script's own text ends that. */
async function change(source, sought = false) {
  if (source === (edit ?? shown).source && byId("stop").disabled) return;
  if (!byId("stop").disabled) python.stop();
  const [answer, own] = [shown, ++running];
  const told = source === shown.source ? null : await python.ask({ ask: "edited", words: answer.words, source });
  if (own !== running || shown !== answer) return;
  edit = told && { ...answer, ...told, edited: true, meanings: sought ? answer.meanings : meanings(source) };
  if (sought) Object.assign(edit, { sought: edit.changed, changed: [] });
  results.clear(answer);
  forget();
  truth.predict([]);
  showCode(edit ?? answer);
  enable();
  showStart();
  if (!edit || sought) return editor?.remark(0, "");
  const script = edit;
  await pause(TYPED);
  if (edit === script) check(script);
}

/** What `check` says of an edited script, asked once. */
function honest(script) {
  const question = { ask: "honest", words: script.words, source: script.source };
  script.honest ??= python.ask(question, { newest: true, limit: CHECKED });
  script.honest.catch(() => (script.honest = null));
  return script.honest;
}

/** The honest check's sentence, at the line that it names. */
async function check(script) {
  const told = await honest(script).catch(() => null);
  if (!told || edit !== script || script.sought) return;
  const line = at(told, script);
  code.remark(line, told.reason);
  editor?.remark(line, told.reason);
  results.honest(told, line);
}

/** The line that a check's sentence is about: the one that it says, or that sets what it names. */
function at({ status, reason, line }, script) {
  return line ?? (status === "fail" ? code.lineOf(reason, script.changed) : 0);
}

/** Shows a script that learns although one line of it is wrong. */
async function hunt({ words, change: changes }) {
  await request(words);
  toggleEditor(false);
  await change(changed(shown.source, changes), true);
  questions.hunt("This script learns, and yet one line is wrong. Which one? Choose it.");
  honest(edit).catch(() => {});
}

const changed = (source, changes) => changes.reduce((text, [old, instead]) => text.replaceAll(old, instead), source);

/** A line that was chosen in the script. */
function guess(number) {
  if (!edit?.sought?.length || edit.changed.length) return;
  if (edit.sought.includes(number - 1)) found("Yes:");
  else questions.hunt(`Line ${number} does what it should. Look on, or let it be told.`);
}

/** Tells the line that is sought, with the check's own sentence at it. */
async function found(begin) {
  const script = edit;
  const line = script.sought[0] + 1;
  const told = await honest(script).catch(() => null);
  if (edit !== script) return;
  edit.changed = edit.sought;
  showCode(edit);
  code.remark(line, told?.reason ?? "");
  const meant = shown.source.split("\n")[line - 1].split("  # ")[0].trim();
  questions.hunt(`${begin} line ${line}. It should be: ${meant}`, true);
}

let editor = null; // the module, once it was asked for
let editing = false;
let changing = null; // settled when what was typed last is shown

/** Opens the editor, or closes it and shows what was written. */
async function toggleEditor(on) {
  if (on === editing) return;
  editing = on;
  byId("edit").textContent = on ? "Done" : "Edit";
  byId("edit").setAttribute("aria-pressed", on);
  if (on) {
    try {
      editor ??= await import("./editor.js");
    } catch (error) {
      editing = false;
      return say(`The editor could not be loaded: ${error.message}`);
    }
  }
  byId("editor").hidden = !on;
  byId("code").hidden = byId("meaning").hidden = on;
  if (!on) return;
  editor.open((edit ?? shown).source, (text) => (changing = change(text)));
  if (edit) check(edit);
}

async function run() {
  toggleEditor(false);
  if (refused) return form.toError();
  if (byId("run").disabled) return;
  if (!ready) {
    say("Python is still loading: the training begins as soon as it is there…");
    if (!asking) python.again();
    byId("run").setAttribute("aria-busy", "true");
    await (asking ?? request(shown.words));
    byId("run").removeAttribute("aria-busy");
    if (!ready) return;
  }
  await asking;
  await changing;
  if (refused) return form.toError();
  const [script, own] = [edit ?? shown, ++running];
  forget();
  const draw = results.begin(script);
  const tape = recording();
  let last = null;
  const follow = (state) => {
    if (own !== running) return;
    tape.add(state.recording, state.every);
    draw((last = state));
    see(state);
  };
  busy("Training…");
  try {
    const result = await train(script.words, follow, edit?.source);
    if (own !== running) return;
    follow(result);
    finish(result, script, tape);
    performance.mark("judged");
    say("Ready");
    idle();
    if (script.edited && result.status !== "timeout") await check(script);
  } catch (error) {
    if (own === running && last) keep(last, tape);
    ended(error, own);
  }
}

/** Draws the network of a state that Python told. */
function see({ weights, epoch }) {
  network.update(arithmetic.named(weights));
  if (!byId("stop").disabled) byId("position").textContent = `Training: epoch ${epoch.toLocaleString("en")}`;
}

function finish(result, script, tape) {
  results.judge(result, script, () => seed(Number(script.values.seed) + 1));
  truth.predict(result.predictions, result.close);
  questions.answer();
  keep(result, tape);
  if (tape.frames && result.seconds < LIVE && !calm.matches) player.play();
}

/** Lets what was recorded be gone through, of a whole training or of one that was stopped. */
function keep(result, tape) {
  judged = result;
  player.load(tape);
}

/** Shows a place in the recorded training: the line that has run, and all that it made. */
function position(tape, frame, place) {
  const { line, arrays } = tape.after(frame, place);
  const { update, epoch, loss, rows } = tape.about(frame);
  code.running(line?.number ?? 0, byId("unit").value === "line");
  cells.show(line);
  if (shown.values.samples === "0") truth.light(rows);
  else network.lightSamples(rows);
  network.update(arrays);
  results.markEpoch((update * judged.epoch) / judged.updates);
  const end = frame === tape.frames - 1 && place === tape.count(frame) - 1;
  const answers = network.answers();
  if (end && judged.predictions) truth.predict(judged.predictions, judged.close);
  else if (answers) truth.follow(answers);
  const facts = [`epoch ${epoch} of ${judged.epoch}`, `update ${update.toLocaleString("en")} of ${judged.updates.toLocaleString("en")}`];
  if (line) facts.push(`line ${line.number}`);
  if (loss !== null) facts.push(`loss ${loss.toPrecision(2)}`);
  byId("position").title = tape.frames < judged.updates ? `${tape.frames} of the updates are kept` : "";
  byId("position").textContent = facts.join(" · ");
  byId("at").setAttribute("aria-valuetext", facts.join(", "));
}

/** The same script with another seed, run at once. */
async function seed(number) {
  await request(`${bare(shown.words)} --seed ${number}`);
  run();
}

/** Words without their seed. */
function bare(words) {
  return words.replace(/ --seed [0-9]+/, "");
}

async function compare() {
  const [script, own] = [shown, ++running];
  truth.predict([]);
  const draw = results.compare();
  busy("Training the three strategies…");
  try {
    const strategies = await Promise.all(["sgd", "mini", "full"].map(strategy));
    draw(strategies, script.rows);
    for (const entry of strategies) {
      if (entry.error) continue;
      const follow = (state) => {
        Object.assign(entry, state);
        if (own === running) draw(strategies, script.rows);
      };
      follow(await train(entry.words, follow));
      if (own !== running) return;
    }
    byId("comparison").scrollIntoView({ block: "nearest" });
    say("Ready");
    idle();
  } catch (error) {
    ended(error, own);
  }
}

/** What the same options are with another strategy. */
async function strategy(batch) {
  const { words, updates, error, values } = await python.ask({ ask: "script", words: form.words(batch) });
  return { batch, words, updates, error, epochs: Number(values?.epochs) };
}

/** Tries the first seeds, and shows with which of them the script learns. */
async function trySeeds() {
  const [script, own] = [shown, ++running];
  busy(`Trying ${SEEDS} seeds…`);
  try {
    const share = await python.train({ ask: "seeds", words: bare(script.words), count: SEEDS });
    if (own !== running) return;
    results.seeds(share, seed);
    byId("seeds").scrollIntoView({ block: "nearest" });
    performance.mark("seeds");
    say("Ready");
    idle();
  } catch (error) {
    ended(error, own);
  }
}

function train(words, report, source) {
  return python.train({ ask: "run", words, source }, { report });
}

function ended(error, own) {
  if (own !== running) return;
  idle();
  if (error instanceof Stopped) {
    results.say("The training was stopped. What it had reached stays here, to be gone through.");
    say("Stopped");
  } else {
    results.say(`The training failed: ${error.message}`);
    say("Ready");
  }
}

function busy(text) {
  const starters = [byId("run"), byId("compare"), byId("try-seeds")];
  const focused = starters.includes(document.activeElement);
  doing = text;
  say(numpy ? text : "Loading NumPy, some 3 MB on the first visit…");
  byId("stop").disabled = false;
  for (const button of starters) button.disabled = true;
  if (focused) byId("stop").focus();
}

function idle() {
  const focused = document.activeElement === byId("stop");
  byId("stop").disabled = true;
  enable();
  if (focused) byId("run").focus();
}

/** Lets what is shown be run and taken away, but what the controls say is refused. */
function enable() {
  byId("run").disabled = false;
  for (const id of ["compare", "try-seeds", "copy", "edit", "save-py", "save-ipynb", "copy-link", "copy-command"]) {
    byId(id).disabled = refused;
  }
  for (const id of ["compare", "try-seeds", "save-ipynb"]) byId(id).disabled ||= Boolean(edit); // of the generated script
}

function say(text) {
  byId("status").textContent = text;
}

/** Shows the script of a question, perhaps edited. */
async function begin({ words, change: changes }) {
  await request(words);
  if (changes.length && shown.words === words) await change(changed(shown.source, changes));
}

async function save(format) {
  if (edit) return download({ name: "edited.py", text: edit.source });
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
  byId("edit").addEventListener("click", () => toggleEditor(!editing));
  byId("revert").addEventListener("click", () => {
    if (editing) editor.fill(shown.source);
    change(shown.source);
  });
  byId("copy").addEventListener("click", () => take((edit ?? shown).source, "The script"));
  byId("copy-link").addEventListener("click", () => take(location.href, "The link"));
  byId("copy-command").addEventListener("click", () => take(shown.command, "The command"));
  byId("save-py").addEventListener("click", () => save("py"));
  byId("save-ipynb").addEventListener("click", () => save("ipynb"));
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("code").focus();
  });
  addEventListener("hashchange", () => {
    const { words, view } = address();
    document.body.dataset.view = view;
    if (words && words !== shown?.words) request(words, "address");
  });
}
