"""The exact gradient of the scripts' loss, apart from any script: what an honest update follows.

Backpropagation as in Rumelhart, Hinton & Williams, "Learning representations by back-propagating
errors", Nature 323 (1986), pages 533-536, for the binary cross-entropy summed over the batch, for
which the derivative at the output's logit is prediction - target (Bishop, "Pattern Recognition and
Machine Learning", 2006, section 5.2).
"""

from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nineteen.script.gates import TruthTable
from nineteen.script.spec import Activation, ScriptSpec

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

# The matrices of a network, from inputs to outputs, each (units before + 1, units after): its last
# row is the bias. All arrays may have more axes before these, for many networks at once.
Matrices = tuple[Array, ...]


class Hidden(NamedTuple):
    """A hidden activation, and its derivative as a function of the activation's own value."""

    function: Function
    slope: Function


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), by an identity that cannot overflow."""
    return (1 + np.tanh(z / 2)) / 2


@cache
def hidden(activation: Activation) -> Hidden:
    """What the expressions of the activation's row say; ReLU's takes 0 for its slope at 0."""
    texts = activation.function.format(z="x"), activation.slope.format(a="x")  # of our own table
    function, slope = (eval(f"lambda x: {text}", {"np": np}) for text in texts)
    quiet = np.errstate(over="ignore")  # of exp: 1 / (1 + inf) is 0, as it should be
    return Hidden(quiet(function), slope)


def inputs_of(table: TruthTable) -> Array:
    """The inputs of a truth table, (rows, inputs): -1 and +1 in its order."""
    return 2.0 * np.array([[*map(int, table.inputs_of(row))] for row in range(table.rows)]) - 1


def shapes(spec: ScriptSpec) -> dict[str, tuple[int, ...]]:
    """What a script calls its arrays of weights, and their shapes."""
    if len(spec.hidden) > 1:
        return {f"W[{i}]": (a + 1, b) for i, (a, b) in enumerate(pairwise(spec.sizes))}
    inputs, hidden, outputs = spec.sizes
    return {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, outputs), "b2": (outputs,)}


def parts(spec: ScriptSpec) -> dict[str, int]:
    """What a script calls each matrix and its bias, and how many numbers they have."""
    sizes = [pair for a, b in pairwise(spec.sizes) for pair in (a * b, b)]
    names = [*shapes(spec)]
    if len(spec.hidden) > 1:  # a bias is the last row of its matrix
        names = [each for name in names for each in (name, f"the bias row of {name}")]
    return dict(zip(names, sizes, strict=True))


def matrices(weights: Sequence[Array], spec: ScriptSpec) -> Matrices:
    """The weights of an Update, or of many networks with more axes before theirs, as matrices."""
    lead = weights[0].shape[:-2]
    return split(np.concatenate([each.reshape(*lead, -1) for each in weights], axis=-1), spec)


def flat(weights: Sequence[Array]) -> Array:
    """All numbers of the weights one after the other: of a layer's matrix, then of its bias."""
    return np.concatenate([array.ravel() for array in weights])


def split(numbers: Array, spec: ScriptSpec) -> Matrices:
    """The matrices of such numbers, which may have more axes before them."""
    sizes = [(before + 1, after) for before, after in pairwise(spec.sizes)]
    pieces = np.split(numbers, [*accumulate(a * b for a, b in sizes)][:-1], axis=-1)
    pairs = zip(pieces, sizes, strict=True)
    return tuple(piece.reshape(*numbers.shape[:-1], *size) for piece, size in pairs)


def joined(gradients: Matrices) -> Array:
    """Gradients (…, rows, columns) as such numbers."""
    return np.concatenate([g.reshape(*g.shape[:-2], -1) for g in gradients], axis=-1)


def forward(weights: Matrices, X: Array, function: Function) -> tuple[list[Array], Array]:
    """The layers below the output, from X on, (rows, units), and the logits (rows, outputs)."""
    layers = [X]
    for matrix in weights[:-1]:
        layers.append(function(_sums(layers[-1], matrix)))
    return layers, _sums(layers[-1], weights[-1])


def _sums(layer: Array, matrix: Array) -> Array:
    sums = np.asarray(layer @ matrix[..., :-1, :])
    sums += matrix[..., -1:, :]
    return sums


def predict(weights: Matrices, X: Array, activation: Activation) -> Array:
    """The network's predictions, (rows, outputs), between 0 and 1."""
    return sigmoid(forward(weights, X, hidden(activation).function)[1])


def backward(weights: Matrices, layers: list[Array], delta: Array, slope: Function) -> Matrices:
    """The gradients of all matrices from `delta`, the derivative at the logits (rows, outputs)."""
    gradients: list[Array] = []
    for place in reversed(range(len(weights))):
        layer, ones = layers[place], np.ones((1, delta.shape[-2]))
        parts = [layer.swapaxes(-1, -2) @ delta, ones @ delta]
        gradients.insert(0, np.concatenate(parts, axis=-2))
        if place:
            back = weights[place][..., :-1, :].swapaxes(-1, -2)
            # From one unit each sum has one term: broadcasting makes it in half the time.
            delta = delta @ back if delta.shape[-1] > 1 else delta * back
            delta *= slope(layer)
    return tuple(gradients)


def row_gradients(
    weights: Matrices, X: Array, delta: Callable[[Array], Array], activation: Activation
) -> Matrices:
    """The gradients of each row alone, (rows, …); `delta` makes of logits the derivative there."""
    function, slope = hidden(activation)
    layers, logits = forward(weights, X[:, None], function)
    return backward(weights, layers, delta(logits[:, 0])[:, None], slope)


def kink_distance(weights: Matrices, X: Array, activation: Activation) -> Array:
    """The smallest input to a hidden unit, but for 0, where the slope is 0 by definition."""
    layers, _ = forward(weights, X, hidden(activation).function)
    inputs = [_sums(layer, matrix) for layer, matrix in zip(layers, weights[:-1], strict=False)]
    nearest = [np.where(z == 0, np.inf, np.abs(z)).min(axis=(-2, -1)) for z in inputs]
    return np.asarray(np.minimum.reduce(nearest))
