"""What is said about stochastic gradient descent, one row an update."""

from collections.abc import Sequence

from nineteen.page.estimates import Estimate, median, ratio, share
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.compare.claim_verdict import (
    COUNT_FACTOR,
    NOISY,
    TIME_FACTOR,
    UNSETTLED,
    Finding,
    Verdict,
    over,
)
from nineteen.verbs.compare.claim_words import NO_MINI, called, rows_needed, units
from nineteen.verbs.compare.code_table import differing
from nineteen.verbs.compare.trainings import Cell, Measured


def sgd_claims(measured: Measured) -> tuple[Finding, ...]:
    """The findings on SGD; whether it avoids minima is seen where networks get stuck."""
    sgd, full = measured.sgd, measured.full
    small = measured.small or measured.main
    return (
        _faster(sgd, full),
        _simple(sgd.spec, full.spec),
        escapes("sgd minima", small[0], small[-1], measured.slow),
        _feedback(sgd, full),
        _laborious(measured),
        _settles(sgd),
        _noisy(measured.main),
    )


def stuck_share(cell: Cell) -> Estimate:
    """The share of the seeds that got stuck."""
    return share(sum(cell.stuck), len(cell.stuck))


def escapes(key: str, noisy: Cell | None, full: Cell, slow: Sequence[Cell] = ()) -> Finding:
    """Whether noise frees: of the seeds that one of the two leaves stuck, those that it learns.

    The two start from the same weights, so this is McNemar's comparison of pairs ("Note on the
    sampling error of the difference between correlated proportions", Psychometrika 12, 1947).
    """
    if noisy is None:
        return Finding(key, (NO_MINI,), Verdict.UNSEEN)
    pairs = list(zip(noisy.stuck, full.stuck, strict=True))
    caught, freed = pairs.count((True, False)), pairs.count((False, True))
    figures = [
        f"{units(cell.spec)}, {called(cell.spec)}: {stuck_share(cell).percent} stuck"
        for cell in (noisy, full)
    ]
    figures.append(
        f"stuck only with {called(noisy.spec)}: {caught} seeds, only with full batch: {freed}"
    )
    for cell in slow:
        failed = share(cell.failed, len(cell.runs))
        figures.append(f"in short steps, {called(cell.spec)}: {failed.percent} not learned")
    return Finding(key, tuple(figures), over(share(freed, freed + caught), 0.5))


def _faster(sgd: Cell, full: Cell) -> Finding:
    needs = ratio(full.samples_needed, sgd.samples_needed)
    figures = (*rows_needed(sgd, full), f"full batch needs {needs.times} as many rows as SGD")
    return Finding("sgd faster", figures, over(needs, COUNT_FACTOR))


def _simple(sgd: ScriptSpec, full: ScriptSpec) -> Finding:
    sources = render(sgd), render(full)
    scripts = [[line for line in source.splitlines() if line] for source in sources]
    counts = [(len(script), _loops(script)) for script in scripts]
    figures = [
        f"{called(spec)}: {lines} lines, {loops} loop{'s' * (loops > 1)}"
        for spec, (lines, loops) in zip((sgd, full), counts, strict=True)
    ]
    simple = all(one <= every for one, every in zip(*counts, strict=True))
    return Finding(
        "sgd simple",
        (*figures, f"{differing(sources)} lines differ"),
        Verdict.HOLDS if simple else Verdict.FAILS,
    )


def _loops(lines: Sequence[str]) -> int:
    return sum(line.lstrip().startswith("for ") for line in lines)


def _feedback(sgd: Cell, full: Cell) -> Finding:
    rows = full.spec.table.rows  # SGD has made as many updates, full batch its first one
    lower = [
        bool(one.losses[rows] < every.losses[1])
        for one, every in zip(sgd.courses, full.courses, strict=True)
    ]
    ahead = share(sum(lower), len(lower))
    figures = (
        f"first update after 1 row, with full batch after {rows}",
        f"after {rows} rows SGD is ahead with {ahead.percent} of the seeds",
    )
    return Finding("sgd feedback", figures, over(ahead, 0.5))


def _laborious(measured: Measured) -> Finding:
    longer = ratio(measured.sgd.seconds, measured.full.seconds)
    figures = [
        f"{measured.sgd.an_epoch} updates an epoch instead of 1",
        f"an epoch takes {longer.times} as long as with full batch",
    ]
    for cells in measured.larger:
        more = ratio(cells[0].seconds, cells[-1].seconds)
        figures.append(f"with {cells[0].spec.table.rows} rows: {more.times}")
    return Finding("sgd laborious", tuple(figures), over(longer, TIME_FACTOR), timed=True)


def _settles(sgd: Cell) -> Finding:
    reached = [course for course in sgd.courses if course.within.any()]
    lost = share(sum(not course.learned for course in reached), len(reached))
    away = share(sum(course.came_back for course in reached), len(reached))
    figures = (
        f"{len(reached)} seeds had every answer within 0.1",
        f"{away.percent} of them lost it again for a while",
        f"{lost.percent} had lost it at the end",
    )
    return Finding("sgd settles", figures, over(lost, UNSETTLED))


def _noisy(cells: Sequence[Cell]) -> Finding:
    shares = [median(cell.raised) for cell in cells]
    figures = tuple(
        f"{called(cell.spec)}: {found.percent}" for cell, found in zip(cells, shares, strict=True)
    )
    return Finding("sgd noisy", figures, over(shares[0], NOISY))
