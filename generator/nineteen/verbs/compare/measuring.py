"""Runs the scripts of several batch sizes, seed after seed, plain and watched, never changed."""

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from joblib import Parallel, delayed, parallel_config

from nineteen.page.progress import counted
from nineteen.script.judge import TOLERANCE, judge
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.training.execute import execute
from nineteen.training.gradient import Array, Matrices, hidden, matrices, sigmoid
from nineteen.training.observe import Start, Update, observe
from nineteen.training.side_by_side import run_together
from nineteen.verbs.compare.comparison_plan import ComparisonPlan, Specs
from nineteen.verbs.compare.trainings import Measured, Outcomes, Trainings, Truths

# So many updates are looked at one by one; after them, the last one of each epoch.
SINGLY = 2048
TIMED_SEEDS = 30  # of each batch size; of the larger tables:
REPEATS = 11
KEPT_SEEDS, KEPT_EPOCHS = 20, 1000  # the first ones, whose networks of two inputs can be drawn
_TOGETHER = 2**20  # numbers in the widest layer of all looks that are computed in one go
_PART = 5  # seeds


def measure(plan: ComparisonPlan, workers: int) -> Measured:
    """Run the plan on so many processes, with a bar on a terminal.

    Raises UsageError where a spec cannot be rendered, RuntimeError where a watched script prints
    anything else than the plain one.
    """
    parts = [range(plan.seeds)[first : first + _PART] for first in range(0, plan.seeds, _PART)]
    timed = [(plan.main, min(plan.seeds, TIMED_SEEDS)), *((row, REPEATS) for row in plan.larger)]
    jobs = [
        *(delayed(watch_seeds)(spec, part) for spec in (*plan.main, *plan.small) for part in parts),
        *(delayed(which_learn)(spec, part) for spec in plan.slow for part in parts),
        *(delayed(time_row)(specs, seed) for specs, seeds in timed for seed in range(seeds)),
    ]
    with parallel_config("loky", inner_max_num_threads=1):  # as in the isolated runs
        running = Parallel(n_jobs=workers, return_as="generator")(jobs)
        done = iter(list(counted(running, "training", len(jobs))))
    watched = [_joined([next(done) for _ in parts]) for _ in (*plan.main, *plan.small)]
    main, small = tuple(watched[: len(plan.main)]), tuple(watched[len(plan.main) :])
    slow = tuple(Outcomes(spec, np.concatenate([next(done) for _ in parts])) for spec in plan.slow)
    seconds: dict[ScriptSpec, tuple[float, ...]] = {}
    for specs, seeds in timed:
        runs = list(zip(*(next(done) for _ in range(seeds)), strict=True))
        seconds |= {
            spec: tuple(taken for _, taken in own) for spec, own in zip(specs, runs, strict=True)
        }
        for trainings, own in zip(main if specs is plan.main else (), runs, strict=False):
            for seed, (printed, _) in enumerate(own):
                check_printed(trainings, seed, printed)
    return Measured(main, small, slow, plan.larger, seconds)


def check_printed(trainings: Trainings, seed: int, printed: str) -> None:
    """Raise RuntimeError where a plain run printed anything else than the watched one."""
    if trainings.printed[seed] != printed:
        raise RuntimeError(f"watched, a script prints something else: {trainings.printed[seed]}")


def watch_seeds(spec: ScriptSpec, seeds: Sequence[int]) -> Trainings:
    """Run a spec's scripts watched."""
    with np.errstate(all="ignore"):  # a training may diverge: it is judged, not warned about
        return _joined([_Looks(replace(spec, seed=seed)).trainings() for seed in seeds])


def which_learn(spec: ScriptSpec, seeds: Sequence[int]) -> Truths:
    """Which of a spec's scripts learn, run as they are."""
    runs = run_together([render(replace(spec, seed=seed)) for seed in seeds])
    return np.array([judge(run, spec.table).ok for run in runs])


def time_row(specs: Specs, seed: int) -> list[tuple[str, float]]:
    """What each spec's script prints, run as it is, and the seconds of one of its epochs.

    They run in the same process, one after the other, so that their times compare.
    """
    with np.errstate(all="ignore"):
        return [_timed(replace(spec, seed=seed)) for spec in specs]


def logits(spec: ScriptSpec, weights: tuple[Array, ...], X: Array) -> Array:
    """The inputs to the output's sigmoid for stacked weights, (looks, rows, outputs).

    `weights` are those of an Update, each with a first axis more for the looks; `X` is
    (rows, inputs).
    """
    if len(spec.hidden) == 1:
        W1, b1, W2, b2 = weights
        layers = [(W1, b1[:, None]), (W2, b2[:, None])]
    else:
        layers = [(w[:, :-1], w[:, -1:]) for w in weights]
    function = hidden(spec.activation).function
    layer = X
    for W, b in layers[:-1]:
        layer = function(layer @ W + b)
    W, b = layers[-1]
    return layer @ W + b


class _Looks:
    """Keeps the weights of a training, and computes what they make of the whole table."""

    def __init__(self, spec: ScriptSpec) -> None:
        self.spec = spec
        self.most = max(1, _TOGETHER // (spec.table.rows * max(spec.hidden)))
        self.updates = [0]
        self.made = 0
        self.waiting: list[tuple[Array, ...]] = []
        self.losses: list[Array] = []
        self.within: list[Truths] = []
        self.network: dict[int, Matrices] = {}

    def trainings(self) -> Trainings:
        """Run the script, and say how it went."""
        printed = observe(render(self.spec), self.update, self.start)
        self.compute()
        kept = (self.network,) if self.spec.seed < KEPT_SEEDS else ()
        losses, within = np.concatenate(self.losses)[None], np.concatenate(self.within)[None]
        return Trainings(self.spec, (printed,), np.array(self.updates), losses, within, kept)

    def start(self, start: Start) -> None:
        columns = self.spec.table.inputs  # the scripts of several layers have a column of ones
        self.X, self.y = start.X[:, :columns], start.y
        self.waiting.append(start.weights)
        self.keep(0, start.weights)

    def update(self, update: Update) -> None:
        self.made += 1
        ended = self.made % self.spec.updates_per_epoch == 0
        if ended:
            self.keep(update.epoch + 1, update.after)
        if self.made > SINGLY and not ended:
            return
        self.updates.append(self.made)
        self.waiting.append(update.after)
        if len(self.waiting) >= self.most:
            self.compute()

    def keep(self, epochs: int, weights: tuple[Array, ...]) -> None:
        if self.spec.table.inputs == 2 and (epochs <= KEPT_EPOCHS or epochs == self.spec.epochs):
            self.network[epochs] = matrices(weights, self.spec)

    def compute(self) -> None:
        """Turn the waiting weights into losses and verdicts."""
        if not self.waiting:
            return
        weights = tuple(np.stack(arrays) for arrays in zip(*self.waiting, strict=True))
        self.waiting.clear()
        z = logits(self.spec, weights, self.X)
        self.losses.append(np.logaddexp(0, (1 - 2 * self.y) * z).mean(axis=(1, 2)))
        off = np.abs(np.round(sigmoid(z), 2) - self.y)
        self.within.append(np.all(off <= TOLERANCE, axis=(1, 2)))


def _joined(parts: Sequence[Trainings]) -> Trainings:
    """The trainings of a spec with all the seeds of the parts, in their order."""
    return Trainings(
        replace(parts[0].spec, seed=0),
        sum((part.printed for part in parts), ()),
        parts[0].updates,
        np.concatenate([part.losses for part in parts]),
        np.concatenate([part.within for part in parts]),
        sum((part.networks for part in parts), ()),
    )


def _timed(spec: ScriptSpec) -> tuple[str, float]:
    """What a script prints, and the seconds of an epoch.

    It runs a second time with one epoch, which is taken off: the seconds are then without reading
    the script and without the last pass.
    """
    printed, whole = _clocked(render(spec))
    _, once = _clocked(render(replace(spec, epochs=1)))
    # Where the machine was so busy that one epoch took longer, the whole is the best there is.
    if spec.epochs > 1 and whole > once:
        return printed, (whole - once) / (spec.epochs - 1)
    return printed, whole / spec.epochs


def _clocked(source: str) -> tuple[str, float]:
    began = time.perf_counter()
    printed = execute(source)
    return printed, time.perf_counter() - began
