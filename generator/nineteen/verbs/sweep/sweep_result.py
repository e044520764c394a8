"""What a sweep found: shares with their intervals, as a table in text and as a picture."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from nineteen.page.estimates import wilson
from nineteen.page.look import STRATEGIES, logarithmic, new_figure, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = 10  # of how many cells the table names the scripts that did not learn
FLOORS = (99.9, 99, 90, 50, 0)  # where the axis of percentages may begin


@dataclass(frozen=True)
class Share:
    """How many of some runs learned; `what` ran with these options, as they are written."""

    what: str
    hidden: str
    batch: str
    lr: str
    epochs: str
    runs: int
    learned: int

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
    def percents(self) -> tuple[float, float]:
        """The interval in percent."""
        low, high = self.interval
        return 100 * low, 100 * high

    @property
    def percent(self) -> str:
        """The share, cut and not rounded to two decimals: 100 stands for all of them."""
        return f"{10_000 * self.learned // self.runs / 100:g} %"

    @property
    def bounds(self) -> str:
        """The interval in percent, rounded outwards to two decimals."""
        low, high = self.interval
        return f"{floor(1e4 * low) / 100:.2f} to {ceil(1e4 * high) / 100:.2f} %"


@dataclass(frozen=True)
class Hardest:
    """The functions of a family that learned least often, in one group."""

    hidden: str
    batch: str
    runs: int
    least: int
    functions: int
    failing: int
    names: tuple[str, ...]


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
        grid = Table(box=None)
        for name in ("", "hidden", "batch", "learned", "of", "share", "95 % interval"):
            grid.add_column(name, justify="left" if name in ("", "batch") else "right")
        for share in self.shares + self.pooled:
            numbers = (f"{share.learned:,}", f"{share.runs:,}", share.percent, share.bounds)
            grid.add_row(share.what, share.hidden, share.batch, *numbers)
        file = io.StringIO()
        Console(file=file, width=200, highlight=False, markup=False).print(grid)
        return file.getvalue() + "\n".join(self._lines())

    def _lines(self) -> list[str]:
        lines = [
            f"hidden {group.hidden}, {group.batch}: {group.failing:,} of {group.functions:,} "
            f"functions did not learn with every seed; the fewest: {group.least} of "
            f"{group.runs} seeds, {', '.join(group.names)}"
            for group in self.hardest
            if group.failing
        ]
        if self.failures:
            more = ", such as:" if len(self.failing) > SHOWN else ":"
            lines.append(f"{self.failures:,} did not learn{more}")
        lines += [f"  {line}" for line in self.failing[:SHOWN]]
        lines.append(f"{self.scripts:,} scripts, {self.seconds:,.1f} s of script time")
        if self.confirmed and not self.problems:
            lines.append(
                f"{self.confirmed:,} of them, a sample and the first that failed, printed the same "
                "each in a process of its own"
            )
        return lines

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def plot(self) -> "Figure":
        """The shares over hidden size and strategy and, where they were observed, the updates.

        Raises UsageError where matplotlib is not installed.
        """
        with style():
            figure = new_figure(8.6, 4.0)
            figure.suptitle(self.pooled[0].what)
            left, *right = figure.subplots(1, 2 if self.updates else 1, squeeze=False)[0]
            shares = [(share, 100 * share.rate, *share.percents) for share in self.pooled]
            _draw(left, shares)
            floor = next(end for end in FLOORS if end <= min(low for _, _, low, _ in shares))
            left.set(title="Share that learned (%), with 95 % intervals", xlabel="hidden units")
            left.set_ylim(floor - (100 - floor) / 40, 100 + (100 - floor) / 40)
            for axes in right:
                _draw(axes, [(row, row.median, row.least, row.most) for row in self.updates])
                logarithmic(axes, "y")
                axes.set(title="Updates needed: median, least, most", xlabel="hidden units")
            handles, labels = left.get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside lower center", ncols=3, handlelength=4)
            return figure


def _draw(
    axes: "Axes", points: Sequence[tuple[Share | UpdatesNeeded, float, float, float]]
) -> None:
    """A line for each strategy, a little aside of each other: value, low and high end."""
    sizes = list(dict.fromkeys(group.hidden for group, *_ in points))
    for index, (batch, look) in enumerate(STRATEGIES.items()):
        mine = [point for point in points if point[0].batch == batch]
        if mine:
            groups, values, lows, highs = zip(*mine, strict=True)
            below = [value - low for value, low in zip(values, lows, strict=True)]
            above = [high - value for value, high in zip(values, highs, strict=True)]
            places = [sizes.index(group.hidden) + 0.12 * (index - 1) for group in groups]
            form, ranges = f"{look.line}{look.marker}", (below, above)
            axes.errorbar(
                places, values, ranges, fmt=form, color=look.colour, capsize=3, label=look.label
            )
    axes.set_xticks(range(len(sizes)), sizes)
    axes.set_xlim(-0.5, len(sizes) - 0.5)
