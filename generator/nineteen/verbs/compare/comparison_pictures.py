"""The pictures of a comparison, narrow enough for a telephone; on wide pages two stand in a row.

Every batch size has the same colour, line style and marker in all of them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from nineteen.page import look
from nineteen.page.estimates import Estimate, median
from nineteen.script.render import render
from nineteen.script.spec import Batch
from nineteen.training.gradient import Matrices, matrices, predict
from nineteen.training.observe import Start, Update, observe
from nineteen.verbs.compare.gradient_noise import gradient_noise, noise_in_theory
from nineteen.verbs.compare.grid import FIRST_UPDATES, GridCell, MeasuredGrid, View

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 4.3, 3.4  # inches
MARKERS = "DvPX*<>hd"  # of mini-batches other than the usual one
LEVELS = (0, 0.1, 0.5, 0.9, 1)  # up to 0.1 and from 0.9 on an answer counts as learned
SEEDS = 6  # most seeds of a kind that are drawn one by one
PLAIN = look.Look("measured", look.INK, "", "-", "o")
THEORY = look.Look("theory", look.GREY, "", "-", "")
LEARNED = look.Look("learned", look.GREY, "", "-", "")
STUCK = look.Look("stuck", look.INK, "", "--", "")

# How it is drawn, its x; three rows: the lower end of a band, the line, the upper end; and at which
# points a marker stands, None for all.
Curve = tuple[look.Look, Any, Any, list[int] | None]
Ends = Callable[[GridCell], Sequence[float]]


def drawn_pictures(grid: MeasuredGrid, seed: int) -> "dict[str, Figure]":
    """The pictures that there is something to show in, by name; `seed` is that of the surfaces."""
    view, rate = grid.view(), "learning rate"
    looks, narrow = _looks(view), grid.narrow or grid.grid
    needed, averaged = _over_rates(grid.grid, looks, _needed), f"{rate} of the averaged gradient"
    sizes = [cell.spec.batch_size for cell in view.cells]
    moved = [
        (one, np.multiply(x, size), *y) for (one, x, *y), size in zip(needed, sizes, strict=True)
    ]
    seconds = zip(*[_ends(median(1000 * cell.seconds_needed)) for cell in view.cells], strict=True)
    rows = view.full.spec.rows
    theory = [[noise_in_theory(size, rows) for size in range(1, rows + 1)]] * 3
    noise = [gradient_noise(view.sgd.spec, sizes)] * 3
    with look.style():
        pictures = {
            "rates": _plot(rate, "rows until learned", needed),
            "averaged": _plot(averaged, "rows until learned", moved),
            "loss": _plot("rows seen", look.LOSS, _losses(view, looks, GridCell.rows_seen)),
            "updates": _plot("updates", look.LOSS, _losses(view, looks, lambda _, made: made)),
            "noise": _first_updates(view, looks),
            "uphill": _plot(
                rate, "updates that raise the loss (%)", _over_rates(grid.grid, looks, _uphill), "x"
            ),
            "gradient": _plot(
                "rows per update",
                "noise of the averaged gradient",
                [
                    (THEORY, range(1, rows + 1), theory, None),
                    (replace(PLAIN, line=""), sizes, noise, None),
                ],
                "x",
            ),
            "seconds": _plot(
                "rows per update", "milliseconds until learned", [(PLAIN, sizes, [*seconds], None)]
            ),
        }
        if view.full.spec.table.inputs == 2:
            pictures["surface"] = _answers_on_the_way(view, looks, seed)
        for name, label in (
            ("fresh_right", "share of right answers on fresh samples"),
            ("fresh_loss", "loss on fresh samples (nats)"),
        ):
            if view.wide:
                few = [cell.spec.batch_size for cell in view.wide]
                found = np.transpose([getattr(cell, name) for cell in view.wide])
                bands = np.quantile(found, (0.1, 0.5, 0.9), axis=0)
                pictures[name] = _plot(
                    "samples per update", label, [(PLAIN, few, bands, None)], "x"
                )
        if any(cell.stuck.any() for row in narrow for cell in row):
            shares = _over_rates(narrow, looks, lambda cell: _ends(cell.stuck_share, 100))
            pictures["shares"] = _plot(rate, "seeds that get stuck (%)", shares, "x")
            most = max(narrow[-1], key=lambda cell: cell.stuck.sum())
            updates = f"updates of {most.name}, rate {most.spec.lr:g}"
            pictures["stuck"] = _plot(updates, look.LOSS, _stuck_curves(most))
        return pictures


def _plot(xlabel: str, ylabel: str, curves: Iterable[Curve], powers: str = "xy") -> "Figure":
    """Lines with bands; the axes named in `powers` have powers of ten."""
    figure = look.new_figure(WIDTH, HEIGHT)
    axes = figure.subplots()
    axes.set(xlabel=xlabel, ylabel=ylabel)
    for one, x, (low, middle, high), marks in curves:
        axes.fill_between(x, low, high, color=one.colour, alpha=0.15, linewidth=0)
        style: dict[str, Any] = {"color": one.colour, "marker": one.marker, "label": one.label}
        axes.plot(x, middle, linestyle=one.line, markersize=6, markevery=marks, **style)
    look.logarithmic(axes, *powers)
    handles, labels = axes.get_legend_handles_labels()
    each = dict(zip(labels, handles, strict=True))
    figure.legend(each.values(), each, loc="outside upper center", ncols=2, handlelength=4)
    return figure


def _over_rates(
    rows: Sequence[Sequence[GridCell]], looks: dict[int, Any], ends: Ends
) -> list[Curve]:
    """Of each batch size a quantity over the learning rate."""
    return [
        (
            looks[row[0].spec.batch_size],
            [cell.spec.lr for cell in row],
            np.transpose([ends(cell) for cell in row]),
            None,
        )
        for row in rows
    ]


def _needed(cell: GridCell) -> Sequence[float]:
    """A tenth, half and nine tenths of the seeds; what never learns is at the end of training."""
    found = np.minimum(cell.rows_needed, cell.rows_seen(np.array(cell.spec.updates)))
    return [*np.quantile(found, (0.1, 0.5, 0.9))]


def _uphill(cell: GridCell) -> Sequence[float]:
    return [*np.quantile(100 * cell.uphill, (0.1, 0.5, 0.9))]


def _ends(found: Estimate, times: float = 1) -> Sequence[float]:
    """An interval with its value between; what never comes is not drawn."""
    ends = times * np.array([found.low, found.value, found.high])
    return [*np.where(np.isfinite(ends), ends, np.nan)]


def _losses(view: View, looks: dict[int, Any], scale: Callable[..., Any]) -> Iterable[Curve]:
    """The median loss of each batch size, with a marker where half of the seeds have learned."""
    for cell in view.cells:
        made, losses = cell.drawn[1:], cell.losses[:, 1:]  # powers of ten have no place for 0
        half = median(cell.updates_needed).value
        marks = [int(np.abs(made - half).argmin())] if np.isfinite(half) else []
        bands = np.quantile(losses, (0.1, 0.5, 0.9), axis=0)
        yield looks[cell.spec.batch_size], scale(cell, made), bands, marks


def _stuck_curves(cell: GridCell) -> Iterable[Curve]:
    """A few seeds that learned beside a few that got stuck."""
    for seeds, one in ((cell.learned, LEARNED), (cell.stuck, STUCK)):
        for losses in cell.losses[seeds][:SEEDS]:
            yield one, cell.drawn[1:], [losses[1:]] * 3, []


def _first_updates(view: View, looks: dict[int, Any]) -> "Figure":
    """The loss after every single one of the first updates, of seed 0."""
    figure = look.new_figure(WIDTH, 0.7 + 1.05 * len(view.cells))
    column = figure.subplots(len(view.cells), 1, sharex=True, sharey=True)
    for axes, cell in zip(column, view.cells, strict=True):
        one, single = looks[cell.spec.batch_size], cell.drawn <= FIRST_UPDATES
        axes.plot(cell.drawn[single], cell.losses[0, single], color=one.colour, linewidth=1.2)
        axes.set_title(f"{one.label}, rate {cell.spec.lr:g}", loc="left")
    column[-1].set_xlabel("updates of seed 0")
    figure.supylabel(look.LOSS, fontsize="medium")
    return figure


def _answers_on_the_way(view: View, looks: dict[int, Any], seed: int) -> "Figure":
    """What each strategy's network answers in the whole plane: before, on the way, at the end."""
    way = min(min(median(one.updates_needed).value, one.spec.updates) for one in view.strategies)
    figure = look.new_figure(WIDTH, 5.6)
    grid = figure.subplots(3, len(view.strategies), sharex=True, sharey=True, squeeze=False)
    shape: Any = None
    for column, cell in enumerate(view.strategies):
        for line, network in enumerate(_networks(cell, seed, int(way / 2))):
            answers = partial(predict, network, activation=cell.spec.activation)
            shape = look.draw_surface(grid[line, column], cell.spec.table, answers, LEVELS)
        grid[0, column].set_title(looks[cell.spec.batch_size].label)
    for line, moment in enumerate(("before", "on the way", "at the end")):
        grid[line, 0].set_ylabel(moment)
    look.explain_surfaces(figure, shape, grid)
    return figure


def _networks(cell: GridCell, seed: int, updates: int) -> list[Matrices]:
    """The network before training, after so many updates, and at the end."""
    begun, seen = list[Start](), list[Update]()
    observe(render(replace(cell.spec, seed=seed)), seen.append, begun.append)
    kept = [begun[0].weights, *(update.after for update in seen)]
    return [matrices(kept[place], cell.spec) for place in (0, max(1, updates), -1)]


def _looks(view: View) -> dict[int, look.Look]:
    """How each batch size is drawn, its label in the place of the strategy's."""
    markers, found = iter(MARKERS * len(view.cells)), {}
    for cell in view.cells:
        one = look.STRATEGIES[cell.spec.batch]
        if cell.spec.batch is Batch.MINI and cell is not view.mini:
            one = replace(look.ANOTHER_MINI, marker=next(markers))
        found[cell.spec.batch_size] = replace(one, label=cell.label)
    return found
