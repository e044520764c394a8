"""The pictures of a comparison of batch sizes: how the loss falls, how noisily, and how fast.

Each function returns a Matplotlib figure to be saved with `figures.save`; call it inside
`figures.style()`. Every strategy has the same colour, line style and marker in all of them.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nineteen.page.estimates import median
from nineteen.page.look import ANOTHER_MINI, GREY, STRATEGIES, Look, logarithmic, new
from nineteen.script.spec import Batch
from nineteen.training.gradient import Array
from nineteen.verbs.compare.measuring import SINGLY
from nineteen.verbs.compare.trainings import Cell, Measured, mini_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 8.0  # inches
LOSS = "loss over all rows (nats)"
POINTS = 120  # most points of a line
WIDE = 8  # from this ratio of their ends on, lines share an axis of powers of ten
TALL = 30  # the same for losses
NOISE_EPOCHS = 20

Updates = NDArray[np.int64]
Scale = Callable[[Cell, Updates], NDArray[Any]]


def loss(measured: Measured) -> "Figure":
    """The median loss over updates, over epochs and over rows seen."""
    figure = new(WIDTH, 5.4)
    grid = figure.subplots(2, 2, sharey=True)
    _medians(grid[0, 0], measured.main, lambda cell, updates: updates)
    _medians(grid[0, 1], measured.main, lambda cell, updates: updates / cell.an_epoch)
    _medians(grid[1, 0], measured.main, _rows_seen)
    for axes, label in zip(grid.flat, ("updates", "epochs", "rows seen"), strict=False):
        axes.set_xlabel(label)
    grid[0, 0].set_ylabel(LOSS)
    grid[1, 0].set_ylabel(LOSS)
    grid[1, 1].set_axis_off()
    handles, labels = grid[0, 0].get_legend_handles_labels()
    title = "Rows an update, the median of the seeds.\nMark: half of the seeds have learned."
    grid[1, 1].legend(handles, labels, loc="center", title=title, handlelength=4)
    return figure


def seconds(measured: Measured) -> "Figure":
    """The median loss over milliseconds, and the milliseconds of an epoch for larger tables."""
    figure = new(WIDTH, 3.7)
    left, right = figure.subplots(1, 2)
    _medians(left, measured.main, _milliseconds)
    left.set(xlabel="milliseconds", ylabel=LOSS)
    _epochs_of_larger(right, measured)
    handles, labels = left.get_legend_handles_labels()
    columns = 3 if len(labels) <= 3 else 2
    figure.legend(handles, labels, loc="outside upper center", ncols=columns, handlelength=4)
    return figure


def spread(measured: Measured) -> "Figure":
    """For each strategy the median, where the middle four fifths of the seeds are, three seeds."""
    figure = new(WIDTH, 2.9)
    row = figure.subplots(1, len(measured.main), sharey=True)
    for axes, cell, look in zip(row, measured.main, series(measured.main), strict=True):
        looks = _looks(cell, False)
        epochs = cell.courses[0].updates[looks] / cell.an_epoch
        losses = _losses(cell)[:, looks]
        low, middle, high = np.quantile(losses, (0.1, 0.5, 0.9), axis=0)
        axes.fill_between(epochs, low, high, color=look.colour, alpha=0.25, linewidth=0)
        for one in losses[:3]:
            axes.plot(epochs, one, color=GREY, linewidth=0.6)
        axes.plot(epochs, middle, look.line, color=look.colour)
        axes.set(title=in_two_lines(cell), xlabel="epochs")
        logarithmic(axes, "y")
    row[0].set_ylabel(LOSS)
    return figure


def noise(measured: Measured) -> "Figure":
    """The loss after every single update of the first epochs, of seed 0."""
    cells = measured.main
    last = min(NOISE_EPOCHS, SINGLY // measured.sgd.an_epoch, *(c.spec.epochs for c in cells))
    table = cells[0].spec.table.rows
    figure = new(WIDTH, 0.8 + 1.25 * len(cells))
    column = figure.subplots(len(cells), 1, sharex=True, sharey=True)
    for axes, cell, look in zip(column, cells, series(cells), strict=True):
        count = last * cell.an_epoch + 1
        rows = list(map(cell.samples, range(count)))
        mark = look.marker if count <= 100 else ""
        losses = cell.courses[0].losses[:count]
        axes.plot(rows, losses, color=look.colour, marker=mark, markersize=3.5, linewidth=1.2)
        for epoch in range(last + 1):
            axes.axvline(epoch * table, color=GREY, linewidth=0.5)
        axes.set_title(name(cell), loc="left")
    seen = np.concatenate([axes.lines[0].get_ydata() for axes in column])
    if np.nanmax(seen) > TALL * np.nanmin(seen):
        logarithmic(column[0], "y")
    else:
        column[0].set_ylim(bottom=0)
    column[-1].set_xlabel(f"rows seen (between two grey lines: an epoch, {table} rows)")
    figure.supylabel(LOSS, fontsize="medium")
    return figure


def name(cell: Cell) -> str:
    """A strategy in a legend or a title: 1 row (SGD), 2 rows (mini), all 4 rows (full)."""
    batch, size = cell.spec.batch, cell.spec.batch_size
    rows = {Batch.SGD: "1 row", Batch.MINI: f"{size} rows", Batch.FULL: f"all {size} rows"}[batch]
    return f"{rows} ({STRATEGIES[batch].label})"


def in_two_lines(cell: Cell) -> str:
    """The name of a strategy for a narrow panel."""
    return name(cell).replace(" (", "\n(")


def series(cells: Sequence[Cell]) -> list[Look]:
    """How each strategy is drawn."""
    usual = mini_of(tuple(cells))
    return [
        (
            ANOTHER_MINI
            if cell.spec.batch is Batch.MINI and cell is not usual
            else STRATEGIES[cell.spec.batch]
        )
        for cell in cells
    ]


def _medians(axes: "Axes", cells: Sequence[Cell], scale: Scale) -> None:
    """The median curve of each strategy, with a marker where half of the seeds have learned."""
    ends = [float(scale(cell, cell.courses[0].updates[-1:])[0]) for cell in cells]
    wide = max(ends) > WIDE * min(ends)
    for cell, look in zip(cells, series(cells), strict=True):
        looks = _looks(cell, wide)
        x = scale(cell, cell.courses[0].updates[looks])
        axes.plot(
            x,
            np.median(_losses(cell)[:, looks], axis=0),
            look.line,
            color=look.colour,
            label=name(cell),
            **_mark(cell, looks, look.marker),
        )
    logarithmic(axes, "y")
    if wide:
        logarithmic(axes, "x")
    else:
        axes.set_xlim(left=0)


def _mark(cell: Cell, looks: Updates, marker: str) -> dict[str, Any]:
    """Where the line gets its marker: the look nearest to the median of the updates needed."""
    half = median(cell.updates_needed).value
    nearest = int(np.abs(cell.courses[0].updates[looks] - min(half, 1e15)).argmin())
    every = [nearest] if np.isfinite(half) else []
    return {"marker": marker, "markevery": every, "markersize": 8}


def _epochs_of_larger(axes: "Axes", measured: Measured) -> None:
    """The milliseconds of an epoch over the rows of the table, with intervals."""
    tables = sorted((measured.main, *measured.larger), key=lambda cells: cells[0].spec.table.rows)
    kinds = [cell for cell in measured.main if cell in (measured.sgd, measured.mini, measured.full)]
    for kind, look in zip(kinds, series(kinds), strict=True):
        cells = [cell for cells in tables for cell in cells if cell.spec.batch is kind.spec.batch]
        x = [cell.spec.table.rows for cell in cells]
        found = [median([1000 * value for value in cell.seconds]) for cell in cells]
        y = np.array([one.value for one in found])
        ends = np.array([(one.value - one.low, one.high - one.value) for one in found])
        axes.errorbar(
            x,
            y,
            np.where(np.isfinite(ends), ends, 0).T,
            color=look.colour,
            linestyle=look.line,
            marker=look.marker,
            capsize=3,
            label=kind.spec.batch,
        )
    logarithmic(axes, "x", "y")
    axes.set_ylabel("milliseconds an epoch")
    rows = [cells[0].spec.table.rows for cells in tables]
    labels = [f"{cells[0].spec.table.rows}\n{cells[0].spec.hidden[-1]}" for cells in tables]
    axes.set_xticks(rows, labels)
    axes.minorticks_off()
    axes.set_xlabel("rows of the table, and below hidden units")


def _looks(cell: Cell, wide: bool) -> Updates:
    """Which looks are drawn: all where they are few, else spread evenly over the axis."""
    updates = cell.courses[0].updates
    if len(updates) <= POINTS:
        return np.arange(int(wide), len(updates))  # powers of ten have no place for 0
    spaced = np.geomspace(1, updates[-1], POINTS) if wide else np.linspace(0, updates[-1], POINTS)
    return np.unique(np.searchsorted(updates, spaced).clip(0, len(updates) - 1))


def _losses(cell: Cell) -> Array:
    """(seeds, looks)"""
    return np.array([course.losses for course in cell.courses])


def _rows_seen(cell: Cell, updates: Updates) -> Array:
    return np.array([cell.samples(int(made)) for made in updates])


def _milliseconds(cell: Cell, updates: Updates) -> Array:
    return updates / cell.an_epoch * 1000 * median(cell.seconds).value
