// A recorded training: its frames are updates, each with the lines that ran and what they made.

import { size } from "./unpack.js";

/**
 * What `flat` made of a recording, to be asked: how many frames, what a frame is, what stands in the
 * arrays after a line of it.
 */
export function recording({ layouts, frames, recorded }) {
  let at = 0;
  const starts = frames.map(([, , , , , place]) => {
    const start = at;
    for (const [, values] of layouts[place]) {
      for (const [, shape, , moved] of values) at += size(shape) * (moved ? 2 : 1);
    }
    return start;
  });

  /** The lines of a frame: {number, values}, a value {name, alias, shape, old, data}. */
  function lines(frame) {
    let at = starts[frame];
    const take = (shape) => recorded.subarray(at, (at += size(shape)));
    return layouts[frames[frame][5]].map(([number, values]) => ({
      number,
      values: values.map(([name, shape, alias, moved]) => {
        const old = moved ? take(shape) : null;
        return { name, alias, shape, old, data: take(shape) };
      }),
    }));
  }

  const fixed = frames.length ? byName({}, lines(0)[0].values) : {};

  return {
    frames: frames.length,
    /** How many lines ran in a frame. */
    count: (frame) => layouts[frames[frame][5]].length - 1,
    /** Its number, epoch, loss and rows. */
    about(frame) {
      const [update, epoch, loss, rows, whole] = frames[frame];
      return { update, epoch, loss, rows, whole };
    },
    /** What line `place` of a frame was, and all arrays by name after it; place -1 is before the first. */
    after(frame, place) {
      const [given, ...ran] = lines(frame);
      const arrays = byName({ ...fixed }, given.values);
      for (const { values } of ran.slice(0, place + 1)) byName(arrays, values);
      return { line: ran[place] ?? null, arrays };
    },
  };
}

function byName(arrays, values) {
  for (const value of values) arrays[value.name] = arrays[value.alias || value.name] = value;
  return arrays;
}
