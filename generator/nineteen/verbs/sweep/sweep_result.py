"""What a sweep found, a byte for each script: shares with their intervals, and what failed."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import islice
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from nineteen.page.estimates import wilson
from nineteen.script.choices import command
from nineteen.script.options import decimal, written
from nineteen.verbs.sweep.jobs import SweepPlan

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MISSING, LEARNED, NOT_LEARNED = range(3)  # the state of a job
HARDEST = 5  # how many of the subjects that learned least often are named
SHOWN = 10  # of how many cells the table names the scripts that did not learn
SEEDS_NAMED = 12  # of a cell


@dataclass(frozen=True)
class Share:
    """How many of some runs learned; `what` ran with these options, as they are written.

    Of several subjects pooled, `failing` have a seed that did not learn, and `hardest` names those
    that learned least often, with `least` seeds each. `updates` are what the scripts that were
    observed needed, sorted.
    """

    what: str
    hidden: str
    batch: str
    lr: str
    epochs: str
    runs: int
    learned: int
    subjects: int = 1
    failing: int = 0
    least: int = 0
    hardest: tuple[str, ...] = ()
    updates: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.what}, hidden {self.hidden}, {self.batch}"

    @property
    def rate(self) -> float:
        """The share itself, between 0 and 1."""
        return self.learned / self.runs

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share, between 0 and 1; see page/estimates.py."""
        return wilson(self.learned, self.runs)

    @property
    def percent(self) -> str:
        """The share, cut and not rounded to two decimals: 100 stands for all of them."""
        return f"{10_000 * self.learned // self.runs / 100:g} %"

    @property
    def bounds(self) -> str:
        """The interval in percent, rounded outwards to two decimals."""
        low, high = self.interval
        return f"{floor(1e4 * low) / 100:.2f} to {ceil(1e4 * high) / 100:.2f} %"

    def updates_of(self, percent: int) -> int:
        """The updates within which so many percent of the observed scripts had learned."""
        return self.updates[-(-percent * len(self.updates) // 100) - 1]


@dataclass
class SweepResult:
    """What share of the scripts of a sweep learned; printing it shows the table.

    It fills while the sweep runs: `states` has a byte for each job, and the shares are read from
    them. `path` is the file of rows; `seconds` is script time; `confirmed` scripts printed the same
    in a process of their own; a problem is an exit code and a line. `needed` are the updates of the
    scripts that were observed, group by group.
    """

    plan: SweepPlan
    path: Path | None = None
    states: bytearray = field(default_factory=bytearray)
    seconds: float = 0.0
    confirmed: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)
    needed: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.states = self.states or bytearray(self.plan.scripts)
        self.needed = self.needed or [[] for _ in self.plan.groups]

    @property
    def grid(self) -> NDArray[np.uint8]:
        """The states by subject, group and seed."""
        shape = len(self.plan.subjects), len(self.plan.groups), self.plan.seeds
        return np.frombuffer(self.states, np.uint8).reshape(shape)

    @property
    def done(self) -> int:
        """How many scripts have run."""
        return len(self.states) - self.states.count(MISSING)

    @property
    def failures(self) -> int:
        """How many scripts did not learn."""
        return self.states.count(NOT_LEARNED)

    @property
    def kept(self) -> str:
        """What is left of a sweep that is broken off."""
        if self.path is None:
            return "nothing was kept: with -o FILE a sweep continues where it stopped"
        rows = f"{self.done:,} of {len(self.states):,} rows are in {self.path}"
        return f"{rows}: the same command goes on"

    @property
    def pooled(self) -> list[Share]:
        """The share of each group of size and strategy, over all subjects; of those that ran."""
        every = range(len(self.plan.subjects))
        found = [
            self._share(self.plan.title, every, group, updates)
            for group, updates in enumerate(self.needed)
        ]
        return [share for share in found if share.runs]

    @property
    def shares(self) -> list[Share]:
        """The share of each gate in each group, where there are several; none for a family."""
        plan = self.plan
        cells = range(plan.cells if plan.kind == "gates" and len(plan.subjects) > 1 else 0)
        found = []
        for cell in cells:
            gate, group = divmod(cell, len(plan.groups))
            found.append(self._share(plan.name(cell), range(gate, gate + 1), group))
        return [share for share in found if share.runs]

    def failing(self) -> Iterator[str]:
        """A line for each cell in which a script did not learn: its command, and which seeds."""
        cells = self.grid.reshape(self.plan.cells, -1)
        for cell in np.flatnonzero((cells == NOT_LEARNED).any(axis=1)).tolist():
            seeds = np.flatnonzero(cells[cell] == NOT_LEARNED).tolist()
            shown = ", ".join(map(str, seeds[:SEEDS_NAMED]))
            more = f" and {len(seeds) - SEEDS_NAMED:,} more" if len(seeds) > SEEDS_NAMED else ""
            text = "" if seeds == [0] else f", seed{'s' * (len(seeds) > 1)} {shown}{more}"
            yield command(self.plan.spec(cell)) + text

    def plot(self) -> "Figure":
        """The shares over hidden size and strategy and, where they were observed, the updates.

        Raises UsageError where matplotlib is not installed.
        """
        from nineteen.verbs.sweep.sweep_page import chart

        return chart(self)

    def __str__(self) -> str:
        grid = Table(box=None)
        for name in ("", "hidden", "batch", "learned", "of", "share", "95 % interval"):
            grid.add_column(name, justify="left" if name in ("", "batch") else "right")
        for share in self.shares + self.pooled:
            numbers = (f"{share.learned:,}", f"{share.runs:,}", share.percent, share.bounds)
            grid.add_row(share.what, share.hidden, share.batch, *numbers)
        file = io.StringIO()
        Console(file=file, width=200, highlight=False, markup=False).print(grid)
        return file.getvalue() + "\n".join(self._lines())

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def _lines(self) -> Iterator[str]:
        for share in self.pooled:
            if share.failing and share.subjects > 1:
                yield (
                    f"hidden {share.hidden}, {share.batch}: {share.failing:,} of "
                    f"{share.subjects:,} {self.plan.kind} did not learn with every seed; the "
                    f"fewest: {share.least} of {self.plan.seeds} seeds, {', '.join(share.hardest)}"
                )
        failing = list(islice(self.failing(), SHOWN + 1))
        if failing:
            yield f"{self.failures:,} did not learn{', such as:' if failing[SHOWN:] else ':'}"
        yield from (f"  {line}" for line in failing[:SHOWN])
        yield f"{self.done:,} scripts, {self.seconds:,.1f} s of script time"
        if self.confirmed and not self.problems:
            yield (
                f"{self.confirmed:,} of them, a sample and the first that failed, printed the same "
                "each in a process of its own"
            )

    def _share(self, what: str, subjects: range, group: int, updates: Sequence[int] = ()) -> Share:
        """The share of some subjects in a group, with the different values of each option.

        The functions of a family have the same; the defaults of named gates go with their inputs.
        """
        plan, states = self.plan, self.grid[subjects.start : subjects.stop, group]
        cells = [subject * len(plan.groups) + group for subject in subjects]
        specs = [plan.spec(cell) for cell in (cells[:1] if plan.inputs else cells)]
        learned = (states == LEARNED).sum(axis=1)
        failing = int((states == NOT_LEARNED).any(axis=1).sum())
        hardest = np.flatnonzero(learned == learned.min())[: HARDEST if failing else 0]
        return Share(
            what,
            hidden=_each(written(spec.hidden) for spec in specs),
            batch=_each(spec.batch.value for spec in specs),
            lr=_each(decimal(spec.lr) for spec in specs),
            epochs=_each(str(spec.epochs) for spec in specs),
            runs=int((states != MISSING).sum()),
            learned=int(learned.sum()),
            subjects=len(subjects),
            failing=failing,
            least=int(learned.min()),
            hardest=tuple(plan.name(cells[subject]) for subject in hardest),
            updates=tuple(sorted(updates)),
        )


def _each(values: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(values))
