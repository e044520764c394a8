"""The lesson on batch sizes: the page around a comparison, as Markdown with its pictures."""

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from nineteen.page.document import Document, Picture
from nineteen.page.estimates import median
from nineteen.page.look import save, style
from nineteen.script.options import decimal
from nineteen.script.render import environment
from nineteen.script.templates import data
from nineteen.verbs.compare.claims import update_bytes
from nineteen.verbs.compare.code_table import differing, html_table
from nineteen.verbs.compare.comparison import Comparison
from nineteen.verbs.compare.findings import LIMITS, ClaimVerdict
from nineteen.verbs.compare.loss_pictures import (
    loss_curves,
    noise_of_a_seed,
    seed_spread,
    time_curves,
)
from nineteen.verbs.compare.measuring import KEPT_EPOCHS, SINGLY
from nineteen.verbs.compare.stuck_pictures import answers_on_the_way, failed_shares, stuck_curves
from nineteen.verbs.compare.trainings import MeasuredSizes, failed
from nineteen.verbs.compare.wording import bytes_in_words, hidden_units, strategy_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def documents(
    comparison: Comparison, command: str, subject: str, kinds: Sequence[str]
) -> dict[str, Document]:
    """The lesson once for every kind of picture, "svg" or "png".

    Raises UsageError where Matplotlib is missing.
    """
    with style():
        drawn = _pictures(comparison)
        values = _values(comparison) | {"command": command, "subject": subject, "drawn": drawn}
        text = environment().get_template("compare/lesson.md.j2").render(values)
        return {
            kind: Document(
                f"What the batch size does: {subject}",
                text,
                tuple(Picture(name, save(figure, kind), kind) for name, figure in drawn.items()),
            )
            for kind in kinds
        }


def _values(comparison: Comparison) -> dict[str, Any]:
    """What the template needs."""
    measured, findings = comparison.measured, comparison.findings
    main = [one.spec for one in measured.main]
    words = data("compare/claims.toml")
    sources = [made.source for made in comparison.scripts]
    claims = [(i, words[finding.key], finding) for i, finding in enumerate(findings, 1)]
    return {
        "comparison": comparison,
        "measured": measured,
        "specs": [*main, *(spec for specs in measured.larger for spec in specs)],
        "every_update": all(spec.updates <= SINGLY for spec in main),
        "failed": sum(map(failed, measured.main)),
        "way": _on_the_way(measured),
        "scripts_table": html_table(
            [strategy_label(made.spec) for made in comparison.scripts], sources
        ),
        "between_loops": differing(sources[:2]),
        "verdicts": {one: [c for c in claims if c[2].verdict is one] for one in ClaimVerdict},
        "claims": {
            about: list(group) for about, group in groupby(claims, lambda claim: claim[1]["about"])
        },
        "minima": next(claim for claim in claims if claim[2].key == "sgd minima"),
        "timed": [i for i, _, finding in claims if finding.timed],
        "more_seeds": words["more_seeds"],
        "limits": LIMITS,
        "label": strategy_label,
        "units": hidden_units,
        "number": decimal,
        "median": median,
        "bytes": lambda spec: bytes_in_words(update_bytes(spec)),
        "milliseconds": lambda spec: median([1000 * s for s in measured.seconds[spec]]).count,
    }


def _pictures(comparison: Comparison) -> "dict[str, Figure]":
    """The pictures that there is something to show in."""
    measured, seed = comparison.measured, comparison.scripts[-1].spec.seed
    drawn = {
        "loss": loss_curves(measured),
        "seconds": time_curves(measured),
        "spread": seed_spread(measured),
        "noise": noise_of_a_seed(measured),
    }
    if seed < len(measured.full.networks) and measured.full.networks[seed]:
        ends = max(one.spec.epochs for one in measured.main)
        moments = {"before": 0, "on the way": _on_the_way(measured), "at the end": ends}
        drawn["surface"] = answers_on_the_way(measured.main, seed, moments)
    if any(one.stuck.any() for one in measured.narrow):
        drawn["stuck"] = stuck_curves(measured.narrow)
    if measured.failed:
        drawn["shares"] = failed_shares(measured)
    return drawn


def _on_the_way(measured: MeasuredSizes) -> int:
    """The epochs after which surfaces are drawn: half of what full batch needs."""
    full = measured.full
    needed = full.updates_needed[np.isfinite(full.updates_needed)]
    half = int(median(needed).value / 2) if len(needed) else full.spec.epochs // 2
    return min(max(1, half), KEPT_EPOCHS)
