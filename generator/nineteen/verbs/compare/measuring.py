"""Runs the scripts of a grid, many seeds side by side, watched but never changed."""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
from joblib import Parallel, delayed, parallel_config

from nineteen.page.terminal import counted
from nineteen.script.judge import TOLERANCE
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.training.execute import execute
from nineteen.training.gradient import Array, hidden, sigmoid
from nineteen.training.observe import Arrays, Start
from nineteen.training.side_by_side import LaneUpdate, Places, observe_together
from nineteen.verbs.compare.comparison_plan import USUAL, ComparisonPlan, Specs
from nineteen.verbs.compare.grid import MeasuredGrid
from nineteen.verbs.compare.grid_cell import GridCell, Truths, cell_of, joined

# So many updates are looked at one by one; after them at most as many, evenly spread.
SINGLY = 512
TIMED_SEEDS = 30
FRESH_SAMPLES, FRESH_SEED = 4000, 2**32  # no script has this seed
_PART = 250  # seeds at most that one process runs in one go
# The processor's time for one thread: other work on the machine does not count. Windows has it in
# steps of 16 ms only.
_clock = time.perf_counter if sys.platform == "win32" else time.thread_time


def measure_grid(plan: ComparisonPlan, workers: int) -> MeasuredGrid:
    """Run the plan on so many processes, with a bar on a terminal.

    The first seeds run again one by one, plain, at the usual rates, for their times. Raises
    UsageError where a spec cannot be rendered, RuntimeError where a watched script prints anything
    else than a plain one.
    """
    parts = {spec: _parts(spec, plan.seeds) for spec in plan.specs}
    timed = range(min(plan.seeds, TIMED_SEEDS))
    jobs = [
        *(delayed(watch_seeds)(spec, part) for spec in plan.specs for part in parts[spec]),
        *(delayed(time_row)(plan.usual, seed) for seed in timed),
    ]
    with parallel_config("loky", inner_max_num_threads=1):  # as in the isolated runs
        running = Parallel(n_jobs=workers, return_as="generator")(jobs)
        done = iter(list(counted(running, "training", len(jobs))))
    cells = {spec: joined(list(islice(done, len(parts[spec])))) for spec in plan.specs}
    for row, runs in zip(plan.grid, zip(*done, strict=True), strict=True):
        for seed, (printed, _) in enumerate(runs):
            check_printed(cells[row[USUAL]], seed, printed)
        seconds = tuple(taken for _, taken in runs)
        cells |= {spec: replace(cells[spec], seconds=seconds) for spec in row}
    rows = [
        tuple(tuple(cells[spec] for spec in row) for row in rows)
        for rows in (plan.grid, plan.narrow, plan.wide)
    ]
    return MeasuredGrid(*rows)


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
        lambda _, update: blocks[-1].update(update),
        lambda places, begun: blocks.append(_Looks(spec, places, begun)),
    )
    with np.errstate(all="ignore"):  # a training may diverge: it is judged, not warned about
        blocks.sort(key=lambda block: block.places)
        return joined([block.cell(printed) for block in blocks])


def time_row(specs: Specs, seed: int) -> list[tuple[str, float]]:
    """What each spec's script prints, run as it is, and the seconds of one of its updates.

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
        found.append((printed[0], seconds / spec.updates_per_epoch))
    return found


def logits(spec: ScriptSpec, weights: Arrays, X: Array) -> Array:
    """The inputs to the output's sigmoid for stacked weights, (…, rows, outputs).

    `weights` are those of an Update, each with first axes more; `X` is (rows, inputs).
    """
    if len(spec.hidden) == 1:
        W1, b1, W2, b2 = weights
        layers = [(W1, b1[..., None, :]), (W2, b2[..., None, :])]
    else:
        layers = [(w[..., :-1, :], w[..., -1:, :]) for w in weights]
    function = hidden(spec.activation).function
    layer = X
    for W, b in layers[:-1]:
        layer = function(layer @ W + b)
    W, b = layers[-1]
    return layer @ W + b


class _Looks:
    """What scripts that train as one make of the truth table, look by look."""

    def __init__(self, spec: ScriptSpec, places: Places, begun: Start) -> None:
        self.spec, self.places, self.made = spec, places, 0
        bits = [[int(bit) for bit in spec.table.inputs_of(row)] for row in range(spec.table.rows)]
        self.X, self.y = 2.0 * np.array(bits) - 1, np.array(spec.table.targets())
        self.stride = -(-spec.updates // SINGLY)
        self.updates: list[int] = []
        self.losses: list[Array] = []
        self.within: list[Truths] = []
        self.look(begun.weights)

    def update(self, update: LaneUpdate) -> None:
        self.made += 1
        if self.made <= SINGLY or self.made % self.stride == 0 or self.made == self.spec.updates:
            self.look(update.after)

    def look(self, weights: Arrays) -> None:
        self.last = weights
        z = logits(self.spec, weights, self.X)
        off = np.abs(np.round(sigmoid(z), 2) - self.y)
        self.updates.append(self.made)
        self.losses.append(np.logaddexp(0, (1 - 2 * self.y) * z).mean(axis=(-2, -1)))
        self.within.append(np.all(off <= TOLERANCE, axis=(-2, -1)))

    def cell(self, printed: Sequence[str]) -> GridCell:
        """How the scripts trained, when all are through."""
        losses, within = np.array(self.losses).T, np.array(self.within).T
        own = tuple(printed[place] for place in self.places)
        cell = cell_of(self.spec, own, np.array(self.updates), losses, within)
        if not self.spec.samples:
            return cell
        rng = np.random.default_rng(FRESH_SEED)
        rows = rng.integers(len(self.X), size=FRESH_SAMPLES)
        noise = rng.normal(0, self.spec.noise, (FRESH_SAMPLES, self.spec.table.inputs))
        z, y = logits(self.spec, self.last, self.X[rows] + noise), self.y[rows]
        right = ((z > 0) == y).all(axis=-1).mean(axis=-1)
        loss = np.logaddexp(0, (1 - 2 * y) * z).mean(axis=(-2, -1))
        return replace(cell, fresh_right=right, fresh_loss=loss)


def _parts(spec: ScriptSpec, seeds: int) -> list[range]:
    """The seeds in parts, each as many as are best run as one, and not for too long."""
    most = min(_PART, 2**14 // (spec.batch_size * max(spec.hidden)), 2**19 // spec.updates)
    size = max(1, most)
    return [range(seeds)[first : first + size] for first in range(0, seeds, size)]
