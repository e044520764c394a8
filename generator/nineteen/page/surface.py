"""What a network answers over the plane of two inputs, drawn in the same way on every page."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nineteen.page.look import EDGE, INK, SURFACE, TARGETS
from nineteen.script.table import TruthTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GRID = 41  # points along a side


def draw_surface(
    axes: "Axes",
    table: TruthTable,
    answers: Callable[[Any], Any],
    levels: Sequence[float],
    fixed: tuple[int, ...] = (),
    output: int = 0,
) -> Any:
    """An output over the first two inputs, the others `fixed` at -1 or +1; marks are the targets.

    `answers` makes predictions (rows, outputs) of inputs (rows, inputs). Returns what a colour bar
    is made for.
    """
    side = np.linspace(-EDGE, EDGE, GRID)
    first, second = np.meshgrid(side, side)
    X = np.stack([first, second, *(np.full_like(first, value) for value in fixed)], axis=-1)
    heights = answers(X.reshape(-1, table.inputs))[:, output].reshape(GRID, GRID)
    shape = axes.contourf(first, second, heights, levels, cmap=SURFACE)
    if heights.min() < 0.5 < heights.max():
        axes.contour(first, second, heights, [0.5], colors=INK, linewidths=1.2)
    for row, targets in enumerate(table.targets()):
        x, y, *others = (2 * int(bit) - 1 for bit in table.inputs_of(row))
        if tuple(others) == fixed:
            axes.plot(x, y, **TARGETS[targets[output]])
    axes.set(aspect="equal", xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    return shape


def explain_surfaces(figure: "Figure", shape: Any, grid: Any) -> None:
    """A bar for the colours, with the border at 0.5, and what the marks mean."""
    bar = figure.colorbar(shape, ax=grid, label="prediction (0 to 1)")
    bar.ax.axhline(0.5, color=INK, linewidth=1.2)
    legend_above(figure, TARGETS)


def legend_above(figure: "Figure", styles: Sequence[dict[str, Any]]) -> None:
    """A legend above the picture for lines and marks of these styles, as Matplotlib's arguments."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], **style) for style in styles]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
