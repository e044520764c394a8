"""The chart of a sweep: success and updates over hidden size and strategy, as SVG."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nineteen.page.look import STRATEGIES
from nineteen.script.render import environment
from nineteen.script.spec import Batch

WIDTH, HEIGHT, TOP, BOTTOM = 860, 400, 44, 320
PANELS = ((60, 410), (500, 850))  # left and right edge
FLOORS = (99.9, 99, 90, 50, 0)  # where the axis of percentages may begin

# Matplotlib's markers and line styles in SVG.
SHAPES = {
    "^": "M0 -6L6 5H-6Z",
    "s": "M-5 -5H5V5H-5Z",
    "o": "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z",
}
DASHES = {":": "2 4", "--": "8 4", "-": "none"}


@dataclass(frozen=True)
class Point:
    """A value with its range, of one hidden size and strategy."""

    hidden: str
    batch: str
    value: float
    low: float
    high: float
    note: str


def draw(title: str, shares: Sequence[Point], updates: Sequence[Point]) -> str:
    """The SVG's text: shares in percent on the left, updates on a logarithmic axis on the right."""
    sizes = list(dict.fromkeys(point.hidden for point in shares))
    batches = [str(batch) for batch in STRATEGIES if any(point.batch == batch for point in shares)]
    lowest = min(point.low for point in shares)
    floor = next(floor for floor in FLOORS if floor <= lowest)
    percents = [floor + (100 - floor) * step / 5 for step in range(6)]
    success = _panel(
        "Share that learned, with 95 % intervals",
        PANELS[0],
        shares,
        (sizes, batches),
        [(value, f"{value:g} %") for value in percents],
        lambda value: (value - floor) / (100 - floor),
    )
    panels = [success]
    if updates:
        first = math.floor(math.log10(max(1, min(point.low for point in updates))))
        last = max(first + 1, math.ceil(math.log10(max(1, *(point.high for point in updates)))))
        panels.append(
            _panel(
                "Updates needed: median, least and most",
                PANELS[1],
                updates,
                (sizes, batches),
                [(10.0**power, f"{10**power:,}") for power in range(first, last + 1)],
                lambda value: (math.log10(max(1, value)) - first) / (last - first),
            )
        )
    legend = [
        dict(_look(batch), label=f"--batch {batch}", x=60 + 160 * index)
        for index, batch in enumerate(batches)
    ]
    template = environment().get_template("sweep.svg.j2")
    return template.render(title=title, width=WIDTH, height=HEIGHT, panels=panels, legend=legend)


def _panel(
    title: str,
    edges: tuple[int, int],
    points: Sequence[Point],
    order: tuple[list[str], list[str]],
    ticks: list[tuple[float, str]],
    scale: Callable[[float], float],
) -> dict[str, Any]:
    """What the template draws of one panel; `scale` maps a value to 0 (bottom) to 1 (top)."""
    sizes, batches = order
    left, right = edges
    step = (right - left) / len(sizes)
    aside = min(14.0, step / 4)

    def height(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * scale(value), 1)

    def place(point: Point) -> float:
        middle = left + step * (sizes.index(point.hidden) + 0.5)
        return round(middle + aside * (batches.index(point.batch) - (len(batches) - 1) / 2), 1)

    series = []
    for batch in batches:
        marks = [
            {
                "x": place(point),
                "y": height(point.value),
                "low": height(point.low),
                "high": height(point.high),
                "note": point.note,
            }
            for point in points
            if point.batch == batch
        ]
        line = " ".join(f"{mark['x']},{mark['y']}" for mark in marks) if len(marks) > 1 else ""
        series.append(dict(_look(batch), marks=marks, line=line))
    return {
        "title": title,
        "left": left,
        "right": right,
        "bottom": BOTTOM,
        "ticks": [{"y": height(value), "label": label} for value, label in ticks],
        "sizes": [
            {"x": round(left + step * (index + 0.5), 1), "label": size}
            for index, size in enumerate(sizes)
        ],
        "series": series,
    }


def _look(batch: str) -> dict[str, Any]:
    look = STRATEGIES[Batch(batch)]
    fill = look.colour if look.line == "-" else "#ffffff"
    shape = SHAPES[look.marker]
    return {"colour": look.colour, "fill": fill, "dashes": DASHES[look.line], "shape": shape}
