"""What the figures of a comparison advise: which batch size to choose."""

from collections.abc import Sequence

from nineteen.page.estimates import ratio
from nineteen.script.templates import data
from nineteen.verbs.compare.claims import update_bytes
from nineteen.verbs.compare.claims_sgd import stuck_share
from nineteen.verbs.compare.comparison_plan import Specs, usual_mini
from nineteen.verbs.compare.findings import ClaimVerdict, Finding
from nineteen.verbs.compare.trainings import MeasuredSizes, failed
from nineteen.verbs.compare.wording import bytes_in_words, hidden_units, strategy_name


def advise(measured: MeasuredSizes, findings: Sequence[Finding]) -> tuple[str, ...]:
    """The advice as Markdown, a sentence or two each, from counts and verdicts only."""
    holds = {finding.key for finding in findings if finding.verdict is ClaimVerdict.HOLDS}
    fails = {finding.key for finding in findings if finding.verdict is ClaimVerdict.FAILS}
    small, full, other = measured.small, measured.full, measured.mini or measured.sgd
    few, again = measured.narrow[-1], int(measured.sgd.unlearned_again.sum())
    tables = [specs for specs in (_specs(measured), *measured.larger) if usual_mini(specs)]
    figures = {
        "other": strategy_name(other.spec),
        "needs": ratio(full.rows_needed, other.rows_needed).times,
        "again": again,
        "seeds": measured.seeds,
        "few_stuck": stuck_share(few).percent,
        "few_units": hidden_units(few.spec),
        "many_stuck": stuck_share(full).percent,
        "many_units": hidden_units(full.spec),
        **(_amounts(max(tables, key=lambda specs: specs[0].table.rows)) if tables else {}),
    }
    given = {
        _which(measured, holds, fails): True,
        "not_one_moment": again and "sgd noisy" in holds,
        "more_units": bool(small) and failed(few) > failed(full),
        "no_hope_shorter" if measured.slow else "no_hope": "sgd minima" in fails,
        "smaller_batches": "sgd minima" in holds,
        "some_at_a_time": tables,
    }
    words = data("compare/advice.toml")
    return tuple(words[key].format(**figures) for key, fits in given.items() if fits)


def _which(measured: MeasuredSizes, holds: set[str], fails: set[str]) -> str:
    if all(2 * failed(one) > measured.seeds for one in measured.main):
        return "first_learn"
    if "full slower" in holds:
        return "take_small"
    if "sgd faster" in holds:
        return "count_seconds" if "full efficient" in holds else "take_sgd"
    if "full slower" in fails:
        return "take_full_quick" if "full efficient" in holds else "take_full"
    return "more_seeds"


def _specs(measured: MeasuredSizes) -> Specs:
    return tuple(one.spec for one in measured.main)


def _amounts(specs: Specs) -> dict[str, object]:
    """What an update takes with a mini-batch and with all rows of the table."""
    mini, full = usual_mini(specs) or specs[0], specs[-1]
    return {
        "rows": full.table.rows,
        "size": mini.batch_size,
        "updates": mini.updates_per_epoch,
        "bytes": bytes_in_words(update_bytes(mini)),
        "all_bytes": bytes_in_words(update_bytes(full)),
    }
