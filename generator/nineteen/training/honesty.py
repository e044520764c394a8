"""The honest check: does a script train by the strategy, and on the gradient, that it names?"""

import ast
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any, Literal

import numpy as np

from nineteen.script.spec import ScriptSpec
from nineteen.training.diagnosis import say, wrong_change, wrong_error
from nineteen.training.gradient import Array, Matrices, part_names, predict, shapes
from nineteen.training.gradient_steps import GradientSteps, gradient_steps, parts, stacked
from nineteen.training.observe import Arrays, NotApplicable, Start, Update, calls, instrument
from nineteen.training.rounds import Rounds
from nineteen.training.row_order import wrong_order

AT_ONCE, NUMBERS = 512, 2**18  # updates checked at once, and numbers of an array, at most


@dataclass(frozen=True)
class Honesty:
    """Whether a script trains as its command says, and why not; "not applicable": nobody can see.

    `reason` is one sentence, or "" on a pass.
    """

    status: Literal["pass", "fail", "not applicable"]
    reason: str = ""


class Audit:
    """A Watcher that checks every update of a script.

    By the names of the contract; where they are gone, or by `why` do not do, by what its arrays do.
    """

    def __init__(self, spec: ScriptSpec, why: str = "") -> None:
        self._spec, self._named, self._meant = spec, not why, start_of(spec)
        self._rounds = Rounds(spec, self._meant, why)
        largest = max(spec.batch_size * max(spec.sizes), *map(prod, shapes(spec).values()))
        self._at_once = max(1, min(AT_ONCE, NUMBERS // largest))
        self._begun: Start | None = None
        self._rows: list[tuple[int, tuple[int, ...]]] = []
        self._waiting: list[Update] = []
        self._final: Arrays = ()
        self._losses: dict[int, float] = defaultdict(float)
        self._wrong_start = self._wrong = self._between = ""
        self._sure, self._checked = False, 0

    def follow(self, source: str) -> ast.Module:
        """The script's tree, observed."""
        if self._named:
            try:
                return instrument(source)
            except NotApplicable as error:
                self._named, self._rounds.why = False, str(error)
        return self._rounds.follow(source)

    def calls(self) -> dict[str, Callable[..., None]]:
        """What that tree calls."""
        return calls(self._see, self._start) | {"__round__": self._rounds.see}

    def found(self, error: BaseException | None = None) -> dict[str, Any]:
        """What cannot be seen, or the problem, or what is to be printed: predictions and losses."""
        try:
            if isinstance(error, NotApplicable):
                raise error
            if not self._named:
                self._start(self._meant)
                for update in self._rounds.updates():
                    self._see(update)
        except NotApplicable as reason:
            return {"unseen": str(reason), "named": self._named}
        with np.errstate(all="ignore"):
            if problem := self._problem():
                return {"problem": problem}
            final = stacked([self._final], self._spec)
            [predictions] = predict(final, inputs_of(self._spec), self._spec.activation).tolist()
        losses = list(self._losses.items())
        return {"problem": "", "predictions": predictions, "losses": losses}

    def _start(self, start: Start) -> None:
        self._begun, self._final = start, start.weights
        self._wrong_start = _wrong_data(start, self._spec) if self._named else ""
        self._wrong_start = self._wrong_start or _wrong_weights(start.weights, self._spec)

    def _see(self, update: Update) -> None:
        taken, outputs = len(update.rows), self._spec.table.outputs
        if taken == self._spec.rows > self._spec.batch_size and update.error.size < taken * outputs:
            raise NotApplicable("no name tells which rows an update takes")
        if self._spec.show_loss:
            self._losses[update.epoch] += update.loss
        # One epoch more than there should be is kept, to say so.
        if len(self._rows) < self._spec.updates + self._spec.updates_per_epoch:
            self._rows.append((update.epoch, update.rows))
        self._waiting.append(update)
        if len(self._waiting) == self._at_once:
            with np.errstate(all="ignore"):
                self._check()

    def _problem(self) -> str:
        # In the order of a student who looks for the cause: data, weights, updates, rows.
        if self._begun is None or not self._rows:
            return say("no_update")
        self._check()
        if problem := self._wrong_start or self._wrong:
            return problem
        if not self._sure:
            return say("unsure")
        return wrong_order(self._rows, self._spec) or self._between

    def _check(self) -> None:
        """Check the updates that wait, at once."""
        updates, self._waiting = self._waiting, []
        if not updates or self._begun is None or self._wrong_start or self._wrong:
            return
        first = self._checked + 1
        self._checked += len(updates)
        self._wrong = _wrong_shape(first, updates, self._spec)
        if self._wrong:
            return
        steps = gradient_steps(first, updates, self._meant, self._spec)
        last, self._final = stacked([self._final], self._spec), updates[-1].after
        self._between = self._between or _wrong_between(last, steps)
        finite = np.isfinite(steps.size)
        steps = steps if finite.all() else steps.at(finite)
        if len(steps.numbers):
            self._wrong = wrong_error(steps) or wrong_change(steps)
            self._sure |= not steps.at_kink.all()  # an update at a kink has no one gradient


def inputs_of(spec: ScriptSpec) -> Array:
    """The inputs of the truth table, (rows, inputs): -1 and +1 in its order."""
    rows = [list(map(int, spec.table.inputs_of(row))) for row in range(spec.table.rows)]
    return 2.0 * np.array(rows) - 1


@lru_cache(maxsize=4)
def start_of(spec: ScriptSpec) -> Start:
    """What training starts from by the command, X (rows, inputs) without a column of ones.

    In the order in which a script draws them: samples, if any, and the weights; b1 and b2 are 0.
    """
    rng = np.random.default_rng(spec.seed)
    X, y = inputs_of(spec), np.array(spec.table.targets(), float)
    if spec.samples:
        samples, ones = rng.integers(spec.table.rows, size=spec.samples), len(spec.hidden) > 1
        X, y = X[samples], y[samples]
        if spec.noise:  # a column of ones has numbers drawn for it too, and no noise
            noise = rng.normal(0, spec.noise, (spec.samples, spec.table.inputs + ones))
            X = X + noise[:, : spec.table.inputs]
    of = shapes(spec).values()
    weights = (rng.normal(size=each) if len(each) == 2 else np.zeros(each) for each in of)
    return Start(X, y, tuple(weights))


def _wrong_data(start: Start, spec: ScriptSpec) -> str:
    """X and y have to be the truth table's, or the samples that the seed draws."""
    meant = start_of(spec)
    X = np.c_[meant.X, np.ones(spec.rows)] if len(spec.hidden) > 1 else meant.X
    for name, found, wanted in (("X", start.X, X), ("y", start.y, meant.y)):
        if found.shape != wanted.shape:
            return say("shape", name=name, found=found.shape, meant=wanted.shape)
        right = np.isclose(found, wanted, rtol=1e-12, atol=1e-12).all(axis=1)
        if not right.all():
            row = int(right.argmin())
            shown, other = (" ".join(f"{x:g}" for x in array[row]) for array in (found, wanted))
            return say("row", name=name, row=spec.row_name(row), found=shown, meant=other)
    return ""


def _wrong_weights(weights: Arrays, spec: ScriptSpec) -> str:
    """Weights have to start in the shapes of the layers, as the seed draws them."""
    wanted = start_of(spec).weights
    if len(weights) != len(wanted):
        return say("arrays", found=len(weights), meant=len(wanted))
    for name, found, drawn in zip(shapes(spec), weights, wanted, strict=True):
        if found.squeeze().shape != drawn.squeeze().shape:  # a bias (8,) may as well be (1, 8)
            return say("shape", name=name, found=found.shape, meant=drawn.shape)
        if np.array_equal(found, drawn.astype(np.float32)) and drawn.any():
            raise NotApplicable("it calculates in single precision, too coarse for this check")
        if not np.allclose(found.reshape(drawn.shape), drawn, rtol=1e-12, atol=1e-12):
            return say("drawn" if drawn.any() else "zero", name=name, seed=spec.seed)
    return ""


def _wrong_shape(first: int, updates: Sequence[Update], spec: ScriptSpec) -> str:
    """Arrays may come with axes of length 1 more or less, but not with other numbers in them."""
    names, sizes = ["error", *shapes(spec)], list(map(prod, shapes(spec).values()))
    for number, update in enumerate(updates, first):
        found = [update.error.size, *[array.size for array in update.after]]
        wanted = [len(update.rows) * spec.table.outputs, *sizes]
        if len(found) != len(wanted):
            return say("other_arrays", number=number)
        for name, size, meant in zip(names, found, wanted, strict=True):
            if size != meant:
                return say("numbers", number=number, name=name, found=size, meant=meant)
    return ""


def _wrong_between(last: Matrices, steps: GradientSteps) -> str:
    """Nothing but the updates may change the weights; `last` are those before them."""
    kept = tuple(np.concatenate(pair)[:-1] for pair in zip(last, steps.after, strict=True))
    pairs = zip(parts(kept), parts(steps.before), strict=True)
    for name, (left, found) in zip(part_names(steps.spec), pairs, strict=True):
        # By their bytes: a NaN is not equal to itself.
        if (other := (left.view(np.int64) != found.view(np.int64)).any((1, 2))).any():
            return say("between", name=name, number=steps.numbers[other.argmax()])
    return ""
