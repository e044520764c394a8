"""Runs the scripts of a grid, many seeds side by side, watched but never changed."""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed, parallel_config

from nineteen.page.terminal import counted
from nineteen.script.judge import TOLERANCE
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.training.execute import execute
from nineteen.training.gradient import Array, forward, hidden, inputs_of, matrices, sigmoid
from nineteen.training.observe import Arrays, Start
from nineteen.training.side_by_side import Places, observe_together
from nineteen.verbs.compare.comparison_plan import USUAL, ComparisonPlan, Specs
from nineteen.verbs.compare.grid import GridCell, MeasuredGrid, Numbers, Truths

# So many updates are looked at one by one; after them at most as many, evenly spread.
SINGLY = 512
# Not learned and stuck: in the last third the loss fell by less than a fifth. Else it is late.
STUCK_FALL = 1.25
FIRST_UPDATES, POINTS = 64, 60  # of which the losses are kept: so many, then so many points more
FRESH = ("fresh_right", "fresh_loss")
BY_SEED = ("updates_needed", "left", "stuck", "uphill", "early", "losses", *FRESH)
TIMED_SEEDS = 30
FRESH_SAMPLES, FRESH_SEED = 4000, 2**32  # no script has this seed
_PART = 250  # seeds at most that one process runs in one go
# The processor's time for one thread: other work on the machine does not count. Windows has it in
# steps of 16 ms only.
_clock = time.perf_counter if sys.platform == "win32" else time.thread_time


def measure_grid(plan: ComparisonPlan, workers: int, quiet: bool = False) -> MeasuredGrid:
    """Run the plan on so many processes, with a bar on a terminal.

    The first seeds run again one by one, plain, at the usual rates, for their times. Raises
    UsageError where a spec cannot be rendered, RuntimeError where a watched script prints anything
    else than a plain one.
    """
    parts = [(spec, part) for spec in plan.specs for part in _parts(spec, plan.seeds)]
    jobs = [delayed(watch_seeds)(spec, part) for spec, part in parts]
    jobs += [delayed(time_row)(plan.usual, seed) for seed in range(min(plan.seeds, TIMED_SEEDS))]
    with parallel_config("loky", inner_max_num_threads=1):  # as in the isolated runs
        running = Parallel(n_jobs=workers, return_as="generator")(jobs)
        found = list(counted(running, "training", len(jobs), quiet))
    watched, timed = found[: len(parts)], found[len(parts) :]
    cells = {spec: _joined([cell for cell in watched if cell.spec == spec]) for spec in plan.specs}
    for row, runs in zip(plan.grid, zip(*timed, strict=True), strict=True):
        for seed, (printed, _) in enumerate(runs):
            check_printed(cells[row[USUAL]], seed, printed)
        seconds = tuple(taken for _, taken in runs)
        cells |= {spec: replace(cells[spec], seconds=seconds) for spec in row}
    every = (plan.grid, plan.narrow, plan.wide)
    measured = ([tuple(cells[spec] for spec in row) for row in rows] for rows in every)
    return MeasuredGrid(*map(tuple, measured))


def _parts(spec: ScriptSpec, seeds: int) -> list[range]:
    """The seeds in parts, each as many as are best run as one, and not for too long."""
    most = min(_PART, 2**14 // (spec.batch_size * max(spec.hidden)), 2**19 // spec.updates)
    size = max(1, most)
    return [range(seeds)[first : first + size] for first in range(0, seeds, size)]


def check_printed(cell: GridCell, seed: int, printed: str) -> None:
    """Raise RuntimeError where a plain run printed anything else than the watched one."""
    if cell.printed[seed] != printed:
        raise RuntimeError(f"watched, a script prints something else: {cell.printed[seed]}")


def watch_seeds(spec: ScriptSpec, seeds: Sequence[int]) -> GridCell:
    """Run a spec's scripts watched, side by side."""
    blocks: list[_Looks] = []
    sources = [render(replace(spec, seed=seed)) for seed in seeds]
    printed = observe_together(
        sources,
        lambda _, update: blocks[-1].seen(update.after),
        lambda places, begun: blocks.append(_Looks(spec, places, begun)),
    )
    with np.errstate(all="ignore"):  # a training may diverge: it is judged, not warned about
        blocks.sort(key=lambda block: block.places)
        return _joined([block.cell(printed) for block in blocks])


def _joined(parts: Sequence[GridCell]) -> GridCell:
    """The cell with all the seeds of the parts, in their order."""
    printed = sum((part.printed for part in parts), ())
    arrays: Any = {name: np.concatenate([getattr(one, name) for one in parts]) for name in BY_SEED}
    return replace(parts[0], printed=printed, **arrays)


def time_row(specs: Specs, seed: int) -> list[tuple[str, float]]:
    """What each spec's script prints, run as it is, and the seconds of one of its epochs.

    They run in the same process, one after the other, so that their times compare. A second run of
    one epoch is taken off each: reading the script and the last pass do not count.
    """
    found = []
    for spec in specs:
        times, printed = [_clock()], []
        for epochs in (spec.epochs, 1):
            with np.errstate(all="ignore"):
                printed.append(execute(render(replace(spec, seed=seed, epochs=epochs))))
            times.append(_clock())
        whole, once = times[1] - times[0], times[2] - times[1]
        # Where the machine was so busy that one epoch took longer, the whole is the best there is.
        more = spec.epochs > 1 and whole > once
        seconds = (whole - once) / (spec.epochs - 1) if more else whole / spec.epochs
        found.append((printed[0], seconds))
    return found


class _Looks:
    """What scripts that train as one make of the truth table, look by look."""

    def __init__(self, spec: ScriptSpec, places: Places, begun: Start) -> None:
        self.spec, self.places, self.made = spec, places, 0
        self.X, self.y = inputs_of(spec.table), np.array(spec.table.targets())
        self.stride = -(-spec.updates // SINGLY)
        self.looks: list[tuple[int, Array, Truths]] = []
        self.seen(begun.weights)

    def seen(self, weights: Arrays) -> None:
        """Look at the first weights, and at those after an update if it is its turn."""
        if self.made <= SINGLY or self.made % self.stride == 0 or self.made == self.spec.updates:
            self.last = weights
            z, losses = self._logits_and_losses(weights, self.X, self.y)
            off = np.abs(np.round(sigmoid(z), 2) - self.y)
            self.looks.append((self.made, losses, np.all(off <= TOLERANCE, axis=(-2, -1))))
        self.made += 1

    def cell(self, printed: Sequence[str]) -> GridCell:
        """How the scripts trained, when all are through."""
        updates, losses, within = map(np.array, zip(*self.looks, strict=True))
        own = tuple(printed[place] for place in self.places)
        cell = cell_of(self.spec, own, updates, losses.T, within.T)
        return self._on_fresh(cell) if self.spec.samples else cell

    def _on_fresh(self, cell: GridCell) -> GridCell:
        """The cell with the answers to fresh samples, seed by seed: all need too much memory."""
        rng, inputs = np.random.default_rng(FRESH_SEED), self.spec.table.inputs
        rows = rng.integers(len(self.X), size=FRESH_SAMPLES)
        X, y = self.X[rows] + rng.normal(0, self.spec.noise, (FRESH_SAMPLES, inputs)), self.y[rows]
        found = []
        for lane in range(len(self.places)):
            z, loss = self._logits_and_losses([array[lane] for array in self.last], X, y)
            found.append((((z > 0) == y).all(axis=-1).mean(), loss))
        right, losses = np.transpose(found)
        return replace(cell, fresh_right=right, fresh_loss=losses)

    def _logits_and_losses(
        self, weights: Sequence[Array], X: Array, y: Numbers
    ) -> tuple[Array, Array]:
        """The inputs to the output's sigmoid, (…, rows, outputs), and their mean losses, (…)."""
        function = hidden(self.spec.activation).function
        _, z = forward(matrices(weights, self.spec), X, function)
        return z, np.logaddexp(0, (1 - 2 * y) * z).mean(axis=(-2, -1))


def cell_of(
    spec: ScriptSpec, printed: tuple[str, ...], updates: Numbers, losses: Array, within: Truths
) -> GridCell:
    """What looks at the whole truth table say of a spec's trainings.

    `updates` (looks,) is how many updates had been made at each look, 0 first; `losses` and
    `within` (seeds, looks) are the loss, and whether every prediction, rounded as it is printed,
    was within 0.1 of its target.
    """
    last = len(updates) - 1
    after = last + 1 - (~within[:, ::-1]).argmax(axis=1)  # the last outside, and one more
    after = np.where(within.all(axis=1), 0, after.clip(max=last))
    needed = np.where(within[:, -1], updates[after], np.inf)
    single = (np.diff(updates) == 1) & (updates[1:] <= needed[:, None])
    third = np.searchsorted(updates, 2 * updates[-1] / 3)
    points = np.union1d(np.arange(FIRST_UPDATES + 1), np.geomspace(1, updates[-1], POINTS))
    drawn = np.unique(np.searchsorted(updates, points[points <= updates[-1]]))
    return GridCell(
        spec,
        printed,
        updates_needed=needed,
        left=np.asarray(within.any(axis=1) & ~within[:, -1]),
        stuck=~within[:, -1] & (losses[:, third] < STUCK_FALL * losses[:, -1]),
        uphill=(single & (np.diff(losses) > 0)).sum(axis=1) / np.maximum(1, single.sum(axis=1)),
        early=losses[:, np.searchsorted(updates, spec.updates_per_epoch)],
        losses=losses[:, drawn],
        drawn=updates[drawn],
    )
