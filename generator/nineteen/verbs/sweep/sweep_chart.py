"""The picture of a sweep: success and updates over hidden size and strategy."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from nineteen.page.look import STRATEGIES, logarithmic, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FLOORS = (99.9, 99, 90, 50, 0)  # where the axis of percentages may begin


class Point(NamedTuple):
    """A value with its range, of one hidden size and strategy."""

    hidden: str
    batch: str
    value: float
    low: float
    high: float


def sweep_figure(title: str, shares: Sequence[Point], updates: Sequence[Point]) -> "Figure":
    """Shares in percent on the left and, if there are any, updates on a logarithmic axis.

    Call it inside `look.style()`.
    """
    figure = new_figure(8.6, 4.0)
    figure.suptitle(title)
    left, *right = figure.subplots(1, 2 if updates else 1, squeeze=False)[0]
    _draw(left, shares)
    floor = next(floor for floor in FLOORS if floor <= min(point.low for point in shares))
    left.set(title="Share that learned (%), with 95 % intervals", xlabel="hidden units")
    left.set_ylim(floor - (100 - floor) / 40, 100 + (100 - floor) / 40)
    for axes in right:
        _draw(axes, updates)
        logarithmic(axes, "y")
        axes.set(title="Updates needed: median, least, most", xlabel="hidden units")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, handlelength=4)
    return figure


def _draw(axes: "Axes", points: Sequence[Point]) -> None:
    """A line with ranges for each strategy, a little aside of each other."""
    sizes = list(dict.fromkeys(point.hidden for point in points))
    for index, (batch, look) in enumerate(STRATEGIES.items()):
        mine = [point for point in points if point.batch == batch]
        if mine:
            axes.errorbar(
                [sizes.index(point.hidden) + 0.12 * (index - 1) for point in mine],
                [point.value for point in mine],
                yerr=[
                    [point.value - point.low for point in mine],
                    [point.high - point.value for point in mine],
                ],
                color=look.colour,
                linestyle=look.line,
                marker=look.marker,
                capsize=3,
                label=look.label,
            )
    axes.set_xticks(range(len(sizes)), sizes)
    axes.set_xlim(-0.5, len(sizes) - 0.5)
