"""What a comparison of batch sizes runs, and what it saw: counts and curves."""

from dataclasses import dataclass
from functools import cached_property
from math import isinf

import numpy as np
from numpy.typing import NDArray

from nineteen.script.spec import Batch, ScriptSpec, default_batch_size
from nineteen.training.gradient import Array

Specs = tuple[ScriptSpec, ...]

# Not learned and stuck: in the last third the loss fell by less than a fifth. Else it is late.
STUCK_FALL = 1.25


@dataclass(frozen=True)
class Plain:
    """A plain run: what the script printed, whether that is learned, and the seconds an epoch."""

    printed: str
    learned: bool
    seconds: float


@dataclass(frozen=True, eq=False)
class Course:
    """How one training went, looked at over the whole truth table.

    `updates` (looks,) is how many updates had been made at each look, 0 first; `losses` (looks,)
    the binary cross-entropy summed over all rows, in nats; `within` (looks,) whether every
    prediction, rounded as it is printed, was within 0.1 of its target.
    """

    printed: str
    updates: NDArray[np.int64]
    losses: Array
    within: NDArray[np.bool_]

    @property
    def learned(self) -> bool:
        return bool(self.within[-1])

    @property
    def settled(self) -> float:
        """After how many updates every prediction stays within 0.1; infinite where it does not."""
        if not self.learned:
            return float("inf")
        outside = np.flatnonzero(~self.within)
        return float(self.updates[outside[-1] + 1]) if len(outside) else 1.0

    @property
    def came_back(self) -> bool:
        """Whether every prediction was within 0.1 once, and at a later look not any more."""
        return bool((self.within[:-1] & ~self.within[1:]).any())

    @property
    def raised(self) -> float:
        """The share of single updates that raised the loss, until the table was learned."""
        single = (np.diff(self.updates) == 1) & (self.updates[1:] <= self.settled)
        return float((np.diff(self.losses)[single] > 0).mean())

    @property
    def stuck(self) -> bool:
        """Whether it did not learn and had stopped getting better."""
        third = np.searchsorted(self.updates, 2 * self.updates[-1] / 3)
        return not self.learned and bool(self.losses[third] < STUCK_FALL * self.losses[-1])


@dataclass(frozen=True, eq=False)
class Cell:
    """A spec with its runs, each in the order of the seeds 0, 1, 2, …; either may be empty."""

    spec: ScriptSpec
    courses: tuple[Course, ...] = ()
    runs: tuple[Plain, ...] = ()

    @property
    def an_epoch(self) -> int:
        """The updates of an epoch."""
        return -(-self.spec.table.rows // self.spec.batch_size)

    def samples(self, updates: float) -> float:
        """How many rows so many updates have seen; an epoch's last batch may be shorter."""
        if isinf(updates):
            return updates
        epochs, more = divmod(updates, self.an_epoch)
        return epochs * self.spec.table.rows + more * self.spec.batch_size

    @cached_property
    def updates_needed(self) -> tuple[float, ...]:
        """After how many updates each training had learned; infinite where it had not."""
        return tuple(course.settled for course in self.courses)

    @cached_property
    def samples_needed(self) -> tuple[float, ...]:
        """After how many rows each training had learned; infinite where it had not."""
        return tuple(map(self.samples, self.updates_needed))

    @cached_property
    def seconds_needed(self) -> tuple[float, ...]:
        """After how many seconds each training had learned; infinite where it had not."""
        pairs = zip(self.updates_needed, self.seconds, strict=True)
        return tuple(updates / self.an_epoch * seconds for updates, seconds in pairs)

    @cached_property
    def raised(self) -> tuple[float, ...]:
        """The share of each training's updates that raised the loss over the whole table."""
        return tuple(course.raised for course in self.courses)

    @cached_property
    def stuck(self) -> tuple[bool, ...]:
        """Whether each training got stuck."""
        return tuple(course.stuck for course in self.courses)

    @property
    def failed(self) -> int:
        """How many of the runs did not learn, stuck or late."""
        return sum(not run.learned for run in self.courses or self.runs)

    @cached_property
    def seconds(self) -> tuple[float, ...]:
        """The seconds of an epoch of each plain run."""
        return tuple(run.seconds for run in self.runs)


@dataclass(frozen=True)
class Plan:
    """What is run: rows of specs, each from one row an update to all rows.

    `main` is what was asked for; `small` the same with few hidden units, where trainings get
    stuck; `slow` the two ends of `small` with smaller steps; `larger` tables of more rows, for
    their time. All but `main` may be empty. `larger` is run with `repeats` seeds, the rest with
    `seeds`.
    """

    main: Specs
    small: Specs
    slow: Specs
    larger: tuple[Specs, ...]
    seeds: int
    repeats: int


@dataclass(frozen=True, eq=False)
class Measured:
    """A plan's results, row by row as planned: `main` has courses and runs, `small` courses only,
    `slow` and `larger` runs only.
    """

    main: tuple[Cell, ...]
    small: tuple[Cell, ...]
    slow: tuple[Cell, ...]
    larger: tuple[tuple[Cell, ...], ...]

    @property
    def sgd(self) -> Cell:
        return self.main[0]

    @property
    def full(self) -> Cell:
        return self.main[-1]

    @property
    def mini(self) -> Cell | None:
        """The mini-batch that stands for all: the default size if it was run, else the first."""
        return mini_of(self.main)

    @property
    def seeds(self) -> int:
        return len(self.full.courses)


def mini_of(cells: tuple[Cell, ...]) -> Cell | None:
    """The mini-batch of the default size if it is there, else the first one."""
    minis = [cell for cell in cells if cell.spec.batch is Batch.MINI]
    usual = [
        cell
        for cell in minis
        if cell.spec.batch_size == default_batch_size(Batch.MINI, cell.spec.table.rows)
    ]
    return next(iter(usual + minis), None)
