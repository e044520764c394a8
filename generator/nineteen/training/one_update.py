"""One update of a script as data: its lines in the order in which they ran, and their arrays."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.script.annotate import explained, source_of
from nineteen.script.choices import command
from nineteen.script.options import printable
from nineteen.script.spec import ScriptSpec
from nineteen.training.record import record, record_alone
from nineteen.training.snapshots import Recording, Snapshot, Value
from nineteen.training.worksheet import Blanks, Mask, left_out

_OF_ROWS = ("layer", "output", "error", "delta", "layers")  # names whose first axis is the rows


@dataclass(frozen=True)
class UpdateLine:
    """A line as it ran: its number and text, and the arrays that it set.

    `meaning` stands at the first of its runs, where a command of ours explains it. `blanks` say of
    each array which of its numbers a worksheet leaves out.
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

    `update` and `row` count from 1. With `blank` the lines have blanks. Raises UsageError for what
    cannot be shown, and OSError for a file that cannot be read.
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
        raise UsageError(
            f"--update {update}: the script makes {updates:,} updates{why}; say 1 to {updates:,}",
            "--update",
        )


def _chosen(recording: Recording, update: int, name: str) -> Snapshot:
    """The snapshot of the update, with lines."""
    for snapshot in recording.snapshots:
        if snapshot.update == update and snapshot.lines:
            return snapshot
    problem = recording.problem
    if not recording.updates:
        why = problem or recording.missing or "no loop in it changes a weight"
        raise UsageError(f"steps {name}: {why}")
    _check_update(update, recording.updates, f", then it broke off ({problem})" if problem else "")
    raise UsageError(f"--update {update}: its arrays are too large to be kept", "--update")


def _of_row(whole: OneUpdate, row: int) -> OneUpdate:
    """The update with the arrays of one row alone where an array has a row for each."""
    recording, update = whole.recording, whole.snapshot.update
    if not whole.rows or recording.start is None:
        raise UsageError(f"--row {row}: the rows are not followed: {recording.missing}", "--row")
    if not 1 <= row <= len(recording.start.y):
        rows = len(recording.start.y)
        raise UsageError(f"--row {row}: the script has the rows 1 to {rows:,}", "--row")
    if row not in whole.rows:
        others = (each.update for each in recording.snapshots if row - 1 in each.rows)
        near = min(others, key=lambda number: abs(number - update))
        raise UsageError(f"--row {row}: update {update} does not take it; update {near} does")

    place = whole.rows.index(row)
    lines = (
        replace(line, values=tuple(_part(value, _OF_ROWS, place) for value in line.values))
        for line in whole.lines
    )
    given = (_part(value, ("X", "y"), row - 1) for value in whole.given)
    return replace(whole, given=tuple(given), lines=tuple(lines), row=row)


def _part(value: Value, names: Container[str], place: int) -> Value:
    """One row of a value with one of these names; any other value as it is."""
    if value.name.partition("[")[0] not in names or value.new.ndim != 2:
        return value
    name, alias = f"{value.name}[{place}]", value.alias and f"{value.alias}[{place}]"
    return Value(name, value.new[place : place + 1], None, alias)
