"""The pictures of a comparison of batch sizes: how the loss falls, how noisily, and how fast.

Each function returns a Matplotlib figure to be saved with `look.save`; call it inside
`look.style()`. Every strategy has the same colour, line style and marker in all of them.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nineteen.page.estimates import median
from nineteen.page.look import ANOTHER_MINI, GREY, LOSS, STRATEGIES, Look, logarithmic, new_figure
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.training.gradient import Array
from nineteen.verbs.compare.measuring import SINGLY
from nineteen.verbs.compare.trainings import MeasuredSizes, Numbers, Trainings, mini_of
from nineteen.verbs.compare.wording import strategy_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 8.0  # inches
POINTS = 120  # most points of a line
WIDE = 8  # from this ratio of their ends on, lines share an axis of powers of ten
TALL = 30  # the same for losses
NOISE_EPOCHS = 20

Scale = Callable[[Trainings, Numbers], Array]


def loss_curves(measured: MeasuredSizes) -> "Figure":
    """The median loss over updates, over epochs and over rows seen."""
    figure = new_figure(WIDTH, 5.4)
    grid = figure.subplots(2, 2, sharey=True)
    scales: dict[str, Scale] = {
        "updates": lambda trainings, updates: np.asarray(updates, float),
        "epochs": lambda trainings, updates: updates / trainings.spec.updates_per_epoch,
        "rows seen": Trainings.rows_seen,
    }
    for axes, (label, scale) in zip(grid.flat, scales.items(), strict=False):
        _medians(axes, measured.main, scale)
        axes.set_xlabel(label)
    grid[0, 0].set_ylabel(LOSS)
    grid[1, 0].set_ylabel(LOSS)
    grid[1, 1].set_axis_off()
    handles, labels = grid[0, 0].get_legend_handles_labels()
    title = "Rows an update, the median of the seeds.\nMark: half of the seeds have learned."
    grid[1, 1].legend(handles, labels, loc="center", title=title, handlelength=4)
    return figure


def time_curves(measured: MeasuredSizes) -> "Figure":
    """The median loss over milliseconds, and the milliseconds of an epoch for larger tables."""

    def milliseconds(trainings: Trainings, updates: Numbers) -> Array:
        epochs = updates / trainings.spec.updates_per_epoch
        return np.asarray(epochs * 1000 * median(measured.seconds[trainings.spec]).value)

    figure = new_figure(WIDTH, 3.7)
    left, right = figure.subplots(1, 2)
    _medians(left, measured.main, milliseconds)
    left.set(xlabel="milliseconds", ylabel=LOSS)
    _epochs_of_larger(right, measured)
    handles, labels = left.get_legend_handles_labels()
    columns = 3 if len(labels) <= 3 else 2
    figure.legend(handles, labels, loc="outside upper center", ncols=columns, handlelength=4)
    return figure


def seed_spread(measured: MeasuredSizes) -> "Figure":
    """For each strategy the median, where the middle four fifths of the seeds are, three seeds."""
    figure = new_figure(WIDTH, 2.9)
    row = figure.subplots(1, len(measured.main), sharey=True)
    for axes, (one, look) in zip(row, with_looks(measured.main), strict=True):
        looks = _drawn(one.updates, False)
        epochs = one.updates[looks] / one.spec.updates_per_epoch
        losses = one.losses[:, looks]
        low, middle, high = np.quantile(losses, (0.1, 0.5, 0.9), axis=0)
        axes.fill_between(epochs, low, high, color=look.colour, alpha=0.25, linewidth=0)
        axes.plot(epochs, losses[:3].T, color=GREY, linewidth=0.6)
        axes.plot(epochs, middle, look.line, color=look.colour)
        axes.set(title=in_two_lines(one.spec), xlabel="epochs")
        logarithmic(axes, "y")
    row[0].set_ylabel(LOSS)
    return figure


def noise_of_a_seed(measured: MeasuredSizes) -> "Figure":
    """The loss after every single update of the first epochs, of seed 0."""
    table, count = measured.sgd.spec.table.rows, len(measured.main)
    last = min(NOISE_EPOCHS, SINGLY // table, *(one.spec.epochs for one in measured.main))
    figure = new_figure(WIDTH, 0.8 + 1.25 * count)
    column = figure.subplots(count, 1, sharex=True, sharey=True)
    for axes, (one, look) in zip(column, with_looks(measured.main), strict=True):
        count = last * one.spec.updates_per_epoch + 1
        rows, losses = one.rows_seen(one.updates[:count]), one.losses[0, :count]
        mark = look.marker if count <= 100 else ""
        axes.plot(rows, losses, color=look.colour, marker=mark, markersize=3.5, linewidth=1.2)
        for epoch in range(last + 1):
            axes.axvline(epoch * table, color=GREY, linewidth=0.5)
        axes.set_title(strategy_label(one.spec), loc="left")
    seen = np.concatenate([axes.lines[0].get_ydata() for axes in column])
    if np.nanmax(seen) > TALL * np.nanmin(seen):
        logarithmic(column[0], "y")
    else:
        column[0].set_ylim(bottom=0)
    column[-1].set_xlabel(f"rows seen (between two grey lines: an epoch, {table} rows)")
    figure.supylabel(LOSS, fontsize="medium")
    return figure


def in_two_lines(spec: ScriptSpec) -> str:
    """The label of a strategy for a narrow panel."""
    return strategy_label(spec).replace(" (", "\n(")


def with_looks(several: Sequence[Trainings]) -> list[tuple[Trainings, Look]]:
    """Each strategy, and how it is drawn."""
    usual = mini_of(several)
    return [
        (one, ANOTHER_MINI if one.spec.batch is Batch.MINI and one is not usual else look)
        for one in several
        for look in [STRATEGIES[one.spec.batch]]
    ]


def _medians(axes: "Axes", several: Sequence[Trainings], scale: Scale) -> None:
    """The median curve of each strategy, with a marker where half of the seeds have learned."""
    ends = [float(scale(one, one.updates[-1:])[0]) for one in several]
    wide = max(ends) > WIDE * min(ends)
    for one, look in with_looks(several):
        looks = _drawn(one.updates, wide)
        axes.plot(
            scale(one, one.updates[looks]),
            np.median(one.losses[:, looks], axis=0),
            look.line,
            color=look.colour,
            label=strategy_label(one.spec),
            marker=look.marker,
            markevery=_half_learned(one, looks),
            markersize=8,
        )
    logarithmic(axes, "y")
    if wide:
        logarithmic(axes, "x")
    else:
        axes.set_xlim(left=0)


def _half_learned(trainings: Trainings, looks: Numbers) -> list[int]:
    """The look nearest to the median of the updates needed, if more than half have learned."""
    half = median(trainings.updates_needed).value
    if not np.isfinite(half):
        return []
    return [int(np.abs(trainings.updates[looks] - half).argmin())]


def _epochs_of_larger(axes: "Axes", measured: MeasuredSizes) -> None:
    """The milliseconds of an epoch over the rows of the table, with intervals."""
    others = [spec for specs in measured.larger for spec in specs]
    for kind in measured.strategies:
        look = STRATEGIES[kind.spec.batch]
        specs = [kind.spec, *(spec for spec in others if spec.batch is kind.spec.batch)]
        specs.sort(key=lambda spec: spec.table.rows)
        found = [median([1000 * value for value in measured.seconds[spec]]) for spec in specs]
        y = np.array([one.value for one in found])
        ends = np.array([(one.value - one.low, one.high - one.value) for one in found])
        axes.errorbar(
            [spec.table.rows for spec in specs],
            y,
            np.where(np.isfinite(ends), ends, 0).T,
            color=look.colour,
            linestyle=look.line,
            marker=look.marker,
            capsize=3,
        )
    logarithmic(axes, "x", "y")
    axes.set_ylabel("milliseconds an epoch")
    labels = [f"{spec.table.rows}\n{spec.hidden[-1]}" for spec in specs]
    axes.set_xticks([spec.table.rows for spec in specs], labels)
    axes.minorticks_off()
    axes.set_xlabel("rows of the table, and below hidden units")


def _drawn(updates: Numbers, wide: bool) -> Numbers:
    """Which looks are drawn: all where they are few, else spread evenly over the axis."""
    if len(updates) <= POINTS:
        return np.arange(int(wide), len(updates))  # powers of ten have no place for 0
    spaced = np.geomspace(1, updates[-1], POINTS) if wide else np.linspace(0, updates[-1], POINTS)
    return np.unique(np.searchsorted(updates, spaced).clip(0, len(updates) - 1))
