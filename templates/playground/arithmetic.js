// Arithmetic on the numbers that Python sent, for the pictures; training is Python's alone.

/** Weights by their names in the script, from the arrays of an update: W1 b1 W2 b2, or W[0] W[1] … */
export function named(weights) {
  const one = weights.length === 4 && weights[1].shape.length === 1;
  const names = one ? ["W1", "b1", "W2", "b2"] : weights.map((_, index) => `W[${index}]`);
  return Object.fromEntries(names.map((name, index) => [name, weights[index]]));
}

/**
 * The network of weights by name, from inputs to outputs: {inputs, units, weights, biases}, the
 * weights row by row; null where they do not fit together.
 */
export function network(values) {
  const matrices = [];
  if (values.W1) {
    for (const place of [1, 2]) matrices.push(matrix(values[`W${place}`], values[`b${place}`]));
  } else {
    for (let place = 0; values[`W[${place}]`]; place++) matrices.push(withBias(values[`W[${place}]`]));
  }
  const fits = (each, index) => each && (!index || matrices[index - 1].units === each.inputs);
  return matrices.length && matrices.every(fits) ? matrices : null;
}

function matrix(W, b) {
  if (!W || !b || W.shape.length !== 2 || b.data.length !== W.shape[1]) return null;
  return { inputs: W.shape[0], units: W.shape[1], weights: W.data, biases: b.data };
}

/** Of several layers each matrix has the biases as its last row. */
function withBias({ shape, data }) {
  if (shape.length !== 2 || shape[0] < 2) return null;
  const [inputs, units] = [shape[0] - 1, shape[1]];
  return { inputs, units, weights: data.subarray(0, inputs * units), biases: data.subarray(inputs * units) };
}

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const FUNCTIONS = { sigmoid, tanh: Math.tanh, relu: (z) => Math.max(0, z) };

/** What each layer answers to `count` rows of inputs: an array of (rows, units) for each matrix. */
export function forward(matrices, activation, rows, count) {
  const layers = [];
  let before = rows;
  matrices.forEach(({ inputs, units, weights, biases }, place) => {
    const act = place === matrices.length - 1 ? sigmoid : FUNCTIONS[activation];
    const layer = new Float32Array(count * units);
    for (let row = 0; row < count; row++) {
      for (let unit = 0; unit < units; unit++) {
        let sum = biases[unit];
        for (let input = 0; input < inputs; input++) {
          sum += before[row * inputs + input] * weights[input * units + unit];
        }
        layer[row * units + unit] = act(sum);
      }
    }
    layers.push((before = layer));
  });
  return layers;
}

/** The inputs of a truth table, -1 for 0 and 1 for 1, row by row, the first input most significant. */
export function truthTable(inputs) {
  return Float32Array.from({ length: inputs * 2 ** inputs }, (_, index) => {
    const [row, input] = [Math.floor(index / inputs), index % inputs];
    return (row >> (inputs - 1 - input)) & 1 ? 1 : -1;
  });
}

export const EDGE = 1.5; // a picture of what two inputs give reaches from -EDGE to EDGE
export const SIDE = 25; // points along its side

/** The points of a square, row by row from the top: the first input grows along a row. */
export function square() {
  const along = (index) => -EDGE + (2 * EDGE * index) / (SIDE - 1);
  return Float32Array.from({ length: 2 * SIDE * SIDE }, (_, index) => {
    const point = index >> 1;
    return index & 1 ? -along(Math.floor(point / SIDE)) : along(point % SIDE);
  });
}

/** The line where `at(row, column)` is one half, as pairs of points (x, y) in columns and rows. */
export function contour(at, side = SIDE) {
  const lines = [];
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const corners = [[row, column], [row, column + 1], [row + 1, column + 1], [row + 1, column]];
      const crossings = [];
      corners.forEach((from, index) => {
        const to = corners[(index + 1) % 4];
        const [a, b] = [at(...from) - 0.5, at(...to) - 0.5];
        if (a < 0 === b < 0) return;
        const part = a / (a - b);
        crossings.push([from[1] + part * (to[1] - from[1]), from[0] + part * (to[0] - from[0])]);
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) lines.push([crossings[i], crossings[i + 1]]);
    }
  }
  return lines;
}
