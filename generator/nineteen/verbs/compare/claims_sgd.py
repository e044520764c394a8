"""What is said about stochastic gradient descent, one row an update."""

from collections.abc import Sequence

from nineteen.page.estimates import Estimate, median, ratio, share
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.compare.code_table import differing
from nineteen.verbs.compare.findings import LIMITS, ClaimVerdict, Finding, over
from nineteen.verbs.compare.trainings import MeasuredSizes, Outcomes, Trainings, failed
from nineteen.verbs.compare.wording import hidden_units, rows_figures, strategy_name


def sgd_findings(measured: MeasuredSizes) -> tuple[Finding, ...]:
    """The findings on SGD; whether it avoids minima is seen where networks get stuck."""
    sgd, full = measured.sgd, measured.full
    return (
        _faster(sgd, full),
        _simple(sgd.spec, full.spec),
        escapes("sgd minima", measured.narrow[0], measured.narrow[-1], measured.slow),
        _feedback(sgd, full),
        _laborious(measured),
        _settles(sgd),
        _noisy(measured.main),
    )


def stuck_share(trainings: Trainings) -> Estimate:
    """The share of the seeds that got stuck."""
    return share(int(trainings.stuck.sum()), len(trainings.stuck))


def failed_share(trainings: Trainings | Outcomes) -> Estimate:
    """The share of the seeds that did not learn, stuck or late."""
    return share(failed(trainings), len(trainings.learned))


def escapes(key: str, noisy: Trainings, full: Trainings, slow: Sequence[Outcomes] = ()) -> Finding:
    """Whether noise frees: of the seeds that one of the two leaves stuck, those that it learns.

    The two start from the same weights, so this is McNemar's comparison of pairs ("Note on the
    sampling error of the difference between correlated proportions", Psychometrika 12, 1947).
    """
    caught, freed = int((noisy.stuck & ~full.stuck).sum()), int((~noisy.stuck & full.stuck).sum())
    names = strategy_name(noisy.spec), strategy_name(full.spec)
    figures = (
        *(
            f"{hidden_units(one.spec)}, {strategy_name(one.spec)}: {stuck_share(one).percent} stuck"
            for one in (noisy, full)
        ),
        f"stuck only with {names[0]}: {caught} seeds, only with {names[1]}: {freed}",
        *(
            f"in short steps, {strategy_name(one.spec)}: {failed_share(one).percent} not learned"
            for one in slow
        ),
    )
    return Finding(key, figures, over(share(freed, freed + caught), LIMITS.pairs))


def _faster(sgd: Trainings, full: Trainings) -> Finding:
    needs = ratio(full.rows_needed, sgd.rows_needed)
    figures = (*rows_figures(sgd, full), f"full batch needs {needs.times} as many rows as SGD")
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
        f"{strategy_name(one.spec)}: {found.percent}"
        for one, found in zip(several, shares, strict=True)
    )
    return Finding("sgd noisy", figures, over(shares[0], LIMITS.noisy))
