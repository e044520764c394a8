"""One update of a script's weights beside the gradient step that it should be."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nineteen.script.spec import ScriptSpec
from nineteen.training.gradient import (
    Array,
    Function,
    Matrices,
    backward,
    forward,
    hidden,
    kink_distance,
    sigmoid,
)

# The errors of honest scripts agree to the 16 digits of a float but for the sums before them.
ERROR = 1e-9

# A change of weights is right when it is off by at most this part of the largest change wanted in
# the same array. Honest scripts stay below 1e-9; no mistake worth the name is this small.
CHANGE = 1e-6

# … or by the rounding of the numbers it is made of: this many spacings of floats of their size.
# It matters where training has nearly stopped, and a change is a small part of its weight.
ROUNDING = 64 * float(np.finfo(float).eps)

# A unit of ReLU this near its kink may stand on either side of it, by the order of a sum.
KINK = 1e-9


@dataclass(frozen=True)
class GradientStep:
    """One update, counted from 1, beside what it should have been made of.

    `X` (rows, inputs), `y` and `error` (rows, outputs) are those of its batch; `before` and `after`
    are the weights as matrices, the bias in the last row.
    """

    number: int
    spec: ScriptSpec
    X: Array
    y: Array
    error: Array
    before: Matrices
    after: Matrices

    @cached_property
    def passed(self) -> tuple[list[Array], Array]:
        """The layers and the logits at the weights before the update."""
        return forward(self.before, self.X, hidden(self.spec.activation).function)

    @cached_property
    def prediction(self) -> Array:
        """The network's prediction at the weights before the update, (rows, outputs)."""
        return sigmoid(self.passed[1])

    @cached_property
    def changed(self) -> Matrices:
        """The change of each matrix."""
        return tuple(new - old for new, old in zip(self.after, self.before, strict=True))

    @cached_property
    def wanted(self) -> Matrices:
        """The change of each matrix that the learning rate and the gradient ask for."""
        return self.descent(self.prediction - self.y, hidden(self.spec.activation).slope)

    def descent(self, delta: Array, slope: Function, through: Matrices | None = None) -> Matrices:
        """The changes that a derivative at the logits asks for, taken back `through` weights."""
        gradients = backward(through or self.before, self.passed[0], delta, slope)
        return tuple(-self.spec.lr * gradient for gradient in gradients)

    @cached_property
    def rounding(self) -> Matrices:
        """How far floats alone may carry each change: the backward pass of magnitudes."""
        magnitudes = tuple(map(np.abs, self.before))
        layers = [np.abs(layer) for layer in self.passed[0]]
        carried = backward(magnitudes, layers, np.ones_like(self.y), np.ones_like)
        return tuple(
            ROUNDING * (matrix + self.spec.lr * sums)
            for matrix, sums in zip(magnitudes, carried, strict=True)
        )

    @cached_property
    def finite(self) -> bool:
        """Whether the weights on both sides are numbers."""
        return all(np.isfinite(matrix).all() for matrix in (*self.before, *self.after))

    @cached_property
    def size(self) -> float:
        """The largest weight, at least 1: what rounding errors in a layer grow with."""
        return max(1.0, *(float(np.abs(matrix).max()) for matrix in self.before))

    @cached_property
    def at_kink(self) -> bool:
        """Whether the gradient depends on the last bit of an input to a unit with a kink."""
        own = self.spec.activation
        return own.kink and kink_distance(self.before, self.X, own) < KINK * self.size


def matrix_names(spec: ScriptSpec) -> list[tuple[str, str]]:
    """What a script calls each matrix and its bias."""
    if len(spec.hidden) == 1:
        return [("W1", "b1"), ("W2", "b2")]
    return [(f"W[{i}]", f"the bias row of W[{i}]") for i in range(len(spec.hidden) + 1)]


def parts(spec: ScriptSpec, changes: Matrices) -> list[tuple[str, Array]]:
    """Each matrix without its bias, and its bias, by the names of the script."""
    return [
        part
        for (weights, bias), matrix in zip(matrix_names(spec), changes, strict=True)
        for part in ((weights, matrix[:-1]), (bias, matrix[-1]))
    ]


def is_error(step: GradientStep, prediction: Array) -> bool:
    """Whether the script's error is what is missing to the target, or the same with its sign."""
    limit = ERROR * step.size
    return any(
        bool((np.abs(sign * step.error - (step.y - prediction)) <= limit).all())  # False for NaN
        for sign in (1, -1)
    )


def wrong_parts(step: GradientStep, wanted: Matrices) -> list[int]:
    """Which `parts` of a change are not the wanted ones, as floats go."""
    wrong = []
    pairs = zip(parts(step.spec, step.changed), parts(step.spec, wanted), strict=True)
    for i, ((_, found), (_, meant)) in enumerate(pairs):
        off, limit = np.abs(found - meant), CHANGE * np.abs(meant).max()
        if not off.max() <= limit:  # also for NaN
            rounding = parts(step.spec, step.rounding)[i][1]
            if not (off <= limit + rounding).all():
                wrong.append(i)
    return wrong


def change_ratio(step: GradientStep, part: int) -> float | None:
    """The factor between a part's change and the wanted one; None where there is no one factor."""
    changed, wanted, rounding = (
        parts(step.spec, each)[part][1] for each in (step.changed, step.wanted, step.rounding)
    )
    size = float((wanted * wanted).sum())
    if size == 0:
        return None
    factor = float((changed * wanted).sum()) / size
    limit = CHANGE * abs(factor) * np.abs(wanted).max() + rounding
    return factor if (np.abs(changed - factor * wanted) <= limit).all() else None
