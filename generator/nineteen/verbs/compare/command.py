"""`compare`: the batch sizes side by side, measured, as a lesson in three formats."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nineteen.errors import UsageError
from nineteen.page.extras import extra
from nineteen.script.options import PROGRAM, Parser, short
from nineteen.verbs.compare.comparison_plan import chosen, command_of, plan_of, subject_of
from nineteen.verbs.compare.trainings import Plan

if TYPE_CHECKING:
    from rich.console import Console

    from nineteen.verbs.compare.claim_verdict import Finding

FEWEST_SEEDS, MOST_SEEDS = 6, 10_000  # the interval of a median needs six

DESCRIPTION = """\
Run the scripts of several batch sizes, watched but unchanged, and write a lesson that measures what
is said about them: Markdown with pictures, a notebook and a web page. What to learn, and --hidden,
--activation, --lr and --epochs are as in the main command.
"""


def main(argv: list[str]) -> int:
    """Measure, write the lesson, say what was found and where it is; returns 0."""
    given, words = _parser().parse_known_args(argv)
    options = chosen(words)
    seeds = _whole("--seeds", given.seeds, FEWEST_SEEDS, MOST_SEEDS)
    workers = -1 if given.workers is None else _whole("--workers", given.workers, 1, 1000)
    # NumPy reads it when it is imported: one thread, as in the workers and in an isolated run.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    plan = plan_of(options, given.batch_size, seeds)
    from nineteen.page.document import LESSONS, check_place

    path = Path(given.output or LESSONS) / f"compare_{_stem(plan)}.md"
    check_place(path)
    extra("matplotlib")
    _compare(plan, command_of(options, plan), subject_of(options).line, path, workers)
    return 0


def _compare(plan: Plan, command: str, subject: str, path: Path, workers: int) -> None:
    from rich.console import Console

    from nineteen.page.document import FORMATS, files, write
    from nineteen.script.make import make
    from nineteen.verbs.compare.claims import claims
    from nineteen.verbs.compare.comparison_page import documents, shown
    from nineteen.verbs.compare.measuring import measure

    measured = measure(plan, workers, _progress)
    made = [make(spec, (spec.seed,)) for spec in shown(measured)]
    scripts = [script for script in made if script.verdict.ok]
    pages = documents(measured, command, subject, scripts, list(dict.fromkeys(FORMATS.values())))
    texts = [
        files(pages[kind], format, path.with_suffix(f".{format}"))
        for format, kind in FORMATS.items()
    ]
    write({name: text for found in texts for name, text in found.items()}, force=True)
    console = Console(highlight=False, markup=False)
    _report(claims(measured), console)
    for format in FORMATS:
        console.print(str(path.with_suffix(f".{format}")), style="bold", soft_wrap=True)


def _report(findings: "tuple[Finding, ...]", console: "Console") -> None:
    """Every claim with its verdict."""
    from rich.table import Table

    from nineteen.verbs.compare.claim_verdict import Verdict
    from nineteen.verbs.compare.claim_words import WORDS

    styles = {Verdict.HOLDS: "green", Verdict.FAILS: "red", Verdict.UNSEEN: "dim"}
    grid = Table("", "it is said: it …", "verdict", box=None, header_style="bold")
    for finding in findings:
        words = WORDS[finding.key]
        grid.add_row(words.about, words.claim, finding.verdict, style=styles[finding.verdict])
    console.print(grid)


def _progress(runs: Iterable[Any], total: int) -> Iterable[Any]:
    """The same runs, with a bar on the terminal's standard error if there is one."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return track(runs, "training", total, console=console, disable=not console.is_terminal)


def _stem(plan: Plan) -> str:
    from nineteen.script.choices import file_stem

    return file_stem(plan.main[-1]).removesuffix("_full")


def _whole(option: str, text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise UsageError(
            f"{option} {short(text)}: it has to be a whole number from {least} to {most:,}"
        )
    return int(text)


def _parser() -> Parser:
    whole = Parser(
        prog=f"{PROGRAM} compare",
        description=DESCRIPTION,
        usage="%(prog)s GATE|--table BITS|--expr TEXT [options of the main command] [options]",
    )
    whole.add_argument(
        "--seeds", metavar="N", default="30", help="seeds 0 to N - 1 of each size (default 30)"
    )
    whole.add_argument(
        "--batch-size",
        metavar="SIZES",
        help="rows per update, such as 1,2,3,4; one row and all rows are always run "
        "(default: a quarter of the rows beside them)",
    )
    whole.add_argument("--workers", metavar="N", help="processes (default one a core)")
    whole.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help="folder of the lesson (default generated/lessons); one of the same name is replaced",
    )
    return whole
