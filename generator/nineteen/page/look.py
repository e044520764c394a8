"""The common look of every picture, and saving one as the same bytes each time.

The colours are those of Okabe and Ito ("Color Universal Design", 2008); with them go line styles
and markers, so that a picture also reads in black and white.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nineteen.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# One series each: colour, line style, marker.
SERIES = (
    ("#0072b2", "-", "o"),
    ("#d55e00", "--", "s"),
    ("#009e73", "-.", "^"),
    ("#000000", ":", "D"),
)
# From dark to light evenly, also for colour-blind readers and on a black and white print.
SURFACE = "cividis"
INK = "#1a1a1a"
GREY = "#767676"

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
    try:
        import matplotlib
    except ImportError:
        raise UsageError(
            'pictures need matplotlib: install it with pip install "nineteen[lessons]"'
        ) from None
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def new(width: float = 6.4, height: float = 3.6) -> "Figure":
    """An empty figure of so many inches; call it inside `style()`."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


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


def _plain(svg: str) -> str:
    """The SVG without a document type, its coordinates (points) rounded to 2 decimals.

    Rounding makes it a third smaller and hides the last bits of a float, which differ between
    machines.
    """
    svg = re.sub(r"<!DOCTYPE[^>]*>\n", "", svg)
    return re.sub(r' (?:d|x|y)="[^"]*"', lambda attribute: _LONG.sub(_round, attribute[0]), svg)


def _round(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
