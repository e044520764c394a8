"""Lanes do in every lane what NumPy does with that lane's array, bit by bit, or they raise."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from environment import some
from hypothesis import event, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from nineteen.training.lanes import LaneGenerators, Lanes, lane_numpy, lane_texts

LANES = 3
NUMBERS = {
    "f": st.floats(-4, 4) | st.sampled_from([0.0, -0.0, np.inf, np.nan, 1e300, 1e-300]),
    "i": st.integers(-9, 9),
    "b": st.booleans(),
}


@st.composite
def lanes(draw: st.DrawFn, shape: tuple[int, ...], kinds: str = "fib") -> Lanes:
    """Lanes of that visible shape: for all lanes or one, laid out in memory in several ways."""
    kind = draw(st.sampled_from(kinds))
    wide = (draw(st.sampled_from([1, LANES])), *shape)
    dtype = {"f": float, "i": int, "b": bool}[kind]
    if len(shape) != 2 or (way := draw(st.sampled_from("CFS"))) == "C":
        return Lanes(draw(hnp.arrays(dtype, wide, elements=NUMBERS[kind])))
    if way == "F":
        turned = hnp.arrays(dtype, (wide[0], shape[1], shape[0]), elements=NUMBERS[kind])
        return Lanes(draw(turned).transpose(0, 2, 1))
    larger = hnp.arrays(dtype, (wide[0], shape[0], shape[1] + 1), elements=NUMBERS[kind])
    return Lanes(draw(larger)[:, :, :-1])


@st.composite
def filled(draw: st.DrawFn, shape: tuple[int, ...]) -> Lanes:
    """Lanes of many numbers, which hypothesis would draw slowly: normal ones, by a seed."""
    wide = draw(st.sampled_from([1, LANES]))
    return Lanes(np.random.default_rng(draw(st.integers(0, 999))).normal(size=(wide, *shape)))


def lane(value: Any, number: int) -> Any:
    """What one lane has: an array, or a NumPy scalar in the place of one without axes."""
    if isinstance(value, Lanes):
        return value.each[number % len(value.each)]
    return [lane(each, number) for each in value] if isinstance(value, list) else value


def bits(array: Any) -> bytes:
    """An array's numbers to the last bit, but for the sign of a nan, which no text shows."""
    array = np.asarray(array)
    return (np.where(np.isnan(array), np.nan, array) if array.dtype == float else array).tobytes()


def plain(run: Callable[..., Any], *values: Any) -> Any:
    try:
        return run(*values)
    except Exception as error:
        return error


def hold(run: Callable[..., Any], *values: Any) -> None:
    """The same in Lanes as in a loop over the lanes, and an error where NumPy makes one."""
    with np.errstate(all="ignore"):
        alone = [plain(run, *(lane(value, number) for value in values)) for number in range(LANES)]
        together = plain(run, *values)
    if any(isinstance(one, Exception) for one in alone):
        assert isinstance(together, Exception)
        event("an error")
        return
    if isinstance(together, Exception):
        raise together
    for number, one in enumerate(alone):
        parts = zip(one, lane(together, number), strict=True) if type(one) is list else None
        for expected, found in parts or [(one, lane(together, number))]:
            assert found.shape == expected.shape
            assert found.dtype == expected.dtype
            assert bits(found) == bits(expected)


shapes = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)
sizes = st.integers(1, 9) | st.sampled_from([16, 17, 32, 64, 128])
pairs = hnp.mutually_broadcastable_shapes(num_shapes=2, min_dims=1, max_dims=3, max_side=4)

BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.mod, np.maximum]
BINARY += [operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("run", BINARY)
@settings(max_examples=some(30))
@given(st.data(), pairs)
def test_two_operands(run: Callable[..., Any], data: st.DataObject, pair: Any) -> None:
    first, second = (data.draw(lanes(shape)) for shape in pair.input_shapes)
    hold(run, first, second)
    hold(lambda a: run(a, 2), first)
    hold(lambda a: run(0.5, a), first)


@given(st.data(), shapes, shapes)
def test_shapes_that_do_not_fit(data: st.DataObject, one: Any, other: Any) -> None:
    hold(operator.add, data.draw(lanes(one, "fi")), data.draw(lanes(other, "fi")))


UNARY: dict[str, Callable[[Any], Any]] = {
    **{"exp": np.exp, "log": np.log, "tanh": np.tanh, "neg": operator.neg, "abs": abs},
    **{"np.abs": np.abs, "square": lambda a: a**2, "cube": lambda a: a**3},
    **{"round": lambda a: np.round(a, 2), "T": lambda a: a.T, "list": list},
    **{"row": lambda a: a[-1], "rows": lambda a: a[::-1], "item": lambda a: a[0, 1]},
    **{"columns": lambda a: a[:, :-1], "split": lambda a: np.split(a, range(2, 9, 2))},
    **{"sum": lambda a: a.sum(), "min": lambda a: a.min(), "max": lambda a: a.max()},
    **{"sum 0": lambda a: a.sum(axis=0), "sum -1": lambda a: a.sum(axis=-1)},
    **{"sum 1": lambda a: a.sum(axis=1, keepdims=True), "max 1": lambda a: a.max(1)},
    **{"number": lambda a: 1 - a.sum() * 2, "scalar": lambda a: a[0].sum() / (a + 1)},
}


@pytest.mark.parametrize("run", UNARY.values(), ids=UNARY)
@settings(max_examples=some(30))
@given(st.data(), st.tuples(sizes, sizes) | shapes)
def test_one_operand(run: Callable[..., Any], data: st.DataObject, shape: tuple[int, ...]) -> None:
    hold(run, data.draw(filled(shape) if max(shape) > 4 else lanes(shape, "fi")))


@given(st.data(), sizes, sizes)
def test_shapes(data: st.DataObject, rows: int, columns: int) -> None:
    array = data.draw(filled((rows, columns)))
    for shape in ((-1,), (-1, 1), (columns, rows), (1, -1, rows), (5, 7)):
        hold(lambda a, shape=shape: a.reshape(shape), array)
        hold(lambda a, shape=shape: a.reshape(*shape).T, array)


@given(st.data(), sizes, sizes, sizes)
def test_products(data: st.DataObject, rows: int, inner: int, columns: int) -> None:
    first, second = data.draw(filled((rows, inner))), data.draw(filled((inner, columns)))
    hold(operator.matmul, first, second)
    hold(lambda a, b: b.T @ a.T, first, second)
    hold(lambda a, b: (a > 0) * 2 @ b, first, second)  # numbers of another dtype
    hold(lambda a, b: a.T @ (a @ b), first, second)


@given(st.data(), st.integers(1, 5), st.integers(1, 5), st.integers(0, 2))
def test_rows(data: st.DataObject, rows: int, used: int, more: int) -> None:
    array = data.draw(filled((rows, 3, 2)[: more + 1]))
    wide = data.draw(st.sampled_from([1, LANES]))
    numbers = hnp.arrays(int, (wide, used), elements=st.integers(-rows, rows - 1))
    at = Lanes(data.draw(numbers))
    hold(operator.getitem, array, at)
    hold(operator.getitem, array, Lanes(np.stack([at.each, at.each + 0], axis=1)))
    hold(operator.getitem, array, at + rows)  # beyond the last one

    def assigned(array: Any, at: Any) -> Any:
        changed = array + 0
        changed[at] = array[at] * 2
        return changed

    if len(at.each) <= len(array.each):
        hold(assigned, array, at)


@given(st.data(), pairs, st.sampled_from([operator.iadd, operator.isub, operator.imul]))
def test_in_place(data: st.DataObject, pair: Any, run: Callable[..., Any]) -> None:
    first, second = (data.draw(lanes(shape, "fi")) for shape in pair.input_shapes)
    first = Lanes(np.repeat(first.each, LANES // len(first.each), axis=0))

    def changed(array: Any, other: Any) -> Any:
        array = array + 0
        same, view = array, array[:1]
        run(array, other)
        return [array, same, view]

    hold(changed, first, second)


def test_what_all_lanes_share_is_not_changed_by_one() -> None:
    shared = lane_numpy(LANES).ones((2, 2))
    with pytest.raises(ValueError, match="non-broadcastable"):
        shared += Lanes(np.ones((LANES, 2, 2)))
    with pytest.raises(TypeError, match="not known"):
        shared[Lanes(np.zeros((LANES, 1), int))] = Lanes(np.ones((LANES, 1, 2)))
    assert (shared.each == 1).all()


@given(st.data(), st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 4))
def test_columns(data: st.DataObject, widths: list[int], rows: int) -> None:
    parts = [data.draw(lanes((rows, width))) for width in widths] + [data.draw(lanes((rows,)))]
    of = {False: np, True: lane_numpy(LANES)}
    hold(lambda *parts: of[type(parts[0]) is Lanes].c_[parts], *parts)


SEEDS = [3, 0, 12345]


@pytest.mark.parametrize("seeds", [SEEDS, [7]])
@pytest.mark.parametrize("n", [2, 3, 8, 256])
def test_generators(seeds: list[int], n: int) -> None:
    alone = [np.random.default_rng(seed) for seed in (seeds * LANES)[:LANES]]
    rng = LaneGenerators([np.random.default_rng(seed) for seed in seeds], LANES)

    def same(draw: Callable[[Any], Any]) -> None:
        drawn, each = draw(rng), [draw(generator) for generator in alone]
        assert [lane(drawn, number).tobytes() for number in range(LANES)] == [
            np.asarray(one).tobytes() for one in each
        ]

    same(lambda rng: rng.normal(size=(2, 3)))
    same(lambda rng: rng.integers(4, size=10))
    same(lambda rng: rng.normal())
    same(lambda rng: rng.normal(1, 0.5, size=n))
    for _ in range(100):
        same(lambda rng: rng.permutation(n))
    for other in (lambda: rng.normal(size=2), lambda: rng.permutation(n + 1)):
        with pytest.raises(TypeError, match="not known"):
            other()


def test_lanes_draw_apart_or_share_what_they_draw() -> None:
    own = LaneGenerators([np.random.default_rng(seed) for seed in SEEDS], LANES).normal(size=9)
    assert len({array.tobytes() for array in own.each}) == LANES
    shared = LaneGenerators([np.random.default_rng(7)], LANES).normal(size=9)
    shared += Lanes(np.arange(LANES)[:, None])  # they may be changed
    assert len({array.tobytes() for array in shared.each}) == LANES


def printed(*values: Any) -> list[str]:
    pieces = [piece for value in values for piece in [*lane_texts(value), ["\n"]]]
    return ["".join(piece[lane % len(piece)] for piece in pieces) for lane in range(LANES)]


@given(st.data(), st.tuples(st.integers(1, 9), st.integers(1, 9)), st.integers(0, 3))
def test_what_is_printed(data: st.DataObject, shape: tuple[int, int], decimals: int) -> None:
    numbers = st.floats(0, 1) | st.sampled_from([0.0, 1.0, 0.5, 0.25, 0.995])
    if data.draw(st.booleans()):
        numbers |= st.sampled_from([-0.0, np.nan, np.inf, -1.0, 1.01, 100.0, 1e-9])
    drawn = np.round(data.draw(hnp.arrays(float, (LANES, *shape), elements=numbers)), decimals)
    total = Lanes(drawn.sum(axis=(1, 2)))
    assert printed(Lanes(drawn), f"epoch 3: {total:.3f}, {total}", Lanes(drawn[:1]), total) == [
        f"{one}\nepoch 3: {one.sum():.3f}, {one.sum()}\n{drawn[0]}\n{one.sum()}\n" for one in drawn
    ]


def test_every_prediction_is_printed_as_numpy_prints_it() -> None:
    steps = np.array([[hundredth / 100] for hundredth in range(101)])
    for every in (1, 10, 100):
        [text, *_] = printed(Lanes(steps[None, ::every]))
        assert text == f"{steps[::every]}\n"


x = Lanes(np.arange(12.0).reshape(LANES, 2, 2))
number = x.sum()
rows = Lanes(np.zeros((LANES, 1), int))
here = lane_numpy(LANES)
rng = here.random.default_rng(0)

TEMPTING: dict[str, Callable[[], Any]] = {
    "bool": lambda: bool(number),
    "bool of an array": lambda: not x,
    "float": lambda: float(number),
    "int": lambda: int(number),
    "round": lambda: round(number),
    "range": lambda: range(number),
    "len of a number": lambda: len(number),
    "str": lambda: str(number),
    "repr": lambda: f"{x!r}",
    "hash": lambda: {x},
    "in": lambda: 5.0 in x,
    "sorted": lambda: sorted(x[0]),
    "builtin max": lambda: max(x[0]),
    "equal": lambda: x == x,
    "not equal": lambda: x != 1,
    "a power in lanes": lambda: x**x,
    "a root": lambda: x**0.5,
    "between": lambda: 0 < number < 5,
    "np.array": lambda: np.array(x),
    "np.asarray": lambda: np.asarray(x),
    "array of lanes": lambda: here.array([[1, number]]),
    "list of lanes": lambda: np.array([x, x]),
    "a plain array": lambda: x + np.ones(2),
    "a plain array before": lambda: np.ones(2) * x,
    "rows of a plain array": lambda: np.arange(9)[rows],
    "a text": lambda: x + "1",
    "a float32": lambda: x * np.float32(2),
    "a vector in a product": lambda: x @ x[0],
    "a number in a product": lambda: x @ 2,
    "a power of a number": lambda: number**2,
    "another dtype": lambda: number + (x > 1),
    "np.where": lambda: np.where(x > 1, x, 0),
    "np.stack": lambda: np.stack([x, x]),
    "np.concatenate": lambda: np.concatenate([x, x]),
    "np.sum": lambda: np.sum(x),
    "np.round to places in lanes": lambda: np.round(x, rows),
    "np.dot": lambda: np.dot(x, x),
    "np.zeros_like": lambda: np.zeros_like(x),
    "np.linalg": lambda: np.linalg.norm(x),
    "np.split by a list": lambda: np.split(x, [1]),
    "np.allclose": lambda: np.allclose(x, x),
    "reduce": lambda: np.add.reduce(x),
    "outer": lambda: np.add.outer(x, x),
    "accumulate": lambda: np.add.accumulate(x),
    "at": lambda: np.add.at(x, 0, 1),
    "where": lambda: np.exp(x, where=x > 1),
    "dtype": lambda: np.exp(x, dtype=float),
    "out": lambda: np.exp(x, out=np.ones((2, 2))),
    "out of no axes": lambda: np.exp(x, out=np.array(1.0)),
    "divmod": lambda: divmod(x, 2),
    "mean": lambda: x.mean(),
    "dot": lambda: x.dot(x),
    "copy": lambda: x.copy(),
    "astype": lambda: x.astype(int),
    "dtype of": lambda: x.dtype,
    "sum of two axes": lambda: x.sum(axis=(0, 1)),
    "sum of the hidden axis": lambda: x.sum(axis=-3),
    "sum beyond": lambda: x.sum(axis=2),
    "a mask": lambda: x[x > 1],
    "True": lambda: x[True],
    "a new axis": lambda: x[None],
    "an ellipsis": lambda: x[..., 0],
    "a list of rows": lambda: x[[0, 1]],
    "rows and columns": lambda: x[rows, 0],
    "too many": lambda: x[0, 0, 0],
    "rows of a number": lambda: number[rows],
    "an assignment by number": lambda: operator.setitem(x, 0, x[1]),
    "an assignment of a number": lambda: operator.setitem(x, rows, 0),
    "an assignment of fewer axes": lambda: operator.setitem(x, rows, x[0]),
    "an assignment by two axes": lambda: operator.setitem(x, Lanes(rows.each[:, None]), x[:1]),
    "a shape for which to copy": lambda: x.T.reshape(-1),
    "a shape in another order": lambda: x.reshape(4, order="F"),
    "more axes in place": lambda: operator.iadd(x[0], x),
    "columns of three axes": lambda: here.c_[x.reshape(2, 1, 2), x],
    "columns of a list": lambda: here.c_[[1, 2], [3, 4]],
    "zeros of a length in lanes": lambda: here.zeros(number),
    "an array without axes": lambda: here.array(1.0),
    "complex numbers": lambda: here.array([1j]),
    "objects": lambda: here.array([None]),
    "no seed": lambda: here.random.default_rng(),
    "a seed in lanes": lambda: here.random.default_rng(number),
    "a mean in lanes": lambda: rng.normal(number, size=2),
    "a permutation of lanes": lambda: rng.permutation(x),
    "a shuffle": lambda: rng.shuffle(x),
    "a legacy generator": lambda: here.random.rand(2),
    "another function": lambda: here.mean(x),
    "print of a number": lambda: lane_texts(5),
    "print of an object": lambda: lane_texts(f"{rng}"),
    "iteration over a number": lambda: list(number),
    "print of a list": lambda: lane_texts([x]),
}


@pytest.mark.parametrize("run", TEMPTING.values(), ids=TEMPTING)
def test_what_is_not_known_raises(run: Callable[[], Any]) -> None:
    before = x.each.tobytes()
    with pytest.raises((TypeError, AttributeError, IndexError, ValueError)):
        run()
    assert x.each.tobytes() == before


def test_the_comparison_can_fail() -> None:
    with pytest.raises(AssertionError):
        hold(lambda a: a + 0 if type(a) is Lanes else a + 1e-16, Lanes(np.zeros((LANES, 2))))
