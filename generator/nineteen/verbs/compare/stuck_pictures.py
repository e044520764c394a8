"""The pictures of what a network has learned, on the way and at the end, and of those stuck.

Each function returns a Matplotlib figure to be saved with `look.save`; call it inside
`look.style()`.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from nineteen.page.look import GREY, LOSS, logarithmic, new_figure
from nineteen.page.surface import draw_surface, explain_surfaces, legend_above
from nineteen.training.gradient import predict
from nineteen.verbs.compare.loss_pictures import WIDTH, in_two_lines, with_looks
from nineteen.verbs.compare.trainings import MeasuredSizes, Trainings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEVELS = (0, 0.1, 0.5, 0.9, 1)  # up to 0.1 and from 0.9 on an answer counts as learned
SEEDS = 6  # most seeds of a kind in a panel
POINTS = 60  # of their lines
LEARNED: dict[str, Any] = {"color": GREY, "linewidth": 1, "label": "learned"}
STUCK: dict[str, Any] = {"color": "black", "linewidth": 1, "linestyle": "--", "label": "stuck"}


def answers_on_the_way(
    several: Sequence[Trainings], seed: int, moments: dict[str, int]
) -> "Figure":
    """What each strategy's network answers in the whole plane, a row for each moment.

    `moments` are names with epochs; where a training ends before, its end is drawn.
    """
    figure = new_figure(WIDTH, 2.0 * len(moments) + 0.6)
    grid = figure.subplots(len(moments), len(several), sharex=True, sharey=True, squeeze=False)
    shape: Any = None
    for column, one in enumerate(several):
        for line, epochs in enumerate(moments.values()):
            network = one.networks[seed][min(epochs, one.spec.epochs)]
            answers = partial(predict, network, activation=one.spec.activation)
            shape = draw_surface(grid[line, column], one.spec.table, answers, LEVELS)
        grid[0, column].set_title(in_two_lines(one.spec))
    for line, moment in enumerate(moments):
        grid[line, 0].set_ylabel(moment)
    figure.supxlabel("first input (-1 means 0, +1 means 1); upwards the second", fontsize="medium")
    explain_surfaces(figure, shape, grid)
    return figure


def stuck_curves(several: Sequence[Trainings]) -> "Figure":
    """For each strategy a few seeds that learned beside a few that got stuck."""
    figure = new_figure(WIDTH, 3.4)
    row = figure.subplots(1, len(several), sharey=True)
    for axes, one in zip(row, several, strict=True):
        looks = np.searchsorted(one.updates, np.linspace(0, one.updates[-1], POINTS))
        epochs = one.updates[looks] / one.spec.updates_per_epoch
        for seeds, style in ((one.learned, LEARNED), (one.stuck, STUCK)):
            for losses in one.losses[seeds][:SEEDS]:
                axes.plot(epochs, losses[looks], **style)
        count = f"{int(one.stuck.sum())} of {len(one.stuck)} seeds stuck"
        axes.set_title(f"{in_two_lines(one.spec)}\n{count}")
        axes.set_xlabel("epochs")
        logarithmic(axes, "y")
    row[0].set_ylabel(LOSS)
    legend_above(figure, (LEARNED, STUCK))
    return figure


def failed_shares(measured: MeasuredSizes) -> "Figure":
    """How many of the seeds do not learn, with intervals, by hidden units and length of a step."""
    notes = ((measured.main, ""), (measured.small, ""), (measured.slow, ", short steps"))
    groups = [(f"{several[0].units}{note}", several) for several, note in notes if several]
    count = sum(len(several) for _, several in groups)
    figure = new_figure(WIDTH, 0.9 + 0.24 * count + 0.15 * len(groups))
    axes = figure.subplots()
    ticks: dict[float, str] = {}
    for place, (label, several) in enumerate(groups):
        for one, look in with_looks(several):
            found = one.failed_share
            ends = [[100 * (found.value - found.low)], [100 * (found.high - found.value)]]
            y = len(ticks) + 0.7 * place
            style: dict[str, Any] = {"color": look.colour, "marker": look.marker, "capsize": 3}
            axes.errorbar(100 * found.value, y, xerr=ends, **style)
            ticks[y] = f"{label}: {one.strategy}"
    axes.set_yticks(list(ticks), list(ticks.values()))
    axes.invert_yaxis()
    axes.set_xlim(left=-1)
    axes.set_xlabel("seeds that do not learn (%), with 95 % intervals")
    return figure
