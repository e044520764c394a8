"""What a recording holds: updates, their lines, and the arrays that those made."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nineteen.script.judge import unfinished
from nineteen.script.run import Run
from nineteen.training.observe import Array, Arrays, Start, Update

_NUMBERS, _ITEMS = "biuf", 64  # kinds of arrays that are kept, and of a list so many


class Value(NamedTuple):
    """An array under its name in the script, as a copy.

    `old` is what it was before the line, where the line adds to it or takes away (`W1 += …`);
    `alias` is its other name where it is an item of a list, such as W[1].
    """

    name: str
    new: Array
    old: Array | None = None
    alias: str = ""


class Passed(NamedTuple):
    """A line that was run: its number in the script, from 1, and the arrays that it set."""

    number: int
    values: Sequence[Value] = ()


@dataclass(frozen=True)
class Snapshot:
    """One update: its number and its epoch's, from 1 over the whole training, and its rows.

    `error` before and `weights` after it are as in an Update; None and () where not followed.
    `whole` is False where it was broken off, or there was no room for all its lines. A chosen one
    has `given`, the arrays set before the training and used in it, and its `lines` as they ran.
    """

    update: int
    epoch: int
    rows: tuple[int, ...]
    error: Array | None
    weights: Arrays
    whole: bool = True
    given: tuple[Value, ...] = ()
    lines: tuple[Passed, ...] = ()

    @property
    def loss(self) -> float:
        """The mean over the predictions of the batch, before the update, in nats, or nan."""
        if self.error is None or not self.error.size:
            return float("nan")
        return Update(self.epoch, self.rows, self.error, (), ()).loss / self.error.size


@dataclass(frozen=True)
class Recording:
    """A training as far as it went: the script's lines, its snapshots in order, and its Run.

    `updates` and `epochs` count those that were made (an epoch when it begins), after `start`.
    `missing` is a sentence on what could not be followed, or ""; a script without any is not run.
    """

    lines: tuple[str, ...]
    snapshots: tuple[Snapshot, ...] = ()
    updates: int = 0
    epochs: int = 0
    start: Start | None = None
    missing: str = ""
    run: Run | None = None

    @property
    def problem(self) -> str:
        """How the script broke off, one sentence, or ""."""
        broken = unfinished(self.run) if self.run else None
        return broken.reason if broken else ""


def arrays_in(name: str, value: Any, last: bool = False) -> Sequence[tuple[str, NDArray[Any]]]:
    """The arrays of numbers in what a name stands for; a number is one without an axis."""
    if isinstance(value, np.ndarray):
        return ((name, value),) if value.dtype.kind in _NUMBERS else ()
    if isinstance(value, list) and value and isinstance(value[0], np.ndarray):
        first = len(value) - 1 if last else 0
        items = enumerate(value[first : first + _ITEMS], first)
        return [pair for place, item in items for pair in arrays_in(f"{name}[{place}]", item)]
    try:
        return arrays_in(name, np.asarray(value))
    except ValueError:  # lists of different lengths
        return ()


def packed(thing: Any) -> Any:
    """A recording, or a part of it, for JSON: an array as its type, shape and bytes in base64."""
    if isinstance(thing, np.ndarray):
        data = b64encode(thing.tobytes()).decode()
        return {"dtype": thing.dtype.str, "shape": thing.shape, "data": data}
    if isinstance(thing, (tuple, list)):
        return [packed(item) for item in thing]
    if isinstance(thing, (str, int, float)) or not is_dataclass(thing):
        return thing
    return {field.name: packed(getattr(thing, field.name)) for field in fields(thing)}


def unpacked(data: Any) -> Recording:
    """The recording again, without a Run. Raises TypeError, ValueError or KeyError."""
    whole = _unpacked(data)
    for snapshot in whole["snapshots"]:
        snapshot["given"] = tuple(Value(*value) for value in snapshot["given"])
        lines = [
            (number, [Value(*value) for value in values]) for number, values in snapshot["lines"]
        ]
        snapshot["lines"] = tuple(Passed(*line) for line in lines)
    whole["snapshots"] = tuple(Snapshot(**snapshot) for snapshot in whole["snapshots"])
    whole["start"] = whole["start"] and Start(**whole["start"])
    return Recording(**whole)


def _unpacked(data: Any) -> Any:
    if isinstance(data, list):
        return tuple(map(_unpacked, data))
    if isinstance(data, dict) and "dtype" in data:
        return np.frombuffer(b64decode(data["data"]), data["dtype"]).reshape(data["shape"])
    return {k: _unpacked(v) for k, v in data.items()} if isinstance(data, dict) else data
