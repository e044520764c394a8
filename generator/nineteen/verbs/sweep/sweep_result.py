"""What a sweep found, a byte for each script: shares with their intervals, and what failed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nineteen.page.estimates import wilson
from nineteen.page.look import STRATEGIES, logarithmic, new_figure, style
from nineteen.script import choices, options, render
from nineteen.verbs.sweep.jobs import SweepPlan

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MISSING, LEARNED, NOT_LEARNED = range(3)  # the state of a job
HARDEST = 5  # how many of the subjects that learned least often are named
NAMED = 100  # of how many cells the data names the scripts that did not learn
SEEDS_NAMED = 12  # of a cell
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
    subjects: int = 1  # pooled
    failing: int = 0  # subjects with a seed that did not learn
    least: int = 0  # with how many seeds each of the `hardest` learned
    hardest: tuple[str, ...] = ()  # the subjects that learned least often
    updates: tuple[int, ...] = ()  # what the observed scripts needed, sorted

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
        return self.updates[max(0, -(-percent * len(self.updates) // 100) - 1)]


@dataclass
class SweepResult:
    """What share of the scripts of a sweep learned; printing it shows the table.

    It fills while the sweep runs: `states` has a byte for each job. `path` is the file of rows;
    `seconds` is script time; `confirmed` scripts printed the same in a process of their own; a
    problem is an exit code and a line; `needed` are the updates that observed scripts needed.
    """

    plan: SweepPlan
    states: bytearray
    path: Path | None = None
    seconds: float = 0.0
    confirmed: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)
    needed: Mapping[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def by_cell(self) -> NDArray[np.uint8]:
        """The states, a row for each cell."""
        return np.frombuffer(self.states, np.uint8).reshape(self.plan.cells, -1)

    @property
    def done(self) -> int:
        """How many scripts have run."""
        return len(self.states) - self.states.count(MISSING)

    @property
    def failures(self) -> int:
        """How many scripts did not learn."""
        return self.states.count(NOT_LEARNED)

    @property
    def code(self) -> int:
        """The exit code: 0 where there is no problem."""
        return max([code for code, _ in self.problems], default=0)

    @property
    def pooled(self) -> list[Share]:
        """The share of each group of size and strategy, over all subjects; of those that ran."""
        groups = range(len(self.plan.groups))
        cells = [range(group, self.plan.cells, len(groups)) for group in groups]
        found = (self._share(self.plan.title, cells[group], self.needed[group]) for group in groups)
        return [share for share in found if share.runs]

    @property
    def shares(self) -> list[Share]:
        """The share of each gate in each group, where there are several; none for a family."""
        plan = self.plan
        cells = range(0 if plan.inputs or len(plan.subjects) == 1 else plan.cells)
        found = (self._share(plan.name(cell), range(cell, cell + 1)) for cell in cells)
        return [share for share in found if share.runs]

    def failing(self, most: int) -> list[str]:
        """A line for at most so many cells in which scripts did not learn, and with which seeds."""
        failed, lines = self.by_cell == NOT_LEARNED, []
        for cell in np.flatnonzero(failed.any(axis=1))[:most].tolist():
            seeds = np.flatnonzero(failed[cell]).tolist()
            more = f" and {len(seeds) - SEEDS_NAMED:,} more" if len(seeds) > SEEDS_NAMED else ""
            shown = ", ".join(map(str, seeds[:SEEDS_NAMED])) + more
            text = "" if seeds == [0] else f", seed{'s' * (len(seeds) > 1)} {shown}"
            lines.append(choices.command(self.plan.spec(cell)) + text)
        return lines

    def plot(self) -> "Figure":
        """Shares, and observed updates, over hidden size; raises UsageError without matplotlib."""
        ends = {share: (share.learned / share.runs, *share.interval) for share in self.pooled}
        updates = {share: [*map(share.updates_of, (50, 0, 100))] for share in ends if share.updates}
        with style():
            figure = new_figure(8.6, 4.0)
            figure.suptitle(self.plan.title)
            left, *right = figure.subplots(1, 2 if updates else 1, squeeze=False)[0]
            _draw(left, {share: [100 * end for end in those] for share, those in ends.items()})
            floor = next(end for end in FLOORS if end <= 100 * min(map(min, ends.values())))
            left.set_title("Share that learned (%), with 95 % intervals")
            left.set_ylim(floor - (100 - floor) / 40, 100 + (100 - floor) / 40)
            for axes in right:
                _draw(axes, updates)
                axes.set_title("Updates needed: median, least, most")
                logarithmic(axes, "y")
            handles, labels = left.get_legend_handles_labels()
            figure.legend(handles, labels, loc="outside lower center", ncols=3, handlelength=4)
            return figure

    def __str__(self) -> str:
        report = render.environment().get_template("sweep/report.txt.j2")
        return report.render(result=self).rstrip()

    def as_data(self) -> dict[str, Any]:
        """The same as templates/reference/results.schema.json says."""
        shares = [
            {**asdict(share), **dict(zip(("low", "high"), share.interval, strict=True))}
            for share in self.shares + self.pooled
        ]
        return {
            "version": 1,
            "kind": "sweep",
            "command": self.plan.command,
            "scripts": self.done,
            "seconds": round(self.seconds, 1),
            "shares": shares,
            "failing": self.failing(NAMED),
            "problems": [problem for _, problem in self.problems],
            "remarks": self.plan.remarks,
            **{name: getattr(self, name) for name in ("code", "confirmed", "failures")},
        }

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"

    def _share(self, what: str, cells: range, updates: Sequence[int] = ()) -> Share:
        states = self.by_cell[cells.start : cells.stop : cells.step]
        learned = (states == LEARNED).sum(axis=1)
        failing = int((states == NOT_LEARNED).any(axis=1).sum())
        hardest = np.flatnonzero(learned == learned.min())[: HARDEST if failing else 0]
        # The functions of a family have the same; the defaults of named gates go with their inputs.
        specs = [self.plan.spec(cell) for cell in (cells[:1] if self.plan.inputs else cells)]
        chosen = {
            name: " / ".join(dict.fromkeys(options.written(getattr(spec, name)) for spec in specs))
            for name in ("hidden", "batch", "lr", "epochs")
        }
        return Share(
            what,
            **chosen,
            runs=int((states != MISSING).sum()),
            learned=int(learned.sum()),
            subjects=len(cells),
            failing=failing,
            least=int(learned.min()),
            hardest=tuple(self.plan.name(cells[place]) for place in hardest),
            updates=tuple(sorted(updates)),
        )


def _draw(axes: "Axes", ends: Mapping[Share, Sequence[float]]) -> None:
    """A line for each strategy, a little aside of each other: value, low and high end."""
    sizes = list(dict.fromkeys(share.hidden for share in ends))
    for aside, (batch, look) in zip((-0.12, 0, 0.12), STRATEGIES.items(), strict=True):
        mine = {share: those for share, those in ends.items() if share.batch == batch}
        if mine:
            values, lows, highs = np.array([*mine.values()]).T
            places = [sizes.index(share.hidden) + aside for share in mine]
            ranges, form = (values - lows, highs - values), f"{look.line}{look.marker}"
            axes.errorbar(
                places, values, ranges, fmt=form, color=look.colour, capsize=3, label=look.label
            )
    axes.set(xlim=(-0.5, len(sizes) - 0.5), xlabel="hidden units")
    axes.set_xticks(range(len(sizes)), sizes)
