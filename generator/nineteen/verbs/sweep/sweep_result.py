"""What a sweep says: its result, as a table in text and as a picture."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from nineteen.page.look import style
from nineteen.verbs.sweep.measure import Measured
from nineteen.verbs.sweep.results_file import NOT_LEARNED
from nineteen.verbs.sweep.shares import (
    Hardest,
    Share,
    failing_cells,
    hardest,
    pooled_shares,
    shares_by_subject,
)
from nineteen.verbs.sweep.sweep_chart import Point, sweep_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMED = 100  # of how many cells the failing scripts are named
SHOWN = 10  # the same on the terminal


@dataclass(frozen=True)
class UpdatesNeeded:
    """The updates that the observed scripts of a group needed."""

    hidden: str
    batch: str
    observed: int
    least: int
    median: int
    ninetieth_percentile: int
    most: int


@dataclass(frozen=True)
class SweepResult:
    """What share of the scripts of a sweep learned; printing it shows the table.

    `shares` are those of each named subject in each group of size and strategy, if there are
    several, and `pooled` those of the groups. `hardest` names the functions of a family that
    learned least often, and `failing` the scripts that did not learn, cell by cell, of at most 100
    cells. `seconds` is script time. `confirmed` scripts printed the same in a process of their own;
    a problem is an exit code and a line. `remarks` say what was left out.
    """

    command: str
    shares: tuple[Share, ...]
    pooled: tuple[Share, ...]
    hardest: tuple[Hardest, ...]
    failures: int
    failing: tuple[str, ...]
    updates: tuple[UpdatesNeeded, ...]
    classes: bool
    scripts: int
    seconds: float
    confirmed: int
    problems: tuple[tuple[int, str], ...]
    remarks: tuple[str, ...]

    def __str__(self) -> str:
        file = io.StringIO()
        show_sweep(self, Console(file=file, width=200, highlight=False, markup=False))
        return file.getvalue().rstrip("\n")

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def plot(self) -> "Figure":
        """The shares over hidden size and strategy and, where they were observed, the updates.

        Raises UsageError where matplotlib is not installed.
        """
        shares = [
            Point(share.hidden, share.batch, *(100 * end for end in (share.rate, *share.interval)))
            for share in self.pooled
        ]
        updates = [
            Point(row.hidden, row.batch, row.median, row.least, row.most) for row in self.updates
        ]
        with style():
            return sweep_figure(self.pooled[0].what, shares, updates)


def result_of(
    measured: Measured, updates: Iterable[list[int]], remarks: tuple[str, ...]
) -> SweepResult:
    """The result of a sweep that is over; `updates` are those of each group, sorted, or none."""
    plan, states = measured.plan, measured.states
    pooled = tuple(pooled_shares(plan, states))
    return SweepResult(
        command=plan.command,
        shares=tuple(shares_by_subject(plan, states)),
        pooled=pooled,
        hardest=tuple(hardest(plan, states)),
        failures=states.count(NOT_LEARNED),
        failing=tuple(islice(failing_cells(plan, states), NAMED)),
        updates=tuple(_needed(*each) for each in zip(pooled, updates, strict=False) if each[1]),
        classes=bool(plan.tables),
        scripts=measured.done,
        seconds=measured.seconds,
        confirmed=measured.confirmed,
        problems=tuple(measured.problems),
        remarks=remarks,
    )


def show_sweep(result: SweepResult, console: Console) -> None:
    """Print the shares, the hardest functions of a family, and what did not learn."""
    grid = Table(box=None, header_style="bold")
    for name in ("", "hidden", "batch", "learned", "of", "share", "95 % interval"):
        grid.add_column(name, justify="left" if name in ("", "batch") else "right")
    for share in [*result.shares, *result.pooled]:
        numbers = (f"{share.learned:,}", f"{share.runs:,}", share.percent, share.bounds)
        grid.add_row(share.what, share.hidden, share.batch, *numbers)
    console.print(grid)
    for group in result.hardest:
        if group.failing:
            console.print(
                f"hidden {group.hidden}, {group.batch}: {group.failing:,} of {group.functions:,} "
                f"functions did not learn with every seed; the fewest: {group.least} of "
                f"{group.runs} seeds, {', '.join(group.names)}",
                soft_wrap=True,
            )
    if result.failures:
        more = ", such as:" if len(result.failing) > SHOWN else ":"
        console.print(f"{result.failures:,} did not learn{more}")
    for line in result.failing[:SHOWN]:
        console.print(f"  {line}", soft_wrap=True)
    console.print(f"{result.scripts:,} scripts, {result.seconds:,.1f} s of script time")
    if result.confirmed and not result.problems:
        console.print(
            f"{result.confirmed:,} of them, a sample and the first that failed, printed the same "
            "each in a process of its own",
            soft_wrap=True,
        )


def _needed(share: Share, updates: list[int]) -> UpdatesNeeded:
    ninetieth = updates[-(-9 * len(updates) // 10) - 1]
    middle = round(median(updates))
    return UpdatesNeeded(
        share.hidden, share.batch, len(updates), updates[0], middle, ninetieth, updates[-1]
    )
