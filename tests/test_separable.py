"""Linear separability against known counts and against linear programming in floating point."""

import itertools
import random
import time

import pytest
from nineteen.script.gates import linearly_separable


def bits(number: int, inputs: int) -> str:
    return f"{number:0{2**inputs}b}"


@pytest.mark.parametrize(("inputs", "count"), [(1, 4), (2, 14), (3, 104)])
def test_every_function_of_few_inputs(inputs: int, count: int) -> None:
    columns = [bits(number, inputs) for number in range(2**2**inputs)]
    assert sum(linearly_separable(column, inputs) for column in columns) == count


def test_the_two_gates_that_are_not_separable() -> None:
    columns = [bits(number, 2) for number in range(16)]
    refused = [column for column in columns if not linearly_separable(column, 2)]
    assert refused == ["0110", "1001"]


def renamings(inputs: int) -> list[list[int]]:
    """The orders of the rows when inputs are negated or change places: no verdict changes."""
    rows = range(2**inputs)
    renamed = []
    for places in itertools.permutations(range(inputs)):
        moved = [sum((row >> i & 1) << place for i, place in enumerate(places)) for row in rows]
        renamed += [[row ^ negated for row in moved] for negated in rows]
    return renamed


def test_every_function_of_four_inputs() -> None:
    """1,882 of 65,536: some of each class decided, and every function of the class counted."""
    rng = random.Random(0)
    orders = renamings(4)
    unseen = {bits(number, 4) for number in range(2**16)}
    classes = separable = counted = 0
    while unseen:
        column = min(unseen)
        images = {"".join(column[row] for row in order) for order in orders}
        # The complement belongs to the class too.
        images |= {image.translate({48: "1", 49: "0"}) for image in images}
        assert images <= unseen
        unseen -= images
        chosen = rng.sample(sorted(images), min(8, len(images)))
        verdicts = {linearly_separable(member, 4) for member in chosen}
        assert len(verdicts) == 1, column
        classes += 1
        counted += len(images)
        separable += len(images) * verdicts.pop()
    assert (classes, counted, separable) == (222, 65_536, 1_882)


def threshold_function(rng: random.Random, inputs: int) -> tuple[str, list[int]]:
    """A random separable column, and its rows from the nearest to the threshold to the farthest."""
    weights = [rng.choice([-1, 1]) * rng.randint(1, 99) for _ in range(inputs)]
    points = itertools.product((0, 1), repeat=inputs)
    sums = [sum(w * x for w, x in zip(weights, point, strict=True)) for point in points]
    # Half-way between two integers, at a random place among the middle half of the rows.
    threshold = sorted(sums)[rng.randrange(len(sums) // 4, 3 * len(sums) // 4)] - 0.5
    column = "".join("01"[value > threshold] for value in sums)
    return column, sorted(range(len(sums)), key=lambda row: abs(sums[row] - threshold))


def flipped(column: str, row: int) -> str:
    return column[:row] + "10"[int(column[row])] + column[row + 1 :]


@pytest.mark.parametrize("inputs", [5, 6, 7, 8])
def test_threshold_functions_are_separable(inputs: int) -> None:
    rng = random.Random(inputs)
    for _ in range(30):
        column, _nearest = threshold_function(rng, inputs)
        assert linearly_separable(column, inputs), column


@pytest.mark.slow
@pytest.mark.parametrize("inputs", [5, 6, 7, 8])
def test_hard_functions_agree_with_linear_programming(inputs: int) -> None:
    """One row near the threshold is flipped: some other weights may still do, or none."""
    reason = "scipy is the independent oracle"
    optimize = pytest.importorskip("scipy.optimize", reason=reason)

    def oracle(column: str) -> bool:
        """Whether weights and a bias exist with sign * (weights @ x + bias) >= 1 on every row."""
        rows = []
        for bit, point in zip(column, itertools.product((0, 1), repeat=inputs), strict=True):
            sign = 1 if bit == "1" else -1
            rows.append([-sign * value for value in (1, *point)])
        result = optimize.linprog(
            [0] * (inputs + 1), A_ub=rows, b_ub=[-1] * len(rows), bounds=(None, None)
        )
        assert result.status in (0, 2), result.message
        return bool(result.status == 0)

    rng = random.Random(inputs)
    verdicts = []
    for _ in range(40):
        column, nearest = threshold_function(rng, inputs)
        for row in nearest[3:16:3]:
            changed = flipped(column, row)
            verdicts.append(linearly_separable(changed, inputs))
            assert verdicts[-1] == oracle(changed), changed
    assert verdicts.count(True) > 20
    assert verdicts.count(False) > 20


@pytest.mark.parametrize("inputs", range(2, 9))
def test_named_functions(inputs: int) -> None:
    ones = [row.bit_count() for row in range(2**inputs)]
    majority = "".join("01"[count > inputs // 2] for count in ones)
    parity = "".join("01"[count % 2] for count in ones)
    assert linearly_separable(majority, inputs)
    assert linearly_separable("0" * 2**inputs, inputs)
    assert linearly_separable("1" * 2**inputs, inputs)
    assert not linearly_separable(parity, inputs)
    # Pairs of inputs: monotone, and still not separable from four inputs on.
    pairs = "".join("01"[row & row >> 1 & 0b01010101 > 0] for row in range(2**inputs))
    assert linearly_separable(pairs, inputs) == (inputs < 4)


def test_eight_inputs_are_quick() -> None:
    rng = random.Random(8)
    for _ in range(20):
        column, nearest = threshold_function(rng, 8)
        for candidate in (column, flipped(column, nearest[0])):
            start = time.perf_counter()
            linearly_separable(candidate, 8)
            assert time.perf_counter() - start < 0.5
