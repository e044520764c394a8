"""Watching a script train: its parsed tree gets a few calls, its text stays as it is."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.syntax import parse
from nineteen.training.execute import Calls, NotApplicable, execute

Array = NDArray[np.float64]
Arrays = tuple[Array, ...]
Mask = NDArray[np.bool_]
NamedArrays = dict[str, Array]

# What an instrumented script calls: before the first epoch, where an error is known, and after.
CALLS = ("__started__", "__seen__", "__updated__")
_ITEMS = 20  # of a list that are looked at
_ONE_LAYER = ("W1", "b1", "W2", "b2")


@dataclass(frozen=True)
class Start:
    """What training starts from: X (rows, inputs), y (rows, outputs) and the first weights."""

    X: Array
    y: Array
    weights: Arrays

    def taken(self, rows: Any) -> tuple[int, ...]:
        """The numbers, from 0, of the rows that a script means by `rows`; None means all."""
        # As the script does: rows may be numbers, a slice, a mask.
        used = self._numbers if rows is None else self._numbers[rows]
        return tuple(np.atleast_1d(used).tolist())

    @cached_property
    def _numbers(self) -> NDArray[np.int_]:
        return np.arange(len(np.atleast_1d(self.y)))


@dataclass(frozen=True)
class Update:
    """One update of the weights. Of scripts side by side all arrays have a first axis for them."""

    epoch: int
    rows: tuple[int, ...]  # of X that it used; () side by side
    error: Array  # (rows, outputs), target minus prediction before it
    before: Arrays  # the weights: (W1, b1, W2, b2), or the matrices of several layers
    after: Arrays

    @cached_property
    def loss(self) -> float:
        """The binary cross-entropy summed over the batch, in nats."""
        # For a target of 0 or 1 the probability of the target is 1 - |error|.
        with np.errstate(divide="ignore"):
            return float(-np.log(1 - np.abs(self.error)).sum())


def observe(
    source: str, each: Callable[[Update], None], start: Callable[[Start], None] | None = None
) -> str:
    """What the script prints; `each` gets every update, `start` what it begins with, as copies."""
    return execute(instrument(source), **calls(each, start))


def losses_of(source: str, predictions: int) -> tuple[list[float], Arrays]:
    """The loss of each epoch, over so many predictions the mean, in nats, and the final weights."""
    losses: list[float] = []
    last: list[Update] = []

    def seen(update: Update) -> None:
        losses.extend([0.0] * (update.epoch + 1 - len(losses)))
        losses[update.epoch] += update.loss / predictions
        last[:] = [update]

    observe(source, seen)
    return losses, last[0].after


def instrument(source: str | bytes) -> ast.Module:
    """The script's tree with CALLS; NotApplicable where the names of the contract are missing."""
    tree = parse(source)
    loops = [line for line in tree.body if isinstance(line, ast.For)]
    loop = next((each for each in loops if "epoch" in changed_names(each.target)), None)
    if loop is None:
        raise NotApplicable("there is no loop `for epoch in …`")
    place = tree.body.index(loop)
    before = stored(tree.body[:place])
    if before >= {"X", "y", *_ONE_LAYER}:
        error, weights = "error", ", ".join(_ONE_LAYER)
    elif before >= {"X", "y", "W"}:
        error, weights = "delta", "*W"
    else:
        raise NotApplicable("the names X, y, W1, b1, W2, b2 (or X, y, W) are not all there")
    body = next((body for body in bodies(loop) if error in stored(body, deep=False)), None)
    if body is None:
        raise NotApplicable(f"no line of the training loop sets {error}")
    rows = "rows" if "rows" in stored([loop]) else _rows_of_y(loop)
    known = next(i for i, line in enumerate(body) if error in stored([line], deep=False))
    body.append(call(f"__updated__(({weights},))", body[-1]))
    body.insert(known + 1, call(f"__seen__(epoch, {rows}, {error}, ({weights},))", body[known]))
    tree.body.insert(place, call(f"__started__(X, y, ({weights},))", loop))
    return tree


def calls(
    each: Callable[[Update], None],
    start: Callable[[Start], None] | None = None,
    lane: Callable[[Any], Array] | None = None,
) -> Calls:
    """What an instrumented script calls; `lane` makes arrays of what several scripts have."""
    make = lane or copy
    begun: Start
    pending: tuple[int, tuple[int, ...], Array, Arrays]

    def started(X: Any, y: Any, weights: tuple[Any, ...]) -> None:
        nonlocal begun
        begun = Start(make(X), make(y), tuple(map(make, weights)))
        if start:
            start(begun)

    def seen(epoch: int, rows: Any, error: Any, weights: tuple[Any, ...]) -> None:
        nonlocal pending
        taken = () if lane else begun.taken(rows)
        pending = epoch, taken, make(error), tuple(map(make, weights))

    def updated(weights: tuple[Any, ...]) -> None:
        each(Update(*pending, tuple(map(make, weights))))

    return dict(zip(CALLS, (started, seen, updated), strict=True))


def copy(array: Any) -> Array:
    """The array as a new one of floats; raises NotApplicable where it holds no real numbers."""
    try:
        if isinstance(array, np.ndarray) and array.dtype.kind == "c":
            raise TypeError
        return np.array(array, float)
    except (TypeError, ValueError):
        raise NotApplicable("X, y, error and the weights are not all arrays of numbers") from None


class Rounds:
    """Keeps the arrays at the first rounds of every loop, those that fit then, and at its end."""

    def __init__(self, most: int, fits: Callable[[Array], bool] | None = None) -> None:
        self._most, self._fits = most, fits
        self.loops: dict[int, list[NamedArrays]] = {}
        self.ends: dict[int, NamedArrays] = {}

    def follow(self, source: str) -> ast.Module:
        """The script's tree with a call in each round of each loop, and after it."""
        tree = parse(source)
        loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)]
        for number, loop in enumerate(loops):
            loop.body.insert(0, call(f"__round__({number}, locals())", loop))
            loop.orelse.append(call(f"__round__({number}, locals(), True)", loop))
        return tree

    def calls(self) -> Calls:
        return {"__round__": self._see}

    def _see(self, loop: int, names: dict[str, Any], end: bool = False) -> None:
        rounds = self.loops.setdefault(loop, [])
        if not end and len(rounds) == self._most:
            return
        found: NamedArrays = {}
        for label, array in _arrays(names):
            if self._fits is None or (label in rounds[0] if rounds else self._fits(array)):
                found[label] = array.astype(float)
        if end:
            self.ends[loop] = found
        else:
            rounds.append(found)


def _arrays(names: Mapping[str, Any], depth: int = 3) -> Iterator[tuple[str, Array]]:
    for name, value in names.items():
        inner: dict[str, Any] = {}
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size:
            yield name, value
        elif isinstance(value, dict) and name[:2] != "__":
            inner = {f"{name}[{key!r}]": each for key, each in value.items()}
        elif isinstance(value, list | tuple):
            inner = {f"{name}[{i}]": each for i, each in enumerate(value[:_ITEMS])}
        elif type(value).__module__ in ("__main__", "types"):
            inner = {f"{name}.{key}": v for key, v in getattr(value, "__dict__", {}).items()}
        if depth:
            yield from _arrays(inner, depth - 1)


def _rows_of_y(loop: ast.For) -> str:
    """What the loop takes of y, where that changes in it: `i`, `i : i + 1`; None means all."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "y":
            names = {name.id for name in ast.walk(node.slice) if isinstance(name, ast.Name)}
            if names & stored([loop]) and not isinstance(node.slice, ast.Tuple):
                return f"np.s_[{ast.unparse(node.slice)}]"
    return "None"


def bodies(loop: ast.For | ast.While) -> Iterator[list[ast.stmt]]:
    """The bodies of a loop and of the loops inside it, the outer ones first."""
    waiting = [loop]
    for outer in waiting:
        yield outer.body
        waiting += [line for line in outer.body if isinstance(line, ast.For | ast.While)]


def stored(lines: list[ast.stmt], deep: bool = True) -> set[str]:
    """The plain names that assignments and loops set; with `deep`, also those inside blocks."""
    names: set[str] = set()
    for line in lines:
        if isinstance(line, ast.Assign):
            names.update(*map(changed_names, line.targets))
        elif isinstance(line, ast.For):
            names.update(changed_names(line.target))
        if deep and not isinstance(line, ast.FunctionDef | ast.ClassDef):
            names |= stored(getattr(line, "body", []))
    return names


def changed_names(target: ast.expr | None) -> list[str]:
    """The names that a target sets or changes: `a, b` both, `a[b]` only a."""
    if target is None or isinstance(target, ast.Name):
        return [target.id] if target else []
    inner = getattr(target, "elts", [getattr(target, "value", None)])
    return [name for node in inner for name in changed_names(node)]


def call(text: str, beside: ast.stmt) -> ast.stmt:
    """The line of that text, in the place of another one."""
    [made] = ast.parse(text).body
    for node in ast.walk(made):
        ast.copy_location(node, beside)
    return made
