"""What `np` is for scripts that run side by side: NumPy, with what makes Lanes in some places."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.training.lanes import Lanes, unknown

_AHEAD = 32  # permutations that are drawn in one go


class LaneGenerators:
    """One random generator for each of `lanes` scripts, or a single one with which all begin."""

    def __init__(self, each: list[np.random.Generator], lanes: int) -> None:
        self.each, self.lanes = each, lanes
        self._ahead: list[NDArray[Any]] = []  # permutations (lanes, n) still to be handed out
        self._taken = 0
        self._before: list[Any] = []  # the states before these permutations were drawn

    def normal(self, *numbers: float, **options: Any) -> Lanes:
        return self._drawn("normal", numbers, options)

    def integers(self, *numbers: int, **options: Any) -> Lanes:
        return self._drawn("integers", numbers, options)

    def _drawn(self, method: str, numbers: Any, options: Any) -> Lanes:
        self._catch_up()
        drawn = np.array([getattr(each, method)(*numbers, **options) for each in self.each])
        # Every lane gets numbers of its own, which it may change.
        return Lanes(np.repeat(drawn, self.lanes // len(self.each), axis=0))

    def permutation(self, n: int) -> Lanes:
        if not self._ahead or self._ahead[0].shape[1] != n:
            self._catch_up()
            if type(n) is not int or not _can_draw_ahead(n):
                return self._drawn("permutation", (n,), {})
            self._before = [each.bit_generator.state for each in self.each]
            ahead = np.empty((_AHEAD, len(self.each), n), int)
            for lane, each in enumerate(self.each):
                ahead[:, lane] = _permutations(each, n, _AHEAD)
            self._ahead, self._taken = list(ahead[::-1]), 0
        self._taken += 1
        return Lanes(self._ahead.pop())

    def _catch_up(self) -> None:
        """Put the generators where they would be without permutations drawn ahead."""
        if self._ahead:
            for each, state in zip(self.each, self._before, strict=True):
                each.bit_generator.state = state
                _permutations(each, self._ahead[0].shape[1], self._taken)
            self._ahead = []


def _permutations(generator: np.random.Generator, n: int, count: int) -> NDArray[Any]:
    """The generator's next permutations of `range(n)`, (count, n), drawn in one call."""
    return generator.permuted(np.tile(np.arange(n), (count, 1)), axis=1)


@cache
def _can_draw_ahead(n: int) -> bool:
    """Whether this NumPy draws several permutations in one call just as it draws single ones."""
    one, many = np.random.default_rng(n), np.random.default_rng(n)
    single = np.array([one.permutation(n) for _ in range(_AHEAD)])
    same = np.array_equal(single, _permutations(many, n, _AHEAD))
    return same and one.bit_generator.state == many.bit_generator.state


class _Columns:
    """What `np.c_` is for lanes: arrays side by side, one of a single axis as a column."""

    def __getitem__(self, parts: tuple[Lanes, ...]) -> Lanes:
        arrays = [part.each[..., None] if part.ndim == 1 else part.each for part in parts]
        if {array.ndim for array in arrays} != {3}:
            unknown("columns of other than two axes")
        lanes = max(map(len, arrays))
        wide = [np.broadcast_to(array, (lanes, *array.shape[1:])) for array in arrays]
        return Lanes(np.concatenate(wide, axis=-1))


def lane_numpy(lanes: int) -> SimpleNamespace:
    """What `np` is for scripts that run in so many lanes.

    NumPy's own functions where its protocols bring them to Lanes, and others in the place of
    those that make arrays. What only reads stays a single array for all lanes.
    """

    def constant(make: Callable[..., NDArray[Any]]) -> Callable[..., Lanes]:
        def made(*args: Any, **options: Any) -> Lanes:
            array = make(*args, **options)
            return Lanes(array[None]) if array.dtype.kind in "bif" else unknown("other dtypes")

        return made

    def zeros(shape: int | tuple[int, ...]) -> Lanes:
        return Lanes(np.zeros((lanes, *(shape if isinstance(shape, tuple) else (shape,)))))

    def default_rng(seed: int) -> LaneGenerators:
        one = np.random.default_rng(seed if type(seed) is int else unknown("no seed"))
        return LaneGenerators([one], lanes)

    return SimpleNamespace(
        **{name: getattr(np, name) for name in ("exp", "log", "tanh", "maximum", "abs")},
        **{name: getattr(np, name) for name in ("round", "split")},
        **{name: constant(getattr(np, name)) for name in ("array", "indices", "ones")},
        zeros=zeros,
        c_=_Columns(),
        random=SimpleNamespace(default_rng=default_rng),
    )
