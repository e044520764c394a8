"""What the figures of a comparison advise: which batch size to choose."""

from collections.abc import Sequence

from generator.claim_words import called, size, units
from generator.claims import update_bytes
from generator.claims_sgd import stuck_share
from generator.courses import Cell, Measured
from generator.estimates import ratio
from generator.verdict import Finding, Verdict


def advice(measured: Measured, findings: Sequence[Finding]) -> list[str]:
    """The advice as Markdown, a sentence or two each, from counts and verdicts only."""
    said = {finding.key: finding.verdict for finding in findings}
    lines = [_which(measured, said)]
    if said["sgd noisy"] is Verdict.HOLDS:
        back = sum(course.came_back for course in measured.sgd.courses)
        lines.append(
            "**With small batches do not trust a single moment.** Look whether the answers stay "
            f"good: with {back} of {measured.seeds} seeds SGD had every answer within 0.1, "
            "and then lost it again for a while."
        )
    small = measured.small or measured.main
    if any(any(cell.stuck) for cell in small):
        lines.append(_stuck(measured, small, said["sgd minima"]))
    if measured.larger:
        lines.append(_larger(measured.larger[-1]))
    return lines


def _which(measured: Measured, said: dict[str, Verdict]) -> str:
    other = measured.mini or measured.sgd
    needs = ratio(measured.full.samples_needed, other.samples_needed)
    if said["full slower"] is Verdict.HOLDS:
        return (
            f"**Take {called(other.spec)} for this table.** Until learned, full batch needs "
            f"{needs.times} as many rows as {called(other.spec)}."
        )
    saved = "it takes far less time, " if said["full efficient"] is Verdict.HOLDS else ""
    if said["full slower"] is Verdict.FAILS:
        return (
            "**Take full batch for this table.** It needs to see about as many rows as the others, "
            f"{saved}its loss is the calmest, and the script is the shortest."
        )
    return (
        "**The batch size hardly matters for this table.** With so many seeds no size clearly "
        "needs fewer rows than full batch does."
    )


def _stuck(measured: Measured, small: Sequence[Cell], escapes: Verdict) -> str:
    text = "**If a network gets stuck, give it more hidden units.** "
    if measured.small:
        few, many = small[-1], measured.full
        text += (
            f"With full batch, {stuck_share(few).percent} of the seeds got stuck with "
            f"{units(few.spec)}, and {stuck_share(many).percent} with {units(many.spec)}. "
        )
    if escapes is Verdict.FAILS:
        text += (
            "Do not hope for the noise of small batches: it caught more networks than it freed. "
        )
    if escapes is Verdict.HOLDS:
        text += "Or take smaller batches: their noise freed more networks than it caught. "
    if measured.slow and escapes is Verdict.FAILS:
        text += "With small batches make the steps shorter, too."
    return text.rstrip()


def _larger(cells: Sequence[Cell]) -> str:
    mini, full = cells[1], cells[-1]
    sizes = [size(update_bytes(cell.spec)) for cell in (mini, full)]
    return (
        f"**With more rows take some at a time.** With {full.spec.table.rows} rows, batches of "
        f"{mini.spec.batch_size} make {mini.an_epoch} updates where full batch makes one, and an "
        f"update needs {sizes[0]} instead of {sizes[1]}."
    )
