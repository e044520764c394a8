"""The one look of every picture and page: what a colour, a dash and a number mean.

The colours are those of Okabe and Ito ("Color Universal Design", 2008), the purple a step darker so
that lines stand out on white (WCAG 2.2, 3 to 1). With them go dashes and markers, so that a picture
also reads in black and white. Every colour has one meaning; outputs, which are many, have none.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from nineteen.page.extras import extra
from nineteen.script.spec import Batch

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Look:
    """How a series is drawn: its name in a legend, colour, line style and marker.

    `line` and `marker` are Matplotlib's; `dark` is the colour on a dark ground, which pages have.
    """

    label: str
    colour: str
    dark: str
    line: str
    marker: str


# One row is drawn with dots, some with dashes, all with a whole line.
STRATEGIES: dict[Batch, Look] = {
    Batch.SGD: Look("SGD", "#b85c93", "#e3a1c7", ":", "^"),
    Batch.MINI: Look("mini-batch", "#009e73", "#4fcfa6", "--", "s"),
    Batch.FULL: Look("full batch", "#1a1a1a", "#e7e9ec", "-", "o"),
}
# A second size of mini-batches in the same picture.
ANOTHER_MINI = Look("mini-batch", "#009e73", "#4fcfa6", "-.", "D")
# The outputs of one network: a line style and a marker each, all in INK.
OUTPUTS = (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"))
# A target or an answer 0, and 1.
BITS = (
    Look("target 0", "#d55e00", "#f08a3c", "", "o"),
    Look("target 1", "#0072b2", "#4fa8e0", "", "s"),
)
# How a target 0 and a target 1 are marked on a surface, as Matplotlib's arguments.
TARGETS: tuple[dict[str, Any], ...] = tuple(
    {"marker": bit.marker, "color": bit.colour, "label": bit.label, "markeredgecolor": "white"}
    | {"linestyle": "", "markersize": 8}
    for bit in BITS
)
INK = "#1a1a1a"
GREY = "#767676"

# The name of the colours of answers from 0 to 1, known to Matplotlib inside `style()`.
SURFACE = "answers"
EDGE = 1.5  # a surface reaches from -EDGE to EDGE; the truth table's inputs are -1 and +1

# The one unit of loss: the binary cross-entropy, as the mean over all predictions, in nats.
LOSS = "mean loss of a prediction (nats)"

_STYLE: dict[Any, object] = {
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": "medium",
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",  # opaque, for pages with a dark background
    "font.size": 10.0,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.fonttype": "path",  # letters as outlines: the same picture where DejaVu is not installed
    "svg.hashsalt": "nineteen",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}

_LONG = re.compile(r"-?[0-9]+\.[0-9]{3,}")


@contextmanager
def style() -> Iterator[None]:
    """Matplotlib's defaults and the common look, whatever the user's own settings; draw inside it.

    Raises UsageError where matplotlib is not installed.
    """
    matplotlib, colors = extra("matplotlib"), extra("matplotlib.colors")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        if SURFACE not in matplotlib.colormaps:
            ends = [BITS[0].colour, "white", BITS[1].colour]
            answers = colors.LinearSegmentedColormap.from_list(SURFACE, ends)
            matplotlib.colormaps.register(answers)
        yield


def new_figure(width: float = 6.4, height: float = 3.6) -> "Figure":
    """An empty figure of so many inches; call it inside `style()`."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def logarithmic(axes: "Axes", *names: str) -> None:
    """Give the axes "x" or "y" powers of ten, written out: 0.1, 1, 10, 10k, 1M."""
    for name in names:
        axes.set(**{f"{name}scale": "log"})
        getattr(axes, f"{name}axis").set_major_formatter(lambda value, _: _on_axis(value))


def rounded(value: float) -> str:
    """A measured number: three digits, from a hundred on whole; what never comes is infinite."""
    if not isfinite(value):
        return "never" if value == inf else "unknown"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def save(figure: "Figure", kind: str = "svg") -> bytes:
    """The picture as "svg" or "png" (150 pixels an inch), without dates, versions or random ids.

    The same figure gives the same bytes with the same version of Matplotlib.
    """
    file = io.BytesIO()
    with style():
        if kind == "svg":
            metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
            figure.savefig(file, format="svg", metadata=metadata)
            return _plain(file.getvalue().decode()).encode()
        figure.savefig(file, format="png", dpi=150, metadata={"Software": None})
        return file.getvalue()


def _on_axis(value: float) -> str:
    if value < 10_000:
        return f"{value:g}"
    return f"{value / 1000:g}k" if value < 1_000_000 else f"{value / 1_000_000:g}M"


def _plain(svg: str) -> str:
    """The SVG without a document type, its coordinates (points) rounded to 2 decimals.

    Rounding makes it a third smaller and hides the last bits of a float, which differ between
    machines.
    """
    svg = re.sub(r"<!DOCTYPE[^>]*>\n", "", svg)
    return re.sub(r' (?:d|x|y)="[^"]*"', lambda attribute: _LONG.sub(_round, attribute[0]), svg)


def _round(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
