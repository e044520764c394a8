"""Runs the scripts of several batch sizes, seed after seed, plain and watched, never changed."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed, parallel_config
from numpy.typing import NDArray

from nineteen.script.judge import TOLERANCE, judge
from nineteen.script.render import render
from nineteen.script.run import Ending, Run
from nineteen.script.spec import ScriptSpec
from nineteen.training.execute import execute
from nineteen.training.gradient import HIDDEN, Array, Matrices, matrices, sigmoid
from nineteen.training.observe import Start, Update, observe
from nineteen.verbs.compare.trainings import Cell, Course, Measured, Plain, Plan, Specs

# So many updates are looked at one by one; after them, the last one of each epoch.
SINGLY = 2048
_TOGETHER = 2**20  # numbers in the widest layer of all looks that are computed in one go

Progress = Callable[[Iterable[Any], int], Iterable[Any]]


def measure(plan: Plan, workers: int, progress: Progress = lambda runs, total: runs) -> Measured:
    """Run the plan on so many processes; `progress` passes the results on and may count them.

    The specs of a row run with the same seed in the same process, one after the other: they start
    from the same weights, and their times compare. Raises UsageError where a spec cannot be
    rendered, RuntimeError where a watched script prints anything else than the plain one.
    """
    rows: list[tuple[Callable[[ScriptSpec], Any], Specs, int]] = [
        (watch, plan.main, plan.seeds),
        (plain, plan.main, plan.seeds),
        (watch, plan.small, plan.seeds),
        (plain, plan.slow, plan.seeds),
        *((plain, specs, plan.repeats) for specs in plan.larger),
    ]
    jobs = [(job, specs, seed) for job, specs, seeds in rows if specs for seed in range(seeds)]
    with parallel_config("loky", inner_max_num_threads=1):  # as in the isolated runs
        running = Parallel(n_jobs=workers, return_as="generator")(
            delayed(_row)(*job) for job in jobs
        )
        done = iter(list(progress(running, len(jobs))))
    courses, runs, small, slow, *larger = [
        tuple(zip(*(next(done) for _ in range(seeds)), strict=True)) if specs else ()
        for _, specs, seeds in rows
    ]
    for watched, alone in zip(sum(courses, ()), sum(runs, ()), strict=True):
        if watched.printed != alone.printed or watched.learned != alone.learned:
            raise RuntimeError(f"watched, a script prints something else: {watched.printed}")
    return Measured(
        tuple(map(Cell, plan.main, courses, runs)),
        tuple(map(Cell, plan.small, small)),
        tuple(Cell(spec, runs=plain) for spec, plain in zip(plan.slow, slow, strict=True)),
        tuple(
            tuple(Cell(spec, runs=plain) for spec, plain in zip(specs, row, strict=True))
            for specs, row in zip(plan.larger, larger, strict=True)
        ),
    )


def plain(spec: ScriptSpec) -> Plain:
    """Run a spec's script as it is.

    It runs a second time with one epoch, which is taken off: the seconds of an epoch are then
    without reading the script and without the last pass.
    """
    printed, whole = _timed(render(spec))
    _, once = _timed(render(replace(spec, epochs=1)))
    learned = judge(Run(printed, "", whole, Ending.FINISHED), spec.table).ok
    # Where the machine was so busy that one epoch took longer, the whole is the best there is.
    seconds = (whole - once) / (spec.epochs - 1) if whole > once else whole / spec.epochs
    return Plain(printed, learned, seconds)


def watch(spec: ScriptSpec) -> Course:
    """Run a spec's script watched."""
    looks = _Looks(spec)
    printed = observe(render(spec), looks.update, looks.start)
    looks.compute()
    return Course(
        printed,
        np.array(looks.updates),
        np.concatenate(looks.losses),
        np.concatenate(looks.within),
    )


def weights_after(spec: ScriptSpec, epochs: Sequence[int]) -> list[Matrices]:
    """The weights of a spec's training after so many epochs, in order; 0 is before the first."""
    found: dict[int, tuple[Array, ...]] = {}

    def each(update: Update) -> None:
        if update.epoch + 1 in epochs:
            found[update.epoch + 1] = update.after

    observe(render(spec), each, lambda start: found.update({0: start.weights}))
    return [matrices(found[epoch], spec) for epoch in epochs]


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
    function = HIDDEN[spec.activation].function
    layer = X
    for W, b in layers[:-1]:
        layer = function(layer @ W + b)
    W, b = layers[-1]
    return layer @ W + b


class _Looks:
    """Keeps the weights of a training, and computes what they make of the whole table."""

    def __init__(self, spec: ScriptSpec) -> None:
        self.spec = spec
        self.an_epoch = -(-spec.table.rows // spec.batch_size)
        self.most = max(1, _TOGETHER // (spec.table.rows * max(spec.hidden)))
        self.made = 0
        self.updates = [0]
        self.waiting: list[tuple[Array, ...]] = []
        self.losses: list[Array] = []
        self.within: list[NDArray[np.bool_]] = []

    def start(self, start: Start) -> None:
        columns = self.spec.table.inputs  # the scripts of several layers have a column of ones
        self.X, self.y = start.X[:, :columns], start.y
        self.waiting.append(start.weights)

    def update(self, update: Update) -> None:
        self.made += 1
        if self.made > SINGLY and self.made % self.an_epoch:
            return
        self.updates.append(self.made)
        self.waiting.append(update.after)
        if len(self.waiting) >= self.most:
            self.compute()

    def compute(self) -> None:
        """Turn the waiting weights into losses and verdicts."""
        if not self.waiting:
            return
        weights = tuple(np.stack(arrays) for arrays in zip(*self.waiting, strict=True))
        self.waiting.clear()
        z = logits(self.spec, weights, self.X)
        self.losses.append(np.logaddexp(0, (1 - 2 * self.y) * z).sum(axis=(1, 2)))
        off = np.abs(np.round(sigmoid(z), 2) - self.y)
        self.within.append(np.all(off <= TOLERANCE, axis=(1, 2)))


def _row(job: Callable[[ScriptSpec], Any], specs: Specs, seed: int) -> tuple[Any, ...]:
    with np.errstate(all="ignore"):  # a training may diverge: it is judged, not warned about
        return tuple(job(replace(spec, seed=seed)) for spec in specs)


def _timed(source: str) -> tuple[str, float]:
    began = time.perf_counter()
    printed = execute(source)
    return printed, time.perf_counter() - began
