"""The pictures of what a network has learned, on the way and at the end, and of those stuck.

Each function returns a Matplotlib figure to be saved with `figures.save`; call it inside
`figures.style()`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nineteen.page.estimates import share
from nineteen.page.look import EDGE, GREY, INK, SURFACE, logarithmic, new, target_marks
from nineteen.script.spec import ScriptSpec
from nineteen.training.gradient import Matrices, predict
from nineteen.verbs.compare.claim_words import called, units
from nineteen.verbs.compare.loss_pictures import LOSS, WIDTH, in_two_lines, series
from nineteen.verbs.compare.trainings import Cell, Measured

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GRID = 25  # points along a side of a surface
LEVELS = (0, 0.1, 0.5, 0.9, 1)  # up to 0.1 and from 0.9 on an answer counts as learned
SEEDS = 6  # most seeds of a kind in a panel
POINTS = 60  # of their lines
LEARNED: dict[str, Any] = {"color": GREY, "linewidth": 1, "label": "learned"}
STUCK: dict[str, Any] = {"color": "black", "linewidth": 1, "linestyle": "--", "label": "stuck"}


def surfaces(
    cells: Sequence[Cell], moments: Sequence[str], weights: Sequence[Sequence[Matrices]]
) -> "Figure":
    """What each strategy's network answers in the whole plane, a row for each moment.

    `weights` are those of each strategy at each of the moments.
    """
    figure = new(WIDTH, 2.0 * len(moments) + 0.6)
    grid = figure.subplots(len(moments), len(cells), sharex=True, sharey=True, squeeze=False)
    shape: Any = None
    for column, (cell, at) in enumerate(zip(cells, weights, strict=True)):
        for line, network in enumerate(at):
            shape = surface(grid[line, column], cell.spec, network)
        grid[0, column].set_title(in_two_lines(cell))
    for line, moment in enumerate(moments):
        grid[line, 0].set_ylabel(moment)
    figure.supxlabel("first input (-1 means 0, +1 means 1); upwards the second", fontsize="medium")
    _legend(figure, shape, grid)
    return figure


def surface(axes: "Axes", spec: ScriptSpec, weights: Matrices) -> Any:
    """The first output over the plane of the two inputs, with the rows of the table."""
    side = np.linspace(-EDGE, EDGE, GRID)
    first, second = np.meshgrid(side, side)
    plane = np.stack([first, second], axis=-1).reshape(-1, 2)
    heights = predict(weights, plane, spec.activation)[:, 0].reshape(GRID, GRID)
    shape = axes.contourf(first, second, heights, LEVELS, cmap=SURFACE)
    if heights.min() < 0.5 < heights.max():
        axes.contour(first, second, heights, [0.5], colors=INK, linewidths=1.2)
    marks = target_marks()
    for row, targets in enumerate(spec.table.targets()):
        corner = [2 * int(bit) - 1 for bit in spec.table.inputs_of(row)]
        axes.plot(*corner, **marks[targets[0]])
    axes.set(aspect="equal", xticks=(-1, 1), yticks=(-1, 1))
    return shape


def stuck(cells: Sequence[Cell]) -> "Figure":
    """For each strategy a few seeds that learned beside a few that got stuck."""
    from matplotlib.lines import Line2D

    figure = new(WIDTH, 3.4)
    row = figure.subplots(1, len(cells), sharey=True)
    for axes, cell in zip(row, cells, strict=True):
        courses = list(zip(cell.courses, cell.stuck, strict=True))
        learned = [course for course, _ in courses if course.learned][:SEEDS]
        caught = [course for course, held in courses if held][:SEEDS]
        for course, style in [(c, LEARNED) for c in learned] + [(c, STUCK) for c in caught]:
            spaced = np.linspace(0, course.updates[-1], POINTS)
            looks = np.searchsorted(course.updates, spaced)
            axes.plot(course.updates[looks] / cell.an_epoch, course.losses[looks], **style)
        axes.set_title(f"{in_two_lines(cell)}\n{sum(cell.stuck)} of {len(cell.stuck)} seeds stuck")
        axes.set_xlabel("epochs")
        logarithmic(axes, "y")
    row[0].set_ylabel(LOSS)
    lines = [Line2D([], [], **style) for style in (LEARNED, STUCK)]
    figure.legend(handles=lines, loc="outside upper center", ncols=2)
    return figure


def shares(measured: Measured) -> "Figure":
    """How many of the seeds do not learn, with intervals, by hidden units and length of a step."""
    notes = ((measured.main, ""), (measured.small, ""), (measured.slow, ", short steps"))
    groups = [(f"{units(cells[0].spec)}{note}", cells) for cells, note in notes if cells]
    count = sum(len(cells) for _, cells in groups)
    figure = new(WIDTH, 0.9 + 0.24 * count + 0.15 * len(groups))
    axes = figure.subplots()
    ticks: dict[float, str] = {}
    for number, (label, cells) in enumerate(groups):
        for cell, look in zip(cells, series(cells), strict=True):
            found = share(cell.failed, len(cell.courses or cell.runs))
            ends = [[100 * (found.value - found.low)], [100 * (found.high - found.value)]]
            y = len(ticks) + 0.7 * number
            style: dict[str, Any] = {"color": look.colour, "marker": look.marker, "capsize": 3}
            axes.errorbar(100 * found.value, y, xerr=ends, **style)
            ticks[y] = f"{label}: {called(cell.spec)}"
    axes.set_yticks(list(ticks), list(ticks.values()))
    axes.invert_yaxis()
    axes.set_xlim(left=-1)
    axes.set_xlabel("seeds that do not learn (%), with 95 % intervals")
    return figure


def _legend(figure: "Figure", shape: Any, grid: Any) -> None:
    """A bar for the answers, and what the marks mean."""
    from matplotlib.lines import Line2D

    bar = figure.colorbar(shape, ax=grid, label="answer (0 to 1)")
    bar.ax.axhline(0.5, color=INK, linewidth=1.2)
    handles = [Line2D([], [], **mark) for mark in target_marks()]
    figure.legend(handles=handles, loc="outside upper center", ncols=2)
