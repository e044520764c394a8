"""What is said about batch sizes, each claim turned into a quantity and a verdict by stated rules.

Everything is computed from the counts of `Measured`; only findings marked `timed` use seconds too.
"""

from collections.abc import Sequence

from nineteen.page.estimates import difference, median, ratio
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.verbs.compare.claim_verdict import (
    COUNT_FACTOR,
    MUCH_MEMORY,
    NOISIER,
    RARELY,
    TIME_FACTOR,
    Finding,
    Verdict,
    all_of,
    any_of,
    over,
)
from nineteen.verbs.compare.claim_words import (
    NO_MINI,
    called,
    rows_needed,
    size,
    units,
    updates_needed,
)
from nineteen.verbs.compare.claims_sgd import escapes, sgd_claims, stuck_share
from nineteen.verbs.compare.trainings import Cell, Measured, mini_of

NUMBER_BYTES = 8


def claims(measured: Measured) -> tuple[Finding, ...]:
    """Every claim, in the order of the lesson."""
    sgd, mini, full = measured.sgd, measured.mini, measured.full
    small = measured.small or measured.main
    return (
        *sgd_claims(measured),
        _efficient("full efficient", full, sgd),
        _stable(full, sgd),
        _memory("full memory", full, full, measured.larger),
        _slower(full, mini or sgd),
        _stuck(full, measured.small),
        _between(sgd, mini, full),
        _efficient("mini efficient", mini, sgd),
        escapes("mini minima", mini_of(small), small[-1]),
        _memory("mini memory", mini, full, measured.larger),
        _choice(measured.main),
        _thirty_two(measured.main),
        _generalises(full.spec),
    )


def update_bytes(spec: ScriptSpec) -> int:
    """The bytes of the arrays that an update makes: the values and the errors of all units."""
    return spec.batch_size * 2 * sum(spec.sizes[1:]) * NUMBER_BYTES


def _efficient(key: str, cell: Cell | None, sgd: Cell) -> Finding:
    if cell is None:
        return Finding(key, (NO_MINI,), Verdict.UNSEEN, timed=True)
    longer = ratio(sgd.seconds_needed, cell.seconds_needed)
    figures = (f"SGD takes {longer.times} as long until it has learned",)
    return Finding(key, figures, over(longer, TIME_FACTOR), timed=True)


def _stable(full: Cell, sgd: Cell) -> Finding:
    more = difference(sgd.raised, full.raised)
    back = [sum(course.came_back for course in cell.courses) for cell in (sgd, full)]
    figures = (
        f"SGD: {more.points} more of the updates",
        f"learned, then lost again for a while: {back[0]} of {len(sgd.courses)} seeds with SGD, "
        f"{back[1]} with full batch",
    )
    return Finding("full stable", figures, over(more, NOISIER))


def _memory(key: str, cell: Cell | None, full: Cell, larger: Sequence[Sequence[Cell]]) -> Finding:
    """Much is what does not fit beside other programs; a mini-batch is to mend just that."""
    if cell is None:
        return Finding(key, (NO_MINI,), Verdict.UNSEEN)
    tables = [(cell.spec, full.spec)]
    for row in larger:
        specs = {more.spec.batch: more.spec for more in row}
        tables.append((specs[cell.spec.batch], specs[Batch.FULL]))
    figures = tuple(
        f"{called(spec)} of {spec.table.rows} rows, {units(spec)}: {size(update_bytes(spec))}"
        for spec, _ in tables
    )
    largest = max(update_bytes(every) for _, every in tables)
    return Finding(key, figures, Verdict.HOLDS if largest >= MUCH_MEMORY else Verdict.UNSEEN)


def _slower(full: Cell, other: Cell) -> Finding:
    needs = ratio(full.samples_needed, other.samples_needed)
    figures = (
        *rows_needed(other, full),
        f"full batch needs {needs.times} as many rows as {called(other.spec)}",
        *updates_needed(other, full),
    )
    return Finding("full slower", figures, over(needs, COUNT_FACTOR))


def _stuck(full: Cell, small: Sequence[Cell]) -> Finding:
    cells = (full, *small[-1:])
    shares = [stuck_share(cell) for cell in cells]
    figures = tuple(
        f"{units(cell.spec)}: {found.percent} of the seeds"
        for cell, found in zip(cells, shares, strict=True)
    )
    return Finding("full minima", figures, any_of([over(found, RARELY) for found in shares]))


def _between(sgd: Cell, mini: Cell | None, full: Cell) -> Finding:
    if mini is None:
        return Finding("mini between", (NO_MINI,), Verdict.UNSEEN)
    verdicts = [
        over(ratio(mini.updates_needed, full.updates_needed), 1),
        over(ratio(sgd.updates_needed, mini.updates_needed), 1),
        over(difference(mini.raised, full.raised), 0),
        over(difference(sgd.raised, mini.raised), 0),
    ]
    cells = (sgd, mini, full)
    figures = (
        *updates_needed(*cells),
        *(f"{called(cell.spec)}: {median(cell.raised).percent} raise the loss" for cell in cells),
    )
    return Finding("mini between", figures, all_of(verdicts))


def _choice(cells: Sequence[Cell]) -> Finding:
    between = cells[0].spec.table.rows - 2
    figures = [f"{between} sizes"]
    minis = [cell for cell in cells if cell.spec.batch is Batch.MINI]
    if len(minis) > 1:
        needs = ratio(minis[-1].samples_needed, minis[0].samples_needed)
        names = called(minis[-1].spec), called(minis[0].spec)
        figures.append(f"{names[0]} need {needs.times} as many rows as {names[1]}")
    verdict = Verdict.HOLDS if between else Verdict.UNSEEN
    return Finding("mini choice", tuple(figures), verdict)


def _thirty_two(cells: Sequence[Cell]) -> Finding:
    wanted = [cell for cell in cells if cell.spec.batch_size == 32 < cell.spec.table.rows]
    if not wanted:
        sizes = ", ".join(str(cell.spec.batch_size) for cell in cells)
        figure = f"the table has {cells[0].spec.table.rows} rows; sizes run: {sizes}"
        return Finding("advice 32", (figure,), Verdict.UNSEEN)
    others = [cell for cell in cells if cell is not wanted[0]]
    needs = [ratio(cell.samples_needed, wanted[0].samples_needed) for cell in others]
    figures = tuple(
        f"{called(cell.spec)}: {found.times} as many rows"
        for cell, found in zip(others, needs, strict=True)
    )
    return Finding("advice 32", figures, all_of([over(found, 1 / COUNT_FACTOR) for found in needs]))


def _generalises(spec: ScriptSpec) -> Finding:
    """A truth table is complete: every row is shown, so that none is left over."""
    left_over = 2**spec.table.inputs - spec.table.rows
    verdict = Verdict.FAILS if left_over else Verdict.UNSEEN
    return Finding("advice generalise", (f"{left_over} of {spec.table.rows} rows",), verdict)
