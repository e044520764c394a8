"""What is said about batch sizes: each claim turned into a quantity, and that into a verdict.

templates/compare/claims.toml has a row for each: its words, which quantity of which batch sizes is
compared how, and the limit that this has to clear.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter, sub, truediv
from typing import Any

import numpy as np

from nineteen.page.estimates import Estimate, difference, median, ratio, share
from nineteen.script.templates import data
from nineteen.verbs.compare.grid import GridCell, MeasuredGrid, Truths, View

Value = Estimate | float  # with its interval, or a plain count
NO_MINI = "a table of two rows has nothing between one row and all"
NOTHING = "there was nothing to count"
# Quantities of a cell of which the median can stand in a claim's figures, beside how many are left.
MEDIANS = ("rows_needed", "updates_needed", "uphill", "fresh_right", "fresh_loss")


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


Findings = tuple[Finding, ...]


def all_findings(grid: MeasuredGrid) -> Findings:
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
    of = [getattr(view, name) for name in row["of"]] if view else []
    if view is None or None in of:
        return ClaimVerdict.UNSEEN, [NO_MINI if "mini" in row["of"] and view else NOTHING]
    rates = [cell for one in of for cell in grid.row_of(one)]
    over = {"sizes": view.cells, "rates": rates}.get(row.get("over", ""), of)

    def amount(cell: GridCell, name: str) -> Any:
        if row.get("over") != "rates":
            return attrgetter(name)(cell)
        return np.concatenate([getattr(one, name) for one in grid.row_of(cell)])

    groups = [of] if len(of) < 3 else list(pairwise(of))
    if row.get("others"):  # each other size beside the one
        groups = [[cell, *of] for cell in view.cells if cell not in of]
    values = [
        COMPARED[row["measure"]](*(amount(cell, name) for cell in group))
        for name in row["quantity"].split()
        for group in groups
    ]
    counted = [one for one in values if not isinstance(one, Estimate) or one.runs]
    least = min(counted, key=lambda v: v.value if isinstance(v, Estimate) else v, default=None)
    figure = NOTHING if least is None else row["figure"].format(value=least, of=of)
    each = [row["each"].format(cell=cell, **_figures(cell)) for cell in over if "each" in row]
    return judged(values, row["limit"], row.get("may", False)), [figure, *each]


def _figures(cell: GridCell) -> dict[str, Estimate | int]:
    medians = {name: median(getattr(cell, name)) for name in MEDIANS}
    return medians | {"left": int(cell.left.sum())}


def _freed(noisy: Truths, full: Truths) -> Estimate:
    """Of the trainings that only one of the two leaves stuck, the share that the first learns.

    The two start from the same weights, so this is McNemar's comparison of pairs ("Note on the
    sampling error of the difference between correlated proportions", Psychometrika 12, 1947).
    """
    return share(int((~noisy & full).sum()), int((noisy != full).sum()))


# What is made of the quantities of one batch size, or of two, by the name in claims.toml.
COMPARED: dict[str, Callable[..., Value]] = {
    "sum": lambda one, *_: int(one.sum()),
    "median": median,
    "ratio": ratio,
    "quotient": truediv,
    "difference": difference,
    "distance": sub,
    "no more": lambda one, other: all(a <= b for a, b in zip(one, other, strict=True)),
    "more": lambda one, other: share(int((one > other).sum()), len(one)),  # of the seeds
    "freed": _freed,
}
