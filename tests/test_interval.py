"""Wilson's interval against SciPy's, and against the share it has to hold."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nineteen.page.estimates import wilson


@pytest.fixture(scope="module")
def stats() -> Any:
    return pytest.importorskip(
        "scipy.stats", reason="SciPy is the oracle: pip install nineteen[test]"
    )


@given(st.integers(1, 100_000).flatmap(lambda runs: st.tuples(st.integers(0, runs), st.just(runs))))
def test_wilson_is_scipys(stats: Any, pair: tuple[int, int]) -> None:
    found = stats.binomtest(*pair).proportion_ci(confidence_level=0.95, method="wilson")
    assert wilson(*pair) == pytest.approx((found.low, found.high), abs=1e-9)


def test_it_covers_the_truth_about_as_often_as_it_says(stats: Any) -> None:
    runs, truth = 50, 0.97
    weights = stats.binom.pmf(range(runs + 1), runs, truth)
    covered = sum(
        weight
        for successes, weight in enumerate(weights)
        if wilson(successes, runs)[0] <= truth <= wilson(successes, runs)[1]
    )
    assert 0.93 < covered < 0.99
    # The textbook interval does worse here, which is why it is not the one.
    naive = stats.norm.ppf(0.975)
    too_few = sum(
        weight
        for successes, weight in enumerate(weights)
        if abs((p := successes / runs) - truth) <= naive * (p * (1 - p) / runs) ** 0.5
    )
    assert too_few < 0.85


def test_all_and_none_are_exact_at_their_end() -> None:
    assert wilson(10_000, 10_000)[1] == 1.0
    assert wilson(0, 10_000)[0] == 0.0
    assert 0.9996 < wilson(10_000, 10_000)[0] < 0.9997


@pytest.mark.parametrize(("successes", "runs"), [(0, 0), (2, 1), (-1, 5)])
def test_impossible_counts_are_refused(successes: int, runs: int) -> None:
    with pytest.raises(ValueError, match="successes"):
        wilson(successes, runs)
