"""The one look of every picture and page: what a colour, a dash and a mark mean.

The table is templates/page/look.toml, the settings of Matplotlib are nineteen.mplstyle beside it.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nineteen.errors import extra
from nineteen.script.gates import TruthTable
from nineteen.script.spec import Batch
from nineteen.script.templates import data, templates_folder

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Look:
    """How a series is drawn: `dark` is for a dark ground, line and marker are Matplotlib's."""

    label: str
    colour: str
    dark: str
    line: str
    marker: str


_LOOK = data("page/look.toml")
STRATEGIES = {batch: Look(**_LOOK["strategy"][batch]) for batch in Batch}
ANOTHER_MINI = Look(**_LOOK["another"]["mini"])
BITS = tuple(Look(**row) for row in _LOOK["bit"].values())
OUTPUTS = (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"))  # line and marker of each, in INK
# How a target 0 and a target 1 are marked on a surface, as Matplotlib's arguments.
_MARK: dict[str, Any] = {"markeredgecolor": "white", "linestyle": "", "markersize": 8}
TARGETS = tuple(
    _MARK | {"marker": bit.marker, "color": bit.colour, "label": bit.label} for bit in BITS
)
INK, GREY = "#1a1a1a", "#767676"
SURFACE = "answers"  # the name of the colours of answers from 0 to 1, for Matplotlib in `style()`
EDGE = 1.5  # a surface reaches from -EDGE to EDGE; the truth table's inputs are -1 and +1
GRID = 41  # points along its side
LOSS = "mean loss of a prediction (nats)"  # the one unit of loss, the binary cross-entropy
_PLACES, _LONG = re.compile(r' (?:d|x|y)="[^"]*"'), re.compile(r"-?[0-9]+\.[0-9]{3,}")


@contextmanager
def style() -> Iterator[None]:
    """The common look, whatever the user's own; UsageError where matplotlib is not installed."""
    matplotlib, colors = extra("matplotlib"), extra("matplotlib.colors")
    with matplotlib.rc_context():
        matplotlib.rc_file(templates_folder() / "page/nineteen.mplstyle")
        if SURFACE not in matplotlib.colormaps:
            ends = [BITS[0].colour, "white", BITS[1].colour]
            matplotlib.colormaps.register(colors.LinearSegmentedColormap.from_list(SURFACE, ends))
        yield


def new_figure(width: float = 6.4, height: float = 3.6) -> "Figure":
    """An empty figure of so many inches; call it inside `style()`."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def logarithmic(axes: "Axes", *names: str) -> None:
    """Give the axes "x" or "y" powers of ten, written out: 0.1, 1, 10, 10k, 1M."""

    def written_out(value: float, _: int) -> str:
        if value < 10_000:
            return f"{value:g}"
        return f"{value / 1000:g}k" if value < 1_000_000 else f"{value / 1_000_000:g}M"

    for name in names:
        axes.set(**{f"{name}scale": "log"})
        axis, (low, high) = getattr(axes, f"{name}axis"), getattr(axes, f"get_{name}lim")()
        if high < 100 * low:  # where at most two powers of ten would be named
            axis.set_major_locator(extra("matplotlib.ticker").LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(written_out)
        axis.set_minor_formatter("")


def draw_surface(
    axes: "Axes",
    table: TruthTable,
    answers: Callable[[Any], Any],
    levels: Sequence[float],
    fixed: tuple[int, ...] = (),
    output: int = 0,
) -> Any:
    """An output over the first two inputs, the others `fixed` at -1 or +1; marks are the targets.

    `answers` makes predictions (rows, outputs) of inputs. Returns what a colour bar is made for.
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


def save(figure: "Figure", kind: str = "svg") -> bytes:
    """The picture as "svg" or "png" (150 pixels an inch), the same bytes for the same figure."""
    file, png = io.BytesIO(), kind == "png"
    metadata = dict.fromkeys(("Software",) if png else ("Creator", "Date", "Format", "Type"))
    with style():
        figure.savefig(file, format=kind, dpi=150, metadata=metadata)
    if png:
        return file.getvalue()
    svg = re.sub(r"<!DOCTYPE[^>]*>\n", "", file.getvalue().decode())
    # Two decimals of a point hide the last bits of a float, which differ between machines.
    return _PLACES.sub(lambda place: _LONG.sub(_round, place[0]), svg).encode()


def _round(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
