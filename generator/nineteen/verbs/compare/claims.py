"""What is said about batch sizes, each claim turned into a quantity and a verdict by stated rules.

Everything is computed from counts; only findings marked `timed` use seconds too.
"""

from collections.abc import Sequence

from nineteen.page.estimates import difference, median, ratio
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.verbs.compare.claims_sgd import escapes, sgd_findings, stuck_share
from nineteen.verbs.compare.findings import (
    LIMITS,
    ClaimVerdict,
    Finding,
    combined,
    over,
)
from nineteen.verbs.compare.trainings import MeasuredSizes, Trainings, mini_of
from nineteen.verbs.compare.wording import (
    hidden_units,
    rows_figures,
    strategy_name,
    updates_figures,
)

NO_MINI = "a table of two rows has nothing between one row and all"
NUMBER_BYTES = 8


def all_findings(measured: MeasuredSizes) -> tuple[Finding, ...]:
    """What was found of every claim, in the order of the lesson."""
    sgd, mini, full = measured.sgd, measured.mini, measured.full
    return (
        *sgd_findings(measured),
        _efficient("full efficient", full, measured),
        _stable(full, sgd),
        _slower(full, mini or sgd),
        _stuck(full, measured.small),
        *(_mini_findings(mini, measured) if mini else _no_mini()),
        _choice(measured.main),
        _thirty_two(measured.main),
    )


def update_bytes(spec: ScriptSpec) -> int:
    """The bytes of the arrays that an update makes: the values and the errors of all units."""
    return spec.batch_size * 2 * sum(spec.sizes[1:]) * NUMBER_BYTES


def _mini_findings(mini: Trainings, measured: MeasuredSizes) -> tuple[Finding, ...]:
    return (
        _between(measured.sgd, mini, measured.full),
        _efficient("mini efficient", mini, measured),
        escapes("mini minima", mini_of(measured.narrow) or mini, measured.narrow[-1]),
    )


def _no_mini() -> tuple[Finding, ...]:
    keys = "mini between", "mini efficient", "mini minima"
    return tuple(
        Finding(key, (NO_MINI,), ClaimVerdict.UNSEEN, timed=key == "mini efficient") for key in keys
    )


def _efficient(key: str, trainings: Trainings, measured: MeasuredSizes) -> Finding:
    longer = ratio(measured.seconds_needed(measured.sgd), measured.seconds_needed(trainings))
    figures = (f"SGD takes {longer.times} as long until it has learned",)
    return Finding(key, figures, over(longer, LIMITS.time), timed=True)


def _stable(full: Trainings, sgd: Trainings) -> Finding:
    more = difference(sgd.uphill, full.uphill)
    again = [int(one.unlearned_again.sum()) for one in (sgd, full)]
    figures = (
        f"SGD: {more.points} more of the updates",
        f"learned, then lost again for a while: {again[0]} of {len(sgd.learned)} seeds with SGD, "
        f"{again[1]} with full batch",
    )
    return Finding("full stable", figures, over(more, LIMITS.noisier))


def _slower(full: Trainings, other: Trainings) -> Finding:
    needs = ratio(full.rows_needed, other.rows_needed)
    figures = (
        *rows_figures(other, full),
        f"full batch needs {needs.times} as many rows as {strategy_name(other.spec)}",
        *updates_figures(other, full),
    )
    return Finding("full slower", figures, over(needs, LIMITS.count))


def _stuck(full: Trainings, small: Sequence[Trainings]) -> Finding:
    shares = {hidden_units(one.spec): stuck_share(one) for one in (full, *small[-1:])}
    figures = tuple(f"{units}: {found.percent} of the seeds" for units, found in shares.items())
    verdict = combined(
        [over(found, LIMITS.rarely) for found in shares.values()], ClaimVerdict.HOLDS
    )
    return Finding("full minima", figures, verdict)


def _between(sgd: Trainings, mini: Trainings, full: Trainings) -> Finding:
    verdicts = [
        over(ratio(mini.updates_needed, full.updates_needed), 1),
        over(ratio(sgd.updates_needed, mini.updates_needed), 1),
        over(difference(mini.uphill, full.uphill), 0),
        over(difference(sgd.uphill, mini.uphill), 0),
    ]
    order = (sgd, mini, full)
    figures = (
        *updates_figures(*order),
        *(f"{strategy_name(t.spec)}: {median(t.uphill).percent} raise the loss" for t in order),
    )
    return Finding("mini between", figures, combined(verdicts, ClaimVerdict.FAILS))


def _choice(several: Sequence[Trainings]) -> Finding:
    between = several[0].spec.table.rows - 2
    figures = [f"{between} sizes"]
    minis = [one for one in several if one.spec.batch is Batch.MINI]
    if len(minis) > 1:
        needs = ratio(minis[-1].rows_needed, minis[0].rows_needed)
        names = strategy_name(minis[-1].spec), strategy_name(minis[0].spec)
        figures.append(f"{names[0]} need {needs.times} as many rows as {names[1]}")
    verdict = ClaimVerdict.HOLDS if between else ClaimVerdict.UNSEEN
    return Finding("mini choice", tuple(figures), verdict)


def _thirty_two(several: Sequence[Trainings]) -> Finding:
    wanted = [one for one in several if one.spec.batch_size == 32 < one.spec.table.rows]
    if not wanted:
        sizes = ", ".join(str(one.spec.batch_size) for one in several)
        figure = f"the table has {several[0].spec.table.rows} rows; sizes run: {sizes}"
        return Finding("advice 32", (figure,), ClaimVerdict.UNSEEN)
    needs = {
        strategy_name(one.spec): ratio(one.rows_needed, wanted[0].rows_needed)
        for one in several
        if one is not wanted[0]
    }
    figures = tuple(f"{name}: {found.times} as many rows" for name, found in needs.items())
    verdicts = [over(found, 1 / LIMITS.count) for found in needs.values()]
    return Finding("advice 32", figures, combined(verdicts, ClaimVerdict.FAILS))
