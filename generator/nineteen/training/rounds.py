"""Weights found by what they do, whatever a script calls them, and its updates with them.

Weights are the arrays that a loop finds as the seed draws them, and that its rounds change. A loop
with as many rounds as updates are meant makes one in each; the rows that it takes are those from
which, by the exact gradient, the next weights follow.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import parse
from nineteen.training.gradient import Array, backward, forward, hidden, matrices, sigmoid
from nineteen.training.observe import Arrays, NotApplicable, Start, Update, call

_SETS, _ITEMS = 300, 16  # sets of rows that are tried for one update; items of a list
_NUMBERS = 20_000_000  # of the weights of all updates together

States = dict[str, list[Array]]  # the arrays that could be weights, by name, round by round


class Rounds:
    """Keeps what could be weights at every round of every loop; `why` names do not tell them."""

    def __init__(self, spec: ScriptSpec, meant: Start, why: str) -> None:
        self._spec, self._meant, self._drawn, self.why = spec, meant, meant.weights, why
        self._most = min(spec.updates + 1, _NUMBERS // sum(array.size for array in self._drawn))
        self._loops, self._ends = dict[int, States](), dict[int, States]()

    def follow(self, source: str) -> ast.Module:
        """The script's tree with a call in each round of each loop, and after it."""
        tree = parse(source)
        loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)]
        for number, loop in enumerate(loops):
            loop.body.insert(0, call(f"__round__({number}, locals())", loop))
            loop.orelse.append(call(f"__round__({number}, locals(), True)", loop))
        return tree

    def see(self, loop: int, names: dict[str, Any], end: bool = False) -> None:
        """Keep the arrays that could be weights, of a round or from the end of a loop."""
        states = self._loops.get(loop)
        looked = names if states is None else {re.split(r"\W", label)[0] for label in states}
        found = dict(pair for name in [*looked] for pair in _arrays(name, names.get(name)))
        if states is None:
            fits = {label for label, array in found.items() if any(self._like(array))}
            states = self._loops[loop] = {label: [] for label in fits}
        if end:
            states = self._ends[loop] = {label: [] for label in states}
        for label, kept in states.items():
            if label in found and len(kept) < self._most:
                kept.append(np.array(found[label], float))

    def updates(self) -> Iterator[Update]:
        """The updates, as those of a script with the names of the contract.

        Raises NotApplicable where no loop makes as many as are meant.
        """
        shapes = [drawn.shape for drawn in self._drawn]
        for loop, states in self._loops.items():
            ends = self._ends.get(loop, {})
            labels = self._weights(states, ends)
            if labels and len(states[labels[0]]) == self._spec.updates:
                every = zip(*([*states[label], *ends[label]] for label in labels), strict=True)
                weights = [tuple(map(np.reshape, each, shapes)) for each in every]
                for number, (before, after) in enumerate(pairwise(weights)):
                    rows, error = self._rows(before, after)
                    epoch = number // self._spec.updates_per_epoch
                    yield Update(epoch, rows, error[list(rows)], before, after)
                return
        raise NotApplicable(self.why)

    def _like(self, array: Array) -> list[bool]:
        pairs = [(array.ravel(), drawn.ravel()) for drawn in self._drawn]
        return [len(a) == len(b) and np.allclose(a, b, rtol=1e-12, atol=1e-12) for a, b in pairs]

    def _weights(self, states: States, ends: States) -> list[str]:
        """The names of the weights among the states of a loop; none where one is missing."""
        whole = [label for label in states if states[label] and ends.get(label)]
        changes = [label for label in whole if (states[label][0] != ends[label][0]).any()]
        chosen: list[str] = []
        for place in range(len(self._drawn)):
            fits = [each for each in [*changes, *whole] if self._like(states[each][0])[place]]
            chosen += [label for label in fits if label not in chosen][:1]
        return chosen if changes and len(chosen) == len(self._drawn) else []

    def _rows(self, before: Arrays, after: Arrays) -> tuple[tuple[int, ...], Array]:
        """The rows from which the change comes, or comes nearest; and the error of every row."""
        spec, X, own = self._spec, self._meant.X, hidden(self._spec.activation)
        old, new = matrices(before, spec), matrices(after, spec)
        layers, logits = forward(old, X[:, None], own.function)
        error = self._meant.y[:, None] - sigmoid(logits)
        if spec.batch_size == len(X):
            return tuple(range(len(X))), error[:, 0]
        if comb(len(X), spec.batch_size) > _SETS:
            raise NotApplicable("there are too many rows to tell which of them an update takes")
        gradients = [g.reshape(len(X), -1) for g in backward(old, layers, -error, own.slope)]
        change = np.concatenate([(b - a).ravel() for a, b in zip(old, new, strict=True)])
        sets = _sets(len(X), spec.batch_size)
        steps = -spec.lr * (sets @ np.concatenate(gradients, axis=1))
        # The nearest; or, of a change that none comes near, the one with the nearest direction.
        off = np.linalg.norm(steps - change, axis=1)
        if off.min() > 1e-3 * np.linalg.norm(change):
            off = -np.abs(steps @ change) / np.linalg.norm(steps, axis=1)
        return tuple(np.flatnonzero(sets[np.nanargmin(off)]).tolist()), error[:, 0]


@cache
def _sets(rows: int, size: int) -> NDArray[np.bool_]:
    # And of those that are left for the last batch of an epoch.
    left = {size, rows % size} - {0}
    chosen = [each for some in left for each in combinations(range(rows), some)]
    return np.array([[row in each for row in range(rows)] for each in chosen])


def _arrays(name: str, value: Any) -> Iterator[tuple[str, Array]]:
    """The arrays in what a name stands for: in a list, a dictionary or an object, too."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield name, value
    if isinstance(value, list | tuple):
        value = dict(enumerate(value[:_ITEMS]))
    inner = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    for key, item in [*inner.items()][: _ITEMS if "[" not in name else 0]:
        yield from _arrays(f"{name}[{key}]", item)
