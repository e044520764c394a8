"""Updates of a script's weights beside the gradient steps that they should be, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.spec import ScriptSpec
from nineteen.training import gradient as exact
from nineteen.training.gradient import Array, Function
from nineteen.training.observe import Mask, Start, Update

PIECE = 2**16  # numbers of a layer at once: what is made of them on the way stays in the cache
ERROR = 1e-9  # errors of honest scripts agree but for the sums before them
KINK = 1e-9  # this near it, a unit of ReLU may stand on either side, by the order of a sum

# A change of weights is right when it is off by at most this part of the largest change wanted in
# the same array (honest scripts stay below 1e-9, and no mistake worth the name is this small), or
# by so many spacings of the floats it is made of, which matters where training has nearly stopped.
CHANGE, ROUNDING = 1e-6, 64 * float(np.finfo(float).eps)


@lru_cache(maxsize=4)
def start_of(spec: ScriptSpec) -> Start:
    """What training starts from by the command, drawn as a script does; X without its ones."""
    rng = np.random.default_rng(spec.seed)
    X, y = exact.inputs_of(spec.table), np.array(spec.table.targets(), float)
    if spec.samples:
        samples, ones = rng.integers(spec.table.rows, size=spec.samples), len(spec.hidden) > 1
        X, y = X[samples], y[samples]
        if spec.noise:  # a column of ones has numbers drawn for it too, and no noise
            noise = rng.normal(0, spec.noise, (spec.samples, spec.table.inputs + ones))
            X = X + noise[:, : spec.table.inputs]
    of = exact.shapes(spec).values()
    weights = (rng.normal(size=each) if len(each) == 2 else np.zeros(each) for each in of)
    return Start(X, y, tuple(weights))


@dataclass(frozen=True)
class GradientSteps:
    """Updates of a script beside what they should have been made of."""

    spec: ScriptSpec
    numbers: NDArray[np.int_]  # (updates,), from 1
    X: Array  # (updates, rows, inputs), those of each batch
    y: Array  # (updates, rows, outputs)
    used: Array  # (updates, rows, 1): 0 for rows that only fill up a batch, and have an error of 0
    error: Array  # (updates, rows, outputs)
    before: Array  # (updates, weights), as of `flat`
    after: Array
    prediction: Array  # (updates, rows, outputs), at the weights before
    wanted: Array  # (updates, weights), the change that learning rate and gradient ask for

    def at(self, places: Any) -> "GradientSteps":
        """Some of the updates, by their places or a mask."""
        own = {field.name: getattr(self, field.name) for field in fields(self)[1:]}
        return replace(self, **{name: array[places] for name, array in own.items()})

    def by_part(self, ufunc: np.ufunc, of_weights: NDArray[Any]) -> NDArray[Any]:
        """What a ufunc makes of the numbers of each of the `parts` (updates, parts)."""
        first = [0, *accumulate(exact.parts(self.spec).values())][:-1]
        return np.asarray(ufunc.reduceat(of_weights, first, axis=-1))

    @cached_property
    def passed(self) -> tuple[list[Array], Array]:
        """The layers and the logits at the weights before each update."""
        network = exact.split(self.before, self.spec)
        return exact.forward(network, self.X, exact.hidden(self.spec.activation).function)

    @cached_property
    def changed(self) -> Array:
        """The change of each weight."""
        return self.after - self.before

    def descent(self, delta: Array, slope: Function, through: Array | None = None) -> Array:
        """The changes that a derivative at the logits asks for, taken back `through` weights."""
        network = exact.split(self.before if through is None else through, self.spec)
        gradients = exact.backward(network, self.passed[0], delta * self.used, slope)
        return -self.spec.lr * exact.joined(gradients)

    @cached_property
    def rounding(self) -> Array:
        """How far floats alone may carry each change: the backward pass of magnitudes."""
        sizes, layers = np.abs(self.before), [*map(np.abs, self.passed[0])]
        ones, network = np.ones_like(self.y) * self.used, exact.split(sizes, self.spec)
        sums = exact.joined(exact.backward(network, layers, ones, np.ones_like))
        return ROUNDING * (sizes + self.spec.lr * sums)

    @cached_property
    def size(self) -> Array:
        """The largest weight, at least 1, or nan: what rounding errors in a layer grow with."""
        largest = [np.abs(side).max(axis=1, initial=1.0) for side in (self.before, self.after)]
        return np.asarray(np.maximum(*largest))

    @cached_property
    def at_kink(self) -> Mask:
        """Where the gradient depends on the last bit of an input to a unit with a kink."""
        if not self.spec.activation.kink:
            return np.zeros(len(self.numbers), bool)
        network = exact.split(self.before, self.spec)
        return exact.kink_distance(network, self.X, self.spec.activation) < KINK * self.size

    def is_error(self, prediction: Array) -> Mask:
        """Where the script's error is what is missing to the target, or that with its sign."""
        missing = (self.y - prediction) * self.used
        limit = ERROR * self.size
        off = [np.abs(sign * self.error - missing).max((1, 2)) for sign in (1, -1)]
        return np.asarray((off[0] <= limit) | (off[1] <= limit))  # no NaN is

    def wrong_parts(self, wanted: Array) -> Mask:
        """Which parts of each change (updates, parts) are not the wanted ones, as floats go."""
        off = np.abs(self.changed - wanted)
        limits = CHANGE * self.by_part(np.maximum, np.abs(wanted))
        wrong = ~(self.by_part(np.maximum, off) <= limits)  # also for NaN
        if (some := wrong.any(axis=1)).any():
            allowed = self._spread(limits[some]) + self.at(some).rounding
            wrong[some] &= ~self.by_part(np.logical_and, off[some] <= allowed)
        return np.asarray(wrong)

    def _spread(self, of_parts: Array) -> Array:
        return np.repeat(of_parts, [*exact.parts(self.spec).values()], axis=1)

    def ratios(self) -> Array:
        """The factor between each part's change and the wanted one (updates, parts), or nan."""
        square = self.by_part(np.add, self.wanted**2)
        square = np.where(square, square, np.nan)
        factors = self.by_part(np.add, self.changed * self.wanted) / square
        limits = np.abs(factors) * self.by_part(np.maximum, np.abs(self.wanted))
        off = np.abs(self.changed - self._spread(factors) * self.wanted)
        allowed = CHANGE * self._spread(limits) + self.rounding
        return np.where(self.by_part(np.logical_and, off <= allowed), factors, np.nan)


def replay(spec: ScriptSpec, X: Array, y: Array, used: Array, before: Array) -> tuple[Array, Array]:
    """The prediction and the wanted change of each update, some at a time."""
    function, slope = exact.hidden(spec.activation)
    prediction, wanted, network = np.empty_like(y), np.empty_like(before), exact.split(before, spec)
    some = max(1, PIECE // (X.shape[1] * max(spec.sizes)))
    for at in range(0, len(X), some):
        piece = slice(at, at + some)
        weights = tuple([matrix[piece] for matrix in network])
        layers, logits = exact.forward(weights, X[piece], function)
        prediction[piece] = exact.sigmoid(logits)
        delta = (prediction[piece] - y[piece]) * used[piece]
        wanted[piece] = -spec.lr * exact.joined(exact.backward(weights, layers, delta, slope))
    return prediction, wanted


def gradient_steps(
    first: int, updates: Sequence[Update], meant: Start, spec: ScriptSpec
) -> GradientSteps:
    """The updates from the number `first` on; batches of fewer rows are filled up with one."""
    lengths = np.array([[len(update.rows)] for update in updates])
    used = np.arange(lengths.max()) < lengths
    rows, error = np.zeros(used.shape, int), np.zeros((*used.shape, spec.table.outputs))
    rows[used] = np.fromiter(chain.from_iterable(each.rows for each in updates), int)
    rows = np.where(used, rows, rows[:, :1])
    error[used] = np.concatenate([each.error.reshape(-1, spec.table.outputs) for each in updates])
    X, y, filled = meant.X[rows], meant.y[rows], used[..., None].astype(float)
    before = exact.flat([array for each in updates for array in each.before])
    after = exact.flat([array for each in updates for array in each.after])
    before, after = (side.reshape(len(updates), -1) for side in (before, after))
    made, numbers = replay(spec, X, y, filled, before), np.arange(first, first + len(updates))
    return GradientSteps(spec, numbers, X, y, filled, error, before, after, *made)
