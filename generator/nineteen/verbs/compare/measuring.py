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
from nineteen.verbs.compare.grid import GridCell, MeasuredGrid, Truths, cell_of, joined

# So many updates are looked at one by one; after them at most as many, evenly spread.
SINGLY = 512
TIMED_SEEDS = 30
_TOGETHER = 2**20  # numbers in the widest layer of all looks that are computed in one go
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
    specs = [spec for row in (*plan.grid, *plan.narrow) for spec in row]
    parts = {spec: _parts(spec, plan.seeds) for spec in specs}
    timed = range(min(plan.seeds, TIMED_SEEDS))
    jobs = [
        *(delayed(watch_seeds)(spec, part) for spec in specs for part in parts[spec]),
        *(delayed(time_row)(plan.usual, seed) for seed in timed),
    ]
    with parallel_config("loky", inner_max_num_threads=1):  # as in the isolated runs
        running = Parallel(n_jobs=workers, return_as="generator")(jobs)
        done = iter(list(counted(running, "training", len(jobs))))
    cells = {spec: joined(list(islice(done, len(parts[spec])))) for spec in specs}
    for row, runs in zip(plan.grid, zip(*done, strict=True), strict=True):
        for seed, (printed, _) in enumerate(runs):
            check_printed(cells[row[USUAL]], seed, printed)
        seconds = tuple(taken for _, taken in runs)
        cells |= {spec: replace(cells[spec], seconds=seconds) for spec in row}
    grid, narrow = (
        tuple(tuple(cells[spec] for spec in row) for row in rows)
        for rows in (plan.grid, plan.narrow)
    )
    return MeasuredGrid(grid, narrow)


def check_printed(cell: GridCell, seed: int, printed: str) -> None:
    """Raise RuntimeError where a plain run printed anything else than the watched one."""
    if cell.printed[seed] != printed:
        raise RuntimeError(f"watched, a script prints something else: {cell.printed[seed]}")


def watch_seeds(spec: ScriptSpec, seeds: Sequence[int]) -> GridCell:
    """Run a spec's scripts watched, side by side."""
    blocks: list[_Looks] = []

    def start(places: Places, begun: Start) -> None:
        blocks.append(_Looks(spec, places, begun))

    def each(_: Places, update: LaneUpdate) -> None:
        blocks[-1].update(update)

    sources = [render(replace(spec, seed=seed)) for seed in seeds]
    printed = observe_together(sources, each, start)
    with np.errstate(all="ignore"):  # a training may diverge: it is judged, not warned about
        blocks.sort(key=lambda block: block.places)
        return joined([block.cell(printed) for block in blocks])


def time_row(specs: Specs, seed: int) -> list[tuple[str, float]]:
    """What each spec's script prints, run as it is, and the seconds of one of its updates.

    They run in the same process, one after the other, so that their times compare. Each runs a
    second time with one epoch, which is taken off: the seconds are then without reading the script
    and without the last pass.
    """
    found = []
    for spec in specs:
        printed, whole = _clocked(render(replace(spec, seed=seed)))
        _, once = _clocked(render(replace(spec, seed=seed, epochs=1)))
        # Where the machine was so busy that one epoch took longer, the whole is the best there is.
        more = spec.epochs > 1 and whole > once
        seconds = (whole - once) / (spec.epochs - 1) if more else whole / spec.epochs
        found.append((printed, seconds / spec.updates_per_epoch))
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
    """Keeps the weights of scripts that train as one, and computes what they make of the table."""

    def __init__(self, spec: ScriptSpec, places: Places, begun: Start) -> None:
        self.spec, self.places = spec, places
        table = spec.table
        bits = [[int(bit) for bit in table.inputs_of(row)] for row in range(table.rows)]
        self.X, self.y = 2.0 * np.array(bits) - 1, np.array(table.targets())
        self.most = max(1, _TOGETHER // (len(places) * table.rows * max(spec.hidden)))
        self.stride = -(-spec.updates // SINGLY)
        self.made, self.updates = 0, [0]
        self.waiting = [begun.weights]
        self.losses: list[Array] = []
        self.within: list[Truths] = []

    def update(self, update: LaneUpdate) -> None:
        self.made += 1
        if self.made <= SINGLY or self.made % self.stride == 0 or self.made == self.spec.updates:
            self.updates.append(self.made)
            self.waiting.append(update.after)
            if len(self.waiting) >= self.most:
                self.compute()

    def compute(self) -> None:
        """Turn the waiting weights into losses and verdicts, (looks, scripts)."""
        weights = tuple(np.stack(arrays) for arrays in zip(*self.waiting, strict=True))
        self.waiting.clear()
        z = logits(self.spec, weights, self.X)
        self.losses.append(np.logaddexp(0, (1 - 2 * self.y) * z).mean(axis=(-2, -1)))
        off = np.abs(np.round(sigmoid(z), 2) - self.y)
        self.within.append(np.all(off <= TOLERANCE, axis=(-2, -1)))

    def cell(self, printed: Sequence[str]) -> GridCell:
        """How the scripts trained, when all are through."""
        if self.waiting:
            self.compute()
        losses, within = np.concatenate(self.losses).T, np.concatenate(self.within).T
        own = tuple(printed[place] for place in self.places)
        return cell_of(self.spec, own, np.array(self.updates), losses, within)


def _parts(spec: ScriptSpec, seeds: int) -> list[range]:
    """The seeds in parts, each as many as are best run as one."""
    size = max(1, min(_PART, 2**14 // (spec.table.rows * max(spec.hidden))))
    return [range(seeds)[first : first + size] for first in range(0, seeds, size)]


def _clocked(source: str) -> tuple[str, float]:
    began = _clock()
    with np.errstate(all="ignore"):
        printed = execute(source)
    return printed, _clock() - began
