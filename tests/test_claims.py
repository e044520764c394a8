"""The claims about batch sizes: their figures and verdicts, from made-up counts."""

from collections.abc import Sequence
from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nineteen.page.estimates import Estimate, difference, median, ratio, share
from nineteen.script.render import render
from nineteen.script.templates import data
from nineteen.training.execute import execute
from nineteen.verbs.compare.claims import (
    COMPARED,
    ClaimVerdict,
    Finding,
    all_findings,
    judged,
)
from nineteen.verbs.compare.grid import GridCell, MeasuredGrid
from nineteen.verbs.compare.measuring import cell_of
from space import spec

HOLDS, FAILS, UNSEEN = ClaimVerdict
TWENTY = np.arange(100.0, 180, 4)
Row = tuple[GridCell, ...]


def row(batch: str, subject: str = "xor", **changes: Any) -> Row:
    """A batch size at half its rate, at its rate and at double, the same at each.

    Twenty seeds that need as many rows as TWENTY, but for what is changed.
    """
    one = spec(*subject.split(), "--batch", *batch.split())
    few = np.zeros(20, bool)
    values: dict[str, Any] = {
        "updates_needed": TWENTY * one.updates_per_epoch / one.table.rows,
        "left": few,
        "stuck": few,
        "uphill": np.zeros(20),
        "early": np.ones(20),
        "losses": np.ones((20, 1)),
        "drawn": np.zeros(1, int),
        "seconds": (4.0,) * 20,
    }
    first = GridCell(one, ("",) * 20, **values | changes)
    return tuple(replace(first, spec=replace(one, lr=one.lr * times)) for times in (0.5, 1, 2))


def measured(
    sgd: dict[str, Any], mini: dict[str, Any], full: dict[str, Any], narrow: Sequence[Row] = ()
) -> MeasuredGrid:
    return MeasuredGrid(
        (row("sgd", **sgd), row("mini", **mini), row("full", **full)), tuple(narrow)
    )


def found(grid: MeasuredGrid) -> dict[str, Finding]:
    return {finding.key: finding for finding in all_findings(grid)}


def some(count: int, begin: int = 0) -> Any:
    """So many of the twenty seeds."""
    return (np.arange(20) >= begin) & (np.arange(20) < begin + count)


def stuck_on(sgd: Any, mini: Any, full: Any) -> MeasuredGrid:
    rows = [
        row(batch, "xor --hidden 2", stuck=stuck)
        for batch, stuck in (("sgd", sgd), ("mini", mini), ("full", full))
    ]
    return measured({}, {}, {}, rows)


PLAIN = measured({}, {}, {})
SLOW_FULL = measured({}, {}, {"updates_needed": TWENTY / 2})
MIXED = measured({}, {}, {"updates_needed": TWENTY / 4 * np.where(np.arange(20) % 2, 3, 0.5)})
NOISY = measured({"uphill": np.full(20, 0.4)}, {"uphill": np.full(20, 0.2)}, {})
UNSURE = np.where(np.arange(20) % 2, 0.2, 0.0)
AWAY = {"left": some(3), "updates_needed": np.where(some(3), inf, TWENTY)}
TIMES = {"seconds": tuple(np.where(np.arange(20) % 2, 4.0, 16.0))}
LARGE = MeasuredGrid(tuple(row(batch, "xor8") for batch in ("sgd", "mini", "full")), ())
TWO_ROWS = MeasuredGrid((row("sgd", "not"), row("full", "not")), ())


def thirty_two(sgd: float, full: float) -> MeasuredGrid:
    needed = {"sgd": sgd, "mini --batch-size 32": 320 / 32, "full": full / 64}
    rows = [row(how, "xor6", updates_needed=np.full(20, n)) for how, n in needed.items()]
    return MeasuredGrid(tuple(rows), ())


def diverged(batch: str) -> Row:
    """A size that learns from half as many rows, but only at its own rate."""
    slow, own, fast = row(batch)
    return slow, replace(own, updates_needed=own.updates_needed / 2), fast


def on_fresh(mini: Any, full: Any) -> MeasuredGrid:
    wide = [row(b, fresh_right=r) for b, r in (("sgd", mini), ("mini", mini), ("full", full))]
    return replace(PLAIN, wide=tuple(wide))


# Of each claim: what makes it hold, what makes it fail, and what tells nothing.
CASES = {
    "sgd faster": (SLOW_FULL, None, PLAIN),
    "full slower": (SLOW_FULL, PLAIN, MIXED),
    "sgd feedback": (
        measured({"early": np.full(20, 0.5)}, {}, {}),
        measured({"early": np.full(20, 2.0)}, {}, {}),
        measured({"early": np.where(np.arange(20) % 2, 0.5, 2.0)}, {}, {}),
    ),
    "mini choice": (PLAIN, TWO_ROWS, None),
    "advice 32": (thirty_two(320, 640), thirty_two(64, 640), PLAIN),
    "sgd noisy": (NOISY, PLAIN, measured({"uphill": UNSURE}, {}, {})),
    "full stable": (NOISY, PLAIN, measured({"uphill": UNSURE}, {}, {})),
    "mini between": (NOISY, PLAIN, TWO_ROWS),
    "sgd settles": (measured(AWAY, {}, {}), None, PLAIN),
    "sgd minima": (
        stuck_on(some(1), some(0), some(12, 8)),
        stuck_on(some(12), some(0), some(1, 19)),
        stuck_on(some(4), some(0), some(3, 10)),
    ),
    "full minima": (stuck_on(some(0), some(0), some(1)), None, PLAIN),
    "mini minima": (
        stuck_on(some(0), some(9), some(1, 12)),
        None,
        stuck_on(some(0), some(9), some(1)),
    ),
    "sgd simple": (None, PLAIN, None),
    "sgd laborious": (
        measured({"seconds": (4.0,) * 20}, {}, {"seconds": (1.0,) * 20}),
        measured({"seconds": (1.2,) * 20}, {}, {"seconds": (1.0,) * 20}),
        measured(TIMES, {}, {}),
    ),
    "full efficient": (
        measured({"seconds": (4.0,) * 20}, {}, {"seconds": (1.0,) * 20}),
        measured({"seconds": (1.2,) * 20}, {}, {"seconds": (1.0,) * 20}),
        measured(TIMES, {}, {}),
    ),
    "mini efficient": (
        measured({"seconds": (4.0,) * 20}, {"seconds": (2.0,) * 20}, {}),
        measured({"seconds": (2.0,) * 20}, {"seconds": (2.0,) * 20}, {}),
        TWO_ROWS,
    ),
    "small generalises": (
        on_fresh(np.full(20, 0.94), np.linspace(0.9, 0.93, 20)),
        on_fresh(np.full(20, 0.9), np.linspace(0.91, 0.93, 20)),
        PLAIN,
    ),
    "full memory": (LARGE, None, PLAIN),
    "mini memory": (
        MeasuredGrid(
            (row("sgd", "xor8"), row("mini --batch-size 16", "xor8"), row("full", "xor8")), ()
        ),
        None,
        PLAIN,
    ),
}


@pytest.mark.parametrize(("key", "cases"), CASES.items())
def test_each_verdict_has_a_case_that_comes_out_the_other_way(key: str, cases: Any) -> None:
    said = {
        verdict: found(grid)[key].verdict
        for verdict, grid in zip(ClaimVerdict, cases, strict=True)
        if grid
    }
    assert said == {verdict: verdict for verdict in said}
    assert len(said) > 1 or key == "sgd simple"  # whose script has always a loop more


def test_every_claim_has_its_words_and_a_measure() -> None:
    words = data("compare/claims.toml")
    assert set(CASES) == set(words)
    assert {row["measure"] for row in words.values()} == set(COMPARED)
    for key, cases in CASES.items():
        assert words[key]["section"] in ("speed", "noise", "stuck", "fresh", "cost")
        for grid in filter(None, cases):
            finding = found(grid)[key]
            assert finding.figures
            assert len(words[key][finding.verdict.name.lower()]) > 20
    maybe = {key for key, row in words.items() if row.get("may")}
    assert all("fails" not in words[key] for key in maybe)
    assert {key for key, row in words.items() if row.get("timed")} == {
        "sgd laborious",
        "full efficient",
        "mini efficient",
    }


def test_a_verdict_that_changes_with_the_rate_is_said_to() -> None:
    grid = MeasuredGrid((diverged("sgd"), diverged("mini"), row("full")), ())
    slower = found(grid)["full slower"]
    assert slower.verdict is HOLDS
    assert set(slower.flips) == {"at half the rate", "at double the rate"}
    assert {verdict for verdict, _ in slower.flips.values()} == {FAILS}
    assert "full batch needs 1.00 times" in slower.flips["at half the rate"][1]
    assert not found(SLOW_FULL)["full slower"].flips.get("at half the rate")


def test_the_averaged_gradient_is_a_smaller_step() -> None:
    def at(lr: float, batch: str, needed: float) -> GridCell:
        _, cell, _ = row(batch)
        return replace(cell, spec=replace(cell.spec, lr=lr), updates_needed=np.full(20, needed))

    rates = (0.25, 0.5, 1.0, 2.0)
    sgd = tuple(at(lr, "sgd", 100 / lr) for lr in rates)
    full = tuple(at(lr, "full", 25 / lr) for lr in rates)
    grid = MeasuredGrid((sgd, full), ())
    assert grid.view().sgd.spec.lr == 1.0
    averaged = grid.others["with averaged rows at one shared rate of 1"]
    assert [cell.spec.lr for cell in averaged.cells] == [1.0, 0.25]
    faster = found(grid)["sgd faster"]
    assert faster.verdict is UNSEEN
    verdict, figure = faster.flips["with averaged rows at one shared rate of 1"]
    assert verdict is HOLDS
    assert "4.00 times (4.00 to 4.00)" in figure


def test_sizes_are_compared_at_a_rate_that_they_share_although_their_best_ones_differ() -> None:
    """Of SGD's and full batch's rates, those of averaged rows that are the same, by their name."""

    def at(lr: float, batch: str) -> GridCell:
        return replace(row(batch)[1], spec=spec("xor", "--batch", batch, "--lr", str(lr)))

    sgd = tuple(at(lr, "sgd") for lr in (0.25, 0.5, 1.0, 2.0))  # its best is 0.5
    full = tuple(at(lr, "full") for lr in (0.5, 1.0, 2.0, 4.0))  # 2 to 16 of averaged rows
    names = set(MeasuredGrid((sgd, full), ()).others)
    assert {"at one shared rate of 0.5", "with averaged rows at one shared rate of 2"} < names
    apart = tuple(at(lr, "full") for lr in (0.3, 0.6, 1.2))
    assert len(MeasuredGrid((sgd, apart), ()).others) == 2  # half and double


def test_the_best_rate_is_one_at_which_nearly_all_learn() -> None:
    slow, usual, fast = row("sgd")
    quick = replace(fast, updates_needed=np.where(some(1), inf, 10.0))
    last = replace(fast, updates_needed=np.full(20, 1.0))
    grid = MeasuredGrid(((slow, usual, quick, last),) * 2, ())
    assert grid.view().sgd is usual  # one of 20 fails at the quicker one; the last has no double
    safe = replace(quick, updates_needed=np.full(20, 10.0))
    assert MeasuredGrid(((slow, usual, safe, last),) * 2, ()).view().sgd is safe


def looks(losses: Sequence[float], within: Sequence[bool]) -> GridCell:
    one = spec("xor", "--batch", "sgd", "--epochs", "3")
    return cell_of(one, ("",), np.arange(13), np.array([losses]), np.array([within]))


def test_what_looks_say() -> None:
    late = looks([3.0 - step / 5 for step in range(13)], [False] * 13)
    assert late.stuck.tolist() == [False]
    flat = looks([1.4] * 13, [False] * 13)
    assert flat.stuck.tolist() == [True]
    assert np.isinf(flat.updates_needed).all()
    again = looks(
        [2, 1, 2, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1], [False] + [True] * 4 + [False] * 2 + [True] * 6
    )
    assert again.updates_needed.tolist() == [7]
    assert again.left.tolist() == [False]
    assert again.uphill == pytest.approx(2 / 7)
    assert again.early.tolist() == [1]
    left = looks([1.4] * 13, [True] * 12 + [False])
    assert left.left.tolist() == [True]
    assert looks([1.0] * 13, [True] * 13).updates_needed.tolist() == [0]


def test_the_last_bits_of_a_loss_change_nothing() -> None:
    rng = np.random.default_rng(0)

    def shaken(cell: GridCell) -> GridCell:
        return replace(cell, early=cell.early * (1 + 1e-9 * rng.random(20)))

    rows = NOISY.grid
    early = [np.full(20, 0.5), np.full(20, 1.0), np.full(20, 2.0)]
    fixed = tuple(
        tuple(replace(c, early=e) for c in row) for row, e in zip(rows, early, strict=True)
    )
    other = tuple(tuple(map(shaken, row)) for row in fixed)
    assert found(MeasuredGrid(other, ())) == found(MeasuredGrid(fixed, ()))


@pytest.mark.parametrize("batch", ["sgd", "mini", "full"])
@pytest.mark.parametrize("words", ["xor", "full_adder --hidden 5", "xor5 --activation tanh"])
def test_update_bytes_are_those_of_the_arrays_in_the_script(words: str, batch: str) -> None:
    one = replace(spec(*words.split(), "--batch", batch), epochs=1)
    lines = render(one).splitlines()
    end = next(i for i, line in enumerate(lines) if line.startswith("layer"))
    seen: list[int] = []
    source = "\n".join([*lines[:end], "see(layer, output, error, delta)"])
    execute(source, see=lambda *arrays: seen.append(sum(array.nbytes for array in arrays)))
    assert seen == [row(batch, words)[0].update_bytes]


def test_rules() -> None:
    above, below, astride = (Estimate(1, *ends, 9) for ends in ((1.1, 2), (0, 0.9), (0.9, 2)))
    assert [judged([one], 1) for one in (above, below, astride)] == [HOLDS, FAILS, UNSEEN]
    may = [judged([one], 1, may=True) for one in (above, below, astride)]
    assert may == [HOLDS, UNSEEN, UNSEEN]
    several = [[above] * 2, [above, below], [above, astride], [astride, below], []]
    assert [judged(each, 1) for each in several] == [HOLDS, FAILS, UNSEEN, FAILS, UNSEEN]
    assert [judged([count], 0) for count in (2, 0, False)] == [HOLDS, FAILS, FAILS]
    assert judged([0], 0, may=True) is UNSEEN


@given(st.integers(0, 400))
def test_the_interval_of_a_median_is_the_widest_pair_that_misses_in_one_of_twenty(
    runs: int,
) -> None:
    estimate = median([float(value) for value in range(1, runs + 1)])
    if estimate.low == -inf:
        assert runs < 6
        assert estimate.high == inf
        return
    d = int(estimate.low)
    assert estimate.high == runs + 1 - d
    binom = pytest.importorskip("scipy.stats").binom
    assert binom.cdf(d - 1, runs, 0.5) <= 0.025 < binom.cdf(d, runs, 0.5)


def test_never_is_larger_than_anything() -> None:
    assert ratio([inf, 1, inf], [1, inf, inf]).runs == 2
    assert ratio([inf] * 9, [1.0] * 9).value == inf
    assert ratio([1.0] * 9, [inf] * 9).times == "0.00 times (0.00 to 0.00)"
    assert median([1, 2, inf]).value == 2
    assert median([1, inf]).count == "1 (0 to never)"
    assert difference([3, 4], [1, 1]).value == 2.5


def test_no_runs_say_nothing() -> None:
    assert (share(0, 0).low, share(0, 0).high) == (0, 1)
    assert median([]).high == inf
