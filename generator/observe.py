"""Watching a script train: its parsed tree gets two calls a step, its text stays as it is."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.warm import execute

Array = NDArray[np.float64]


class NotApplicable(ValueError):
    """The script cannot be observed: the names of the contract are gone."""


@dataclass(frozen=True)
class Update:
    """One update of the weights.

    `rows` are the rows of the truth table it used; `error` (rows, outputs) is target minus
    prediction before the update; `before` and `after` are the weights around it: (W1, b1, W2, b2),
    or the matrices of several layers.
    """

    epoch: int
    rows: tuple[int, ...]
    error: Array
    before: tuple[Array, ...]
    after: tuple[Array, ...]

    @cached_property
    def loss(self) -> float:
        """The binary cross-entropy summed over the batch, in nats.

        For a target of 0 or 1 the probability of the target is 1 - |error|.
        """
        with np.errstate(divide="ignore"):
            return float(-np.log(1 - np.abs(self.error)).sum())


def observe(source: str, each: Callable[[Update], None]) -> str:
    """Run the script in this process, call `each` after every update, and return what it printed.

    The arrays of an Update are copies and may be kept. Raises NotApplicable where the training
    loop or the names of the contract are missing, and whatever the script itself raises.
    """
    watcher = _Watcher(each)
    return execute(instrument(source), __seen__=watcher.seen, __updated__=watcher.updated)


def instrument(source: str) -> ast.Module:
    """The script's tree with a call once the error is known and one after the update."""
    tree = ast.parse(source)
    body, batches = _training(tree)
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    if {"X", "y", "W1", "b1", "W2", "b2", "error"} <= stored:
        name, weights = "error", "W1, b1, W2, b2"
    elif {"X", "y", "W", "layers", "delta"} <= stored:
        name, weights = "delta", "*W"
    else:
        raise NotApplicable(
            "the names X, y, W1, b1, W2, b2, error (or W, layers, delta) are not all there"
        )
    places = [i for i, statement in enumerate(body) if name in _targets(statement)]
    if not places:
        raise NotApplicable(f"no line of the training loop sets {name}")
    rows = "rows" if batches else "range(len(y))"
    updated = _call(f"__updated__(({weights},))", body[-1])
    body[places[0] + 1 : places[0] + 1] = [
        _call(f"__seen__(epoch, {rows}, {name}, ({weights},))", body[places[0]])
    ]
    body.append(updated)
    return tree


class _Watcher:
    """Joins the two calls of a step into one Update."""

    def __init__(self, each: Callable[[Update], None]) -> None:
        self.each = each
        self.pending: tuple[int, tuple[int, ...], Array, tuple[Array, ...]]

    def seen(self, epoch: int, rows: Any, error: Array, weights: tuple[Array, ...]) -> None:
        numbers = tuple(rows) if isinstance(rows, range) else tuple(np.atleast_1d(rows).tolist())
        self.pending = (epoch, numbers, np.array(error), tuple(map(np.array, weights)))

    def updated(self, weights: tuple[Array, ...]) -> None:
        self.each(Update(*self.pending, tuple(map(np.array, weights))))


def _training(tree: ast.Module) -> tuple[list[ast.stmt], bool]:
    """The statements of one update, and whether they stand in a loop over batches."""
    for loop in _loops(tree.body, "epoch"):
        for inner in _loops(loop.body, "rows"):
            return inner.body, True
        return loop.body, False
    raise NotApplicable("there is no loop `for epoch in …`")


def _loops(body: list[ast.stmt], name: str) -> Iterator[ast.For]:
    for statement in body:
        if (
            isinstance(statement, ast.For)
            and isinstance(statement.target, ast.Name)
            and statement.target.id == name
        ):
            yield statement


def _targets(statement: ast.stmt) -> set[str]:
    """The plain names that an assignment sets."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return {
        node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)
    }


def _call(text: str, after: ast.stmt) -> ast.stmt:
    call = ast.parse(text).body[0]
    for node in ast.walk(call):
        ast.copy_location(node, after)
    return call
