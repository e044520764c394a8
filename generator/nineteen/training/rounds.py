"""Weights found by what they do at the rounds of a script's loops, whatever it calls them."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations, islice, pairwise, product
from math import comb
from typing import Any, NamedTuple

import numpy as np

from nineteen.script.gates import TruthTable
from nineteen.script.spec import ACTIVATIONS, Activation, ScriptSpec
from nineteen.script.syntax import parse
from nineteen.training import gradient as exact
from nineteen.training.execute import NotApplicable, Report, Watcher
from nineteen.training.gradient import Array, Matrices
from nineteen.training.observe import Arrays, Mask, NamedArrays, Rounds, Start, Update

_SETS = 300  # sets of rows that are tried for one update
_NUMBERS = 20_000_000  # of the weights of all updates together
_ROUNDS, _NETWORKS = 60, 1000  # of each loop that are looked at, and tried
_LARGEST = 4096  # numbers in an array of weights
_NEAR = 1e-5  # the largest part of a change that may be off, which float32 reaches
_LOSSES = ("cross-entropy", "squared error", "squared error of a linear output")


def drawn_rounds(meant: Start, spec: ScriptSpec) -> Rounds:
    """What keeps the arrays that begin as the weights that the seed draws."""
    most = min(spec.updates + 1, _NUMBERS // exact.flat(meant.weights).size)
    return Rounds(most, lambda array: any(_like(array, drawn) for drawn in meant.weights))


def drawn_updates(rounds: Rounds, meant: Start, spec: ScriptSpec) -> Iterator[Update]:
    """The updates of a loop with as many rounds, with the rows from which next weights follow."""
    for loop, states in rounds.loops.items():
        states = [*states, rounds.ends.get(loop, {})]
        labels = _weights(states, meant.weights)
        if labels and len(states) == spec.updates + 1:
            pairs = [*zip(labels, meant.weights, strict=True)]
            weights = [tuple(s[label].reshape(of.shape) for label, of in pairs) for s in states]
            for number, (before, after) in enumerate(pairwise(weights)):
                network, change = exact.matrices(before, spec), exact.flat(after)
                error = meant.y - exact.predict(network, meant.X, spec.activation)
                rows = _rows(network, change - exact.flat(before), error, meant.X, spec)
                epoch = number // spec.updates_per_epoch
                yield Update(epoch, rows, error[list(rows)], before, after)
            return


def _like(array: Array, drawn: Array) -> bool:
    same = array.size == drawn.size
    return same and np.allclose(array.ravel(), drawn.ravel(), rtol=1e-12, atol=1e-12)


def _weights(states: list[NamedArrays], drawn: Arrays) -> list[str]:
    first, last = states[0], states[-1]
    sizes = [{label: array.size for label, array in state.items()} for state in states]
    whole = [label for label in first if len({size.get(label) for size in sizes}) == 1]
    changes = [label for label in whole if not np.array_equal(first[label], last[label])]
    chosen: list[str] = []
    for each in drawn:
        fits = [label for label in [*changes, *whole] if _like(first[label], each)]
        chosen += [label for label in fits if label not in chosen][:1]
    return chosen if changes and len(chosen) == len(drawn) else []


def _rows(network: Matrices, change: Array, error: Array, X: Array, spec: ScriptSpec) -> Any:
    if spec.batch_size == len(X):
        return tuple(range(len(X)))
    if comb(len(X), spec.batch_size) > _SETS:
        raise NotApplicable("there are too many rows to tell which of them an update takes")
    of_rows = exact.row_gradients(network, X, lambda _: -error, spec.activation)
    sets = _sets(len(X), spec.batch_size)
    steps = -spec.lr * (sets @ exact.joined(of_rows))
    # The nearest; or, of a change that none comes near, the one with the nearest direction.
    off = np.linalg.norm(steps - change, axis=1)
    if off.min() > 1e-3 * np.linalg.norm(change):
        lengths = np.linalg.norm(steps, axis=1)
        off = -np.abs(steps @ change) / np.where(lengths, lengths, 1)
    return tuple(np.flatnonzero(sets[np.nanargmin(off)]).tolist())


@cache
def _sets(rows: int, size: int) -> Mask:
    left = {size, rows % size} - {0}  # also of those left for the last batch of an epoch
    chosen = [each for some in left for each in combinations(range(rows), some)]
    return np.array([[row in each for row in range(rows)] for each in chosen])


class _Network(NamedTuple):
    """Names of matrices and their biases ("" for none), which way they stand, what is learned."""

    names: tuple[str, ...]
    biases: tuple[str, ...]
    turned: bool
    X: Array
    activation: Activation
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

        def delta(logits: Array) -> Array:
            output = logits if "linear" in self.loss else exact.sigmoid(logits)
            return (output - y) * (output * (1 - output) if self.loss == "squared error" else 1)

        change = flat(self.matrices(after)) - flat(own)
        of_rows = exact.row_gradients(own, self.X, delta, self.activation)
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


class AnyUpdates(Rounds, Watcher):
    """A Watcher that compares the first rounds of each loop with the gradients of a table."""

    def __init__(self, table: TruthTable) -> None:
        super().__init__(_ROUNDS + 1)
        self._X, self._y = exact.inputs_of(table), np.array(table.targets(), float)
        self._numbers = {1.0}

    def follow(self, source: str) -> ast.Module:
        constants = (getattr(node, "value", None) for node in ast.walk(parse(source)))
        self._numbers |= {float(each) for each in constants if isinstance(each, int | float)}
        return super().follow(source)

    def found(self, _: object) -> Report:
        """How many updates were looked at, how many follow a gradient, and which, in words."""
        with np.errstate(all="ignore"):
            best = max(map(self._followed, self.loops.values()), default=(0, 0, ""))
        return dict(zip(("good", "looked", "words"), best, strict=True))

    def _followed(self, rounds: list[NamedArrays]) -> tuple[int, int, str]:
        pairs = [pair for pair in pairwise(rounds) if _moving(*pair)]
        best: tuple[int, int, str] = (0, 0, "")
        fullest = max(reversed(pairs), key=lambda pair: len(_moving(*pair)), default=({}, {}))
        for network in islice(self._networks(*fullest), _NETWORKS):
            if network.step(*fullest, self._y):
                used = {*network.names, *network.biases} - {""}
                known = [pair for pair in pairs if used <= {*pair[0]} & {*pair[1]}]
                steps = [network.step(*pair, self._y) for pair in known]
                found = np.array([step for step in steps if step])
                rows, factor = np.median(found, axis=0)
                good = int(np.isclose(found[:, 1], factor, rtol=1e-3).sum())
                arrays = sum(map(bool, network.biases))
                best = max(best, (good, arrays, self._in_words(network, rows, factor)))
        return best[0], len(pairs), best[2]

    def _networks(self, before: NamedArrays, after: NamedArrays) -> Iterator[_Network]:
        moving, ones = _moving(before, after), np.ones((len(self._X), 1))
        plain = [(self._X + 1) / 2, self._X]
        inputs = plain + [np.hstack([X, ones]) for X in plain]
        for turned, X in product((False, True), inputs):
            sizes = {name: before[name].shape[:: -1 if turned else 1] for name in moving}
            shapes = {name: size for name, size in sizes.items() if len(size) == 2}
            for names in _chains(shapes, (), X.shape[1], self._y.shape[1]):
                free = [name for name in moving if name not in names]
                widths = [shapes[name][1] for name in names]
                biases = [["", *(b for b in free if before[b].size == wide)] for wide in widths]
                for chosen, kind, loss in product(product(*biases), ACTIVATIONS.values(), _LOSSES):
                    yield _Network(names, chosen, turned, X, kind, loss)

    def _in_words(self, network: _Network, rows: float, factor: float) -> str:
        # The script's own numbers tell a sum from a mean.
        ways = [(1.0, "summed"), (rows, "averaged")]
        if network.loss != "cross-entropy":  # the square may come without its half
            ways += [(rows / 2, "without its half, averaged"), (0.5, "without its half, summed")]
        meant = [way for way in ways if np.isclose(factor * way[0], [*self._numbers]).any()]
        scale, words = (meant or ways)[0]
        over = f"{words} over {rows:g} rows" if rows > 1 else "of one row"
        named = ", ".join(filter(None, (*network.names, *network.biases)))
        return f"the gradient of the {network.loss}, {over}, times {factor * scale:g} ({named})"


def _moving(before: NamedArrays, after: NamedArrays) -> list[str]:
    shared = [name for name in before if name in after and before[name].shape == after[name].shape]
    small = [name for name in shared if before[name].size <= _LARGEST]
    return [name for name in small if (before[name] != after[name]).any()]


def _chains(
    shapes: Mapping[str, tuple[int, ...]], begun: tuple[str, ...], width: int, outputs: int
) -> Iterator[tuple[str, ...]]:
    for name, (rows, columns) in shapes.items():
        if rows == width and name not in begun and len(begun) < 4:
            if columns == outputs:
                yield (*begun, name)
            yield from _chains(shapes, (*begun, name), columns, outputs)
