"""NPN classes: their counts, an independent grouping, and that members of a class learn alike."""

from dataclasses import replace
from itertools import permutations, product
from math import sqrt

import numpy as np
import pytest
from nineteen.errors import UsageError
from nineteen.script.gates import TruthTable
from nineteen.script.judge import judge
from nineteen.script.render import render
from nineteen.script.spec import SIGMOID, Batch, ScriptSpec, default_batch_size
from nineteen.training.execute import run_here
from nineteen.verbs.sweep.npn import npn_classes
from numpy.typing import NDArray

Array = NDArray[np.float64]


@pytest.mark.parametrize(("inputs", "classes"), [(1, 2), (2, 4), (3, 14), (4, 222)])
def test_as_many_classes_as_are_known(inputs: int, classes: int) -> None:
    """The counts are OEIS A000370."""
    found = npn_classes(inputs)
    assert len(found) == classes
    assert sum(found.values()) == 2 ** (2**inputs)


@pytest.mark.parametrize("inputs", [1, 2, 3])
def test_the_classes_are_those_of_an_independent_grouping(inputs: int) -> None:
    rows = 2**inputs
    classes = {frozenset(relatives(f"{number:0{rows}b}")) for number in range(2**rows)}
    assert npn_classes(inputs) == {min(members): len(members) for members in classes}
    assert sum(map(len, classes)) == 2**rows  # they are disjoint


def test_the_large_classes_are_those_of_an_independent_grouping() -> None:
    """Every tenth class of four inputs, by all the functions that are related to its first."""
    classes = npn_classes(4)
    members = {first: relatives(first) for first in list(classes)[::10]}
    assert {first: len(found) for first, found in members.items()} == {
        first: classes[first] for first in members
    }
    assert all(min(found) == first for first, found in members.items())


def relatives(bits: str) -> set[str]:
    """A function's class by evaluating it at changed inputs, without a word about bit orders."""
    inputs = len(bits).bit_length() - 1
    points = list(product((0, 1), repeat=inputs))
    value = dict(zip(points, bits, strict=True))
    return {
        "".join(
            str(int(value[tuple(x[i] ^ flip for i, flip in zip(order, flips, strict=True))]) ^ out)
            for x in points
        )
        for order in permutations(range(inputs))
        for flips in points
        for out in (0, 1)
    }


@pytest.mark.parametrize("inputs", [0, 5])
def test_other_numbers_of_inputs_are_refused(inputs: int) -> None:
    with pytest.raises(UsageError, match="1 to 4 inputs"):
        npn_classes(inputs)


@pytest.mark.parametrize("batch", list(Batch))
@pytest.mark.parametrize(
    ("this", "that", "weights", "rows"),
    [
        ("0110", "1001", ("W2, b2 = rng", "W2, b2 = -rng"), [0, 1, 2, 3]),  # output negated
        ("0010", "1000", ("W1, b1 = rng", "W1, b1 = [[-1], [1]] * rng"), [2, 3, 0, 1]),  # input
    ],
)
def test_a_relabelled_network_trains_the_relabelled_function(
    this: str, that: str, weights: tuple[str, str], rows: list[int], batch: Batch
) -> None:
    """The argument itself: other signs in the first weights, other rows, the same training."""
    wanted = _predictions(render(_spec(this, 8, batch)))[rows]
    if rows == [0, 1, 2, 3]:
        wanted = 1 - wanted
    source = render(_spec(that, 8, batch))
    assert weights[0] in source
    relabelled = source.replace(*weights).replace(
        "rng.permutation(4)", f"np.array({rows})[rng.permutation(4)]"
    )
    np.testing.assert_allclose(_predictions(relabelled), wanted, atol=1e-12)
    assert np.abs(_predictions(source) - wanted).max() > 1e-6  # as it is, it trains otherwise


@pytest.mark.parametrize(
    ("this", "that", "hidden", "batch", "alike"),
    [
        ("0110", "1001", 2, Batch.FULL, True),
        pytest.param("0110", "1001", 2, Batch.SGD, True, marks=pytest.mark.slow),
        pytest.param("00010110", "10010111", 3, Batch.FULL, True, marks=pytest.mark.slow),
        ("0110", "0001", 2, Batch.FULL, False),
    ],
)
def test_functions_of_one_class_learn_with_the_same_probability(
    this: str, that: str, hidden: int, batch: Batch, alike: bool
) -> None:
    """A two-proportion test over fixed seeds, so that its outcome never changes."""
    seeds = 120
    assert (that in relatives(this)) is alike
    first, second = (_learned(bits, hidden, batch, seeds) for bits in (this, that))
    share = (first + second) / (2 * seeds)
    z = abs(first - second) / seeds / sqrt(share * (1 - share) * 2 / seeds)
    assert 0.1 < share < 0.9
    assert (z < 2.58) is alike, (first, second, z)  # 99 %


def _spec(bits: str, hidden: int, batch: Batch) -> ScriptSpec:
    """A script with so few epochs that a good part of the seeds does not learn."""
    table = TruthTable(len(bits).bit_length() - 1, (bits,))
    size = default_batch_size(batch, table.rows)
    return ScriptSpec(table, (hidden,), batch, size, SIGMOID, lr=1, epochs=80)


def _predictions(source: str) -> Array:
    """What a script prints, unrounded: its namespace gets a `print` that keeps the array."""
    kept: list[Array] = []
    exec(source.replace("np.round(", "(").replace(", 2))", "))"), {"print": kept.append})
    return kept[0]


def _learned(bits: str, hidden: int, batch: Batch, seeds: int) -> int:
    spec = _spec(bits, hidden, batch)
    runs = [run_here(render(replace(spec, seed=seed))) for seed in range(seeds)]
    return sum(judge(run, spec.table).ok for run in runs)
