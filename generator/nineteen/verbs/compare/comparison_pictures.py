"""The pictures of a comparison, narrow enough for a telephone; on wide pages two stand in a row.

Every batch size has the same colour, line style and marker in all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from nineteen.page import look
from nineteen.page.estimates import Estimate, median
from nineteen.script.render import render
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.script.templates import data
from nineteen.training import gradient as exact
from nineteen.training.gradient import Array, matrices, predict
from nineteen.training.observe import Arrays, Start, observe
from nineteen.verbs.compare.comparison_plan import usual_mini
from nineteen.verbs.compare.grid import GridCell, MeasuredGrid, View
from nineteen.verbs.compare.measuring import FIRST_UPDATES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 4.3, 3.4  # inches
# Line and marker of mini-batches other than the usual one: 9 times 4 that can be told apart.
OTHERS = [(line, marker) for line in ("-.", ":", "--", "-") for marker in "DvPX*<>hd"]
LEVELS = (0, 0.1, 0.5, 0.9, 1)  # up to 0.1 and from 0.9 on an answer counts as learned
SEEDS = 6  # most seeds of a kind that are drawn one by one
NOISE_SEEDS, BATCHES = 5, 200  # on which the noise of a gradient is measured
PLAIN = look.Look("measured", look.INK, "", "-", "o")
THEORY = look.Look("theory", look.GREY, "", "-", "")
LEARNED = look.Look("learned", look.GREY, "", "-", "")
STUCK = look.Look("stuck", look.INK, "", "--", "")

# How it is drawn, its x; three rows: the lower end of a band, the line, the upper end; and at which
# points a marker stands, None for all.
Curve = tuple[look.Look, Any, Any, list[int] | None]


def drawn_pictures(grid: MeasuredGrid, seed: int) -> "dict[str, Figure]":
    """The pictures that there is something to show in, by name; `seed` is that of the surfaces."""
    view, narrow = grid.view(), grid.narrow or grid.grid
    sizes, rows = [cell.spec.batch_size for cell in view.cells], view.full.spec.rows
    needed = list(_over_rates(grid.grid, _needed))
    seconds = np.transpose([_ends(median(cell.seconds_needed)) for cell in view.cells])
    theory = [noise_in_theory(size, rows) for size in range(1, rows + 1)]
    noise = gradient_noise(view.sgd.spec, sizes)
    curves: dict[str, Iterable[Curve]] = {
        "rates": needed,
        "averaged": [(one, x * n, *y) for (one, x, *y), n in zip(needed, sizes, strict=True)],
        "loss": _losses(view, GridCell.rows_seen),
        "updates": _losses(view, lambda _, made: made),
        "noise": _first_updates(view),
        "uphill": _over_rates(grid.grid, lambda cell: _tenths(cell.uphill)),
        "gradient": [
            (THEORY, np.arange(1, rows + 1), [theory] * 3, None),
            (replace(PLAIN, line=""), sizes, [noise] * 3, None),
        ],
    }
    if np.isfinite(seconds).any():  # something has learned
        curves["seconds"] = [(PLAIN, sizes, seconds, None)]
    if grid.wide:
        curves["fresh_right"] = _over_rates(grid.wide, lambda cell: _tenths(cell.fresh_right))
        curves["fresh_loss"] = _over_rates(grid.wide, lambda cell: _tenths(cell.fresh_loss))
    if any(cell.stuck.any() for row in narrow for cell in row):
        curves["shares"] = _over_rates(narrow, lambda cell: _ends(cell.stuck_share))
        curves["stuck"] = _stuck_curves(max(narrow[-1], key=lambda cell: cell.stuck.sum()))
    with look.style():
        pictures = {name: _plot(name, lines) for name, lines in curves.items()}
        if view.full.spec.table.inputs == 2:
            pictures["surface"] = _answers_on_the_way(view, seed)
        return pictures


def _plot(name: str, curves: Iterable[Curve]) -> "Figure":
    """Lines with bands; pictures.toml says what the axes are."""
    figure, words = look.new_figure(WIDTH, HEIGHT), data("compare/pictures.toml")[name]
    axes = figure.subplots()
    axes.set(xlabel=words["x"], ylabel=words["y"])
    for one, x, (low, middle, high), marks in curves:
        axes.fill_between(x, low, high, color=one.colour, alpha=0.15, linewidth=0)
        style: dict[str, Any] = {"color": one.colour, "marker": one.marker, "label": one.label}
        axes.plot(x, middle, linestyle=one.line, markersize=6, markevery=marks, **style)
    look.logarithmic(axes, *words["powers"])
    handles, labels = axes.get_legend_handles_labels()
    each = dict(zip(labels, handles, strict=True))
    figure.legend(each.values(), each, loc="outside upper center", ncols=2, handlelength=4)
    return figure


def _over_rates(
    rows: Sequence[Sequence[GridCell]], ends: Callable[[GridCell], Any]
) -> Iterator[Curve]:
    """Of each batch size a quantity over the learning rate."""
    for row, one in zip(rows, _looks([row[0] for row in rows]), strict=True):
        rates = np.array([cell.spec.lr for cell in row])
        yield one, rates, np.transpose([ends(cell) for cell in row]), None


def _needed(cell: GridCell) -> Any:
    """What never learns is at the end of training."""
    return _tenths(cell.rows_needed.clip(max=cell.spec.rows * cell.spec.epochs))


def _tenths(values: Any) -> Any:
    """A tenth of the seeds, half, and nine tenths."""
    return np.quantile(values, (0.1, 0.5, 0.9), axis=0)


def _ends(found: Estimate) -> Any:
    """An interval with its value between; what never comes is not drawn."""
    ends = np.array([found.low, found.value, found.high])
    return np.where(np.isfinite(ends), ends, np.nan)


def _losses(view: View, scale: Callable[..., Any]) -> Iterator[Curve]:
    """The median loss of each batch size, with a marker where half of the seeds have learned."""
    for cell, one in zip(view.cells, _looks(view.cells), strict=True):
        made, losses = cell.drawn[1:], cell.losses[:, 1:]  # powers of ten have no place for 0
        half = median(cell.updates_needed).value
        marks = [int(np.abs(made - half).argmin())] if np.isfinite(half) else []
        yield one, scale(cell, made), _tenths(losses), marks


def _stuck_curves(cell: GridCell) -> Iterable[Curve]:
    """A few seeds that learned beside a few that got stuck."""
    for seeds, one in ((cell.learned, LEARNED), (cell.stuck, STUCK)):
        for losses in cell.losses[seeds][:SEEDS]:
            yield one, cell.drawn[1:], [losses[1:]] * 3, []


def _first_updates(view: View) -> Iterator[Curve]:
    """The loss after every single one of the first updates, of seed 0."""
    for cell, one in zip(view.strategies, _looks(view.strategies), strict=True):
        single = cell.drawn <= FIRST_UPDATES
        yield replace(one, line="-"), cell.drawn[single], [cell.losses[0, single]] * 3, []


def _answers_on_the_way(view: View, seed: int) -> "Figure":
    """What each strategy's network answers in the whole plane: before, on the way, at the end."""
    needed = [min(median(one.updates_needed).value, one.spec.updates) for one in view.strategies]
    moments = {"before": 0, "on the way": max(1, int(min(needed) / 2)), "at the end": -1}
    figure = look.new_figure(WIDTH, 4.2)
    grid = figure.subplots(3, len(view.strategies), sharex=True, sharey=True, squeeze=False)
    for column, cell in enumerate(view.strategies):
        weights = _weights(replace(cell.spec, seed=seed))
        for axes, (moment, made) in zip(grid[:, column], moments.items(), strict=True):
            network = matrices(weights[made], cell.spec)
            answers = partial(predict, network, activation=cell.spec.activation)
            shape = look.draw_surface(axes, cell.spec.table, answers, LEVELS)
            axes.set_ylabel(moment if column == 0 else "")
        grid[0, column].set_title(cell.name)
    look.explain_surfaces(figure, shape, grid)
    return figure


def _weights(spec: ScriptSpec) -> list[Arrays]:
    """Before the training, and after each update."""
    found: list[Arrays] = []
    source = render(spec)
    observe(source, lambda made: found.append(made.after), lambda at: found.append(at.weights))
    return found


def _looks(cells: Sequence[GridCell]) -> Iterator[look.Look]:
    """How each batch size is drawn, its label in the place of the strategy's."""
    others, usual = cycle(OTHERS), usual_mini([cell.spec for cell in cells])
    for cell in cells:
        one = look.STRATEGIES[cell.spec.batch]
        if cell.spec.batch is Batch.MINI and cell.spec != usual:
            line, marker = next(others)
            one = replace(look.ANOTHER_MINI, line=line, marker=marker)
        yield replace(one, label=cell.name)


def noise_in_theory(size: float, rows: int) -> float:
    """The noise of a batch beside that of one row, where rows are drawn without putting back.

    The standard error of a mean, 1 / sqrt(size), with the correction for a finite population
    (Cochran, "Sampling Techniques", 3rd edition, 1977, section 2.6).
    """
    return sqrt((rows - size) / (size * (rows - 1)))


def gradient_noise(spec: ScriptSpec, sizes: Sequence[int]) -> Array:
    """The root mean square distance of a batch's mean gradient from that of all rows, by size.

    At the weights that the first seeds start from, as a multiple of the first size's.
    """
    rng, squares = np.random.default_rng(0), np.zeros(len(sizes))
    for seed in range(NOISE_SEEDS):
        each = _row_gradients(replace(spec, seed=seed, epochs=1))
        for place, size in enumerate(sizes):
            batches = [rng.permutation(len(each))[:size] for _ in range(BATCHES)]
            means = [each[rows].mean(axis=0) for rows in batches]
            squares[place] += np.square(means - each.mean(axis=0)).sum()
    return np.asarray(np.sqrt(squares / squares[0]))


def _row_gradients(spec: ScriptSpec) -> Array:
    """(rows, weights) The exact gradient of each row's loss at the first weights."""
    begun = list[Start]()
    observe(render(spec), lambda _: None, begun.append)
    network, function = matrices(begun[0].weights, spec), exact.hidden(spec.activation)
    X, y = begun[0].X[:, None, : spec.table.inputs], begun[0].y[:, None]  # each row a batch
    layers, logits = exact.forward(network, X, function.function)
    found = exact.backward(network, layers, exact.sigmoid(logits) - y, function.slope)
    return np.concatenate([array.reshape(len(y), -1) for array in found], axis=1)
