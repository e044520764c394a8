// A recorded training: its frames are updates, each with the lines that ran and what they made.

import { size } from "./unpack.js";

/** A recording to be filled, part by part as a training goes on, and to be asked. */
export function recording() {
  let frames = []; // {update, epoch, loss, rows, layout, recorded, start}

  /** The lines of a frame: {number, values}, a value {name, alias, shape, old, data}. */
  function lines({ layout, recorded, start }) {
    let at = start;
    const take = (shape) => recorded.subarray(at, (at += size(shape)));
    return layout.map(([number, values]) => ({
      number,
      values: values.map(([name, shape, alias, moved]) => {
        const old = moved ? take(shape) : null;
        return { name, alias, shape, old, data: take(shape) };
      }),
    }));
  }

  return {
    get frames() {
      return frames.length;
    },
    /** Takes in what `flat` made of the next updates; every `stride`th is kept, and the last. */
    add({ layouts, frames: next, recorded }, stride) {
      let start = 0;
      for (const [update, epoch, loss, rows, place] of next) {
        frames.push({ update, epoch, loss, rows, layout: layouts[place], recorded, start });
        for (const [, values] of layouts[place]) {
          for (const [, shape, , moved] of values) start += size(shape) * (moved ? 2 : 1);
        }
      }
      frames = frames.filter(({ update }, place) => (update - 1) % stride === 0 || place === frames.length - 1);
    },
    /** How many lines ran in a frame. */
    count: (frame) => frames[frame].layout.length - 1,
    /** Its update, epoch, loss and rows. */
    about: (frame) => frames[frame],
    /** What line `place` of a frame was, and all arrays by name after it; place -1 is before the
     * first. What no update changes stands in the first frame. */
    after(frame, place) {
      const [given, ...ran] = lines(frames[frame]);
      const arrays = byName(byName({}, lines(frames[0])[0].values), given.values);
      for (const { values } of ran.slice(0, place + 1)) byName(arrays, values);
      return { line: ran[place] ?? null, arrays };
    },
  };
}

function byName(arrays, values) {
  for (const value of values) arrays[value.name] = arrays[value.alias || value.name] = value;
  return arrays;
}
