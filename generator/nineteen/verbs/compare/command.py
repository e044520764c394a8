"""`compare`: the batch sizes side by side, measured, as a lesson in three formats."""

import argparse
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from itertools import pairwise
from pathlib import Path

import numpy as np

from nineteen.errors import UsageError, extra
from nineteen.page.document import FORMATS, Document, Picture, document_files, write_all
from nineteen.page.estimates import median
from nineteen.page.look import save
from nineteen.page.terminal import Terminal, announce
from nineteen.script.choices import Choices, choices_of, file_stem, spec_of
from nineteen.script.ended import Ending
from nineteen.script.files import LESSONS, check_target, output_path
from nineteen.script.make import Made, make
from nineteen.script.options import PROGRAM, command_parser, short
from nineteen.script.render import MAX_LINES, environment
from nineteen.script.templates import data
from nineteen.training.seeds import expected_seconds
from nineteen.verbs.compare.claims import Findings, all_findings
from nineteen.verbs.compare.comparison_pictures import drawn_pictures
from nineteen.verbs.compare.comparison_plan import SEEDS, ComparisonPlan, plan_comparison
from nineteen.verbs.compare.grid import MeasuredGrid, View
from nineteen.verbs.compare.measuring import check_printed, measure_grid

DECIDED = ("--batch", "--seed", "--show", "--keep")  # by compare itself


@dataclass(frozen=True, eq=False)
class Comparison:
    """What was measured, what it says of each claim, and the scripts to show.

    `scripts` are those of one row, of the usual mini-batch if there is one, and of all rows.
    """

    grid: MeasuredGrid
    findings: Findings
    scripts: tuple[Made, ...]


def main(argv: list[str]) -> int:
    """Measure, write the lesson, say what was found and where it is; returns 0."""
    given = compare_options(argv)
    if not given.all:
        _write(given, ("md", "ipynb", "html"))
        return 0
    usual, free = vars(compare_options(["--all"])), ("quiet", "workers")
    if any(value != usual[name] for name, value in vars(given).items() if name not in free):
        raise UsageError("--all makes the pages of generated/lessons: leave the other options out")
    for words in data("compare/pages.toml")["pages"]:
        page = compare_options(shlex.split(words))
        page.quiet, page.workers = given.quiet, given.workers
        _write(page, ("md", "html"))  # a notebook would hold the pictures once more
    return 0


def compare_options(argv: list[str]) -> argparse.Namespace:
    """The options of a comparison, its batch sizes as `sizes`. Raises UsageError."""
    for word in argv:
        if word.partition("=")[0] in DECIDED:
            decided = "compare runs every size with the seeds 0, 1, 2, …: leave it out"
            raise UsageError(f"{short(word)}: {decided}")
    given = command_parser("compare").read(argv)
    given.sizes, given.batch_size = given.batch_size, None  # a script has a single one
    return given


def planned(given: argparse.Namespace) -> ComparisonPlan:
    """The comparison that the options mean. Raises UsageError."""
    return plan_comparison(choices_of(given), given.sizes, given.seeds)


def command_of(choices: Choices, batch_sizes: Sequence[int] | None, seeds: int | None) -> str:
    """The command of a comparison, with what was chosen."""
    given = {"--seeds": seeds, "--batch-size": ",".join(map(str, batch_sizes or ()))}
    options = [f"{name} {value}" for name, value in given.items() if value]
    return " ".join([PROGRAM, "compare", choices.line, *options])


def _write(given: argparse.Namespace, formats: Sequence[str]) -> None:
    choices, plan = choices_of(given), planned(given)
    how = given.workers or -1, given.quiet
    stem = file_stem(spec_of(choices)).removesuffix("_full")
    path = output_path(given.output, LESSONS) / f"compare_{stem}.md"
    check_target(path, force=True)
    extra("matplotlib")
    seconds = 6 + 1.5 * plan.seeds * sum(
        map(expected_seconds, plan.specs)
    )  # the first for pictures
    announce(f"{plan.seeds * len(plan.specs):,} trainings, and pictures", seconds, given.quiet)
    found = compared(plan, *how)
    pages = documents(
        found,
        findings_beside(choices, plan.seeds, *how),
        dict.fromkeys(FORMATS[format] for format in formats),  # a picture depends on those before
        command=command_of(choices, given.sizes, given.seeds),
        subject=replace(choices, hidden=None, activation=None, lr=None, epochs=None).line,
    )
    texts = {path.with_name(f"{path.stem}_files") / "grid.json": found.grid.text}
    paths = [path.with_suffix(f".{format}") for format in formats]
    for format, one in zip(formats, paths, strict=True):
        # In our own folder a web page shows the pictures there; one made elsewhere may be moved.
        texts |= document_files(pages[FORMATS[format]], format, one, beside=given.output is None)
    write_all(texts, force=True)
    if not given.quiet:
        _print_findings(found.findings, paths)


def compared(plan: ComparisonPlan, workers: int, quiet: bool = False) -> Comparison:
    """Run the plan on so many processes, and say what was found; raises as `measure_grid` does."""
    grid = measure_grid(plan, workers, quiet)
    return Comparison(grid, all_findings(grid), tuple(_scripts(grid.view())))


def findings_beside(choices: Choices, seeds: int, workers: int, quiet: bool) -> Findings:
    """What the truth table says of the claims, beside so many seeds on samples of it, or nothing.

    Its trainings are short: it has ten times as many seeds, up to a thousand.
    """
    if not choices.samples:
        return ()
    usual = replace(choices, samples=None, noise=None, lr=None, epochs=None)
    plan = plan_comparison(usual, None, min(SEEDS[0], 10 * seeds))
    return all_findings(measure_grid(plan, workers, quiet))


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


def _print_findings(findings: Findings, paths: Sequence[Path]) -> None:
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
