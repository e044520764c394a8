"""The honest check: does a script train by the strategy, and on the gradient, that it names?"""

import ast
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Literal

import numpy as np

from nineteen.script.spec import ScriptSpec
from nineteen.training.diagnosis import say, wrong_change, wrong_error, wrong_order
from nineteen.training.execute import Calls, NotApplicable, Report, Watcher
from nineteen.training.gradient import Array, flat, inputs_of, parts, predict, shapes, split
from nineteen.training.gradient_steps import GradientSteps, gradient_steps
from nineteen.training.observe import Arrays, Start, Update, calls, instrument
from nineteen.training.rounds import drawn_rounds, drawn_updates

AT_ONCE, NUMBERS = 512, 2**16  # updates checked at once, and numbers of an array, at most


@dataclass(frozen=True)
class Honesty:
    """Whether a script trains as its command says, if that can be seen, and why not."""

    status: Literal["pass", "fail", "not applicable"]
    reason: str = ""


class Audit(Watcher):
    """Checks every update, by the names of the contract, or, for a `why`, by what arrays do."""

    def __init__(self, spec: ScriptSpec, why: str = "") -> None:
        self._spec, self._named, self._meant = spec, not why, start_of(spec)
        self._rounds, self._why = drawn_rounds(self._meant, spec), why
        largest = max(spec.batch_size * max(spec.sizes), *map(prod, shapes(spec).values()))
        self._at_once = max(1, min(AT_ONCE, NUMBERS // largest))
        self._rows: list[tuple[int, tuple[int, ...]]] = []
        self._waiting: list[Update] = []
        self._losses: dict[int, float] = defaultdict(float)
        self._wrong = self._between = ""
        self._sure, self._checked, self._final = False, 0, np.zeros(0)

    def follow(self, source: str) -> ast.Module:
        """The script's tree, observed."""
        if self._named:
            try:
                return instrument(source)
            except NotApplicable as error:
                self._named, self._why = False, str(error)
        return self._rounds.follow(source)

    def calls(self) -> Calls:
        """What that tree calls."""
        return calls(self._see, self._start) | self._rounds.calls()

    def found(self, why: NotApplicable | None) -> Report:
        """What cannot be seen, or the problem, or what is to be printed: predictions and losses."""
        try:
            if why:
                raise why
            if not self._named:
                self._start(self._meant)
                for update in drawn_updates(self._rounds, self._meant, self._spec):
                    self._see(update)
                if not self._rows:
                    raise NotApplicable(self._why)
        except NotApplicable as reason:
            return {"unseen": str(reason), "named": self._named}
        with np.errstate(all="ignore"):
            self._check()
            # In the order of a student who looks for the cause: data, weights, updates, rows.
            problem = self._wrong or ("" if self._sure else say("unsure"))
            problem = problem or wrong_order(self._rows, self._spec) or self._between
            if problem or not self._rows:
                return {"problem": problem if self._rows else say("no_update")}
            final, X = split(self._final, self._spec), inputs_of(self._spec.table)
            predictions = predict(final, X, self._spec.activation).tolist()
        return {"problem": "", "predictions": predictions, "losses": [*self._losses.items()]}

    def _start(self, start: Start) -> None:
        self._wrong = _wrong_data(start, self._spec) if self._named else ""
        self._wrong = self._wrong or _wrong_weights(start.weights, self._spec)
        if not self._wrong:
            self._final = flat(start.weights)

    def _see(self, update: Update) -> None:
        spec, taken = self._spec, len(update.rows)
        if taken == spec.rows > spec.batch_size and update.error.size < taken * spec.table.outputs:
            raise NotApplicable("no name tells which rows an update takes")
        if spec.show_loss:
            self._losses[update.epoch] += update.loss
        # One epoch more than there should be is kept, to say so.
        if len(self._rows) < spec.updates + spec.updates_per_epoch:
            self._rows.append((update.epoch, update.rows))
        self._waiting.append(update)
        if len(self._waiting) == self._at_once:
            with np.errstate(all="ignore"):
                self._check()

    def _check(self) -> None:
        updates, self._waiting = self._waiting, []
        if not updates or self._wrong:
            return
        first, self._checked = self._checked + 1, self._checked + len(updates)
        self._wrong = _wrong_shape(first, updates, self._spec)
        if self._wrong:
            return
        steps = gradient_steps(first, updates, self._meant, self._spec)
        self._between = self._between or _wrong_between(self._final, steps)
        self._final = steps.after[-1]
        finite = np.isfinite(steps.size)
        steps = steps if finite.all() else steps.at(finite)
        if len(steps.numbers):
            self._wrong = wrong_error(steps) or wrong_change(steps)
            self._sure |= not steps.at_kink.all()  # an update at a kink has no one gradient


@lru_cache(maxsize=4)
def start_of(spec: ScriptSpec) -> Start:
    """What training starts from by the command, drawn as a script does; X without its ones."""
    rng = np.random.default_rng(spec.seed)
    X, y = inputs_of(spec.table), np.array(spec.table.targets(), float)
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
    names, sizes = ["error", *shapes(spec)], [*map(prod, shapes(spec).values())]
    outputs = spec.table.outputs
    for number, update in enumerate(updates, first):
        found = [update.error.size, *(array.size for array in update.after)]
        wanted = [len(update.rows) * outputs, *sizes]
        if len(found) != len(wanted):
            return say("other_arrays", number=number)
        for name, size, meant in zip(names, found, wanted, strict=True):
            if size != meant:
                return say("numbers", number=number, name=name, found=size, meant=meant)
    return ""


def _wrong_between(last: Array, steps: GradientSteps) -> str:
    """Nothing but the updates may change the weights; `last` are those before them."""
    kept = np.concatenate([last[None], steps.after[:-1]])
    # By their bytes: a NaN is not equal to itself.
    other = steps.by_part(np.logical_or, kept.view(np.int64) != steps.before.view(np.int64))
    for name, moved in zip(parts(steps.spec), other.T, strict=True):
        if moved.any():
            return say("between", name=name, number=steps.numbers[moved.argmax()])
    return ""
