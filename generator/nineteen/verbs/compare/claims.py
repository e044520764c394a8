"""What is said about batch sizes: each claim turned into a quantity, and that into a verdict.

templates/compare/claims.toml has a row for each: its words, the limit that the quantity has to
clear, and the function here that measures it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from nineteen.page.estimates import Estimate, difference, median, ratio, share
from nineteen.script.templates import data
from nineteen.verbs.compare.grid import MeasuredGrid, View
from nineteen.verbs.compare.grid_cell import GridCell, update_bytes

# A quantity: with its interval, or several, of which each has to clear the limit, or a plain count;
# and the cells that are shown beside it.
Measured = tuple[Estimate | list[Estimate] | float, Sequence[GridCell]]
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
    view, others, findings = grid.view(), grid.others, []
    for key, row in data("compare/claims.toml").items():
        verdict, figures = _found(row, view, grid)
        found = {name: _found(row, other, grid) for name, other in others.items()}
        flips = {name: (said, why[0]) for name, (said, why) in found.items() if said is not verdict}
        findings.append(Finding(key, row, verdict, figures, flips))
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


def _found(row: dict[str, Any], view: View, grid: MeasuredGrid) -> tuple[ClaimVerdict, list[str]]:
    """The verdict, and the figures in the words of the claim's row, the one that decides first."""
    of = [getattr(view, name) for name in row.get("of", ())]
    if None in of:
        return ClaimVerdict.UNSEEN, [NO_MINI]
    value, cells = MEASURES[row["measure"]](view, grid, *of)
    least = (
        min(value, key=lambda one: one.value, default=None) if isinstance(value, list) else value
    )
    figures = [row["figure"].format(value=least, of=of)] if least is not None else []
    each = [row["each"].format(cell=cell, **cell.words) for cell in cells]
    verdict = judged(value, row["limit"], row.get("may", False))
    return verdict, figures + each or ["nothing was run that could show it"]


def _rows(_: View, __: MeasuredGrid, slow: GridCell, fast: GridCell) -> Measured:
    return ratio(slow.rows_needed, fast.rows_needed), [fast, slow]


def _ahead(_: View, __: MeasuredGrid, sgd: GridCell, full: GridCell) -> Measured:
    return _more(full.early, sgd.early), []


def _choice(view: View, _: MeasuredGrid) -> Measured:
    return view.full.spec.rows - 2, view.cells[1:-1]


def _thirty_two(view: View, _: MeasuredGrid) -> Measured:
    usual = [cell.rows_needed for cell in view.cells[:-1] if cell.spec.batch_size == 32]
    others = [cell.rows_needed for cell in view.cells if cell.spec.batch_size != 32]
    return [ratio(rows, usual[0]) for rows in others if usual], view.cells


def _noise(view: View, _: MeasuredGrid) -> Measured:
    return median(view.sgd.uphill), view.cells


def _calmer(_: View, __: MeasuredGrid, sgd: GridCell, full: GridCell) -> Measured:
    return difference(sgd.uphill, full.uphill), [sgd, full]


def _between(_: View, __: MeasuredGrid, sgd: GridCell, mini: GridCell, full: GridCell) -> Measured:
    order = [
        _more(getattr(above, name), getattr(below, name))
        for name in ("updates_needed", "uphill")
        for above, below in ((mini, full), (sgd, mini))
    ]
    return order, [sgd, mini, full]


def _unsettled(_: View, grid: MeasuredGrid) -> Measured:
    """At all rates at which most seeds got there: how many are outside again at the end."""
    cells = [cell for cell in grid.grid[0] if 2 * cell.reached.sum() > grid.seeds]
    return sum(int(cell.left.sum()) for cell in cells), cells


def _frees(view: View, _: MeasuredGrid) -> Measured:
    sgd, *__, full = view.narrow or view.cells
    return _freed([(sgd, full)]), [sgd, full]


def _escapes(view: View, grid: MeasuredGrid, mini: GridCell) -> Measured:
    rows = grid.narrow or grid.grid
    row = next(row for row in rows if row[0].spec.batch_size == mini.spec.batch_size)
    return _freed(zip(row, rows[-1], strict=True)), row


def _freed(pairs: Iterable[tuple[GridCell, GridCell]]) -> Estimate:
    """Of the trainings that only one of the two leaves stuck, the share that the first learns.

    The two start from the same weights, so this is McNemar's comparison of pairs ("Note on the
    sampling error of the difference between correlated proportions", Psychometrika 12, 1947).
    """
    both = [(noisy.stuck, full.stuck) for noisy, full in pairs]
    freed = sum(int((~noisy & full).sum()) for noisy, full in both)
    return share(freed, freed + sum(int((noisy & ~full).sum()) for noisy, full in both))


def _stuck(_: View, grid: MeasuredGrid) -> Measured:
    cells = [cell for rows in (grid.narrow, grid.grid) if rows for cell in rows[-1]]
    return sum(int(cell.stuck.sum()) for cell in cells), cells


def _simple(_: View, __: MeasuredGrid, sgd: GridCell, full: GridCell) -> Measured:
    counts = zip(sgd.lines_and_loops, full.lines_and_loops, strict=True)
    return all(one <= every for one, every in counts), [sgd, full]


def _epoch(_: View, __: MeasuredGrid, *cells: GridCell) -> Measured:
    sgd, full = (np.multiply(cell.spec.updates_per_epoch, cell.seconds) for cell in cells)
    return ratio(sgd, full), cells


def _seconds(_: View, __: MeasuredGrid, slow: GridCell, fast: GridCell) -> Measured:
    return ratio(slow.seconds_needed, fast.seconds_needed), []


def _memory(view: View, _: MeasuredGrid, large: GridCell, small: GridCell) -> Measured:
    return update_bytes(large.spec) / update_bytes(small.spec), view.cells


def _fresh(view: View, _: MeasuredGrid) -> Measured:
    """Whether the usual mini-batch answers more of the fresh samples rightly than full batch."""
    right = [cell.fresh_right for cell in view.wide[-2:]]
    return [difference(*right)] if right else [], view.wide


def _more(above: Any, below: Any) -> Estimate:
    """The share of the seeds with which the first is larger."""
    return share(int((above > below).sum()), len(above))


# By the names that claims.toml gives them.
MEASURES: dict[str, Callable[..., Measured]] = {
    measure.__name__.strip("_"): measure
    for measures in (
        (_rows, _ahead, _choice, _thirty_two, _noise, _calmer, _between, _unsettled),
        (_frees, _escapes, _stuck, _simple, _epoch, _seconds, _memory, _fresh),
    )
    for measure in measures
}
