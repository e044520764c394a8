"""A comparison of batch sizes: what was measured, all that is said about it, and its page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from nineteen.page.document import Document, Picture
from nineteen.page.estimates import median
from nineteen.page.look import save, style
from nineteen.script.make import Made, make
from nineteen.script.options import decimal
from nineteen.script.render import environment
from nineteen.script.run import Ending
from nineteen.script.templates import data
from nineteen.verbs.compare import loss_pictures, stuck_pictures, wording
from nineteen.verbs.compare.batch_advice import advise
from nineteen.verbs.compare.claims import all_findings
from nineteen.verbs.compare.code_table import differing, html_table
from nineteen.verbs.compare.comparison_plan import ComparisonPlan
from nineteen.verbs.compare.findings import LIMITS, ClaimVerdict, Finding
from nineteen.verbs.compare.measuring import KEPT_EPOCHS, SINGLY, check_printed, measure_sizes
from nineteen.verbs.compare.trainings import MeasuredSizes

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Comparison:
    """The trainings, what they say of each claim, what they advise, and the scripts to show.

    `scripts` are those of one row, of the usual mini-batch if there is one, and of all rows.
    """

    measured: MeasuredSizes
    findings: tuple[Finding, ...]
    advice: tuple[str, ...]
    scripts: tuple[Made, ...]


def compared(plan: ComparisonPlan, workers: int) -> Comparison:
    """Run the plan on so many processes, and say what was found; raises as `measure_sizes` does."""
    measured = measure_sizes(plan, workers)
    findings = all_findings(measured)
    advice = advise(measured, findings)
    return Comparison(measured, findings, advice, tuple(_scripts(measured)))


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
        "failed": sum(one.failed for one in measured.main),
        "way": _on_the_way(measured),
        "scripts_table": html_table(
            [wording.strategy_label(made.spec) for made in comparison.scripts], sources
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
        "label": wording.strategy_label,
        "units": wording.hidden_units,
        "number": decimal,
        "median": median,
        "bytes": lambda spec: wording.bytes_in_words(wording.update_bytes(spec)),
        "milliseconds": lambda spec: median([1000 * s for s in measured.seconds[spec]]).count,
    }


def _pictures(comparison: Comparison) -> "dict[str, Figure]":
    """The pictures that there is something to show in."""
    measured, seed = comparison.measured, comparison.scripts[-1].spec.seed
    drawn = {
        "loss": loss_pictures.loss_curves(measured),
        "seconds": loss_pictures.time_curves(measured),
        "spread": loss_pictures.seed_spread(measured),
        "noise": loss_pictures.noise_of_a_seed(measured),
    }
    if seed < len(measured.full.networks) and measured.full.networks[seed]:
        ends = max(one.spec.epochs for one in measured.main)
        moments = {"before": 0, "on the way": _on_the_way(measured), "at the end": ends}
        drawn["surface"] = stuck_pictures.answers_on_the_way(measured.main, seed, moments)
    if any(one.stuck.any() for one in measured.narrow):
        drawn["stuck"] = stuck_pictures.stuck_curves(measured.narrow)
    if measured.failed:
        drawn["shares"] = stuck_pictures.failed_shares(measured)
    return drawn


def _on_the_way(measured: MeasuredSizes) -> int:
    """The epochs after which surfaces are drawn: half of what full batch needs."""
    full = measured.full
    needed = full.updates_needed[np.isfinite(full.updates_needed)]
    half = int(median(needed).value / 2) if len(needed) else full.spec.epochs // 2
    return min(max(1, half), KEPT_EPOCHS)


def _scripts(measured: MeasuredSizes) -> Iterator[Made]:
    """The three scripts, with a seed that all of them learn, and what they print alone.

    Where there is none, each has the first seed that it learns itself, else 0.
    """
    common = np.logical_and.reduce([one.learned for one in measured.strategies])
    for one in measured.strategies:
        seed = int((common if common.any() else one.learned).argmax())
        made = make(replace(one.spec, seed=seed), (seed,))
        if made.run.ending is Ending.FINISHED:
            check_printed(one, seed, made.run.stdout)
        yield made
