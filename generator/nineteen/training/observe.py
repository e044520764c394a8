"""Watching a script train: its parsed tree gets a few calls, its text stays as it is."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.syntax import parse
from nineteen.training.execute import execute

Array = NDArray[np.float64]
Arrays = tuple[Array, ...]

CALLS = ("__started__", "__seen__", "__updated__")  # what an instrumented script calls
_ONE_LAYER = ("W1", "b1", "W2", "b2")


class NotApplicable(ValueError):
    """The script cannot be observed: the names of the contract are gone."""


@dataclass(frozen=True)
class Start:
    """What training starts from: X (rows, inputs), y (rows, outputs) and the first weights."""

    X: Array
    y: Array
    weights: Arrays

    @cached_property
    def _every(self) -> tuple[NDArray[np.int_], tuple[int, ...]]:
        rows = np.arange(self.y.shape[0] if self.y.ndim else 0)
        return rows, tuple(rows.tolist())

    def taken(self, rows: Any) -> tuple[int, ...]:
        """The numbers, from 0, of the rows that a script means by `rows`; None means all."""
        if rows is None:
            return self._every[1]
        used = self._every[0][rows]  # as the script does, whatever `rows` is: a slice, a mask
        return tuple(used.tolist()) if used.ndim else (int(used),)


@dataclass(frozen=True)
class Update:
    """One update of the weights.

    `rows` are the rows of X it used; `error` (rows, outputs) is target minus prediction before the
    update; the weights around it are (W1, b1, W2, b2), or the matrices of several layers.
    """

    epoch: int
    rows: tuple[int, ...]
    error: Array
    before: Arrays
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
    """Run the script in this process, call `each` after every update, and return what it printed.

    `start` is called once, before the first epoch. The arrays that they get are copies. Raises
    NotApplicable where the training loop or the names of the contract are missing, and whatever the
    script itself raises.
    """
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
    """The script's tree with three calls more, of what `calls` returns.

    They stand before the first epoch, where the error of an update is known, and after the update.
    Raises NotApplicable as `observe` does, and SyntaxError.
    """
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
    seen = call(f"__seen__(epoch, {rows}, {error}, ({weights},))", body[known])
    body.insert(known + 1, seen)
    tree.body.insert(place, call(f"__started__(X, y, ({weights},))", loop))
    return tree


def calls(
    each: Callable[[Update], None], start: Callable[[Start], None] | None = None
) -> dict[str, Callable[..., None]]:
    """The functions that an instrumented script calls, by name, for one run of it."""
    begun = Start(np.zeros((0, 0)), np.zeros((0, 0)), ())
    pending: tuple[int, tuple[int, ...], Array, Arrays]

    def started(X: Any, y: Any, weights: tuple[Any, ...]) -> None:
        nonlocal begun
        begun = Start(copy(X), copy(y), copies(weights))
        if start:
            start(begun)

    def seen(epoch: int, rows: Any, error: Any, weights: tuple[Any, ...]) -> None:
        nonlocal pending
        pending = (epoch, begun.taken(rows), copy(error), copies(weights))

    def updated(weights: tuple[Any, ...]) -> None:
        each(Update(*pending, copies(weights)))

    return dict(zip(CALLS, (started, seen, updated), strict=True))


def copies(weights: tuple[Any, ...]) -> Arrays:
    """Copies of arrays."""
    return tuple([copy(array) for array in weights])


def copy(array: Any) -> Array:
    """The array as a new one of floats; raises NotApplicable where it does not hold numbers."""
    try:
        return np.array(array, float)
    except (TypeError, ValueError):
        raise NotApplicable("X, y, error and the weights are not all arrays of numbers") from None


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
