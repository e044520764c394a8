"""Updates of a script's weights beside the gradient steps that they should be, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.spec import ScriptSpec
from nineteen.training import gradient as exact
from nineteen.training.gradient import Array, Function, Matrices
from nineteen.training.observe import Arrays, Start, Update

Mask = NDArray[np.bool_]


ERROR = 1e-9  # errors of honest scripts agree but for the sums before them
KINK = 1e-9  # this near it, a unit of ReLU may stand on either side, by the order of a sum

# A change of weights is right when it is off by at most this part of the largest change wanted in
# the same array (honest scripts stay below 1e-9, and no mistake worth the name is this small), or
# by so many spacings of the floats it is made of, which matters where training has nearly stopped.
CHANGE, ROUNDING = 1e-6, 64 * float(np.finfo(float).eps)


@dataclass(frozen=True)
class GradientSteps:
    """Updates of a script beside what they should have been made of; the first axis is theirs.

    `numbers` counts them from 1. `X` (updates, rows, inputs), `y` and `error` (updates, rows,
    outputs) are those of each batch; `used` (updates, rows, 1) is 0 for rows that only fill it up,
    whose `error` is 0. `before` and `after` are the weights as matrices.
    """

    spec: ScriptSpec
    numbers: NDArray[np.int_]
    X: Array
    y: Array
    used: Array
    error: Array
    before: Matrices
    after: Matrices

    def at(self, places: Any) -> "GradientSteps":
        """Some of the updates, by their places or a mask."""
        own = (self.numbers, self.X, self.y, self.used, self.error)
        sides = (tuple([m[places] for m in side]) for side in (self.before, self.after))
        return GradientSteps(self.spec, *(a[places] for a in own), *sides)

    @cached_property
    def passed(self) -> tuple[list[Array], Array]:
        """The layers and the logits at the weights before each update."""
        return exact.forward(self.before, self.X, exact.hidden(self.spec.activation).function)

    @cached_property
    def prediction(self) -> Array:
        """The network's prediction at the weights before each update."""
        return exact.sigmoid(self.passed[1])

    @cached_property
    def changed(self) -> Matrices:
        """The change of each matrix."""
        return tuple(new - old for new, old in zip(self.after, self.before, strict=True))

    @cached_property
    def wanted(self) -> Matrices:
        """The change of each matrix that the learning rate and the gradient ask for."""
        return self.descent(self.prediction - self.y, exact.hidden(self.spec.activation).slope)

    def descent(self, delta: Array, slope: Function, through: Matrices | None = None) -> Matrices:
        """The changes that a derivative at the logits asks for, taken back `through` weights."""
        gradients = exact.backward(through or self.before, self.passed[0], delta * self.used, slope)
        return tuple(-self.spec.lr * gradient for gradient in gradients)

    @cached_property
    def rounding(self) -> Matrices:
        """How far floats alone may carry each change: the backward pass of magnitudes."""
        sizes = tuple(map(np.abs, self.before))
        ones, layers = np.ones_like(self.y) * self.used, list(map(np.abs, self.passed[0]))
        carried = zip(sizes, exact.backward(sizes, layers, ones, np.ones_like), strict=True)
        return tuple(ROUNDING * (size + self.spec.lr * sums) for size, sums in carried)

    @cached_property
    def size(self) -> Array:
        """The largest weight, at least 1, or nan: what rounding errors in a layer grow with."""
        largest = [np.abs(m).max((1, 2), initial=1.0) for m in (*self.before, *self.after)]
        return np.asarray(np.maximum.reduce(largest))

    @cached_property
    def at_kink(self) -> Mask:
        """Where the gradient depends on the last bit of an input to a unit with a kink."""
        if not self.spec.activation.kink:
            return np.zeros(len(self.numbers), bool)
        near = exact.kink_distance(self.before, self.X, self.spec.activation)
        return np.asarray(near < KINK * self.size)

    def is_error(self, prediction: Array) -> Mask:
        """Where the script's error is what is missing to the target, or that with its sign."""
        missing = (self.y - prediction) * self.used
        limit = (ERROR * self.size)[:, None, None]
        fits = [np.abs(sign * self.error - missing) <= limit for sign in (1, -1)]  # no NaN does
        return np.asarray(fits[0].all((1, 2)) | fits[1].all((1, 2)))

    def wrong_parts(self, wanted: Matrices) -> Mask:
        """Which `parts` of each change (updates, parts) are not the wanted ones, as floats go."""
        pairs = zip(parts(self.changed), parts(wanted), strict=True)
        off = [(np.abs(found - meant), np.abs(meant).max((1, 2))) for found, meant in pairs]
        limits = [CHANGE * largest for _, largest in off]
        fits = [o.max((1, 2)) <= limit for (o, _), limit in zip(off, limits, strict=True)]
        wrong = ~np.array(fits).T  # also for NaN
        if (some := wrong.any(axis=1)).any():
            for i, more in enumerate(parts(self.at(some).rounding)):
                allowed = limits[i][some, None, None] + more
                wrong[some, i] &= ~(off[i][0][some] <= allowed).all((1, 2))
        return wrong

    @cached_property
    def wrong(self) -> Mask:
        """The parts that are not those of the gradient step, but for updates at a kink."""
        return self.wrong_parts(self.wanted) & ~self.at_kink[:, None]

    def ratios(self) -> Array:
        """The factor between each part's change and the wanted one (updates, parts), or nan."""
        columns = []
        sides = map(parts, (self.changed, self.wanted, self.rounding))
        for changed, wanted, rounding in zip(*sides, strict=True):
            size = (wanted * wanted).sum((1, 2), keepdims=True)
            factor = (changed * wanted).sum((1, 2), keepdims=True) / np.where(size, size, np.nan)
            limit = np.abs(factor) * np.abs(wanted).max((1, 2), keepdims=True)
            off = np.abs(changed - factor * wanted) - CHANGE * limit
            columns.append(np.where((off <= rounding).all((1, 2)), factor[:, 0, 0], np.nan))
        return np.array(columns).T


def parts(changes: Matrices) -> list[Array]:
    """Of stacks of matrices each without its bias, and its bias, as `part_names` calls them."""
    return [part for matrix in changes for part in (matrix[:, :-1], matrix[:, -1:])]


def stacked(weights: Sequence[Arrays], spec: ScriptSpec) -> Matrices:
    """Weights of several updates as matrices; axes of length 1 may have come or gone."""
    shaped = [
        np.array([arrays[i].ravel() for arrays in weights]).reshape(-1, *shape)
        for i, shape in enumerate(exact.shapes(spec).values())
    ]
    return exact.matrices(shaped, spec)


def gradient_steps(
    first: int, updates: Sequence[Update], meant: Start, spec: ScriptSpec
) -> GradientSteps:
    """The updates from the number `first` on; batches of fewer rows are filled up with one."""
    lengths = np.array([[len(update.rows)] for update in updates])
    used = np.arange(lengths.max()) < lengths
    rows, error = np.zeros(used.shape, int), np.zeros((*used.shape, spec.table.outputs))
    rows[used] = [row for update in updates for row in update.rows]
    rows = np.where(used, rows, rows[:, :1])
    error[used] = np.concatenate([each.error.reshape(-1, spec.table.outputs) for each in updates])
    numbers = np.arange(first, first + len(updates))
    own = numbers, meant.X[rows], meant.y[rows], used[..., None].astype(float), error
    sides = ([update.before for update in updates], [update.after for update in updates])
    return GradientSteps(spec, *own, *(stacked(side, spec) for side in sides))
