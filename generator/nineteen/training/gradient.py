"""The exact gradient of the scripts' loss, apart from any script: what an honest update follows.

Backpropagation as in Rumelhart, Hinton & Williams, "Learning representations by back-propagating
errors", Nature 323 (1986), pages 533-536, for the binary cross-entropy summed over the batch, for
which the derivative at the output's logit is prediction - target (Bishop, "Pattern Recognition and
Machine Learning", 2006, section 5.2).
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nineteen.script.activations import Activation
from nineteen.script.spec import ScriptSpec

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
    """The function and the slope of the activation's row, as its expressions say.

    ReLU has no derivative at 0; its row, and so the scripts, take 0 there.
    """
    texts = activation.function.format(z="x"), activation.slope.format(a="x")  # of our own table
    function, slope = (eval(f"lambda x: {text}", {"np": np}) for text in texts)
    quiet = np.errstate(over="ignore")  # of exp: 1 / (1 + inf) is 0, as it should be
    return Hidden(quiet(function), slope)


def shapes(spec: ScriptSpec) -> dict[str, tuple[int, ...]]:
    """What a script calls its arrays of weights, and their shapes."""
    sizes = list(zip(spec.sizes, spec.sizes[1:], strict=False))
    if len(spec.hidden) > 1:
        return {f"W[{i}]": (before + 1, after) for i, (before, after) in enumerate(sizes)}
    (inputs, hidden), (_, outputs) = sizes
    return {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, outputs), "b2": (outputs,)}


def part_names(spec: ScriptSpec) -> list[str]:
    """What a script calls each matrix, and its bias."""
    if len(spec.hidden) == 1:
        return ["W1", "b1", "W2", "b2"]
    layers = range(len(spec.hidden) + 1)
    return [name for i in layers for name in (f"W[{i}]", f"the bias row of W[{i}]")]


def matrices(weights: Sequence[Array], spec: ScriptSpec) -> Matrices:
    """The weights of an Update as matrices: (W1, b1, W2, b2) joined, several layers as they are."""
    if len(spec.hidden) > 1:
        return tuple(weights)
    W1, b1, W2, b2 = weights
    return tuple(np.concatenate([W, b[..., None, :]], -2) for W, b in ((W1, b1), (W2, b2)))


def forward(weights: Matrices, X: Array, function: Function) -> tuple[list[Array], Array]:
    """The layers below the output, each (rows, units + 1) with its column of ones, and the logits.

    `X` is (rows, inputs), the first layer; the logits are (rows, outputs).
    """
    layers = [_and_ones(X)]
    for matrix in weights[:-1]:
        layers.append(_and_ones(function(layers[-1] @ matrix)))
    return layers, layers[-1] @ weights[-1]


def predict(weights: Matrices, X: Array, activation: Activation) -> Array:
    """The network's predictions, (rows, outputs), between 0 and 1."""
    return sigmoid(forward(weights, X, hidden(activation).function)[1])


def backward(weights: Matrices, layers: list[Array], delta: Array, slope: Function) -> Matrices:
    """The gradients of all matrices from `delta`, the derivative at the logits (rows, outputs)."""
    gradients = []
    for matrix, layer in zip(reversed(weights), reversed(layers), strict=True):
        gradients.append(layer.swapaxes(-1, -2) @ delta)
        delta = (delta @ matrix[..., :-1, :].swapaxes(-1, -2)) * slope(layer[..., :-1])
    return tuple(reversed(gradients))


def kink_distance(weights: Matrices, X: Array, activation: Activation) -> Array:
    """How near a network, of an activation with a kink, is to a point without a derivative.

    The smallest absolute input to a hidden unit, of all rows and units, but those that are
    exactly 0, where the derivative is 0 by definition.
    """
    layers, _ = forward(weights, X, hidden(activation).function)
    inputs = [layer @ matrix for layer, matrix in zip(layers, weights[:-1], strict=False)]
    nearest = [np.where(z == 0, np.inf, np.abs(z)).min(axis=(-2, -1)) for z in inputs]
    return np.asarray(np.minimum.reduce(nearest))


def _and_ones(layer: Array) -> Array:
    return np.concatenate([layer, np.ones((*layer.shape[:-1], 1))], axis=-1)
