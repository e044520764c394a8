"""One update of a script as data: its lines in the order in which they ran, and their arrays."""

from collections.abc import Callable, Container, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from nineteen.errors import UsageError
from nineteen.script.annotate import explained, source_of
from nineteen.script.choices import command
from nineteen.script.options import printable
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data
from nineteen.training.observe import Array, Mask
from nineteen.training.record import record
from nineteen.training.snapshots import Recording, Snapshot, Value

FULL, PLACES = 64, 2  # numbers of an array that are shown, decimals on a worksheet
TOLERANCE = 0.02  # what the key allows
_MARGIN = 0.005  # of that, for those who round on the way
_OF_ROWS = ("layer", "output", "error", "delta", "layers")  # names whose first axis is the rows


@dataclass(frozen=True)
class UpdateLine:
    """A line as it ran: its number, its text, and the arrays that it set."""

    number: int
    text: str
    meaning: str  # at the first of its runs, where a command of ours explains it
    values: Sequence[Value]
    blanks: tuple[Mask, ...] = ()  # the numbers of each array that a worksheet leaves out

    @property
    def blank(self) -> bool:
        """Whether a number of it is left out."""
        return any(mask.any() for mask in self.blanks)


@dataclass(frozen=True)
class OneUpdate:
    """An update of the training of a command or file: what it starts from, and what it does."""

    name: str  # of the command or file
    recording: Recording
    snapshot: Snapshot
    given: tuple[Value, ...]
    lines: tuple[UpdateLine, ...]
    row: int | None = None  # from 1: arrays with a row for each have only this one

    @property
    def rows(self) -> tuple[int, ...]:
        """The rows of the truth table that it takes, from 1; () where they are not followed."""
        return tuple(number + 1 for number in self.snapshot.rows)

    @property
    def sheet(self) -> bool:
        """Whether it is a worksheet, with blanks."""
        return any(line.blank for line in self.lines)


def one_update(
    script: ScriptSpec | Path, *, update: int = 1, row: int | None = None, blank: bool = False
) -> OneUpdate:
    """An update, from 1, of a spec's script, or of a file, run alone. Raises UsageError."""
    if isinstance(script, Path):
        name = printable(str(script))
    else:
        name = command(script)
        _check_update(update, script.updates)
    source = source_of(script, "steps")
    lines, meanings = source.splitlines(), dict[str, str]()
    with suppress(UsageError):  # of a line that no command of ours has made
        meanings = {line.number: line.meaning for line in explained(source)}
    again = partial(record, source, {update}, alone=isinstance(script, Path))
    recording = again()
    snapshot = _chosen(recording, update, name)
    blanks = left_out(snapshot, again) if blank else []
    ran = tuple(
        UpdateLine(n, lines[n - 1], meanings.pop(str(n), ""), values, *blanks[i : i + 1])
        for i, (n, values) in enumerate(snapshot.lines)
    )
    whole = OneUpdate(name, recording, snapshot, snapshot.given, ran)
    return whole if row is None else _of_row(whole, row)


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
    lines = [
        replace(line, values=[_part(value, _OF_ROWS, place) for value in line.values])
        for line in whole.lines
    ]
    given = [_part(value, ("X", "y"), row - 1) for value in whole.given]
    return replace(whole, given=tuple(given), lines=tuple(lines), row=row)


def _part(value: Value, names: Container[str], place: int) -> Value:
    if value.name.partition("[")[0] not in names or value.new.ndim != 2:
        return value
    name, alias = f"{value.name}[{place}]", value.alias and f"{value.alias}[{place}]"
    return Value(name, value.new[place : place + 1], None, alias)


def left_out(snapshot: Snapshot, again: Callable[..., Recording]) -> list[tuple[Mask, ...]]:
    """The blanks by line: of each array that it computes the last row, or else the last number.

    Who computes them from what is shown is within TOLERANCE of the key: `again`, which runs the
    update with other numbers, has done so. Raises UsageError where there is nothing to show.
    """
    values = [value for line in snapshot.lines for value in line.values]
    for value in (*snapshot.given, *values):
        if value.new.size > FULL:
            raise _refused("sheet", name=value.name, size=value.new.size, most=FULL)
    given, masks = [_shown(value.new) for value in snapshot.given], [*map(_last, values)]
    wrong = masks
    while any(mask.any() for mask in wrong):
        pairs = zip(masks, values, strict=True)
        shown = [np.where(mask, np.nan, _shown(value.new)) for mask, value in pairs]
        [tried] = [each for each in again(shown=[*given, *shown]).snapshots if each.lines]
        found = [value for line in tried.lines for value in line.values]
        off = [_off(value, computed) for value, computed in zip(values, found, strict=True)]
        wrong = [m & (far > TOLERANCE - _MARGIN) for m, far in zip(masks, off, strict=True)]
        masks = [mask & ~some for mask, some in zip(masks, wrong, strict=True)]
    if not any(mask.any() for mask in masks):
        raise _refused("nothing", update=snapshot.update)
    rest = iter(masks)
    return [tuple(next(rest) for _ in line.values) for line in snapshot.lines]


def _last(value: Value) -> Mask:
    # Nothing is left out of an array that its line only names.
    mask = np.zeros(value.new.shape, bool)
    if value.new.dtype.kind == "f" and mask.ndim and (value.old is not None or not value.alias):
        rows = np.atleast_2d(mask)
        rows[-1, (-1 if len(rows) == 1 else 0) :] = True
    return mask


def _shown(array: Array) -> Array:
    return np.round(np.asarray(array, float), PLACES) if array.ndim else array


def _off(value: Value, computed: Value) -> Array:
    off = np.abs(computed.new - _shown(value.new))
    if value.old is None or computed.old is None:
        return off
    step = _shown(value.new - value.old)
    return np.maximum(off, np.abs(computed.new - computed.old - step))
