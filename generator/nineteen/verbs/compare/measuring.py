"""Runs the scripts of several batch sizes, many seeds side by side, watched but never changed."""

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
from nineteen.training.gradient import Array, Matrices, hidden, matrices, sigmoid
from nineteen.training.observe import Arrays, Start
from nineteen.training.side_by_side import LaneUpdate, Places, observe_together
from nineteen.verbs.compare.comparison_plan import ComparisonPlan, Specs
from nineteen.verbs.compare.trainings import MeasuredSizes, Trainings, Truths

# So many updates are looked at one by one; after them, the ends of so many epochs, evenly spread.
SINGLY = EPOCH_ENDS = 2048
TIMED_SEEDS = 30  # of each batch size; of the larger tables:
REPEATS = 11
KEPT_SEEDS, KEPT_EPOCHS = 20, 1000  # the first ones, whose networks of two inputs can be drawn
_TOGETHER = 2**20  # numbers in the widest layer of all looks that are computed in one go
_PART = 250  # seeds at most that one process runs in one go
# The processor's time for one thread: other work on the machine does not count. Windows has it in
# steps of 16 ms only.
_clock = time.perf_counter if sys.platform == "win32" else time.thread_time


def measure_sizes(plan: ComparisonPlan, workers: int) -> MeasuredSizes:
    """Run the plan on so many processes, with a bar on a terminal.

    The first seeds run again one by one, plain, for their times. Raises UsageError where a spec
    cannot be rendered, RuntimeError where a watched script prints anything else than a plain one.
    """
    specs = (*plan.main, *plan.small, *plan.slow)
    parts = {spec: _parts(spec, plan.seeds) for spec in specs}
    timed = [(plan.main, min(plan.seeds, TIMED_SEEDS)), *((row, REPEATS) for row in plan.larger)]
    jobs = [
        *(delayed(watch_seeds)(spec, part) for spec in specs for part in parts[spec]),
        *(delayed(time_row)(row, seed) for row, seeds in timed for seed in range(seeds)),
    ]
    with parallel_config("loky", inner_max_num_threads=1):  # as in the isolated runs
        running = Parallel(n_jobs=workers, return_as="generator")(jobs)
        done = iter(list(counted(running, "training", len(jobs))))
    trained = {spec: _joined(list(islice(done, len(parts[spec])))) for spec in specs}
    seconds: dict[ScriptSpec, tuple[float, ...]] = {}
    for row, seeds in timed:
        for spec, runs in zip(row, zip(*islice(done, seeds), strict=True), strict=True):
            seconds[spec] = tuple(taken for _, taken in runs)
            for seed, (printed, _) in enumerate(runs if spec in trained else ()):
                check_printed(trained[spec], seed, printed)
    main, small, slow = (
        tuple(trained[spec] for spec in row) for row in (plan.main, plan.small, plan.slow)
    )
    return MeasuredSizes(main, small, slow, plan.larger, seconds)


def check_printed(trainings: Trainings, seed: int, printed: str) -> None:
    """Raise RuntimeError where a plain run printed anything else than the watched one."""
    if trainings.printed[seed] != printed:
        raise RuntimeError(f"watched, a script prints something else: {trainings.printed[seed]}")


def watch_seeds(spec: ScriptSpec, seeds: Sequence[int]) -> Trainings:
    """Run a spec's scripts watched, side by side where that is faster."""
    blocks: list[_Looks] = []

    def start(places: Places, begun: Start) -> None:
        blocks.append(_Looks(spec, [seeds[place] for place in places], begun))

    def each(_: Places, update: LaneUpdate) -> None:
        blocks[-1].update(update)

    sources = [render(replace(spec, seed=seed)) for seed in seeds]
    printed = dict(zip(seeds, observe_together(sources, each, start), strict=True))
    with np.errstate(all="ignore"):  # a training may diverge: it is judged, not warned about
        blocks.sort(key=lambda block: block.seeds[0])
        return _joined([block.trainings(printed) for block in blocks])


def time_row(specs: Specs, seed: int) -> list[tuple[str, float]]:
    """What each spec's script prints, run as it is, and the seconds of one of its epochs.

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
        found.append((printed, seconds))
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

    def __init__(self, spec: ScriptSpec, seeds: Sequence[int], begun: Start) -> None:
        self.spec, self.seeds = spec, seeds
        columns = spec.table.inputs  # the scripts of several layers have a column of ones
        self.X, self.y = begun.X[0, :, :columns], begun.y[0]
        self.most = max(1, _TOGETHER // (len(seeds) * spec.table.rows * max(spec.hidden)))
        self.stride = spec.updates_per_epoch * -(-spec.epochs // EPOCH_ENDS)
        self.made, self.updates = 0, [0]
        self.waiting = [begun.weights]
        self.losses: list[Array] = []
        self.within: list[Truths] = []
        self.networks: dict[int, dict[int, Matrices]] = {
            seed: {} for seed in seeds if seed < KEPT_SEEDS
        }
        self.keep(0, begun.weights)

    def update(self, update: LaneUpdate) -> None:
        self.made += 1
        if self.made % self.spec.updates_per_epoch == 0:
            self.keep(update.epoch + 1, update.after)
        if self.made <= SINGLY or self.made % self.stride == 0 or self.made == self.spec.updates:
            self.updates.append(self.made)
            self.waiting.append(update.after)
            if len(self.waiting) >= self.most:
                self.compute()

    def keep(self, epochs: int, weights: Arrays) -> None:
        """Keep the networks that a picture may need."""
        if self.spec.table.inputs == 2 and (epochs <= KEPT_EPOCHS or epochs == self.spec.epochs):
            for seed, network in self.networks.items():
                lane = self.seeds.index(seed)
                network[epochs] = matrices([array[lane] for array in weights], self.spec)

    def compute(self) -> None:
        """Turn the waiting weights into losses and verdicts, (looks, scripts)."""
        weights = tuple(np.stack(arrays) for arrays in zip(*self.waiting, strict=True))
        self.waiting.clear()
        z = logits(self.spec, weights, self.X)
        self.losses.append(np.logaddexp(0, (1 - 2 * self.y) * z).mean(axis=(-2, -1)))
        off = np.abs(np.round(sigmoid(z), 2) - self.y)
        self.within.append(np.all(off <= TOLERANCE, axis=(-2, -1)))

    def trainings(self, printed: dict[int, str]) -> Trainings:
        """How the scripts trained, when all are through."""
        if self.waiting:
            self.compute()
        return Trainings(
            self.spec,
            tuple(printed[seed] for seed in self.seeds),
            np.array(self.updates),
            np.concatenate(self.losses).T,
            np.concatenate(self.within).T,
            tuple(self.networks.values()),
        )


def _parts(spec: ScriptSpec, seeds: int) -> list[range]:
    """The seeds in parts, each as many as are best run as one."""
    size = max(1, min(_PART, 2**14 // (spec.table.rows * max(spec.hidden))))
    return [range(seeds)[first : first + size] for first in range(0, seeds, size)]


def _joined(parts: Sequence[Trainings]) -> Trainings:
    """The trainings of a spec with all the seeds of the parts, in their order."""
    return Trainings(
        parts[0].spec,
        sum((part.printed for part in parts), ()),
        parts[0].updates,
        np.concatenate([part.losses for part in parts]),
        np.concatenate([part.within for part in parts]),
        sum((part.networks for part in parts), ()),
    )


def _clocked(source: str) -> tuple[str, float]:
    began = _clock()
    with np.errstate(all="ignore"):
        printed = execute(source)
    return printed, _clock() - began
