"""What a recording holds: updates, their lines, and the arrays that those made."""

from dataclasses import dataclass

from nineteen.training.observe import Array, Arrays, Start, Update

Entry = tuple[str, Array, Array | None, str]  # the fields of a Value


@dataclass(frozen=True)
class Value:
    """An array under its name in the script, as a copy.

    `old` is what it was before the line, where the line adds to it or takes away (`W1 += …`);
    `alias` is its other name where it is an item of a list, such as W[1].
    """

    name: str
    new: Array
    old: Array | None = None
    alias: str = ""


@dataclass(frozen=True)
class Passed:
    """A line that was run: its number in the script, from 1, and the arrays that it set."""

    number: int
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """One update: its number and its epoch's, from 1 over the whole training, and its rows.

    `error` is that of its rows before the update, `weights` are those after it, as in an Update;
    None and () where they are not followed. `whole` is False where the update was broken off, or
    there was no room for all its lines.
    """

    update: int
    epoch: int
    rows: tuple[int, ...]
    error: Array | None
    weights: Arrays
    whole: bool = True
    # What `given` and `lines` are made of once they are asked for: recording costs half as much.
    entries: tuple[Entry, ...] = ()
    passed: tuple[tuple[int, list[Entry]], ...] = ()

    @property
    def loss(self) -> float:
        """The mean over the predictions of the batch, before the update, in nats, or nan."""
        if self.error is None or not self.error.size:
            return float("nan")
        return Update(self.epoch, self.rows, self.error, (), ()).loss / self.error.size

    @property
    def given(self) -> tuple[Value, ...]:
        """What a chosen update starts from: the arrays set before the training and used in it."""
        return tuple(Value(*entry) for entry in self.entries)

    @property
    def lines(self) -> tuple[Passed, ...]:
        """The lines of a chosen update in the order in which they ran."""
        return tuple(
            Passed(number, tuple(Value(*entry) for entry in entries))
            for number, entries in self.passed
        )


@dataclass(frozen=True)
class Recording:
    """A training as far as it went: the script's lines, what it printed, its snapshots in order.

    `updates` and `epochs` count those that were made (an epoch when it begins); `start` is what
    the first began with. `missing` says what could not be followed, `problem` how the script broke
    off, each in one sentence, or "".
    """

    lines: tuple[str, ...]
    snapshots: tuple[Snapshot, ...]
    updates: int
    epochs: int
    start: Start | None = None
    printed: str = ""
    missing: str = ""
    problem: str = ""
