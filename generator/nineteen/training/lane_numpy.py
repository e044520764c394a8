"""What `np` is for scripts that run side by side: NumPy, with what makes Lanes in some places."""

import operator
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from nineteen.training.lanes import Array, Lanes, unknown

_AHEAD = 32  # permutations that are drawn in one go


class LaneGenerators:
    """One random generator for each of `lanes` scripts, or a single one with which all begin."""

    def __init__(self, each: list[np.random.Generator], lanes: int) -> None:
        self.each, self.lanes = each, lanes
        self._ahead: list[Array] | None = None  # permutations (lanes, n) to be handed out

    def normal(self, *args: Any, **options: Any) -> Lanes:
        return self._drawn("normal", args, options)

    def integers(self, *args: Any, **options: Any) -> Lanes:
        return self._drawn("integers", args, options)

    def _drawn(self, method: str, args: Any, options: Any) -> Lanes:
        if self._ahead is not None:
            unknown("other random numbers after permutations")
        drawn = np.array([getattr(each, method)(*args, **options) for each in self.each])
        # Every lane gets numbers of its own, which it may change.
        return Lanes(np.repeat(drawn, self.lanes // len(self.each), axis=0))

    def permutation(self, n: int) -> Lanes:
        """A permutation of `range(n)`. NumPy draws several in one call a dozen times as fast."""
        if not self._ahead:
            ahead = np.empty((_AHEAD, len(self.each), n), int)
            for lane, each in enumerate(self.each):
                ahead[:, lane] = each.permuted(_in_order(n), axis=1)
            self._ahead = list(ahead[::-1])
        rows = self._ahead.pop()
        return Lanes(rows) if rows.shape[1] == n else unknown("permutations of several lengths")


@cache
def _in_order(n: int) -> Array:
    """Rows of the numbers to n - 1, which NumPy permutes in one call just as one by one."""
    rows = np.tile(np.arange(n), (_AHEAD, 1))
    one, many = np.random.default_rng(n), np.random.default_rng(n)
    same = np.array_equal([one.permutation(n) for _ in rows], many.permuted(rows, axis=1))
    return rows if same else unknown("permutations in one call")


class _Columns:
    """What `np.c_` is for lanes: arrays side by side, one of a single axis as a column."""

    def __getitem__(self, parts: tuple[Lanes, ...]) -> Lanes:
        arrays = [part.each[..., None] if part.ndim == 1 else part.each for part in parts]
        if any(array.ndim != 3 for array in arrays):
            unknown("columns of other than two axes")
        lanes = max(map(len, arrays))
        wide = [np.broadcast_to(array, (lanes, *array.shape[1:])) for array in arrays]
        return Lanes(np.concatenate(wide, axis=-1))


def lane_numpy(lanes: int) -> SimpleNamespace:
    """What `np` is for scripts that run in so many lanes: NumPy where its protocols suffice.

    What an array is made of is the same in all lanes, so that they share it, and it cannot be
    changed by one; only the zeros are there to be changed.
    """

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
