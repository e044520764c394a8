"""What a sweep says: the table on the terminal, and the page under generated/ with its chart."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from nineteen.script.files import write_atomically
from nineteen.script.render import environment
from nineteen.script.spec import shorten
from nineteen.verbs.sweep.jobs import Plan
from nineteen.verbs.sweep.results_file import MISSING, NOT_LEARNED
from nineteen.verbs.sweep.shares import NAMED, Share, named, not_learned, pooled, single, worst
from nineteen.verbs.sweep.sweep_chart import Point, draw

FOLDER = Path("generated", "sweeps")
SHOWN = 10  # of how many cells the terminal names the failing scripts

Updates = list[int]


@dataclass(frozen=True)
class Needed:
    """The updates that the observed scripts of a group needed."""

    hidden: str
    batch: str
    observed: int
    least: int
    median: int
    most_of_them: int  # nine in ten needed no more
    most: int


def show(plan: Plan, states: bytearray, seconds: float, confirmed: int, console: Console) -> None:
    """Print the shares, the hardest functions of a family, and what did not learn.

    `confirmed` counts the sample that was run again alone; 0 where there was a problem.
    """
    grid = Table(box=None, header_style="bold")
    for name in ("", "hidden", "batch", "learned", "of", "share", "95 % interval"):
        grid.add_column(name, justify="left" if name in ("", "batch") else "right")
    for share in [*single(plan, states), *pooled(plan, states)]:
        numbers = (f"{share.learned:,}", f"{share.runs:,}", share.percent, share.bounds)
        grid.add_row(share.what, share.hidden, share.batch, *numbers)
    console.print(grid)
    for group in worst(plan, states):
        if group.failing:
            console.print(
                f"hidden {group.hidden}, {group.batch}: {group.failing:,} of {group.functions:,} "
                f"functions did not learn with every seed; the fewest: {group.least} of "
                f"{group.runs} seeds, {', '.join(group.names)}",
                soft_wrap=True,
            )
    failures = states.count(NOT_LEARNED)
    if failures:
        failing = not_learned(plan, states)
        console.print(f"{failures:,} did not learn{':' if len(failing) <= SHOWN else ', such as:'}")
        for cell in failing[:SHOWN]:
            console.print(f"  {named(cell)}", soft_wrap=True)
    done = len(states) - states.count(MISSING)
    console.print(f"{done:,} scripts, {seconds:,.1f} s of script time", soft_wrap=True)
    if confirmed:
        console.print(
            f"each that did not learn, and {confirmed:,} more, printed the same in its own process",
            soft_wrap=True,
        )


def write_page(
    plan: Plan, states: bytearray, updates: list[Updates], seconds: float, folder: Path = FOLDER
) -> Path:
    """Write the Markdown page, its chart and a summary as JSON; return the page's path."""
    stem = shorten(re.sub(r"[^a-z0-9]+", "_", " ".join(plan.words).lower()).strip("_"))
    shares, groups = single(plan, states), pooled(plan, states)
    needed = [
        _needed(share, sample) for share, sample in zip(groups, updates, strict=True) if sample
    ]
    hardest, failing = worst(plan, states), [*map(named, not_learned(plan, states))]
    command = f"{plan.command} --report"
    values = {
        "title": groups[0].what,
        "command": command,
        "shares": [*shares, *groups],
        "worst": hardest,
        "classes": bool(plan.tables),
        "updates": needed,
        "failing": failing,
        "failures": states.count(NOT_LEARNED),
        "more": len(failing) == NAMED,
        "seconds": f"{seconds:,.1f}",
        "chart": f"{stem}.svg",
    }
    summary = {
        "command": command,
        "shares": [_summary(share) for share in [*shares, *groups]],
        "hardest": [asdict(group) for group in hardest],
        "updates": [asdict(row) for row in needed],
        "not_learned": values["failures"],
        "failing": failing,
        "script_seconds": round(seconds, 1),
    }
    page = folder / f"{stem}.md"
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(page, environment().get_template("sweep.md.j2").render(values))
    write_atomically(page.with_suffix(".svg"), _chart(groups, needed))
    write_atomically(page.with_suffix(".json"), json.dumps(summary, indent=1) + "\n")
    return page


def _needed(share: Share, updates: Updates) -> Needed:
    most_of_them = updates[-(-9 * len(updates) // 10) - 1]
    middle = round(median(updates))
    return Needed(
        share.hidden, share.batch, len(updates), updates[0], middle, most_of_them, updates[-1]
    )


def _summary(share: Share) -> dict[str, object]:
    low, high = share.interval
    return asdict(share) | {"low": round(low, 6), "high": round(high, 6)}


def _chart(groups: list[Share], needed: list[Needed]) -> str:
    shares = []
    for share in groups:
        low, high = share.interval
        note = f"hidden {share.hidden}, {share.batch}: {share.percent}, {share.bounds}"
        percent = 100 * share.learned / share.runs
        shares.append(Point(share.hidden, share.batch, percent, 100 * low, 100 * high, note))
    updates = [
        Point(row.hidden, row.batch, row.median, row.least, row.most, f"median {row.median:,}")
        for row in needed
    ]
    return draw(groups[0].what, shares, updates)
