"""Which numbers of an update a worksheet leaves out: those that can be computed from the others."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nineteen.errors import UsageError
from nineteen.training.observe import Array
from nineteen.training.snapshots import Recording, Snapshot, Value

FULL = 64  # numbers of an array that are shown
PLACES = 2  # decimals of every number on a worksheet
TOLERANCE = 0.02  # what the key allows
_MARGIN = 0.005  # of that, for those who round on the way

Mask = NDArray[np.bool_]

# By line and array, True where a number is left out.
Blanks = tuple[tuple[Mask, ...], ...]


def left_out(snapshot: Snapshot, again: Callable[[Sequence[Array]], Recording]) -> Blanks:
    """The blanks: of each array that a line computes the last row, or else the last number.

    Who computes them, from what is shown with two decimals and from blanks before, is within
    TOLERANCE of the key: `again`, which runs the update with other numbers, has done so. Raises
    UsageError where an array is too large for a sheet, or no number is left.
    """
    values = [value for line in snapshot.lines for value in line.values]
    for value in (*snapshot.given, *values):
        if value.new.size > FULL:
            raise UsageError(
                f"--blank: {value.name} has {value.new.size} numbers, and a sheet at most {FULL} "
                "of an array: use a smaller network (--hidden 2), batch or truth table",
                "--blank",
            )
    given = [_shown(value.new) for value in snapshot.given]
    masks = wrong = [_last(value) for value in values]
    while any(mask.any() for mask in wrong):
        shown = [
            np.where(mask, np.nan, _shown(value.new))
            for mask, value in zip(masks, values, strict=True)
        ]
        [tried] = [each for each in again([*given, *shown]).snapshots if each.lines]
        found = [value for line in tried.lines for value in line.values]
        wrong = [
            mask & (_off(value, computed) > TOLERANCE - _MARGIN)
            for mask, value, computed in zip(masks, values, found, strict=True)
        ]
        masks = [mask & ~off for mask, off in zip(masks, wrong, strict=True)]
    if not any(mask.any() for mask in masks):
        raise UsageError(
            f"--blank: no number of update {snapshot.update} follows from two decimals: "
            "use an earlier update, or --hidden 2",
            "--blank",
        )
    rest = iter(masks)
    return tuple(tuple(next(rest) for _ in line.values) for line in snapshot.lines)


def _last(value: Value) -> Mask:
    """True for what a sheet may leave out: nothing of an array that its line only names."""
    mask = np.zeros(value.new.shape, bool)
    named = value.alias and value.old is None
    if value.new.dtype.kind == "f" and value.new.ndim and not named:
        rows = np.atleast_2d(mask)
        rows[-1, (-1 if len(rows) == 1 else 0) :] = True
    return mask


def _shown(array: Array) -> Array:
    return np.round(np.asarray(array, float), PLACES) if array.ndim else array


def _off(value: Value, computed: Value) -> Array:
    """How far computed numbers are from the key, those of the step included."""
    off = np.abs(computed.new - _shown(value.new))
    if value.old is None or computed.old is None:
        return off
    step = _shown(value.new - value.old)
    return np.maximum(off, np.abs(computed.new - computed.old - step))
