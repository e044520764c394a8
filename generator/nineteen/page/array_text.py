"""Arrays as text: aligned, with names and shapes, in full for up to 64 numbers."""

from collections.abc import Sequence
from itertools import zip_longest
from math import floor, log10

import numpy as np
from numpy.typing import NDArray

from nineteen.training.observe import Array
from nineteen.training.one_update import FULL
from nineteen.training.snapshots import Value

_ROWS, _COLUMNS = 4, 6  # of the corner that is shown of an array with too many numbers
_BLANK = "____"
ROOM = 88  # columns of the arrays on a page


def values_text(
    values: Sequence[Value],
    blanks: Sequence[NDArray[np.bool_]] = (),
    room: int = ROOM,
    places: int = 0,
    full: int = FULL,
) -> str:
    """Values with their names and shapes, side by side as the room, in columns, allows.

    One that was added to is shown as it was, with the step. Numbers that are True in `blanks`, none
    or one for each, are left out. There are `places` decimals, or else at least two, and so many
    that the largest number, or step, has two digits. Of an array with more than `full` numbers only
    a corner is shown.
    """
    rows: list[list[str]] = [[]]
    for value, blank in zip_longest(values, blanks):
        text = _value_text(value, room, blank, places, full)
        if rows[-1] and _width(_beside([*rows[-1], text])) > room:
            rows.append([])
        rows[-1].append(text)
    return "\n\n".join(map(_beside, rows))


def _value_text(
    value: Value, room: int, blank: NDArray[np.bool_] | None, places: int, full: int
) -> str:
    new, old = value.new, value.old
    title = f"{value.name} = {value.alias}" if value.alias else value.name
    if not new.shape:
        return f"{title} = {new.item():g}"
    title += f"  {new.shape}\n"
    if old is None or old.shape != new.shape:
        return title + _rows(new, places or _places(new), room, blank, full)
    step = new.astype(float) - old
    places = places or _places(step)
    parts = (("old", old, None), ("+ step", step, blank), ("= new", new, blank))
    blocks = [(name, _rows(array, places, room, hidden, full)) for name, array, hidden in parts]
    fits = sum(_width(text) for _, text in blocks) + 8 <= room
    headed = [f"{name.center(_width(text) * fits)}\n{text}" for name, text in blocks]
    return title + (_beside(headed) if fits else "\n".join(headed))


def _beside(blocks: Sequence[str]) -> str:
    """Blocks of text as columns."""
    widths = list(map(_width, blocks))
    rows = zip_longest(*(block.split("\n") for block in blocks), fillvalue="")
    return "\n".join("    ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _width(text: str) -> int:
    return max(map(len, text.split("\n")))


def _rows(array: Array, places: int, room: int, blank: NDArray[np.bool_] | None, full: int) -> str:
    """The rows of an array, each in brackets and folded to the room."""

    def number(x: float) -> str:  # whole ones and truth values without decimals, and no -0.00
        return f"{round(x, places) + 0.0:.{places}f}" if isinstance(x, float) else f"{int(x)}"

    numbers = np.frompyfunc(number, 1, 1)(np.atleast_2d(array))
    cells = np.where(False if blank is None else blank, _BLANK, numbers).tolist()
    if array.size > full:
        more = [["…"]] * (len(cells) > _ROWS)
        cells = [[*row[:_COLUMNS], *["…"] * (len(row) > _COLUMNS)] for row in cells[:_ROWS]] + more
    wide = max(len(cell) for row in cells for cell in row)
    fit = max(1, (room - 2) // (wide + 2))
    lines = []
    for row in cells:
        padded = [cell.rjust(wide) for cell in row]
        pieces = ["  ".join(padded[i : i + fit]) for i in range(0, len(padded), fit)]
        lines.append("[ " + "\n  ".join(pieces) + " ]")
    return "\n".join(lines)


def _places(array: Array) -> int:
    """How many decimals show two digits of the largest number, from 2 to 6."""
    largest = float(np.abs(array[np.isfinite(array)]).max(initial=0))
    return min(6, max(2, 1 - floor(log10(largest)))) if largest else 2
