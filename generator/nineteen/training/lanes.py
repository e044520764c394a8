"""Arrays of many scripts that run side by side: a first axis that the scripts do not see."""

import operator
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# Between these a printed text carries one text a lane through an f-string (see `__format__`).
OPEN, BETWEEN, CLOSE = "\x02", "\x1f", "\x03"

_SHORT = 512  # numbers of a lane up to which the lanes are turned around to be summed


class Lanes:
    """One array for each of many scripts, of the same shape and dtype.

    `each` (lanes, …) holds them, or (1, …) where all scripts have the same one. A script sees a
    single array: shape, indices and broadcasting are those of the other axes. An operation does
    in every lane what NumPy does with that lane's array, to the last bit. Whatever is not defined
    here raises, through NumPy's protocols as well: nothing is guessed.
    """

    __slots__ = ("each",)
    __hash__ = None  # type: ignore[assignment]
    __contains__ = None

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
        return self.shape[0] if self.ndim else unknown("len of a single number")

    def __iter__(self) -> Iterator["Lanes"]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, index: Any) -> "Lanes":
        if type(index) is Lanes:
            return Lanes(_rows(self.each, index.each))
        index = index if type(index) is tuple else (index,)
        if not {int, slice}.issuperset(map(type, index)):
            unknown(f"the index {index}")
        part = self.each[(slice(None), *index)]
        return Lanes(part if part.ndim > 1 else part.copy())  # NumPy's single numbers are copies

    def __setitem__(self, index: Any, value: Any) -> None:
        if type(index) is not Lanes or len(self.each) < len(index.each):
            unknown("an assignment that is not by rows")
        at = _row_numbers(self.each, index.each)
        _, new = _aligned(index, value)
        if index.ndim != 1 or np.ndim(new) > self.each.ndim:
            unknown("an assignment of more axes")
        if np.ndim(new) > 1:
            new = value.each.reshape(
                len(value.each), *(1,) * (self.ndim - value.ndim), *value.shape
            )
        self.each[np.arange(len(self.each))[:, None], at] = new

    def reshape(self, *shape: Any) -> "Lanes":
        """The same numbers in another shape, where they need not be moved for that."""
        shape = shape[0] if len(shape) == 1 and type(shape[0]) is tuple else shape
        if not self.each.flags.c_contiguous and not self.each[0].flags.c_contiguous:
            unknown("a shape for which the numbers have to be moved")
        return Lanes(self.each.reshape(len(self.each), *shape))

    def sum(self, axis: int | None = None, keepdims: bool = False) -> "Lanes":
        each = self.each
        short = each.flags.c_contiguous and self.ndim == 2 and each[0].size <= _SHORT
        if axis == 0 and short and each.shape[2] > 1 and not keepdims:
            # NumPy adds row by row, each row in one go. With the rows in front and all lanes in
            # one row it does the same, several times as fast.
            return Lanes(np.add.reduce(each.swapaxes(0, 1).copy(), axis=0))
        return self._reduce(np.add, axis, keepdims)

    def min(self, axis: int | None = None, keepdims: bool = False) -> "Lanes":
        return self._reduce(np.minimum, axis, keepdims)

    def max(self, axis: int | None = None, keepdims: bool = False) -> "Lanes":
        return self._reduce(np.maximum, axis, keepdims)

    def _reduce(self, ufunc: np.ufunc, axis: int | None, keepdims: bool) -> "Lanes":
        if axis is None:
            axes: Any = tuple(range(1, self.each.ndim))
        elif type(axis) is int and -self.ndim <= axis < self.ndim:
            axes = axis % self.ndim + 1
        else:
            unknown(f"the axis {axis}")
        return Lanes(ufunc.reduce(self.each, axis=axes, keepdims=keepdims))

    def __neg__(self) -> "Lanes":
        return Lanes(-self.each)

    def __abs__(self) -> "Lanes":
        return Lanes(abs(self.each))

    def __matmul__(self, other: Any) -> "Lanes":
        if type(other) is not Lanes or self.ndim != 2 or other.ndim != 2:
            unknown("a product that is not of two matrices")
        return Lanes(self.each @ other.each)

    def __bool__(self) -> bool:
        unknown("one answer for all lanes")

    def __format__(self, wanted: str) -> str:
        """Every lane's text; `print` takes them apart again."""
        return OPEN + BETWEEN.join([format(value, wanted) for value in self.each]) + CLOSE

    def __str__(self) -> str:
        unknown("one text for all lanes")

    __repr__ = __str__

    def __array__(self, *_: Any, **__: Any) -> Array:
        unknown("one array for all lanes")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options or ufunc.nout != 1 or ufunc.signature:
            unknown(f"{ufunc.__name__}.{method}")
        return Lanes(ufunc(*(_aligned(*inputs) if len(inputs) == 2 else [self.each])))

    def __array_function__(
        self, function: Any, types: Any, args: tuple[Any, ...], options: dict[str, Any]
    ) -> Any:
        if options or len(args) != 2 or args[0] is not self:
            unknown(f"these arguments of {function.__name__}")
        if function is np.round and type(args[1]) is int:
            return Lanes(np.round(self.each, args[1]))
        if function is np.split and type(args[1]) is range:
            return [Lanes(part) for part in np.split(self.each, args[1], axis=1)]
        return unknown(function.__name__)


def unknown(what: str) -> NoReturn:
    raise TypeError(f"not known side by side: {what}")


def _aligned(a: Any, b: Any) -> tuple[Any, Any]:
    """Two operands, their axes brought together from the last one on, as NumPy does."""
    if type(a) is not Lanes:
        return _number(a), b.each
    if type(b) is not Lanes:
        return a.each, _number(b)
    x, y = a.each, b.each
    if x.ndim != y.ndim:
        if 1 in (x.ndim, y.ndim) and x.dtype != y.dtype:
            unknown("single numbers of another dtype")  # their dtype counts less in NumPy 1
        if x.ndim < y.ndim:
            x = x.reshape(len(x), *(1,) * (y.ndim - x.ndim), *a.shape)
        else:
            y = y.reshape(len(y), *(1,) * (x.ndim - y.ndim), *b.shape)
    return x, y


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) else unknown(f"a {type(value).__name__}")


def _row_numbers(each: Array, rows: Array) -> Array:
    return rows if rows.dtype.kind == "i" and each.ndim > 1 else unknown("rows that are no int")


def _rows(each: Array, rows: Array) -> Array:
    """The rows that each lane wants of its own array."""
    rows = _row_numbers(each, rows)
    if len(each) == 1:
        return np.take(each[0], rows, axis=0)
    if len(rows) == 1:
        return np.asarray(each.take(rows[0], axis=1))
    chosen: Array = each[np.arange(len(rows)).reshape(-1, *(1,) * (rows.ndim - 1)), rows]
    return chosen


def _operators(name: str, operation: Callable[[Any, Any], Any]) -> None:
    """Give Lanes an operator: NumPy's own, forward, reflected and in place."""
    change = getattr(operator, f"__i{name}__")

    def forward(self: Lanes, other: Any) -> Lanes:
        if self.each.ndim == 1 and name == "pow":
            unknown("a power of a single number")
        return Lanes(operation(*_aligned(self, other)))

    def reflected(self: Lanes, other: Any) -> Lanes:
        return Lanes(operation(*_aligned(other, self)))

    def in_place(self: Lanes, other: Any) -> Any:
        if self.each.ndim == 1:
            return NotImplemented  # a single number is replaced, as NumPy's scalars are
        if type(other) is Lanes and other.each.ndim > self.each.ndim:
            unknown("more axes than there are to change")
        change(*_aligned(self, other))
        return self

    setattr(Lanes, f"__{name}__", forward)
    setattr(Lanes, f"__r{name}__", reflected)
    setattr(Lanes, f"__i{name}__", in_place)


def _comparison(operation: Callable[[Any, Any], Any]) -> Callable[[Lanes, Any], Lanes]:
    return lambda self, other: Lanes(operation(*_aligned(self, other)))


for _name in ("add", "sub", "mul", "truediv", "mod", "pow"):
    _operators(_name, getattr(operator, _name))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Lanes, f"__{_name}__", _comparison(getattr(operator, _name)))
