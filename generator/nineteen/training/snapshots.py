"""What a recorder gets, what it keeps, and the recording that it makes of a training."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nineteen.script.ended import Run
from nineteen.script.judge import unfinished
from nineteen.training.observe import Array, Arrays, Start, Update

_NUMBERS, _ITEMS = "biuf", 64  # kinds of arrays that are kept, and of a list so many


class Value(NamedTuple):
    """An array under its name in the script, as a copy."""

    name: str
    new: Array
    old: Array | None = None  # what it was, where its line adds to it or takes away: W1 += …
    alias: str = ""  # its other name, where it is an item of a list: W[1]


class Passed(NamedTuple):
    """A line that was run: its number in the script, from 1, and the arrays that it set."""

    number: int
    values: Sequence[Value] = ()


@dataclass(frozen=True)
class Snapshot:
    """One update: its number and its epoch's, from 1 over the whole training, and its rows."""

    update: int
    epoch: int
    rows: tuple[int, ...]
    error: Array | None  # before it, and the weights after it; None and () where not followed
    weights: Arrays
    whole: bool = True  # unless it was broken off, or there was no room for all its lines
    given: tuple[Value, ...] = ()  # of a chosen one: arrays set before the training, used in it
    lines: tuple[Passed, ...] = ()  # and its lines as they ran

    @property
    def loss(self) -> float:
        """The mean over the predictions of the batch, before the update, in nats, or nan."""
        if self.error is None or not self.error.size:
            return float("nan")
        return Update(self.epoch, self.rows, self.error, (), ()).loss / self.error.size


@dataclass(frozen=True)
class Recording:
    """A training as far as it went: the script's lines, its snapshots in order, and its Run."""

    lines: tuple[str, ...]
    snapshots: tuple[Snapshot, ...] = ()
    updates: int = 0  # that were made, and epochs that were begun
    epochs: int = 0
    start: Start | None = None
    missing: str = ""  # what could not be followed, a sentence
    run: Run | None = None  # None where nothing could be followed

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
    kept = []
    for snapshot in whole["snapshots"]:
        given = tuple(Value(*value) for value in snapshot["given"])
        lines = tuple(Passed(n, [Value(*v) for v in values]) for n, values in snapshot["lines"])
        kept.append(Snapshot(**snapshot | {"given": given, "lines": lines}))
    start = whole["start"] and Start(**whole["start"])
    return Recording(**whole | {"snapshots": tuple(kept), "start": start})


def _unpacked(data: Any) -> Any:
    if isinstance(data, list):
        return tuple(map(_unpacked, data))
    if isinstance(data, dict) and "dtype" in data:
        return np.frombuffer(b64decode(data["data"]), data["dtype"]).reshape(data["shape"])
    return {k: _unpacked(v) for k, v in data.items()} if isinstance(data, dict) else data
