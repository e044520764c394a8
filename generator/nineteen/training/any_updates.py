"""Whether the updates of a script of any origin follow a gradient, of weights of any names.

Between two rounds of a loop, what the arrays changed by is compared with the gradients of the
networks that could be made of them: matrices from inputs to outputs, with biases or without.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, pairwise, product
from typing import Any, NamedTuple

import numpy as np

from nineteen.script.activations import ACTIVATIONS
from nineteen.script.syntax import parse
from nineteen.script.table import TruthTable
from nineteen.training.gradient import Array, Matrices, backward, forward, hidden, sigmoid
from nineteen.training.observe import call

_ROUNDS, _NETWORKS = 60, 1000  # of each loop that are looked at, and tried
_LARGEST = 4096  # numbers in an array of weights
_NEAR = 1e-5  # the largest part of a change that may be off, which float32 reaches
_LOSSES = ("cross-entropy", "squared error", "squared error of a linear output")
NamedArrays = dict[str, Array]


class _Network(NamedTuple):
    """Names of matrices and their biases ("" for none), which way they stand, what is learned."""

    names: tuple[str, ...]
    biases: tuple[str, ...]
    turned: bool
    X: Array
    activation: str
    loss: str

    def matrices(self, arrays: NamedArrays) -> Matrices:
        own = [arrays[name].T if self.turned else arrays[name] for name in self.names]
        last = [arrays[name].ravel() if name else np.zeros(1) for name in self.biases]
        pairs = zip(own, last, strict=True)
        return tuple(np.vstack([m, np.broadcast_to(bias, m.shape[1])]) for m, bias in pairs)

    def step(self, before: NamedArrays, after: NamedArrays, y: Array) -> tuple[int, float] | None:
        """Of how many rows the change is the descent, and by what factor; None if of none."""
        own = self.matrices(before)
        kept = [slice(None) if bias else slice(-1) for bias in self.biases]

        def flat(each: Matrices) -> Array:
            return np.concatenate([m[part].ravel() for m, part in zip(each, kept, strict=True)])

        change = flat(self.matrices(after)) - flat(own)
        kind = hidden(ACTIVATIONS[self.activation])
        layers, logits = forward(own, self.X, kind.function)
        output = logits if "linear" in self.loss else sigmoid(logits)
        delta = (output - y) * (output * (1 - output) if self.loss == "squared error" else 1)
        of_rows = backward(own, [layer[:, None] for layer in layers], delta[:, None], kind.slope)
        descents = -np.array([flat(each) for each in zip(*of_rows, strict=True)])
        if not np.isfinite(descents).all() or len(change) <= len(y):
            return None
        for some in (descents.sum(axis=0, keepdims=True), descents):
            factors = np.linalg.lstsq(some.T, change, rcond=None)[0]
            used = factors[np.abs(factors) > _NEAR * np.abs(factors).max()]
            near = np.abs(factors @ some - change).max() <= _NEAR * np.abs(change).max()
            if near and len(used) and 0 < used.max() <= 1.001 * used.min():
                return len(used) if len(some) > 1 else len(y), float(used.mean())
        return None


class AnyUpdates:
    """A Watcher that keeps the arrays of the first rounds of each loop."""

    def __init__(self, table: TruthTable) -> None:
        self._y = np.array(table.targets(), float)
        self._bits = np.array([[*map(float, table.inputs_of(row))] for row in range(table.rows)])
        self._rounds: dict[int, list[NamedArrays]] = {}
        self._numbers = {1.0}

    def follow(self, source: str) -> ast.Module:
        """The script's tree with a call at the head of every loop."""
        tree = parse(source)
        for number, node in enumerate([*ast.walk(tree)]):
            if isinstance(node, ast.For | ast.While):
                node.body.insert(0, call(f"__round__({number}, locals())", node))
            elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
                self._numbers.add(float(node.value))
        return tree

    def calls(self) -> dict[str, Callable[..., None]]:
        """What that tree calls."""
        return {"__round__": self._see}

    def found(self, error: BaseException | None) -> dict[str, object]:
        """How many updates were looked at, how many follow a gradient, and which, in words."""
        with np.errstate(all="ignore"):
            best = max(map(self._followed, self._rounds.values()), default=(0, 0, ""))
        return dict(zip(("good", "looked", "words"), best, strict=True))

    def _see(self, loop: int, names: dict[str, Any]) -> None:
        rounds = self._rounds.setdefault(loop, [])
        if len(rounds) <= _ROUNDS:
            values = [(name, value) for name, value in names.items() if name[:2] != "__"]
            rounds.append({key: v.astype(float) for one in values for key, v in _arrays(*one)})

    def _followed(self, rounds: list[NamedArrays]) -> tuple[int, int, str]:
        """How many rounds follow the gradient, by one factor, that most of them do."""
        pairs = [pair for pair in pairwise(rounds) if _moving(*pair)]
        best: tuple[int, int, str] = (0, 0, "")
        fullest = max(reversed(pairs), key=lambda pair: len(_moving(*pair)), default=({}, {}))
        for network in islice(self._networks(*fullest), _NETWORKS):
            if network.step(*fullest, self._y):
                known = [pair for pair in pairs if {*network.names} <= {*pair[0]}]
                steps = filter(None, [network.step(*pair, self._y) for pair in known])
                found = np.array([*steps])
                rows, factor = np.median(found, axis=0)
                good = int(np.isclose(found[:, 1], factor, rtol=1e-3).sum())
                arrays = sum(map(bool, network.biases))
                best = max(best, (good, arrays, self._in_words(network, rows, factor)))
        return best[0], len(pairs), best[2]

    def _networks(self, before: NamedArrays, after: NamedArrays) -> Iterator[_Network]:
        moving, ones = _moving(before, after), np.ones((len(self._bits), 1))
        plain = [self._bits, 2 * self._bits - 1]
        inputs = plain + [np.hstack([X, ones]) for X in plain]
        for turned, X in product((False, True), inputs):
            sizes = {name: before[name].shape[:: -1 if turned else 1] for name in moving}
            shapes = {name: size for name, size in sizes.items() if len(size) == 2}
            for names in _chains(shapes, (), X.shape[1], self._y.shape[1]):
                free = [name for name in moving if name not in names]
                widths = [shapes[name][1] for name in names]
                biases = [["", *(b for b in free if before[b].size == wide)] for wide in widths]
                for chosen, kind, loss in product(product(*biases), ACTIVATIONS, _LOSSES):
                    yield _Network(names, chosen, turned, X, kind, loss)

    def _in_words(self, network: _Network, rows: float, factor: float) -> str:
        """What is followed; the script's own numbers tell a sum from a mean."""
        ways = [(1.0, "summed"), (rows, "averaged")]
        if network.loss != "cross-entropy":  # the square may come without its half
            ways += [(rows / 2, "without its half, averaged"), (0.5, "without its half, summed")]
        known = [*self._numbers]
        meant = [way for way in ways if np.isclose(factor * way[0], known).any()]
        scale, words = (meant or ways)[0]
        over = f"{words} over {rows:g} rows" if rows > 1 else "of one row"
        named = ", ".join(filter(None, (*network.names, *network.biases)))
        return f"the gradient of the {network.loss}, {over}, times {factor * scale:g} ({named})"


def _arrays(name: str, value: Any, depth: int = 3) -> Iterator[tuple[str, Array]]:
    inner: list[tuple[str, Any]] = []
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and 0 < value.size <= _LARGEST:
        yield name, value
    elif isinstance(value, dict):
        inner = [(f"{name}[{key!r}]", each) for key, each in value.items()]
    elif isinstance(value, list | tuple):
        inner = [(f"{name}[{i}]", each) for i, each in enumerate(value[:20])]
    elif type(value).__module__ == "__main__":
        inner = [(f"{name}.{key}", each) for key, each in getattr(value, "__dict__", {}).items()]
    for called, each in inner if depth else ():
        yield from _arrays(called, each, depth - 1)


def _moving(before: NamedArrays, after: NamedArrays) -> list[str]:
    shared = [name for name in before if name in after and before[name].shape == after[name].shape]
    return [name for name in shared if (before[name] != after[name]).any()]


def _chains(
    shapes: Mapping[str, tuple[int, ...]], begun: tuple[str, ...], width: int, outputs: int
) -> Iterator[tuple[str, ...]]:
    for name, (rows, columns) in shapes.items():
        if rows == width and name not in begun and len(begun) < 4:
            if columns == outputs:
                yield (*begun, name)
            yield from _chains(shapes, (*begun, name), columns, outputs)
