// Going through a recorded training: forward and back, by line, update or epoch, or playing it.

import { byId } from "./dom.js";

const slider = byId("at");
const controls = ["at", "to-start", "back", "play", "forward", "to-end", "unit", "speed"].map(byId);
const WHOLE = 4; // seconds that the whole training takes at the speed "all"

let tape = null;
let [frame, place] = [0, 0]; // the update, and its line that has just run
let playing = 0; // the animation frame that is asked for
let shown = () => {};

/** Makes the controls work; `show(tape, frame, place)` is called for each new position. */
export function listen(show) {
  shown = show;
  slider.addEventListener("input", () => (pause(), go(Number(slider.value), Infinity)));
  byId("to-start").addEventListener("click", () => (pause(), go(0, -1)));
  byId("to-end").addEventListener("click", () => (pause(), toEnd()));
  byId("back").addEventListener("click", () => (pause(), step(-1)));
  byId("forward").addEventListener("click", () => (pause(), step(1)));
  byId("play").addEventListener("click", () => (playing ? pause() : play()));
  document.addEventListener("keydown", (event) => {
    if (!tape || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const { target } = event;
    if (target.closest("input, select, textarea, .editor, [contenteditable]")) return;
    const act = {
      " ": () => byId("play").click(),
      ArrowRight: () => byId("forward").click(),
      ArrowLeft: () => byId("back").click(),
    }[event.key];
    if (!act || (event.key === " " && target.closest("button, summary, a"))) return;
    event.preventDefault();
    act();
  });
}

/** Takes a recording in, at its end; null takes it away. */
export function load(recording) {
  pause();
  tape = recording?.frames ? recording : null;
  for (const control of controls) control.disabled = !tape;
  slider.max = tape ? tape.frames - 1 : 0;
  slider.value = 0;
  if (tape) toEnd();
}

/** Plays from where it is, or from the beginning when it is at the end. */
export function play() {
  if (!tape) return;
  if (frame === tape.frames - 1 && place >= tape.count(frame) - 1) go(0, -1);
  let [last, due] = [performance.now(), 0];
  const tick = (now) => {
    const rate = Number(byId("speed").value) || left() / WHOLE;
    due += Math.min(0.25, (now - last) / 1000) * rate;
    last = now;
    const steps = Math.floor(due);
    due -= steps;
    for (let index = 1; index <= steps; index++) if (!move(1)) return (pause(), go(frame, place));
    if (steps) go(frame, place);
    playing = requestAnimationFrame(tick);
  };
  playing = requestAnimationFrame(tick);
  byId("play").setAttribute("aria-label", "Pause");
}

/** Stops playing, where it is. */
export function pause() {
  cancelAnimationFrame(playing);
  playing = 0;
  byId("play").setAttribute("aria-label", "Play");
}

function step(by) {
  if (move(by)) go(frame, place);
}

/** How many steps the whole training has. */
function left() {
  const unit = byId("unit").value;
  if (unit === "line") return tape.frames * tape.count(0);
  return unit === "update" ? tape.frames : tape.about(tape.frames - 1).epoch;
}

/** Moves by one step, without showing it; whether there was one. */
function move(by) {
  const unit = byId("unit").value;
  const end = tape.count(frame) - 1;
  if (unit === "line" && place + by >= (frame ? 0 : -1) && place + by <= end) {
    place += by;
    return true;
  }
  let next = frame + by;
  if (unit !== "line" && by > 0 && place < end) next = frame; // the rest of this update
  if (unit === "epoch") {
    const epochOf = (at) => tape.about(at).epoch;
    if (by > 0) while (next + 1 < tape.frames && epochOf(next + 1) === epochOf(next)) next++;
    else while (next >= 0 && epochOf(next) === epochOf(frame)) next--;
  }
  if (next < 0 && place >= 0) {
    [frame, place] = [0, -1];
    return true;
  }
  if (next < 0 || next >= tape.frames) return false;
  frame = next;
  place = Math.min(unit === "line" && by > 0 ? 0 : Infinity, tape.count(frame) - 1);
  return true;
}

function toEnd() {
  go(tape.frames - 1, Infinity);
}

function go(toFrame, toPlace) {
  frame = toFrame;
  place = Math.min(toPlace, tape.count(frame) - 1);
  slider.value = frame;
  shown(tape, frame, place);
}
