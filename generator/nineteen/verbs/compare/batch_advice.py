"""What the figures of a comparison advise: which batch size to choose."""

from collections.abc import Sequence

from nineteen.page.estimates import ratio
from nineteen.verbs.compare.claim_verdict import Finding, Verdict
from nineteen.verbs.compare.claim_words import called, size, units
from nineteen.verbs.compare.claims import update_bytes
from nineteen.verbs.compare.claims_sgd import stuck_share
from nineteen.verbs.compare.trainings import Cell, Measured, mini_of


def advice(measured: Measured, findings: Sequence[Finding]) -> list[str]:
    """The advice as Markdown, a sentence or two each, from counts and verdicts only."""
    said = {finding.key: finding.verdict for finding in findings}
    lines = [_which(measured, said)]
    back = sum(course.came_back for course in measured.sgd.courses)
    if back and said["sgd noisy"] is Verdict.HOLDS:
        lines.append(
            "**With small batches do not trust a single moment.** Look whether the answers stay "
            f"good: with {back} of {measured.seeds} seeds SGD had every answer within 0.1, "
            "and then lost it again for a while."
        )
    lines += _stuck(measured, said["sgd minima"])
    tables = [cells for cells in (measured.main, *measured.larger) if mini_of(cells)]
    if tables:
        lines.append(_larger(max(tables, key=lambda cells: cells[0].spec.table.rows)))
    return lines


def _which(measured: Measured, said: dict[str, Verdict]) -> str:
    other = measured.mini or measured.sgd
    needs = ratio(measured.full.samples_needed, other.samples_needed)
    if all(2 * cell.failed > measured.seeds for cell in measured.main):
        return (
            "**First make it learn.** With these options most seeds fail, whatever the batch size."
        )
    if said["full slower"] is Verdict.HOLDS:
        return (
            f"**Take {called(other.spec)} for this table.** Until learned, full batch needs "
            f"{needs.times} as many rows."
        )
    if said["sgd faster"] is Verdict.HOLDS:
        if said["full efficient"] is Verdict.HOLDS:
            return (
                "**Count seconds, not rows.** SGD learns from the fewest rows, but it takes far "
                "more time than full batch: it calls NumPy for each of them."
            )
        return "**Take SGD for this table.** It learns from the fewest rows."
    if said["full slower"] is Verdict.FAILS:
        quick = "it takes far less time, " if said["full efficient"] is Verdict.HOLDS else ""
        return (
            "**Take full batch for this table.** It needs to see about as many rows as the others, "
            f"{quick}its loss is the calmest, and the script is the shortest."
        )
    return "**Run more seeds.** So many do not tell which size needs to see the fewest rows."


def _stuck(measured: Measured, escapes: Verdict) -> list[str]:
    small = measured.small or measured.main
    lines = []
    if measured.small and measured.small[-1].failed > measured.full.failed:
        few, many = small[-1], measured.full
        lines.append(
            "**If a network gets stuck, give it more hidden units.** With full batch, "
            f"{stuck_share(few).percent} of the seeds got stuck with {units(few.spec)}, and "
            f"{stuck_share(many).percent} with {units(many.spec)}."
        )
    if escapes is Verdict.FAILS:
        shorter = " With small batches make the steps shorter, too." if measured.slow else ""
        lines.append(
            "**Do not hope that the noise of small batches frees a network.** It caught more than "
            f"it freed.{shorter}"
        )
    if escapes is Verdict.HOLDS:
        lines.append("**If a network gets stuck, take smaller batches.** Their noise freed more.")
    return lines


def _larger(cells: Sequence[Cell]) -> str:
    mini, full = mini_of(tuple(cells)) or cells[0], cells[-1]
    sizes = [size(update_bytes(cell.spec)) for cell in (mini, full)]
    return (
        f"**With more rows take some at a time.** With {full.spec.table.rows} rows, batches of "
        f"{mini.spec.batch_size} make {mini.an_epoch} updates where full batch makes one, and an "
        f"update needs {sizes[0]} instead of {sizes[1]}."
    )
