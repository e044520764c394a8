"""`compare`: the batch sizes side by side, measured, as a lesson in three formats."""

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import replace

from nineteen.errors import UsageError, extra
from nineteen.script.choices import choices_of, file_stem, spec_of
from nineteen.script.files import LESSONS, check_target, output_path
from nineteen.script.options import command_parser, short
from nineteen.script.templates import data
from nineteen.verbs.compare.comparison_plan import ComparisonPlan, command_of, plan_comparison

DECIDED = ("--batch", "--seed", "--show", "--keep")  # by compare itself


def main(argv: list[str]) -> int:
    """Measure, write the lesson, say what was found and where it is; returns 0."""
    given = compare_options(argv)
    if not given.all:
        _write(given, ("md", "ipynb", "html"))
        return 0
    for words in data("compare/pages.toml")["pages"]:
        page = compare_options(shlex.split(words))
        page.quiet, page.workers = given.quiet, given.workers
        _write(page, ("md", "html"))  # a notebook would hold the pictures once more
    return 0


def compare_options(argv: list[str]) -> argparse.Namespace:
    """The options of a comparison, its batch sizes as `sizes`. Raises UsageError."""
    for word in argv:
        if word.partition("=")[0] in DECIDED:
            raise UsageError(
                f"{short(word)}: compare runs every size with the seeds 0, 1, 2, …: leave it out"
            )
    given = command_parser("compare").read(argv)
    given.sizes, given.batch_size = given.batch_size, None  # a script has a single one
    return given


def planned(given: argparse.Namespace) -> ComparisonPlan:
    """The comparison that the options mean. Raises UsageError."""
    return plan_comparison(choices_of(given), given.sizes, given.seeds)


def _write(given: argparse.Namespace, formats: Sequence[str]) -> None:
    choices, plan, workers = choices_of(given), planned(given), given.workers or -1
    stem = file_stem(spec_of(choices)).removesuffix("_full")
    path = output_path(given.output, LESSONS) / f"compare_{stem}.md"
    check_target(path, force=True)
    extra("matplotlib")
    from nineteen.page.document import FORMATS, document_files, write_all
    from nineteen.verbs.compare import comparison

    found = comparison.compared(plan, workers)
    pages = comparison.documents(
        found,
        comparison.findings_beside(choices, plan.seeds, workers),
        {FORMATS[format] for format in formats},
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
        comparison.print_findings(found.findings, paths)
