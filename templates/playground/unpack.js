// What Python packs: arrays as {dtype, shape, data in base64}, and recordings of them.

import { named } from "./arithmetic.js";

const KINDS = {
  "<f8": Float64Array, "<f4": Float32Array, "|b1": Uint8Array, "|u1": Uint8Array, "|i1": Int8Array,
  "<u2": Uint16Array, "<i2": Int16Array, "<u4": Uint32Array, "<i4": Int32Array, "<u8": BigUint64Array, "<i8": BigInt64Array,
};

/** The arrays in what Python told as {shape, data}. */
export function unpack(told) {
  if (Array.isArray(told)) return told.map(unpack);
  if (told === null || typeof told !== "object") return told;
  if (told.dtype) return { shape: told.shape, data: numbers(told) };
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [name, unpack(value)]));
}

/** The numbers of an array; those of a kind that a page cannot read are nan. */
function numbers({ dtype, shape, data }) {
  const Kind = KINDS[dtype];
  if (!Kind) return new Float32Array(size(shape)).fill(NaN);
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return Float32Array.from(new Kind(bytes.buffer), Number);
}

export function size(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * Snapshots as few objects and one array, since a page gets many small ones slowly: {layouts, frames,
 * recorded}. A frame is [update, epoch, loss, rows, place of its layout]; its layout lists its lines
 * as [number, values], the first with number 0 for what the update starts from, and a value is [name,
 * shape, alias, whether it stands there twice, as it was and as it became]. A snapshot that was kept
 * without its lines has the weights after it.
 */
export function flat(snapshots) {
  const [layouts, parts, frames] = [new Map(), [], []];
  for (const { update, epoch, rows, error, weights, given, lines: ran } of snapshots) {
    const weighed = () => Object.entries(named(weights)).map(([name, array]) => [name, array, null, ""]);
    const lines = [[0, ran.length ? given : weighed()], ...ran];
    const layout = lines.map(([number, values]) => [number, values.map(([name, { shape }, old, alias]) => [name, shape, alias, old !== null])]);
    for (const [, values] of lines) {
      for (const [, array, old] of values) parts.push(...(old ? [numbers(old)] : []), numbers(array));
    }
    const text = JSON.stringify(layout);
    if (!layouts.has(text)) layouts.set(text, layouts.size);
    frames.push([update, epoch, loss(error), rows, layouts.get(text)]);
  }
  const recorded = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    recorded.set(part, at);
    at += part.length;
  }
  return { layouts: [...layouts.keys()].map((text) => JSON.parse(text)), frames, recorded };
}

/** The mean loss of a batch's predictions, in nats; null where it is infinite or unknown. */
function loss(error) {
  const each = error ? numbers(error).map((e) => -Math.log(1 - Math.abs(e))) : [];
  const mean = each.reduce((sum, one) => sum + one, 0) / each.length;
  return Number.isFinite(mean) ? mean : null;
}
