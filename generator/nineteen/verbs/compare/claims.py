"""What is said about batch sizes: each claim turned into a quantity, and that into a verdict.

templates/compare/claims.toml has a row for each: its words, the limit that the quantity has to
clear, and the function here that measures it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from nineteen.page.estimates import Estimate, difference, median, ratio, share
from nineteen.script.render import render
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.script.templates import data
from nineteen.verbs.compare.grid import GridCell, MeasuredGrid, View

# A quantity: with its interval, or several, of which each has to clear the limit, or a plain count;
# and the figures in words, the one that decides first.
Measured = tuple[Estimate | list[Estimate] | float, list[str]]
NUMBER_BYTES = 8
NO_MINI = "a table of two rows has nothing between one row and all"


class ClaimVerdict(StrEnum):
    HOLDS = "holds"
    FAILS = "does not hold"
    UNSEEN = "cannot be told here"


@dataclass(frozen=True)
class Finding:
    """What was found of a claim, each batch size at its own best rate.

    `key` and `words` are its row of claims.toml; `flips` the other rates at which the verdict is
    another one, with it and the figure that decides.
    """

    key: str
    words: dict[str, Any]
    verdict: ClaimVerdict
    figures: list[str]
    flips: dict[str, tuple[ClaimVerdict, str]]


def all_findings(grid: MeasuredGrid) -> tuple[Finding, ...]:
    """What was found of every claim, in the order of the lesson."""
    findings = []
    for key, words in data("compare/claims.toml").items():
        verdict, figures = _found(words, grid.view(), grid)
        others = {name: _found(words, view, grid) for name, view in grid.others.items()}
        flips = {
            name: (other, others_figures[0])
            for name, (other, others_figures) in others.items()
            if other is not verdict
        }
        findings.append(Finding(key, words, verdict, figures, flips))
    return tuple(findings)


def judged(
    value: Estimate | list[Estimate] | float, limit: float, may: bool = False
) -> ClaimVerdict:
    """HOLDS where the whole interval lies above the limit, FAILS where below, UNSEEN where astride.

    Of several each has to lie above, and one below is enough to fail. `may` marks a claim that says
    "may", "can" or "some": shown once it holds, and not shown it is not refuted.
    """
    several = value if isinstance(value, list) else [value]
    ends = [(e.low, e.high) if isinstance(e, Estimate) else (e, e) for e in several]
    if ends and all(low > limit for low, _ in ends):
        return ClaimVerdict.HOLDS
    fails = any(high < limit or low == high == limit for low, high in ends)
    return ClaimVerdict.FAILS if fails and not may else ClaimVerdict.UNSEEN


def _found(words: dict[str, Any], view: View, grid: MeasuredGrid) -> tuple[ClaimVerdict, list[str]]:
    cells = [getattr(view, name) for name in words.get("of", ())]
    if None in cells:
        return ClaimVerdict.UNSEEN, [NO_MINI]
    value, figures = MEASURES[words["measure"]](view, grid, *cells)
    return judged(value, words["limit"], words.get("may", False)), figures


def _rows(_: View, __: MeasuredGrid, slow: GridCell, fast: GridCell) -> Measured:
    needs = ratio(slow.rows_needed, fast.rows_needed)
    return needs, [
        f"{slow.name} needs {needs.times} as many rows as {fast.name}",
        *(
            f"{cell.name}, rate {cell.spec.lr:g}: {median(cell.rows_needed).count} rows, "
            f"{median(cell.updates_needed).count} updates"
            for cell in (fast, slow)
        ),
    ]


def _ahead(_: View, __: MeasuredGrid, sgd: GridCell, full: GridCell) -> Measured:
    ahead, rows = _more(full.early, sgd.early), full.spec.rows
    return ahead, [
        f"after {rows} rows SGD is ahead with {ahead.percent} of the seeds",
        f"first update after 1 row, with full batch after {rows}",
    ]


def _choice(view: View, _: MeasuredGrid) -> Measured:
    between = view.full.spec.rows - 2
    minis = [cell for cell in view.cells if cell.spec.batch is Batch.MINI]
    rows = [
        f"{cell.name}, rate {cell.spec.lr:g}: {median(cell.rows_needed).count} rows"
        for cell in minis
    ]
    return between, [f"{between} sizes between one row and all", *rows]


def _thirty_two(view: View, _: MeasuredGrid) -> Measured:
    several = [cell for cell in view.cells if cell.spec.batch_size == 32 and cell is not view.full]
    if not several:
        return [], [f"sizes run: {', '.join(str(cell.spec.batch_size) for cell in view.cells)}"]
    others = [cell for cell in view.cells if cell is not several[0]]
    needs = {cell.name: ratio(cell.rows_needed, several[0].rows_needed) for cell in others}
    return [*needs.values()], [f"{name}: {n.times} as many rows" for name, n in needs.items()]


def _noise(view: View, _: MeasuredGrid) -> Measured:
    return median(view.sgd.uphill), _uphill(view.cells)


def _calmer(_: View, __: MeasuredGrid, sgd: GridCell, full: GridCell) -> Measured:
    more = difference(sgd.uphill, full.uphill)
    lost = [f"{cell.lost.sum()} of {len(cell.lost)} with {cell.name}" for cell in (sgd, full)]
    return more, [
        f"with SGD {more.points} more of the updates raise the loss",
        f"seeds that had learned, and lost it again for a while: {', '.join(lost)}",
    ]


def _between(_: View, __: MeasuredGrid, *cells: GridCell) -> Measured:
    sgd, mini, full = cells
    order = [
        _more(above, below)
        for name in ("updates_needed", "uphill")
        for above, below in (
            (getattr(mini, name), getattr(full, name)),
            (getattr(sgd, name), getattr(mini, name)),
        )
    ]
    updates = [f"{cell.name}: {median(cell.updates_needed).count} updates" for cell in cells]
    least = min(order, key=lambda found: found.value)
    text = f"each of the four comparisons goes that way with at least {least.percent} of the seeds"
    return order, [text, *updates, *_uphill(cells)]


def _unsettled(_: View, grid: MeasuredGrid) -> Measured:
    """At all rates at which most seeds got there: how many are outside again at the end."""
    cells = [cell for cell in grid.grid[0] if 2 * cell.reached.sum() > grid.seeds]
    left = [f"rate {c.spec.lr:g}: {c.left.sum()} of {c.reached.sum()} seeds" for c in cells]
    return sum(int(cell.left.sum()) for cell in cells), left or ["most seeds never got there"]


def _frees(view: View, _: MeasuredGrid) -> Measured:
    """Whether noise frees: of the seeds that one of the two leaves stuck, those that it learns.

    The two start from the same weights, so this is McNemar's comparison of pairs ("Note on the
    sampling error of the difference between correlated proportions", Psychometrika 12, 1947).
    """
    cells = view.narrow or view.cells
    sgd, full = cells[0], cells[-1]
    caught, freed = _pairs(sgd, full)
    return share(freed, freed + caught), [
        f"stuck only with SGD: {caught} seeds, only with full batch: {freed}",
        *_stuck_shares([sgd, full]),
    ]


def _escapes(_: View, grid: MeasuredGrid, mini: GridCell) -> Measured:
    rows = grid.narrow or grid.grid
    row = next(row for row in rows if row[0].spec.batch_size == mini.spec.batch_size)
    found = [(one, full, *_pairs(one, full)) for one, full in zip(row, rows[-1], strict=True)]
    return sum(freed for *_, freed in found), [
        f"rate {one.spec.lr:g}, full batch {full.spec.lr:g}: {freed} seeds escape that full batch "
        f"leaves stuck, the other way {caught}"
        for one, full, caught, freed in found
    ]


def _stuck(_: View, grid: MeasuredGrid) -> Measured:
    cells = [cell for rows in (grid.narrow, grid.grid) if rows for cell in rows[-1]]
    return sum(int(cell.stuck.sum()) for cell in cells), _stuck_shares(cells)


def _simple(_: View, __: MeasuredGrid, sgd: GridCell, full: GridCell) -> Measured:
    sources = render(sgd.spec), render(full.spec)
    scripts = [[line.strip() for line in source.splitlines() if line] for source in sources]
    counts = [(len(script), sum(line.startswith("for ") for line in script)) for script in scripts]
    figures = [
        f"{cell.name}: {lines} lines, {loops} loop{'s' * (loops > 1)}"
        for cell, (lines, loops) in zip((sgd, full), counts, strict=True)
    ]
    simple = all(one <= every for one, every in zip(*counts, strict=True))
    return simple, figures


def _epoch(_: View, __: MeasuredGrid, *cells: GridCell) -> Measured:
    sgd, full = (np.multiply(cell.spec.updates_per_epoch, cell.seconds) for cell in cells)
    longer = ratio(sgd, full)
    return longer, [
        f"an epoch takes {longer.times} as long as with full batch",
        f"{cells[0].spec.updates_per_epoch} updates in an epoch instead of 1",
    ]


def _seconds(_: View, __: MeasuredGrid, slow: GridCell, fast: GridCell) -> Measured:
    longer = ratio(slow.seconds_needed, fast.seconds_needed)
    return longer, [f"{slow.name} takes {longer.times} as long as {fast.name} until it has learned"]


def _memory(view: View, _: MeasuredGrid, large: GridCell, small: GridCell) -> Measured:
    times = update_bytes(large.spec) / update_bytes(small.spec)
    each = [f"{cell.name}: {update_bytes(cell.spec):,} bytes" for cell in view.cells]
    return times, [f"{large.name} needs {times:.3g} times the bytes of {small.name}", *each]


def update_bytes(spec: ScriptSpec) -> int:
    """The bytes of the arrays that an update makes: the values and the errors of all units."""
    return spec.batch_size * 2 * sum(spec.sizes[1:]) * NUMBER_BYTES


def _fresh(view: View, _: MeasuredGrid) -> Measured:
    """Whether the usual mini-batch answers more of the fresh samples rightly than full batch."""
    if not view.wide:
        return [], ["no row of a truth table is left over to test on"]
    mini, full = view.wide[-2:]
    more = difference(mini.fresh_right, full.fresh_right)
    low, value, high = (f"{100 * end:.1f}" for end in (more.low, more.value, more.high))
    return more, [
        f"{mini.name}: {value} percentage points ({low} to {high}) more right than full batch",
        *(
            f"{cell.name}: {median(cell.fresh_right).percent} right, "
            f"loss {median(cell.fresh_loss).count}"
            for cell in view.wide
        ),
    ]


def _more(above: Any, below: Any) -> Estimate:
    """The share of the seeds with which the first is larger."""
    return share(int((above > below).sum()), len(above))


def _pairs(noisy: GridCell, full: GridCell) -> tuple[int, int]:
    """On how many seeds only the noisy one gets stuck, and on how many only full batch."""
    return int((noisy.stuck & ~full.stuck).sum()), int((~noisy.stuck & full.stuck).sum())


def _stuck_shares(cells: Iterable[GridCell]) -> list[str]:
    return [
        f"{cell.units}, {cell.name}, rate {cell.spec.lr:g}: {cell.stuck_share.percent}"
        for cell in cells
    ]


def _uphill(cells: Iterable[GridCell]) -> list[str]:
    return [f"{cell.name}: {median(cell.uphill).percent} raise the loss" for cell in cells]


# By the names that claims.toml gives them.
MEASURES: dict[str, Callable[..., Measured]] = {
    measure.__name__.strip("_"): measure
    for measures in (
        (_rows, _ahead, _choice, _thirty_two, _noise, _calmer, _between, _unsettled),
        (_frees, _escapes, _stuck, _simple, _epoch, _seconds, _memory, _fresh),
    )
    for measure in measures
}
