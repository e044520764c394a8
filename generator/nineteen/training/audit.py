"""Checking every update of a script while it runs."""

import ast
from collections import defaultdict
from collections.abc import Sequence
from math import prod

import numpy as np

from nineteen.script.spec import ScriptSpec
from nineteen.training.diagnosis import say, wrong_between, wrong_change, wrong_error, wrong_order
from nineteen.training.execute import Calls, NotApplicable, Report, Watcher
from nineteen.training.gradient import flat, inputs_of, predict, shapes, split
from nineteen.training.gradient_steps import gradient_steps, start_of
from nineteen.training.observe import Arrays, Start, Update, calls, instrument
from nineteen.training.rounds import drawn_rounds, drawn_updates

# Updates checked at once, at most: so many, so many numbers in a matrix of them (which then stay in
# the cache) and in a layer of them (which is made piece by piece).
AT_ONCE, OF_MATRIX, OF_LAYER = 512, 2**16, 2**19


class Audit(Watcher):
    """Checks every update, by the names of the contract, or, for a `why`, by what arrays do."""

    def __init__(self, spec: ScriptSpec, why: str = "") -> None:
        self._spec, self._named, self._meant = spec, not why, start_of(spec)
        self._rounds, self._why = drawn_rounds(self._meant, spec), why
        matrix, layer = max(map(prod, shapes(spec).values())), spec.batch_size * max(spec.sizes)
        self._at_once = max(1, min(AT_ONCE, OF_MATRIX // matrix, OF_LAYER // layer))
        self._most = spec.updates + spec.updates_per_epoch  # one epoch more, to say so
        self._rows: list[tuple[int, tuple[int, ...]]] = []
        self._waiting: list[Update] = []
        self._losses: dict[int, float] = defaultdict(float)
        self._wrong = self._between = ""
        self._sure, self._checked, self._final = False, 0, np.zeros(0)
        # Once a large array is gone, glibc keeps what is freed; else the arrays of each check would
        # give their pages back to the system and wait for new ones, for up to half of its time.
        np.empty(2**21)

    def follow(self, source: str) -> ast.Module:
        if self._named:
            try:
                return instrument(source)
            except NotApplicable as error:
                self._named, self._why = False, str(error)
        return self._rounds.follow(source)

    def calls(self) -> Calls:
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
        if len(self._rows) < self._most:
            self._rows.append((update.epoch, update.rows))
        self._waiting.append(update)
        if len(self._waiting) == self._at_once:
            self._check()

    @np.errstate(all="ignore")
    def _check(self) -> None:
        updates, self._waiting = self._waiting, []
        first, self._checked = self._checked + 1, self._checked + len(updates)
        self._wrong = self._wrong or _wrong_shape(first, updates, self._spec)
        if self._wrong or not updates:
            return
        steps = gradient_steps(first, updates, self._meant, self._spec)
        self._between = self._between or wrong_between(self._final, steps)
        self._final = steps.after[-1]
        finite = np.isfinite(steps.size)
        steps = steps if finite.all() else steps.at(finite)
        if len(steps.numbers):
            self._wrong = wrong_error(steps) or wrong_change(steps)
            # An update at a kink has no one gradient.
            self._sure = self._sure or not steps.at_kink.all()


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
    for number, update in enumerate(updates, first):
        found = [update.error.size, *(array.size for array in update.after)]
        wanted = [len(update.rows) * spec.table.outputs, *sizes]
        if len(found) != len(wanted):
            return say("other_arrays", number=number)
        for name, size, meant in zip(names, found, wanted, strict=True):
            if size != meant:
                return say("numbers", number=number, name=name, found=size, meant=meant)
    return ""
