"""The measured grid and its verdicts against a simulator that shares nothing with the package."""

from itertools import product

import numpy as np
import pytest
from batch_sizes import Simulated, middle, train, verdict, wilson
from nineteen.script.choices import choose
from nineteen.verbs.compare.claims import all_findings
from nineteen.verbs.compare.comparison_plan import plan_comparison
from nineteen.verbs.compare.grid import MeasuredGrid
from nineteen.verbs.compare.measuring import measure_grid

SEEDS = 24
SIZES, RATES, NARROW_RATES = (1, 2, 4), (0.5, 1, 2, 4, 8, 16), (0.25, 0.5, 1, 2)
Key = tuple[int, float]


@pytest.fixture(scope="module")
def grid() -> MeasuredGrid:
    return measure_grid(plan_comparison(choose(["xor", "--epochs", "60"]), None, SEEDS), 1)


@pytest.fixture(scope="module")
def simulated() -> dict[Key, Simulated]:
    return {
        (size, lr): train(size, lr, 120 if lr == 0.5 else 60, SEEDS)
        for size, lr in product(SIZES, RATES)
    }


@pytest.fixture(scope="module")
def narrow() -> dict[Key, Simulated]:
    return {
        (size, lr): train(size, lr, 120 if lr == 0.25 else 60, SEEDS, hidden=2)
        for size, lr in product(SIZES, NARROW_RATES)
    }


def test_every_cell_is_what_the_simulator_finds(
    grid: MeasuredGrid, simulated: dict[Key, Simulated], narrow: dict[Key, Simulated]
) -> None:
    for rows, expected in ((grid.grid, simulated), (grid.narrow, narrow)):
        cells = [cell for row in rows for cell in row]
        assert [(cell.spec.batch_size, cell.spec.lr) for cell in cells] == list(expected)
        for cell, found in zip(cells, expected.values(), strict=True):
            assert cell.updates_needed.tolist() == found.needed.tolist()
            assert cell.rows_needed.tolist() == found.rows.tolist()
            assert cell.stuck.tolist() == found.stuck.tolist()
            assert cell.uphill == pytest.approx(found.uphill)
            left = found.within.any(axis=1) & np.isinf(found.needed)
            assert cell.left.tolist() == left.tolist()
    assert sum(found.stuck.sum() for found in narrow.values()) > 20  # or nothing was compared


def best(simulated: dict[Key, Simulated], size: int) -> float:
    """Of the inner rates the one with the fewest rows, 99 % of the seeds learning."""
    worst = {
        lr: (
            max(0, 0.99 - np.isfinite(simulated[size, lr].rows).mean()),
            middle(simulated[size, lr].rows)[0],
        )
        for lr in RATES[1:-1]
    }
    return min(worst, key=lambda lr: worst[lr])


def ratio(above: Simulated, below: Simulated) -> tuple[float, float]:
    """The interval of the median ratio of the rows, seed by seed."""
    pairs = [(a, b) for a, b in zip(above.rows, below.rows, strict=True) if min(a, b) < np.inf]
    return middle(np.array([np.inf if a == np.inf else a / b for a, b in pairs]))[1:]


def expected(
    rates: dict[int, float],
    factor: float,
    simulated: dict[Key, Simulated],
    narrow: dict[Key, Simulated],
) -> dict[str, str]:
    """Ten verdicts, each worked out anew from the simulated trainings."""
    sgd, mini, full = (simulated[size, rates[size]] for size in SIZES)
    lone, _, all_rows = (narrow[size, 0.5 * factor] for size in SIZES)
    pair = ratio(full, sgd)
    ahead = (sgd.losses[:, 4] < full.losses[:, 1]).sum()
    order = [
        wilson(int((above > below).sum()), SEEDS)
        for above, below in (
            (mini.needed, full.needed),
            (sgd.needed, mini.needed),
            (mini.uphill, full.uphill),
            (sgd.uphill, mini.uphill),
        )
    ]
    said = [verdict(*ends, 0.5) for ends in order]
    between = (
        "holds"
        if set(said) == {"holds"}
        else "does not hold" if "does not hold" in said else "cannot be told here"
    )
    caught, freed = (lone.stuck & ~all_rows.stuck).sum(), (~lone.stuck & all_rows.stuck).sum()
    escapes = sum((~narrow[2, lr].stuck & narrow[4, lr].stuck).sum() for lr in NARROW_RATES)
    stuck = sum(narrow[4, lr].stuck.sum() for lr in NARROW_RATES)
    left = sum(
        (one.within.any(axis=1) & np.isinf(one.needed)).sum()
        for (size, _), one in simulated.items()
        if size == 1
    )
    return {
        "sgd faster": "holds" if pair[0] > 1.1 else "cannot be told here",
        "full slower": verdict(*ratio(full, mini), 1.1),
        "sgd feedback": verdict(*wilson(int(ahead), SEEDS), 0.5),
        "sgd noisy": verdict(*middle(sgd.uphill)[1:], 0.1),
        "full stable": verdict(*middle(sgd.uphill - full.uphill)[1:], 0.05),
        "mini between": between,
        "sgd settles": "holds" if left else "cannot be told here",
        "sgd minima": verdict(*wilson(int(freed), int(freed + caught)), 0.5),
        "full minima": "holds" if stuck else "cannot be told here",
        "mini minima": "holds" if escapes else "cannot be told here",
    }


def test_the_verdicts_are_those_of_the_simulated_trainings(
    grid: MeasuredGrid, simulated: dict[Key, Simulated], narrow: dict[Key, Simulated]
) -> None:
    rates = {size: best(simulated, size) for size in SIZES}
    assert {cell.spec.batch_size: cell.spec.lr for cell in grid.view().cells} == rates
    views = {
        "": (rates, 1.0),
        "at half the rate": ({size: lr / 2 for size, lr in rates.items()}, 0.5),
        "at double the rate": ({size: 2 * lr for size, lr in rates.items()}, 2.0),
        "at one shared rate of 1": (dict.fromkeys(SIZES, 1.0), 1.0),
        f"with averaged rows at one shared rate of {rates[1]:g}": (
            {size: rates[1] / size for size in SIZES},
            1.0,
        ),
    }
    findings = {finding.key: finding for finding in all_findings(grid)}
    own = expected(*views[""], simulated, narrow)
    assert {key: findings[key].verdict for key in own} == own
    flipped = 0
    for name, (view, factor) in views.items():
        for key, said in expected(view, factor, simulated, narrow).items():
            assert findings[key].flips.get(name, (findings[key].verdict, ""))[0] == said, (
                key,
                name,
            )
            flipped += said != own[key]
    assert flipped >= 5


@pytest.fixture(scope="module")
def on_samples() -> MeasuredGrid:
    words = ["xor", "--samples", "128", "--epochs", "8"]
    return measure_grid(plan_comparison(choose(words), None, SEEDS), 1)


@pytest.mark.slow
def test_samples_are_what_the_simulator_finds(on_samples: MeasuredGrid) -> None:
    cells = [
        cell
        for rows in (on_samples.grid, on_samples.narrow, on_samples.wide)
        for row in rows
        for cell in row
    ]
    assert {cell.spec.samples for cell in cells} == {128, 32}
    for cell in cells:
        one = cell.spec
        simulated = train(
            one.batch_size, one.lr, one.epochs, SEEDS, one.hidden[0], samples=one.samples
        )
        assert cell.rows_needed.tolist() == simulated.rows.tolist()
        assert cell.uphill == pytest.approx(simulated.uphill)
        assert cell.fresh_right == pytest.approx(simulated.right, abs=3e-4)  # one of 4,000
        assert cell.left.sum() == (simulated.within.any(axis=1) & np.isinf(simulated.rows)).sum()
    small, full = (row[1].fresh_right for row in (on_samples.wide[1], on_samples.wide[-1]))
    finding = {finding.key: finding for finding in all_findings(on_samples)}["small generalises"]
    assert finding.verdict == verdict(*middle(small - full)[1:], 0.005)


@pytest.mark.slow
def test_samples_show_what_a_truth_table_cannot(on_samples: MeasuredGrid) -> None:
    said = {finding.key: finding.verdict for finding in all_findings(on_samples)}
    assert said["full memory"] == "holds"
    assert said["sgd noisy"] == "holds"
    view = on_samples.view()
    assert view.wide
    assert [cell.spec.batch_size for cell in view.wide.cells] == [1, 8, 32]
    assert view.narrow
    assert [cell.spec.hidden for cell in view.narrow.cells] == [(2,)] * 3
