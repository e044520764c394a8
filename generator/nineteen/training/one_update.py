"""One update of a script as data: its lines in the order in which they ran, and their arrays."""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nineteen.errors import UsageError
from nineteen.script.annotate import explained, source_of
from nineteen.script.choices import command
from nineteen.script.options import printable
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data
from nineteen.training.observe import Array
from nineteen.training.record import record, record_alone
from nineteen.training.snapshots import Recording, Snapshot, Value

FULL, PLACES = 64, 2  # numbers of an array that are shown, decimals on a worksheet
TOLERANCE = 0.02  # what the key allows
_MARGIN = 0.005  # of that, for those who round on the way

_OF_ROWS = ("layer", "output", "error", "delta", "layers")  # names whose first axis is the rows

Mask = NDArray[np.bool_]

Blanks = tuple[tuple[Mask, ...], ...]  # by line and array


@dataclass(frozen=True)
class UpdateLine:
    """A line as it ran: its number, its text, and the arrays that it set.

    `meaning` stands at the first of its runs, where a command of ours explains it. `blanks` are the
    numbers of each array that a worksheet leaves out.
    """

    number: int
    text: str
    meaning: str
    values: Sequence[Value]
    blanks: tuple[Mask, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether a number of it is left out."""
        return any(mask.any() for mask in self.blanks)


@dataclass(frozen=True)
class OneUpdate:
    """An update, which is `snapshot`, of the training of a command or file with that `name`.

    `given` is what it starts from, and `lines` are what it does: of all its rows, or of the arrays
    with a row for each only the one of `row`, which counts from 1.
    """

    name: str
    recording: Recording
    snapshot: Snapshot
    given: tuple[Value, ...]
    lines: tuple[UpdateLine, ...]
    row: int | None = None

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of the truth table that it takes, from 1; () where they are not followed."""
        return tuple(number + 1 for number in self.snapshot.rows)

    @property
    def sheet(self) -> bool:
        """Whether it is a worksheet, with blanks."""
        return any(line.blank for line in self.lines)

    @property
    def remarks(self) -> Iterator[str]:
        """What could not be followed, and how the script broke off, in sentences."""
        if self.recording.missing:
            yield f"Followed line by line only: {self.recording.missing}."
        if problem := self.recording.problem:
            yield f"After {self.recording.updates:,} updates the script broke off: {problem}"
        elif not self.snapshot.whole:
            yield "The arrays of this update are too large to keep them all: lines are missing."


def one_update(
    script: ScriptSpec | Path, *, update: int = 1, row: int | None = None, blank: bool = False
) -> OneUpdate:
    """An update of the script of a spec, run in this process, or of that in a file, run alone.

    `update` and `row` count from 1. Raises UsageError for what cannot be shown, and OSError.
    """
    if isinstance(script, Path):
        name, runner = printable(str(script)), record_alone
    else:
        name, runner = command(script), record
        _check_update(update, script.updates)
    source = source_of(script, "steps")
    recording = runner(source, {update})
    snapshot = _chosen(recording, update, name)
    blanks: Blanks = ()
    if blank:
        blanks = left_out(snapshot, lambda shown: runner(source, {update}, shown=shown))
    lines, meanings = source.splitlines(), _meanings(source)
    ran = tuple(
        UpdateLine(n, lines[n - 1], meanings.pop(str(n), ""), values, *blanks[i : i + 1])
        for i, (n, values) in enumerate(snapshot.lines)
    )
    whole = OneUpdate(name, recording, snapshot, snapshot.given, ran)
    return whole if row is None else _of_row(whole, row)


def _meanings(source: str) -> dict[str, str]:
    """What each line means; nothing where no command of ours stands on the first."""
    try:
        return {line.number: line.meaning for line in explained(source)}
    except UsageError:
        return {}


def _check_update(update: int, updates: int, why: str = "") -> None:
    if not 1 <= update <= updates:
        raise _refused("update", update=update, updates=updates, why=why)


def _refused(case: str, **facts: object) -> UsageError:
    text: str = data("steps/refusals.toml")[case]
    return UsageError(text.format(**facts), text.partition(" ")[0].rstrip(":"))


def _chosen(recording: Recording, update: int, name: str) -> Snapshot:
    for snapshot in recording.snapshots:
        if snapshot.update == update and snapshot.lines:
            return snapshot
    problem = recording.problem
    if not recording.updates:
        why = problem or recording.missing or "no loop in it changes a weight"
        raise UsageError(f"steps {name}: {why}")
    _check_update(update, recording.updates, f", then it broke off ({problem})" if problem else "")
    raise _refused("large", update=update)


def _of_row(whole: OneUpdate, row: int) -> OneUpdate:
    recording, update = whole.recording, whole.snapshot.update
    if not whole.rows or recording.start is None:
        raise _refused("not_followed", row=row, missing=recording.missing)
    if not 1 <= row <= len(recording.start.y):
        raise _refused("rows", row=row, rows=len(recording.start.y))
    if row not in whole.rows:
        others = (each.update for each in recording.snapshots if row - 1 in each.rows)
        near = min(others, key=lambda number: abs(number - update))
        raise _refused("other_update", row=row, update=update, near=near)
    place = whole.rows.index(row)
    lines = (
        replace(line, values=tuple(_part(value, _OF_ROWS, place) for value in line.values))
        for line in whole.lines
    )
    given = (_part(value, ("X", "y"), row - 1) for value in whole.given)
    return replace(whole, given=tuple(given), lines=tuple(lines), row=row)


def _part(value: Value, names: Container[str], place: int) -> Value:
    if value.name.partition("[")[0] not in names or value.new.ndim != 2:
        return value
    name, alias = f"{value.name}[{place}]", value.alias and f"{value.alias}[{place}]"
    return Value(name, value.new[place : place + 1], None, alias)


def left_out(snapshot: Snapshot, again: Callable[[Sequence[Array]], Recording]) -> Blanks:
    """The blanks: of each array that a line computes the last row, or else the last number.

    Who computes them from what is shown is within TOLERANCE of the key: `again`, which runs the
    update with other numbers, has done so. Raises UsageError where there is nothing to show.
    """
    values = [value for line in snapshot.lines for value in line.values]
    for value in (*snapshot.given, *values):
        if value.new.size > FULL:
            raise _refused("sheet", name=value.name, size=value.new.size, most=FULL)
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
        raise _refused("nothing", update=snapshot.update)
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
