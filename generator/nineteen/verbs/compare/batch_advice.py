"""What the figures of a comparison advise: which batch size to choose."""

from collections.abc import Sequence

from nineteen.page.estimates import ratio
from nineteen.script.templates import data
from nineteen.verbs.compare.comparison_plan import usual_mini
from nineteen.verbs.compare.findings import ClaimVerdict, Finding
from nineteen.verbs.compare.trainings import MeasuredSizes
from nineteen.verbs.compare.wording import bytes_in_words, update_bytes


def advise(measured: MeasuredSizes, findings: Sequence[Finding]) -> tuple[str, ...]:
    """The advice as Markdown, a sentence or two each, from counts and verdicts only."""
    holds = {finding.key for finding in findings if finding.verdict is ClaimVerdict.HOLDS}
    fails = {finding.key for finding in findings if finding.verdict is ClaimVerdict.FAILS}
    full, other, few = measured.full, measured.mini or measured.sgd, measured.narrow[-1]
    again = int(measured.sgd.unlearned_again.sum())
    main = tuple(one.spec for one in measured.main)
    tables = [specs for specs in (main, *measured.larger) if usual_mini(specs)]
    largest = max(tables or [main], key=lambda specs: specs[0].table.rows)
    mini = usual_mini(largest) or largest[0]
    figures = {
        "full": full,
        "few": few,
        "other": other,
        "needs": ratio(full.rows_needed, other.rows_needed).times,
        "again": again,
        "seeds": measured.seeds,
        "mini": mini,
        "bytes": bytes_in_words(update_bytes(mini)),
        "all_bytes": bytes_in_words(update_bytes(largest[-1])),
    }
    given = {
        _which(measured, holds, fails): True,
        "not_one_moment": again and "sgd noisy" in holds,
        "more_units": bool(measured.small) and few.failed > full.failed,
        "no_hope_shorter" if measured.slow else "no_hope": "sgd minima" in fails,
        "smaller_batches": "sgd minima" in holds,
        "some_at_a_time": tables,
    }
    words = data("compare/advice.toml")
    return tuple(words[key].format(**figures) for key, fits in given.items() if fits)


def _which(measured: MeasuredSizes, holds: set[str], fails: set[str]) -> str:
    if all(2 * one.failed > measured.seeds for one in measured.main):
        return "first_learn"
    if "full slower" in holds:
        return "take_small"
    if "sgd faster" in holds:
        return "count_seconds" if "full efficient" in holds else "take_sgd"
    if "full slower" in fails:
        return "take_full_quick" if "full efficient" in holds else "take_full"
    return "more_seeds"
