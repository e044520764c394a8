"""What a recorder gets, a script's tree with a call at every line, and the recording it makes."""

import ast
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nineteen.script.judge import unfinished
from nineteen.script.run import Run
from nineteen.script.syntax import parse
from nineteen.training import observe
from nineteen.training.execute import NotApplicable
from nineteen.training.observe import Array, Arrays, Start, Update, call, changed_names

_LOOPS = ast.For | ast.While
_NUMBERS, _ITEMS = "biuf", 64  # kinds of arrays that are kept, and of a list so many


class Site(NamedTuple):
    """A line: its number in the script, and the names that it changes."""

    number: int
    names: list[str]
    moved: list[str]  # those that it adds to or takes away from: W1 += …
    appends: bool  # whether to a list
    level: int  # 1 for the head of the loop over the epochs, 2 for that inside it, 0 for others


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


def follow(source: str) -> tuple[ast.Module, list[Site], range, str]:
    """The script's tree with calls, their sites, the lines of the training, and what is missing.

    Without the names updates are the rounds of a loop that adds to something, or NotApplicable.
    """
    missing = ""
    try:
        tree = observe.instrument(source)
    except NotApplicable as error:
        tree, missing = parse(source), str(error)
        blocks = [b for loop in tree.body if isinstance(loop, _LOOPS) for b in observe.bodies(loop)]
        body = next((block for block in blocks if any(map(_moved, block))), None)
        if body is None:
            raise
        body.append(call("__updated__(())", body[-1]))
    except (SyntaxError, ValueError) as error:
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
        raise NotApplicable(f"it is not Python: {error.args[0]}{line}") from None
    except (RecursionError, MemoryError):
        raise NotApplicable("it is nested too deeply to be followed") from None
    loops, sites = _around(tree.body), list[Site]()
    tree.body = _with_calls(tree.body, sites, loops)
    tree.body.insert(tree.body.index(loops[0]) + 1, call("__ended__()", loops[0]))
    begin = loops[0].lineno
    return tree, sites, range(begin, (loops[0].end_lineno or begin) + 1), missing


def _around(block: list[ast.stmt]) -> list[ast.stmt]:
    for line in block:
        if isinstance(line, _LOOPS):
            inner = _around(line.body)
            if inner or "__updated__" in map(_called, line.body):
                return [line, *inner]
    return []


def _with_calls(block: list[ast.stmt], sites: list[Site], loops: list[ast.stmt]) -> list[ast.stmt]:
    lines: list[ast.stmt] = []
    for line in block:
        if _called(line) in observe.CALLS:
            lines.append(line)
            continue
        heads, here = False, f"({len(sites)}, locals())"
        sites.append(site := _site(line, loops.index(line) + 1 if line in loops else 0))
        for part in (line, *getattr(line, "handlers", ()), *getattr(line, "cases", ())):
            for name in ("body", "orelse", "finalbody"):
                if inner := getattr(part, name, None):
                    setattr(part, name, _with_calls(inner, sites, loops))
                    heads = True
        if isinstance(line, _LOOPS):
            line.body.insert(0, call(f"__head__{here}", line))
            lines.append(line)
        elif heads or isinstance(line, ast.Break | ast.Continue | ast.Return | ast.Raise):
            lines += [call(f"__line__{here}", line), line]
        else:
            lines += [call(f"__before__{here}", line)] if site.moved else []
            lines += [line, call(f"__line__{here}", line)]
    return lines


def _called(line: ast.stmt) -> str:
    function = getattr(getattr(line, "value", None), "func", None)
    return function.id if isinstance(function, ast.Name) else ""


def _site(line: ast.stmt, level: int) -> Site:
    appends, changed = False, getattr(line, "targets", None) or [getattr(line, "target", None)]
    if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call):
        method = line.value.func
        appends = getattr(method, "attr", "") == "append"
        # Any other may change an argument: rng.shuffle(order).
        changed = [getattr(method, "value", None), *([] if appends else line.value.args)]
    names = [name for target in changed for name in changed_names(target)]
    return Site(line.lineno, names, _moved(line), appends, level)


def _moved(line: ast.stmt) -> list[str]:
    """The names that a line adds to, or takes away from: in `W += …`, and in `W = W + …`."""
    if isinstance(line, ast.AugAssign):
        return changed_names(line.target) if isinstance(line.op, ast.Add | ast.Sub) else []
    target, value = getattr(line, "targets", [None])[0], getattr(line, "value", None)
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=False))
    sums = [(t, v) for t, v in pairs if isinstance(v, ast.BinOp)]
    sums = [(t, v) for t, v in sums if isinstance(v.op, ast.Add | ast.Sub)]
    return [name for t, v in sums for name in changed_names(t) if changed_names(v.left) == [name]]
