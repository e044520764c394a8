"""`compare`: the batch sizes side by side, measured, as a lesson in three formats."""

import argparse
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nineteen.errors import UsageError, extra
from nineteen.script.choices import choices_of, file_stem, spec_of
from nineteen.script.files import LESSONS, check_target, output_path
from nineteen.script.options import command_parser, short
from nineteen.script.templates import data
from nineteen.verbs.compare.comparison_plan import ComparisonPlan, command_of, plan_comparison

if TYPE_CHECKING:
    from nineteen.verbs.compare.claims import Finding

DECIDED = ("--batch", "--seed", "--show", "--keep")  # by compare itself


def main(argv: list[str]) -> int:
    """Measure, write the lesson, say what was found and where it is; returns 0."""
    given = compare_options(argv)
    if given.all:
        return max(main(shlex.split(page)) for page in data("compare/pages.toml")["pages"])
    choices = replace(choices_of(given), batch_size=None)
    folder = output_path(given.output, LESSONS)
    plan = planned(given)
    from nineteen.page.document import FORMATS, document_files, write_all

    stem = file_stem(spec_of(choices)).removesuffix("_full")
    path = folder / f"compare_{stem}.md"
    check_target(path, force=True)
    extra("matplotlib")
    from nineteen.verbs.compare.comparison import compared, documents

    comparison = compared(plan, given.workers or -1)
    kinds = list(dict.fromkeys(FORMATS.values()))
    subject = replace(choices, hidden=None, activation=None, lr=None, epochs=None).line
    pages = documents(comparison, command_of(choices, plan), subject, kinds)
    texts = {path.with_name(f"{path.stem}_files") / "grid.json": comparison.grid.text}
    for format, kind in FORMATS.items():
        texts |= document_files(pages[kind], format, path.with_suffix(f".{format}"))
    write_all(texts, force=True)
    if not given.quiet:
        _report(comparison.findings, [path.with_suffix(f".{format}") for format in FORMATS])
    return 0


def planned(given: argparse.Namespace) -> ComparisonPlan:
    """The comparison that the options mean. Raises UsageError."""
    return plan_comparison(
        replace(choices_of(given), batch_size=None), given.batch_size, given.seeds
    )


def compare_options(argv: list[str]) -> argparse.Namespace:
    """The options of a comparison. Raises UsageError."""
    for word in argv:
        if word.partition("=")[0] in DECIDED:
            raise UsageError(
                f"{short(word)}: compare runs every size with the seeds 0, 1, 2, …: leave it out"
            )
    return command_parser("compare").read(argv)


def _report(findings: "Sequence[Finding]", paths: Sequence[Path]) -> None:
    """Print every claim with its verdict, and where the lesson is."""
    from nineteen.page.terminal import Terminal

    styles, console = {"HOLDS": "green", "FAILS": "red", "UNSEEN": "dim"}, Terminal(markup=False)
    for finding in findings:
        said = f"{finding.words['about']} {finding.words['claim']}: {finding.verdict}"
        console.print(said, style=styles[finding.verdict.name])
    for path in paths:
        console.print(str(path), style="bold", soft_wrap=True)
