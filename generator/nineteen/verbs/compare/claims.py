"""What is said about batch sizes: each claim turned into a quantity, and that into a verdict.

templates/compare/claims.toml has a row for each: its words, the limit that the quantity has to
clear, and how it is measured: by a function here, from a quantity of some cells or from the grid.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from operator import truediv
from typing import Any

import numpy as np

from nineteen.page.estimates import Estimate, difference, median, ratio, share
from nineteen.script.templates import data
from nineteen.verbs.compare.grid import GridCell, MeasuredGrid, Truths, View

Value = Estimate | float  # with its interval, or a plain count
# Several values, of which each has to clear the limit, and the cells that are shown beside them.
Measured = tuple[Sequence[Value], Sequence[GridCell]]
NO_MINI = "a table of two rows has nothing between one row and all"
NOTHING = "nothing was run that could show it"


class ClaimVerdict(StrEnum):
    HOLDS = "holds"
    FAILS = "does not hold"
    UNSEEN = "cannot be told here"


@dataclass(frozen=True)
class Finding:
    """What was found of a claim, each batch size at its own best rate.

    `key` and `words` are its row of claims.toml; `figures` begin with the one that decides; `flips`
    are the other rates at which the verdict is another one, with it and the figure that decides.
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


def judged(values: Sequence[Value], limit: float, may: bool = False) -> ClaimVerdict:
    """HOLDS where the whole interval lies above the limit, FAILS where below, UNSEEN where astride.

    Of several each has to lie above, and one below is enough to fail. `may` marks a claim that says
    "may", "can" or "some": shown once it holds, and not shown it is not refuted.
    """
    ends = [(one.low, one.high) if isinstance(one, Estimate) else (one, one) for one in values]
    if ends and all(low > limit for low, _ in ends):
        return ClaimVerdict.HOLDS
    fails = any(high < limit or low == high == limit for low, high in ends)
    return ClaimVerdict.FAILS if fails and not may else ClaimVerdict.UNSEEN


def _found(row: dict[str, Any], whole: View, grid: MeasuredGrid) -> tuple[ClaimVerdict, list[str]]:
    """The verdict, and the figures in the words of the claim's row, the one that decides first."""
    view = {"narrow": whole.narrow or whole, "wide": whole.wide}.get(row.get("among", ""), whole)
    if view is None:
        return ClaimVerdict.UNSEEN, [NOTHING]
    of = [getattr(view, name) for name in row.get("of", ())]
    if None in of:
        return ClaimVerdict.UNSEEN, [NO_MINI]
    if gather := GATHERED.get(row["measure"]):
        values, cells = gather(view, grid, *of)
    else:
        compare = COMPARED[row["measure"]]
        values = [compare(*(getattr(cell, row["quantity"]) for cell in of))]
        cells = view.cells if row.get("all") else of
    counted = [one for one in values if not isinstance(one, Estimate) or one.runs]
    least = min(counted, key=lambda v: v.value if isinstance(v, Estimate) else v, default=None)
    figure = NOTHING if least is None else row["figure"].format(value=least, of=of)
    each = [row["each"].format(cell=cell, **cell.words) for cell in cells if "each" in row]
    return judged(values, row["limit"], row.get("may", False)), [figure, *each]


def _more(above: Any, below: Any) -> Estimate:
    """The share of the seeds with which the first is larger."""
    return share(int((above > below).sum()), len(above))


def _freed(noisy: Truths, full: Truths) -> Estimate:
    """Of the trainings that only one of the two leaves stuck, the share that the first learns.

    The two start from the same weights, so this is McNemar's comparison of pairs ("Note on the
    sampling error of the difference between correlated proportions", Psychometrika 12, 1947).
    """
    return share(int((~noisy & full).sum()), int((noisy != full).sum()))


def _no_more(one: Sequence[int], other: Sequence[int]) -> bool:
    return all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


def _choice(view: View, _: MeasuredGrid) -> Measured:
    return [view.full.spec.rows - 2], view.cells[1:-1]


def _thirty_two(view: View, _: MeasuredGrid) -> Measured:
    usual = [cell.rows_needed for cell in view.cells[:-1] if cell.spec.batch_size == 32]
    others = [cell.rows_needed for cell in view.cells if cell.spec.batch_size != 32]
    return [ratio(rows, usual[0]) for rows in others if usual], view.cells


def _between(_: View, __: MeasuredGrid, *strategies: GridCell) -> Measured:
    order = [
        _more(getattr(smaller, name), getattr(larger, name))
        for name in ("updates_needed", "uphill")
        for smaller, larger in pairwise(strategies)
    ]
    return order, strategies


def _unsettled(_: View, grid: MeasuredGrid) -> Measured:
    """At all rates at which most seeds got there: how many are outside again at the end."""
    cells = [cell for cell in grid.grid[0] if 2 * cell.reached.sum() > grid.seeds]
    return [sum(int(cell.left.sum()) for cell in cells)], cells


def _escapes(_: View, grid: MeasuredGrid, mini: GridCell) -> Measured:
    """At all rates, from the same weights as full batch."""
    rows = grid.narrow or grid.grid
    row = next(row for row in rows if row[0].spec.batch_size == mini.spec.batch_size)
    return [_freed(*(np.concatenate([c.stuck for c in one]) for one in (row, rows[-1])))], row


def _stuck(_: View, grid: MeasuredGrid) -> Measured:
    cells = [cell for rows in (grid.narrow, grid.grid) if rows for cell in rows[-1]]
    return [sum(int(cell.stuck.sum()) for cell in cells)], cells


# By the names that claims.toml gives them: what is made of a quantity of one or two cells, and what
# is gathered from more.
COMPARED: dict[str, Callable[..., Value]] = {
    "median": median,
    "ratio": ratio,
    "difference": difference,
    "quotient": truediv,
    "more": _more,
    "freed": _freed,
    "no more": _no_more,
}
GATHERED: dict[str, Callable[..., Measured]] = {
    "choice": _choice,
    "thirty-two": _thirty_two,
    "between": _between,
    "unsettled": _unsettled,
    "escapes": _escapes,
    "stuck": _stuck,
}
