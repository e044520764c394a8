"""Arrays of many scripts side by side, with a first axis that these do not see, and their NumPy."""

import operator
from collections.abc import Callable
from functools import cache, partial, partialmethod
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

Array = NDArray[Any]
# They stand around and between the lanes' texts inside one text; no script has them in its own.
OPEN, BETWEEN, CLOSE = "\x02", "\x1f", "\x03"

_AHEAD = 4096  # numbers of permutations that are drawn in one go, but at least one permutation
# As NumPy prints them in an array in which one needs so many places.
_HUNDREDTHS = [[f"{n / 100:.2f}".rstrip("0").ljust(2 + p) for n in range(101)] for p in range(3)]
_SHORT = 512  # numbers of a lane up to which the lanes are turned around to be summed


def unknown(what: str) -> NoReturn:
    raise TypeError(f"not known side by side: {what}")


def _aligned(a: Any, b: Any) -> tuple[Any, Any]:
    if type(a) is not Lanes or type(b) is not Lanes:
        if isinstance(a, int | float):
            return a, b.each
        return (a.each, b) if isinstance(b, int | float) else unknown("such operands")
    x, y = a.each, b.each
    if x.ndim != y.ndim:
        if 1 in (x.ndim, y.ndim) and x.dtype != y.dtype:
            unknown("a single number of another dtype")  # in NumPy 1 its dtype counts less
        x = x.reshape(len(x), *(1,) * (y.ndim - x.ndim), *a.shape)
        y = y.reshape(len(y), *(1,) * (x.ndim - y.ndim), *b.shape)
    return x, y


class Lanes(NDArrayOperatorsMixin):
    """An array for each of many scripts in `each`, (lanes, …), or (1, …) where all have the same.

    An operation does in every lane what NumPy does with that lane's array, to the last bit. What is
    not defined here raises TypeError, through NumPy's protocols as well: nothing is guessed.
    """

    __slots__ = ("each",)

    def __init__(self, each: Array) -> None:
        self.each = each

    @property
    def ndim(self) -> int:
        return self.each.ndim - 1

    @property
    def shape(self) -> tuple[int, ...]:
        return self.each.shape[1:]

    @property
    def T(self) -> "Lanes":
        return Lanes(self.each.transpose(0, *range(self.ndim, 0, -1)))

    def __len__(self) -> int:
        return self.shape[0] if self.shape else unknown("the length of a number")

    def __getitem__(self, index: Any) -> "Lanes":
        each = self.each
        if type(index) is Lanes:
            if not self.ndim or index.each.dtype.kind != "i":
                unknown("such rows")
            if len(each) == 1:
                return Lanes(each[0].take(index.each, axis=0))
            lanes = np.arange(len(each)).reshape(-1, *(1,) * index.ndim)
            return Lanes(each[lanes, index.each])
        index = index if type(index) is tuple else (index,)
        if not self.ndim or not {int, slice}.issuperset(map(type, index)):
            unknown("an index that is neither number nor slice")
        part = each[(slice(None), *index)]
        return Lanes(part if part.ndim > 1 else part.copy())  # NumPy's single numbers are copies

    def __setitem__(self, rows: Any, value: Any) -> None:
        by_rows = type(rows) is type(value) is Lanes and len(rows.each) <= len(self.each)
        if not by_rows or rows.ndim != 1 or rows.each.dtype != int or value.ndim != self.ndim:
            unknown("an assignment other than of rows")
        self.each[np.arange(len(self.each))[:, None], rows.each] = value.each

    def reshape(self, *shape: Any) -> "Lanes":
        """The same numbers in another shape: a view, or of a single number a copy, as in NumPy."""
        shape = shape[0] if len(shape) == 1 and type(shape[0]) is tuple else shape
        moved = self.each.reshape(len(self.each), *shape)
        if self.ndim and not np.may_share_memory(moved, self.each):
            unknown("a copy")
        return Lanes(moved if self.ndim else moved.copy())

    def _reduced(self, ufunc: np.ufunc, axis: Any = None, keepdims: bool = False) -> "Lanes":
        axes: Any = range(self.ndim) if axis is None else [axis]
        if not all(type(axis) is int and -self.ndim <= axis < self.ndim for axis in axes):
            unknown(f"the axis {axis}")
        axes = tuple([axis % self.ndim + 1 for axis in axes])
        return Lanes(ufunc.reduce(self.each, axis=axes, keepdims=keepdims))

    min = partialmethod(_reduced, np.minimum)
    max = partialmethod(_reduced, np.maximum)

    def sum(self, axis: int | None = None, keepdims: bool = False) -> "Lanes":
        by_rows = axis == 0 and self.ndim == 2 and self.shape[1] > 1 and not keepdims
        if by_rows and self.each[0].size <= _SHORT and self.each.flags.c_contiguous:
            # NumPy adds such rows one by one: quicker with a row of all lanes in one piece.
            return Lanes(np.add.reduce(self.each.swapaxes(0, 1).copy(), axis=0))
        return self._reduced(np.add, axis, keepdims)

    def _for_all(self, *_: Any, **__: Any) -> Any:
        unknown("one value for all lanes")

    __bool__ = __str__ = __repr__ = __eq__ = __ne__ = __array__ = _for_all

    def __format__(self, wanted: str) -> str:
        return OPEN + BETWEEN.join([format(value, wanted) for value in self.each]) + CLOSE

    def __matmul__(self, other: Any) -> "Lanes":
        fits = type(other) is Lanes and self.ndim == other.ndim == 2
        return Lanes(self.each @ other.each) if fits else unknown("other than two matrices")

    def __pow__(self, power: Any) -> "Lanes":
        fits = type(power) is int and self.ndim
        return Lanes(self.each**power) if fits else unknown("such a power")

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: tuple[Any, ...] = (), **more: Any
    ) -> Any:
        """What NumPy's functions and, by the mixin, the operators do: `out` is self in `a += b`."""
        if method != "__call__" or more or ufunc.nout != 1 or ufunc.signature or ufunc is np.power:
            unknown(f"{ufunc.__name__} {method}")
        arrays = _aligned(*inputs) if ufunc.nin == 2 else (self.each,)
        if out and (out[0] is not self or (self.ndim and arrays[0].ndim > self.each.ndim)):
            unknown("such a change in place")
        if not out or not self.ndim:  # a single number is not changed but replaced
            return Lanes(ufunc(*arrays))
        ufunc(*arrays, out=self.each)
        return self

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if len(args) == 2 and args[0] is self and not options:
            if function is np.round and type(args[1]) is int:
                return Lanes(np.round(self.each, args[1]))
            if function is np.split and type(args[1]) is range:
                return [Lanes(part) for part in np.split(self.each, args[1], axis=1)]
        return unknown(function.__name__)


class LaneGenerators:
    """A random generator for each of `lanes` scripts, or a single one with which all begin."""

    def __init__(self, each: list[np.random.Generator], lanes: int) -> None:
        self.each, self.lanes = each, lanes
        self._ahead: list[Array] | None = None  # permutations (lanes, n) to be handed out

    def __getattr__(self, name: str) -> Callable[..., Lanes]:
        if name not in ("normal", "integers") or self._ahead is not None:
            unknown(f"{name}, or any other random numbers after permutations")

        def drawn(*args: Any, **options: Any) -> Lanes:
            drawn = np.array([getattr(each, name)(*args, **options) for each in self.each])
            return Lanes(np.repeat(drawn, self.lanes // len(self.each), axis=0))  # each its own

        return drawn

    def permutation(self, n: int) -> Lanes:
        """A permutation of `range(n)`; several in one call are drawn a dozen times as fast."""
        if not self._ahead:
            in_order = _in_order(n)
            ahead = np.stack([each.permuted(in_order, axis=1) for each in self.each], axis=1)
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

    # All lanes share what is made of the same, which none can change; zeros are there for that.
    def made(name: str, width: int, *args: Any, **options: Any) -> Lanes:
        array = getattr(np, name)(*args, **options)
        known = array.dtype.kind in "bif" and array.ndim > 0  # one without axes can change
        return Lanes(np.repeat(array[None], width, 0)) if known else unknown("such an array")

    def default_rng(seed: int) -> LaneGenerators:
        return LaneGenerators([np.random.default_rng(operator.index(seed))], lanes)

    of_numpy = ("exp", "log", "tanh", "maximum", "abs", "round", "split")
    known = {name: getattr(np, name) for name in of_numpy}
    known |= {name: partial(made, name, 1) for name in ("array", "indices", "ones")}
    known |= {"zeros": partial(made, "zeros", lanes), "c_": _Columns()}
    return SimpleNamespace(**known, random=SimpleNamespace(default_rng=default_rng))


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
        of = _HUNDREDTHS[places]
        texts.append("[[" + "]\n [".join([" ".join([of[n] for n in row]) for row in lane]) + "]]")
    return texts
