"""A comparison of batch sizes: what was measured, all that is said about it, and its page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from itertools import pairwise
from pathlib import Path

import numpy as np

from nineteen.page.document import Document, Picture
from nineteen.page.estimates import median
from nineteen.page.look import save
from nineteen.page.terminal import Terminal
from nineteen.script.choices import Choices
from nineteen.script.make import Made, make
from nineteen.script.render import MAX_LINES, environment
from nineteen.script.run import Ending
from nineteen.script.templates import data
from nineteen.verbs.compare.claims import Findings, all_findings
from nineteen.verbs.compare.comparison_pictures import drawn_pictures
from nineteen.verbs.compare.comparison_plan import SEEDS, ComparisonPlan, plan_comparison
from nineteen.verbs.compare.grid import MeasuredGrid, View
from nineteen.verbs.compare.measuring import check_printed, measure_grid


@dataclass(frozen=True, eq=False)
class Comparison:
    """What was measured, what it says of each claim, and the scripts to show.

    `scripts` are those of one row, of the usual mini-batch if there is one, and of all rows.
    """

    grid: MeasuredGrid
    findings: Findings
    scripts: tuple[Made, ...]


def compared(plan: ComparisonPlan, workers: int) -> Comparison:
    """Run the plan on so many processes, and say what was found; raises as `measure_grid` does."""
    grid = measure_grid(plan, workers)
    return Comparison(grid, all_findings(grid), tuple(_scripts(grid.view())))


def findings_beside(choices: Choices, seeds: int, workers: int) -> Findings:
    """What the truth table says of the claims, beside so many seeds on samples of it, or nothing.

    Its trainings are short: it has ten times as many seeds, up to a thousand.
    """
    if not choices.samples:
        return ()
    usual = replace(choices, samples=None, noise=None, lr=None, epochs=None)
    plan = plan_comparison(usual, None, min(SEEDS[0], 10 * seeds))
    return all_findings(measure_grid(plan, workers))


def documents(
    comparison: Comparison, table: Findings, kinds: Iterable[str], **words: str
) -> dict[str, Document]:
    """The lesson once for every kind of picture, "svg" or "png".

    `table` is what `findings_beside` found; the `words` are the command and its subject. Raises
    UsageError where Matplotlib is missing.
    """
    made, view = comparison.scripts, comparison.grid.view()
    figures = drawn_pictures(comparison.grid, made[-1].spec.seed)
    about = {
        "view": view,
        "pictures": figures,
        "changes": [_changes(one.source, other.source) for one, other in pairwise(made)],
        "table": {finding.key: finding for finding in table},
        "said": {finding.key: finding.verdict.name for finding in comparison.findings},
        "stuck": data("compare/stuck.toml"),
        "median": median,
    }
    template = environment().get_template("compare/lesson.md.j2")
    text = template.render(vars(comparison) | about | words)
    pictures = {
        kind: tuple(Picture(name, save(one, kind), kind) for name, one in figures.items())
        for kind in kinds
    }
    title = f"What the batch size does: {words['subject']}"
    return {kind: Document(title, text, shown) for kind, shown in pictures.items()}


def print_findings(findings: Findings, paths: Sequence[Path]) -> None:
    """Print every claim with its verdict, and where the lesson is."""
    styles, console = {"HOLDS": "green", "FAILS": "red", "UNSEEN": "dim"}, Terminal(markup=False)
    for finding in findings:
        said = f"{finding.words['about']} {finding.words['claim']}: {finding.verdict}"
        console.print(said, style=styles[finding.verdict.name])
    for path in paths:
        console.print(str(path), style="bold", soft_wrap=True)


def _changes(before: str, after: str) -> str:
    """What changes from one script to another, the lines between them too."""
    old, new = (text.partition("\n")[2].strip().splitlines() for text in (before, after))
    lines = unified_diff(old, new, n=MAX_LINES, lineterm="")
    return "\n".join(list(lines)[3:])  # the first three name files and places


def _scripts(view: View) -> Iterator[Made]:
    """The three scripts, with a seed that all of them learn, and what they print alone.

    Where there is none, each has the first seed that it learns itself, else 0.
    """
    common = np.logical_and.reduce([cell.learned for cell in view.strategies])
    for cell in view.strategies:
        seed = int((common if common.any() else cell.learned).argmax())
        made = make(replace(cell.spec, seed=seed), (seed,))
        if made.run.ending is Ending.FINISHED:
            check_printed(cell, seed, made.run.stdout)
        yield made
