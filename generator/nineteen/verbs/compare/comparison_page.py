"""The lesson on batch sizes: the page around what was measured, as Markdown with its pictures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from nineteen.page.document import Document, Picture
from nineteen.page.estimates import median
from nineteen.page.look import save, style
from nineteen.script.make import Made
from nineteen.script.options import decimal
from nineteen.script.render import environment, render
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.verbs.compare.batch_advice import advice
from nineteen.verbs.compare.claim_verdict import (
    COUNT_FACTOR,
    NOISIER,
    NOISY,
    RARELY,
    TIME_FACTOR,
    UNSETTLED,
    Verdict,
)
from nineteen.verbs.compare.claim_words import WORDS, size, units
from nineteen.verbs.compare.claims import claims, update_bytes
from nineteen.verbs.compare.code_table import differing, html_table
from nineteen.verbs.compare.loss_pictures import loss, name, noise, seconds, spread
from nineteen.verbs.compare.measuring import SINGLY, weights_after
from nineteen.verbs.compare.stuck_pictures import shares, stuck, surfaces
from nineteen.verbs.compare.trainings import Measured

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLES = {
    Batch.SGD: "One row (SGD)",
    Batch.MINI: "Some rows (mini-batch)",
    Batch.FULL: "All rows (full batch)",
}
LIMITS = (
    f"{COUNT_FACTOR:g} times as many rows or updates; {TIME_FACTOR:g} times as many seconds; "
    f"{100 * NOISY:g} % of the updates for noise, and {100 * NOISIER:g} % more of them for "
    f"noisier; {100 * RARELY:g} % of the seeds for getting stuck; {100 * UNSETTLED:g} % of them "
    "for not settling; half of the pairs where pairs are counted; 1 GB for a lot of memory"
)


def documents(
    measured: Measured, command: str, subject: str, scripts: Sequence[Made], kinds: Sequence[str]
) -> dict[str, Document]:
    """The lesson once for every kind of picture, "svg" or "png".

    `scripts` are those of the strategies that learned. Raises UsageError where Matplotlib is
    missing.
    """
    text = (
        environment()
        .get_template("compare/lesson.md.j2")
        .render(_values(measured, command, subject, scripts))
    )
    with style():
        drawn = _pictures(measured)
        return {
            kind: Document(
                f"What the batch size does: {subject}",
                text,
                tuple(Picture(name, save(figure, kind), kind) for name, figure in drawn.items()),
            )
            for kind in kinds
        }


def shown(measured: Measured) -> list[ScriptSpec]:
    """The three strategies whose scripts the lesson shows, with a seed that all of them learn.

    Where there is none, each has the first one that it learns itself, else 0.
    """
    cells = [cell for cell in (measured.sgd, measured.mini, measured.full) if cell]
    learned = [
        [seed for seed, course in enumerate(cell.courses) if course.learned] for cell in cells
    ]
    common = [seed for seed in learned[0] if all(seed in own for own in learned)]
    chosen = [(common or own or [0])[0] for own in learned]
    return [replace(cell.spec, seed=seed) for cell, seed in zip(cells, chosen, strict=True)]


def _values(
    measured: Measured, command: str, subject: str, scripts: Sequence[Made]
) -> dict[str, Any]:
    """What the template needs."""
    findings = claims(measured)
    specs = shown(measured)
    sources = [render(spec) for spec in specs]
    stuck_in = measured.small or measured.main
    main = measured.main
    return {
        "command": command,
        "subject": subject,
        "seeds": measured.seeds,
        "main": main,
        "full": measured.full,
        "mini": measured.mini,
        "small": measured.small,
        "slow": measured.slow,
        "sizes": [cell for cells in (main, *measured.larger) for cell in cells],
        "same_settings": len({(cell.spec.lr, cell.spec.epochs) for cell in main}) == 1,
        "every_update": all(cell.an_epoch * cell.spec.epochs <= SINGLY for cell in main),
        "failed": sum(cell.failed for cell in main),
        "any_stuck": any(any(cell.stuck) for cell in stuck_in),
        "any_failed": _any_failed(measured),
        "surface_epochs": _on_the_way(measured),
        "surface_seed": specs[-1].seed,
        "scripts_table": html_table([TITLES[spec.batch] for spec in specs], sources),
        "between_loops": differing(sources[:2]),
        "scripts": scripts,
        "findings": findings,
        "counts": Counter({verdict.value: 0 for verdict in Verdict})
        + Counter(finding.verdict.value for finding in findings),
        "failing": [
            f"{WORDS[finding.key].about.partition(' (')[0]} {WORDS[finding.key].claim}"
            for finding in findings
            if finding.verdict is Verdict.FAILS
        ],
        "minima": next(finding for finding in findings if finding.key == "sgd minima"),
        "groups": [
            (about, list(group))
            for about, group in groupby(
                ((i, WORDS[finding.key], finding) for i, finding in enumerate(findings, 1)),
                lambda claim: claim[1].about,
            )
        ],
        "timed": [i for i, finding in enumerate(findings, 1) if finding.timed],
        "limits": LIMITS,
        "advice": advice(measured, findings),
        "words": WORDS,
        "name": name,
        "title": lambda spec: TITLES[spec.batch],
        "units": units,
        "number": decimal,
        "median": median,
        "bytes": lambda spec: size(update_bytes(spec)),
        "milliseconds": lambda cell: median([1000 * value for value in cell.seconds]).count,
    }


def _pictures(measured: Measured) -> "dict[str, Figure]":
    """The pictures that there is something to show in."""
    drawn = {
        "loss": loss(measured),
        "seconds": seconds(measured),
        "spread": spread(measured),
        "noise": noise(measured),
    }
    if epochs := _on_the_way(measured):
        seed = shown(measured)[-1].seed
        moments = {0: "before", epochs: "on the way", measured.full.spec.epochs: "at the end"}
        weights = [
            weights_after(
                replace(cell.spec, seed=seed), (0, min(epochs, cell.spec.epochs), cell.spec.epochs)
            )
            for cell in measured.main
        ]
        drawn["surface"] = surfaces(measured.main, list(moments.values()), weights)
    stuck_in = measured.small or measured.main
    if any(any(cell.stuck) for cell in stuck_in):
        drawn["stuck"] = stuck(stuck_in)
    if _any_failed(measured):
        drawn["shares"] = shares(measured)
    return drawn


def _on_the_way(measured: Measured) -> int:
    """After how many epochs the surface is drawn on the way; 0 where there is no surface."""
    if measured.full.spec.table.inputs != 2:
        return 0
    needed = median([made for made in measured.full.updates_needed if made < float("inf")])
    half = int(needed.value / 2) if needed.runs else measured.full.spec.epochs // 2
    return max(1, half)


def _any_failed(measured: Measured) -> bool:
    return any(cell.failed for cell in (*measured.main, *measured.small, *measured.slow))
