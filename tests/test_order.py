"""The rule for reshuffling calls nothing unshuffled that shuffling may well give."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from nineteen.training.diagnosis import IMPROBABLE, wrong_order
from space import spec


def chance(orders: int, epochs: int, most: int) -> Fraction:
    """The probability that at most so many different orders occur, counted exactly."""

    def surjections(n: int, k: int) -> int:
        return sum((-1) ** i * comb(k, i) * (k - i) ** n for i in range(k + 1))

    total = sum(comb(orders, k) * surjections(epochs, k) for k in range(1, most + 1))
    return Fraction(total, orders**epochs)


@pytest.mark.parametrize(("rows", "orders"), [(2, 2), (4, 24)])
def test_no_order_is_called_unshuffled_that_shuffling_gives_by_chance(
    rows: int, orders: int
) -> None:
    told = 0
    for epochs in (1, 2, 5, 8, 12, 20, 30, 31, 35, 60):
        for different in range(1, min(orders, epochs) + 1):
            if unshuffled(rows, epochs, different):
                told += 1
                assert chance(orders, epochs, different) < IMPROBABLE
            elif different == 1:
                assert chance(orders, epochs, 1) > IMPROBABLE / 10  # as sharp as it can be
    assert told


def unshuffled(rows: int, epochs: int, different: int) -> bool:
    """Whether so many epochs with so few orders of sgd are told from shuffled ones."""
    name = {2: "not", 4: "xor"}[rows]
    script = spec(name, "--batch", "sgd", "--epochs", str(epochs))
    rng = np.random.default_rng(0)
    orders: set[tuple[int, ...]] = set()
    while len(orders) < different:
        orders.add(tuple(rng.permutation(rows).tolist()))
    ordered = sorted(orders)
    steps = [(e, (row,)) for e in range(epochs) for row in ordered[e % different]]
    problem = wrong_order(steps, script)
    assert problem == "" or "shuffled again" in problem
    return bool(problem)
