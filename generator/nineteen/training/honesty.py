"""The honest check: does a script train by the strategy, and on the gradient, that it names?"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Literal

import numpy as np

from nineteen.script.spec import ScriptSpec
from nineteen.training.diagnosis import wrong_change, wrong_error
from nineteen.training.gradient import Array, matrices, predict
from nineteen.training.gradient_step import GradientStep, wrong_parts
from nineteen.training.observe import Arrays, NotApplicable, Start, Update, calls, instrument
from nineteen.training.row_order import wrong_order

WATCHED = 30  # updates looked at closely: the first, the last, and pairs across ends of epochs

# Rounded to 2 decimals: half a unit of the last, and a margin for binary floats.
PRINTED = 0.0051


@dataclass(frozen=True)
class Honesty:
    """Whether a script trains as its command says; `reason` is one sentence, or "" on a pass.

    "not applicable" means that it could not be observed: neither a pass nor a failure.
    """

    status: Literal["pass", "fail", "not applicable"]
    reason: str = ""


class Audit:
    """Keeps what the check needs while a script runs: give `start` and `see` to `observe`.

    It is a Watcher, too, of a script in a process of its own.
    """

    def __init__(self, spec: ScriptSpec) -> None:
        self._spec = spec
        self._sample = watched_updates(spec)
        self._most = spec.updates + spec.updates // spec.epochs  # one epoch more, to say so
        self._begun: Start | None = None
        self._rows: list[tuple[int, tuple[int, ...]]] = []
        self._kept: dict[int, Update] = {}
        self._final: Arrays = ()

    def follow(self, source: str) -> ast.Module:
        """The script's tree, observed."""
        return instrument(source)

    def calls(self) -> dict[str, Callable[..., None]]:
        """What that tree calls."""
        return calls(self.see, self.start)

    def found(self, error: BaseException | None) -> dict[str, object]:
        """The problem, and where there is none the predictions."""
        problem = str(error) if isinstance(error, NotApplicable) else self.problem()
        return {"problem": problem, "predictions": [] if problem else self.predictions().tolist()}

    def start(self, start: Start) -> None:
        """Keep what training starts from."""
        self._begun = start

    def see(self, update: Update) -> None:
        """Keep the rows of an update, and of a few all that there is."""
        number = len(self._rows)
        if number in self._sample:
            self._kept[number] = update
        if number < self._most:
            self._rows.append((update.epoch, update.rows))
        self._final = update.after

    def problem(self) -> str:
        """The first thing that is dishonest about the training, one sentence; "" where nothing is.

        Its order is that of a student who looks for the cause: data, weights, updates, rows.
        """
        if self._begun is None or not self._rows:
            return "it makes no update of its weights: look at the loop over epoch"
        with np.errstate(all="ignore"):
            return (
                _wrong_data(self._begun, self._spec)
                or _wrong_weights(self._begun, self._spec)
                or self._wrong_updates()
                or wrong_order(self._rows, self._spec)
                or self._wrong_between()
            )

    def predictions(self) -> Array:
        """What the final weights predict, (rows, outputs); defined where there is no problem."""
        with np.errstate(all="ignore"):
            final = matrices(_shaped(self._final, self._spec), self._spec)
            return predict(final, inputs_of(self._spec), self._spec.activation)

    def _wrong_updates(self) -> str:
        steps = []
        for number, update in sorted(self._kept.items()):
            if problem := _wrong_shape(number + 1, update, self._spec):
                return problem
            steps.append(_step(number + 1, update, self._spec))
        sure = [step for step in steps if step.finite]
        if problem := wrong_error(sure) or wrong_change(sure):
            return problem
        # An update at a kink of ReLU has no one gradient, and is excused; not all of them can be.
        if all(step.at_kink and wrong_parts(step, step.wanted) for step in sure):
            return "none of its updates can be checked: look at the size of the learning rate"
        return ""

    def _wrong_between(self) -> str:
        """Nothing but the updates may change the weights."""
        assert self._begun is not None
        known = {0: self._begun.weights} | {n + 1: kept.after for n, kept in self._kept.items()}
        for number in sorted(self._kept.keys() & known.keys()):
            pairs = zip(known[number], self._kept[number].before, strict=True)
            for name, (old, new) in zip(shapes(self._spec), pairs, strict=True):
                if old.tobytes() != new.tobytes():  # which a NaN is not unequal to itself in
                    return (
                        f"{name} changes between its updates, before update {number + 1}: "
                        f"look for another line that sets {name}"
                    )
        return ""


def watched_updates(spec: ScriptSpec) -> frozenset[int]:
    """The updates, counted from 0, that are looked at closely: early, late, and between."""
    last = spec.updates - 1
    a_part = WATCHED // 3
    chosen = {*range(a_part), *range(last - a_part + 1, last + 1)}
    per_epoch = spec.updates // spec.epochs
    for part in range(a_part // 2):
        epoch = 1 + part * (spec.epochs - 1) // (a_part // 2)
        chosen |= {epoch * per_epoch - 1, epoch * per_epoch}
    return frozenset(number for number in chosen if 0 <= number <= last)


def inputs_of(spec: ScriptSpec) -> Array:
    """The inputs of the truth table, (rows, inputs): -1 and +1 in its order."""
    rows = [list(map(int, spec.table.inputs_of(row))) for row in range(spec.table.rows)]
    return 2.0 * np.array(rows) - 1


def shapes(spec: ScriptSpec) -> dict[str, tuple[int, ...]]:
    """What a script calls its arrays of weights, and their shapes."""
    sizes = list(zip(spec.sizes, spec.sizes[1:], strict=False))
    if len(spec.hidden) > 1:
        return {f"W[{i}]": (before + 1, after) for i, (before, after) in enumerate(sizes)}
    (inputs, hidden), (_, outputs) = sizes
    return {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, outputs), "b2": (outputs,)}


@lru_cache(maxsize=4)
def start_of(spec: ScriptSpec) -> Start:
    """What training starts from by the command, X (rows, inputs) without a column of ones.

    X and y are those of the truth table or, in the order in which a script draws them, of samples;
    then come the weights, matrix after matrix; b1 and b2 are 0.
    """
    rng = np.random.default_rng(spec.seed)
    X, y = inputs_of(spec), np.array(spec.table.targets(), float)
    if spec.samples:
        samples, ones = rng.integers(spec.table.rows, size=spec.samples), len(spec.hidden) > 1
        X, y = X[samples], y[samples]
        if spec.noise:  # a column of ones has numbers drawn for it too, and no noise
            noise = rng.normal(0, spec.noise, (spec.samples, spec.table.inputs + ones))
            X = X + noise[:, : spec.table.inputs]
    weights = (
        rng.normal(size=shape) if len(shape) == 2 else np.zeros(shape)
        for shape in shapes(spec).values()
    )
    return Start(X, y, tuple(weights))


def _wrong_data(start: Start, spec: ScriptSpec) -> str:
    """X and y have to be the truth table's, or the samples that the seed draws."""
    meant = start_of(spec)
    X = np.c_[meant.X, np.ones(spec.rows)] if len(spec.hidden) > 1 else meant.X
    for name, found, wanted in (("X", start.X, X), ("y", start.y, meant.y)):
        if found.shape != wanted.shape:
            return f"{name} has the shape {found.shape}, its command means {wanted.shape}"
        right = np.isclose(found, wanted, rtol=1e-12, atol=1e-12).all(axis=1)
        if not right.all():
            row = int(right.argmin())
            return (
                f"{name} of {spec.row_name(row)} is {_shown(found[row])}, "
                f"its command means {_shown(wanted[row])}"
            )
    return ""


def _wrong_weights(start: Start, spec: ScriptSpec) -> str:
    """Weights have to start in the shapes of the layers, as the seed draws them."""
    weights, wanted = start.weights, start_of(spec).weights
    if len(weights) != len(wanted):
        return f"it has {len(weights)} arrays of weights, its command means {len(wanted)}"
    for name, found, drawn in zip(shapes(spec), weights, wanted, strict=True):
        if found.squeeze().shape != drawn.squeeze().shape:  # a bias (8,) may as well be (1, 8)
            return f"{name} has the shape {found.shape}, its command means {drawn.shape}"
        if not np.allclose(found.reshape(drawn.shape), drawn, rtol=1e-12, atol=1e-12):
            if not drawn.any():
                return f"{name} does not start at 0: look at the line that sets it first"
            return (
                f"{name} does not start with the numbers of seed {spec.seed}: "
                "look at default_rng and at the line that draws it"
            )
    return ""


def _wrong_shape(number: int, update: Update, spec: ScriptSpec) -> str:
    """Arrays may come with axes of length 1 more or less, but not with other numbers in them."""
    found = [("error", update.error.size, len(update.rows) * spec.table.outputs)]
    for arrays in (update.before, update.after):
        if len(arrays) != len(shapes(spec)):
            return f"update {number}: the number of arrays of weights changes: look at W"
        for (name, shape), array in zip(shapes(spec).items(), arrays, strict=True):
            found.append((name, array.size, prod(shape)))
    for name, size, wanted in found:
        if size != wanted:
            return (
                f"update {number}: {name} holds {size} numbers instead of {wanted}: "
                "look at the sums over an axis and at the transposed arrays"
            )
    return ""


def _step(number: int, update: Update, spec: ScriptSpec) -> GradientStep:
    rows = list(update.rows)
    y = start_of(spec).y[rows]
    before, after = (
        matrices(_shaped(arrays, spec), spec) for arrays in (update.before, update.after)
    )
    return GradientStep(
        number, spec, start_of(spec).X[rows], y, update.error.reshape(y.shape), before, after
    )


def _shaped(arrays: Arrays, spec: ScriptSpec) -> Arrays:
    """Without the axes of length 1 that broadcasting may have added."""
    wanted = shapes(spec).values()
    return tuple(array.reshape(shape) for array, shape in zip(arrays, wanted, strict=True))


def _shown(row: Array) -> str:
    return " ".join(f"{value:g}" for value in row)
