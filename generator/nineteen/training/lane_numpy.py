"""What `np` is for scripts that run side by side, and the texts of what they print."""

import operator
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from nineteen.training.lanes import BETWEEN, CLOSE, OPEN, Array, Lanes, unknown

_AHEAD = 4096  # numbers of permutations that are drawn in one go, but at least one permutation


class LaneGenerators:
    """A random generator for each of `lanes` scripts, or a single one with which all begin."""

    def __init__(self, each: list[np.random.Generator], lanes: int) -> None:
        self.each, self.lanes = each, lanes
        self._ahead: list[Array] | None = None  # permutations (lanes, n) to be handed out

    def __getattr__(self, name: str) -> Callable[..., Lanes]:
        if name not in ("normal", "integers") or self._ahead is not None:
            unknown(f"{name}, or any other random numbers after permutations")

        def drawn(*args: Any, **options: Any) -> Lanes:
            # Every lane gets numbers of its own, which it may change.
            drawn = np.array([getattr(each, name)(*args, **options) for each in self.each])
            return Lanes(np.repeat(drawn, self.lanes // len(self.each), axis=0))

        return drawn

    def permutation(self, n: int) -> Lanes:
        """A permutation of `range(n)`; several in one call are drawn a dozen times as fast."""
        if not self._ahead:
            in_order = _in_order(n)
            ahead = np.empty((len(in_order), len(self.each), n), int)
            for lane, each in enumerate(self.each):
                ahead[:, lane] = each.permuted(in_order, axis=1)
            self._ahead = list(ahead[::-1])
        rows = self._ahead.pop()
        return Lanes(rows) if rows.shape[1] == n else unknown("permutations of several lengths")


@cache
def _in_order(n: int) -> Array:
    """Rows of the numbers to n - 1, which NumPy permutes in one call just as one by one."""
    rows = np.tile(np.arange(n), (min(32, 1 + _AHEAD // n), 1))
    one, many = np.random.default_rng(n), np.random.default_rng(n)
    same = np.array_equal([one.permutation(n) for _ in rows], many.permuted(rows, axis=1))
    return rows if same else unknown("permutations in one call")


class _Columns:  # what `np.c_` is for lanes
    def __getitem__(self, parts: tuple[Lanes, ...]) -> Lanes:
        arrays = [part.each[..., None] if part.ndim == 1 else part.each for part in parts]
        if any(array.ndim != 3 for array in arrays):
            unknown("columns of other than two axes")
        lanes = max(map(len, arrays))
        wide = [np.broadcast_to(array, (lanes, *array.shape[1:])) for array in arrays]
        return Lanes(np.concatenate(wide, axis=-1))


def lane_numpy(lanes: int) -> SimpleNamespace:
    """What `np` is for scripts that run in so many lanes: NumPy where its protocols suffice."""

    # What an array is made of is the same in all lanes, so they share it, and none can change it;
    # only the zeros are there to be changed.
    def made_by(make: Callable[..., Array], width: int = 1) -> Callable[..., Lanes]:
        def made(*args: Any, **options: Any) -> Lanes:
            array = make(*args, **options)
            known = array.dtype.kind in "bif" and array.ndim > 0  # one without axes can change
            return Lanes(np.repeat(array[None], width, 0)) if known else unknown("such an array")

        return made

    def default_rng(seed: int) -> LaneGenerators:
        return LaneGenerators([np.random.default_rng(operator.index(seed))], lanes)

    of_numpy = ("exp", "log", "tanh", "maximum", "abs", "round", "split")
    made = {name: made_by(getattr(np, name)) for name in ("array", "indices", "ones")}
    made |= {name: getattr(np, name) for name in of_numpy}
    random = SimpleNamespace(default_rng=default_rng)
    return SimpleNamespace(**made, zeros=made_by(np.zeros, lanes), c_=_Columns(), random=random)


def lane_texts(value: Any) -> list[list[str]]:
    """What `print` makes of a value, piece by piece: a text for each lane, or one for all."""
    if type(value) is Lanes:
        return [_texts(value.each)]
    if type(value) is not str or "<" in value:  # which stands in the text of other objects
        unknown(f"print of a {type(value).__name__}")
    return [part.split(BETWEEN) for part in value.replace(CLOSE, OPEN).split(OPEN)]


def _texts(each: Array) -> list[str]:
    if each.dtype == float and each.ndim == 3 and each[0].size <= 256 and each.shape[2] <= 8:
        hundredths = np.round(each * 100)
        if ((hundredths / 100 == each) & ~np.signbit(each) & (each <= 1)).all():
            return _predictions(hundredths.astype(int))
    return list(map(str, each))


def _predictions(hundredths: Array) -> list[str]:
    # All numbers of an array have as many places as one of them needs.
    digits = (hundredths % 10 != 0).astype(int) + (hundredths % 100 != 0)
    texts = []
    for lane, places in zip(hundredths.tolist(), digits.max(axis=(1, 2)).tolist(), strict=True):
        of = _numbers(places)
        texts.append("[[" + "]\n [".join([" ".join([of[n] for n in row]) for row in lane]) + "]]")
    return texts


@cache
def _numbers(places: int) -> dict[int, str]:
    hundredths = range(0, 101, 10 ** (2 - places))
    lines = str(np.array([[n / 100] for n in hundredths])).split("\n")
    return {n: line[2:].rstrip("]") for n, line in zip(hundredths, lines, strict=True)}
