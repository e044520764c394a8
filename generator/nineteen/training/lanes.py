"""Arrays of many scripts that run side by side: a first axis that the scripts do not see."""

import operator
from collections.abc import Callable
from functools import partialmethod
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Operation = Callable[[Any, Any], Any]

# They stand around and between the lanes' texts inside one text; no script has them in its own.
OPEN, BETWEEN, CLOSE = "\x02", "\x1f", "\x03"

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


def _operator(operation: Operation) -> tuple[Operation, Operation]:
    """An operator for Lanes, and the same with the operands exchanged."""

    def forward(self: "Lanes", other: Any) -> "Lanes":
        return Lanes(operation(*_aligned(self, other)))

    def reflected(self: "Lanes", other: Any) -> "Lanes":
        return Lanes(operation(*_aligned(other, self)))

    return forward, reflected


def _unary(operation: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda self: Lanes(operation(self.each))


def _in_place(operation: Operation) -> Operation:
    def changed(self: "Lanes", other: Any) -> Any:
        if not self.ndim:
            return NotImplemented  # a single number is not changed but replaced
        if type(other) is Lanes and other.each.ndim > self.each.ndim:
            unknown("more axes than can be changed in place")
        operation(*_aligned(self, other))
        return self

    return changed


class Lanes:
    """One array for each of many scripts, of the same shape and dtype, in `each` (lanes, …).

    Or (1, …) where all have the same one. A script sees a single array, without that first axis. An
    operation does in every lane what NumPy does with that lane's array, to the last bit. Whatever
    is not defined here raises TypeError, through NumPy's protocols as well: nothing is guessed.
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
        if type(index) is Lanes:
            return Lanes(_rows(self.each, index.each))
        index = index if type(index) is tuple else (index,)
        if not self.ndim or not {int, slice}.issuperset(map(type, index)):
            unknown("an index that is neither number nor slice")
        part = self.each[(slice(None), *index)]
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
        if not self.ndim:
            return Lanes(moved.copy())
        return Lanes(moved) if np.may_share_memory(moved, self.each) else unknown("a copy")

    def _reduced(self, ufunc: np.ufunc, axis: Any = None, keepdims: bool = False) -> "Lanes":
        axes: Any = range(self.ndim) if axis is None else [axis]
        if not all(type(axis) is int and -self.ndim <= axis < self.ndim for axis in axes):
            unknown(f"the axis {axis}")
        axes = tuple([axis % self.ndim + 1 for axis in axes])
        return Lanes(ufunc.reduce(self.each, axis=axes, keepdims=keepdims))

    min = partialmethod(_reduced, np.minimum)
    max = partialmethod(_reduced, np.maximum)

    def sum(self, axis: int | None = None, keepdims: bool = False) -> "Lanes":
        each = self.each
        by_rows = axis == 0 and self.ndim == 2 and self.shape[1] > 1 and not keepdims
        if by_rows and each[0].size <= _SHORT and each.flags.c_contiguous:
            # NumPy adds such rows one by one: quicker with a row of all lanes in one piece.
            return Lanes(np.add.reduce(each.swapaxes(0, 1).copy(), axis=0))
        return self._reduced(np.add, axis, keepdims)

    def _for_all(self, *_: Any, **__: Any) -> Any:
        unknown("one value for all lanes")

    __bool__ = __str__ = __repr__ = __eq__ = __array__ = _for_all

    def __format__(self, wanted: str) -> str:
        """The texts of all lanes in one, which `print` takes apart again."""
        return OPEN + BETWEEN.join([format(value, wanted) for value in self.each]) + CLOSE

    def __matmul__(self, other: Any) -> "Lanes":
        if type(other) is not Lanes or self.ndim != 2 or other.ndim != 2:
            unknown("a product of other than two matrices")
        return Lanes(self.each @ other.each)

    __neg__, __abs__ = _unary(operator.neg), _unary(abs)
    __add__, __radd__ = _operator(operator.add)
    __sub__, __rsub__ = _operator(operator.sub)
    __mul__, __rmul__ = _operator(operator.mul)
    __truediv__, __rtruediv__ = _operator(operator.truediv)
    __mod__, __rmod__ = _operator(operator.mod)
    __lt__, __gt__ = _operator(operator.lt)
    __le__, __ge__ = _operator(operator.le)
    __iadd__ = _in_place(operator.iadd)
    __isub__ = _in_place(operator.isub)
    __imul__ = _in_place(operator.imul)
    __itruediv__ = _in_place(operator.itruediv)
    __imod__ = _in_place(operator.imod)
    __imatmul__ = __ipow__ = None  # not the same as making a new array

    def __pow__(self, power: Any) -> "Lanes":
        fits = type(power) is int and self.ndim
        return Lanes(self.each**power) if fits else unknown("such a power")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **more: Any) -> "Lanes":
        if method != "__call__" or more or ufunc.nout != 1 or ufunc.signature:
            unknown(f"{ufunc.__name__} {method}")
        return Lanes(ufunc(*(_aligned(*inputs) if ufunc.nin == 2 else (self.each,))))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        if len(args) == 2 and args[0] is self and not options:
            if function is np.round and type(args[1]) is int:
                return Lanes(np.round(self.each, args[1]))
            if function is np.split and type(args[1]) is range:
                return [Lanes(part) for part in np.split(self.each, args[1], axis=1)]
        return unknown(function.__name__)


def _rows(each: Array, rows: Array) -> Array:
    if each.ndim < 2 or rows.dtype.kind != "i":
        unknown("such rows")
    if len(each) == 1:
        return np.asarray(each[0].take(rows, axis=0))
    if len(rows) == 1:
        return np.asarray(each.take(rows[0], axis=1))
    lanes = np.arange(len(rows)).reshape(-1, *(1,) * (rows.ndim - 1))
    return np.asarray(each[lanes, rows])
