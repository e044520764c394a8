"""What is said about batch sizes, each claim turned into a quantity and a verdict by stated rules.

Everything is computed from counts; only findings marked `timed` use seconds too.
"""

from collections.abc import Sequence

from nineteen.page.estimates import difference, median, ratio, share
from nineteen.script.render import render
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.verbs.compare.code_table import differing
from nineteen.verbs.compare.findings import LIMITS, ClaimVerdict, Finding, combined, over
from nineteen.verbs.compare.trainings import MeasuredSizes, Trainings, mini_of
from nineteen.verbs.compare.wording import strategy_name

NO_MINI = "a table of two rows has nothing between one row and all"


def all_findings(measured: MeasuredSizes) -> tuple[Finding, ...]:
    """What was found of every claim, in the order of the lesson."""
    sgd, mini, full = measured.sgd, measured.mini, measured.full
    return (
        _faster(sgd, full),
        _simple(sgd.spec, full.spec),
        _escapes("sgd minima", measured.narrow[0], measured.narrow[-1], measured.slow),
        _feedback(sgd, full),
        _laborious(measured),
        _settles(sgd),
        _noisy(measured.main),
        _efficient("full efficient", full, measured),
        _stable(full, sgd),
        _slower(full, mini or sgd),
        _stuck(full, measured.small),
        *_mini_findings(mini, measured),
        _choice(measured.main),
        _thirty_two(measured.main),
    )


def _mini_findings(mini: Trainings | None, measured: MeasuredSizes) -> tuple[Finding, ...]:
    if not mini:
        keys = {"mini between": False, "mini efficient": True, "mini minima": False}
        unseen = (NO_MINI,), ClaimVerdict.UNSEEN
        return tuple(Finding(key, *unseen, timed=timed) for key, timed in keys.items())
    return (
        _between(measured.sgd, mini, measured.full),
        _efficient("mini efficient", mini, measured),
        _escapes("mini minima", mini_of(measured.narrow) or mini, measured.narrow[-1]),
    )


def _escapes(
    key: str, noisy: Trainings, full: Trainings, slow: Sequence[Trainings] = ()
) -> Finding:
    """Whether noise frees: of the seeds that one of the two leaves stuck, those that it learns.

    The two start from the same weights, so this is McNemar's comparison of pairs ("Note on the
    sampling error of the difference between correlated proportions", Psychometrika 12, 1947).
    """
    caught, freed = int((noisy.stuck & ~full.stuck).sum()), int((~noisy.stuck & full.stuck).sum())
    names = noisy.strategy, full.strategy
    figures = (
        *(f"{one.units}, {one.strategy}: {one.stuck_share.percent} stuck" for one in (noisy, full)),
        f"stuck only with {names[0]}: {caught} seeds, only with {names[1]}: {freed}",
        *(
            f"in short steps, {one.strategy}: {one.failed_share.percent} not learned"
            for one in slow
        ),
    )
    return Finding(key, figures, over(share(freed, freed + caught), LIMITS.pairs))


def _faster(sgd: Trainings, full: Trainings) -> Finding:
    needs = ratio(full.rows_needed, sgd.rows_needed)
    figures = (*_rows(sgd, full), f"full batch needs {needs.times} as many rows as SGD")
    return Finding("sgd faster", figures, over(needs, LIMITS.count))


def _simple(sgd: ScriptSpec, full: ScriptSpec) -> Finding:
    sources = render(sgd), render(full)
    scripts = [[line.strip() for line in source.splitlines() if line] for source in sources]
    counts = [(len(script), sum(line.startswith("for ") for line in script)) for script in scripts]
    figures = [
        f"{strategy_name(spec)}: {lines} lines, {loops} loop{'s' * (loops > 1)}"
        for spec, (lines, loops) in zip((sgd, full), counts, strict=True)
    ]
    simple = all(one <= every for one, every in zip(*counts, strict=True))
    verdict = ClaimVerdict.HOLDS if simple else ClaimVerdict.FAILS
    return Finding("sgd simple", (*figures, f"{differing(sources)} lines differ"), verdict)


def _feedback(sgd: Trainings, full: Trainings) -> Finding:
    rows = full.spec.table.rows  # SGD has made as many updates, full batch its first one
    lower = sgd.losses[:, rows] < full.losses[:, 1]
    ahead = share(int(lower.sum()), len(lower))
    figures = (
        f"first update after 1 row, with full batch after {rows}",
        f"after {rows} rows SGD is ahead with {ahead.percent} of the seeds",
    )
    return Finding("sgd feedback", figures, over(ahead, LIMITS.pairs))


def _laborious(measured: MeasuredSizes) -> Finding:
    rows = measured.main[0].spec, measured.main[-1].spec
    longer, *others = [
        ratio(measured.seconds[specs[0]], measured.seconds[specs[-1]])
        for specs in (rows, *measured.larger)
    ]
    figures = (
        f"{rows[0].updates_per_epoch} updates an epoch instead of 1",
        f"an epoch takes {longer.times} as long as with full batch",
        *(
            f"with {specs[0].table.rows} rows: {more.times}"
            for specs, more in zip(measured.larger, others, strict=True)
        ),
    )
    return Finding("sgd laborious", figures, over(longer, LIMITS.time), timed=True)


def _settles(sgd: Trainings) -> Finding:
    reached = sgd.within.any(axis=1)
    many = int(reached.sum())
    away = share(int(sgd.unlearned_again.sum()), many)
    lost = share(int((reached & ~sgd.learned).sum()), many)
    figures = (
        f"{many} seeds had every answer within 0.1",
        f"{away.percent} of them lost it again for a while",
        f"{lost.percent} had lost it at the end",
    )
    return Finding("sgd settles", figures, over(lost, LIMITS.unsettled))


def _noisy(several: Sequence[Trainings]) -> Finding:
    shares = [median(one.uphill) for one in several]
    figures = tuple(
        f"{one.strategy}: {found.percent}" for one, found in zip(several, shares, strict=True)
    )
    return Finding("sgd noisy", figures, over(shares[0], LIMITS.noisy))


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
        *_rows(other, full),
        f"full batch needs {needs.times} as many rows as {other.strategy}",
        *_updates(other, full),
    )
    return Finding("full slower", figures, over(needs, LIMITS.count))


def _stuck(full: Trainings, small: Sequence[Trainings]) -> Finding:
    shares = {one.units: one.stuck_share for one in (full, *small[-1:])}
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
        *_updates(*order),
        *(f"{t.strategy}: {median(t.uphill).percent} raise the loss" for t in order),
    )
    return Finding("mini between", figures, combined(verdicts, ClaimVerdict.FAILS))


def _choice(several: Sequence[Trainings]) -> Finding:
    between = several[0].spec.table.rows - 2
    figures = [f"{between} sizes"]
    minis = [one for one in several if one.spec.batch is Batch.MINI]
    if len(minis) > 1:
        needs = ratio(minis[-1].rows_needed, minis[0].rows_needed)
        names = minis[-1].strategy, minis[0].strategy
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
        one.strategy: ratio(one.rows_needed, wanted[0].rows_needed)
        for one in several
        if one is not wanted[0]
    }
    figures = tuple(f"{name}: {found.times} as many rows" for name, found in needs.items())
    verdicts = [over(found, 1 / LIMITS.count) for found in needs.values()]
    return Finding("advice 32", figures, combined(verdicts, ClaimVerdict.FAILS))


def _rows(*several: Trainings) -> list[str]:
    """The median number of rows that each strategy sees until it has learned."""
    return [f"{one.strategy}: {median(one.rows_needed).count} rows" for one in several]


def _updates(*several: Trainings) -> list[str]:
    """The median number of updates that each strategy makes until it has learned."""
    return [f"{one.strategy}: {median(one.updates_needed).count} updates" for one in several]
