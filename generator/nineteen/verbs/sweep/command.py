"""`sweep`: how many seeds learn, for gates, sizes, strategies and whole families of functions."""

import re
import sys
from argparse import Namespace
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.script.choices import choices_of, choose, words_of
from nineteen.script.files import output_path
from nineteen.script.options import BATCH_ALIASES, command_parser, short, written
from nineteen.script.spec import Batch
from nineteen.verbs.sweep.jobs import FLAGS, plan_sweep
from nineteen.verbs.sweep.ledger import observe_updates, run_plan
from nineteen.verbs.sweep.pool import WorkersDie, workers_for
from nineteen.verbs.sweep.sweep_page import write_page
from nineteen.verbs.sweep.sweep_result import SweepResult

Size = int | str | tuple[int, ...]


def sweep(
    *gates: str,
    hidden: Size | list[Size] | None = None,
    batch: str | list[str] | None = None,
    observe: bool = False,
    **options: object,
) -> SweepResult:
    """What share of the scripts learns, for every subject, size and strategy, with its interval.

    The arguments are the command's options: `sweep("xor", hidden=[2, 4, (8, 4)], batch="sgd,full",
    lr=0.5, seeds=1000)`. A tuple, or a comma in a text, joins the layers of one network; a list
    holds several. `output` is a file of rows, which the same call continues; `observe` also finds
    the updates that a sample needed. Raises UsageError as the command does, and WorkersDie.
    """
    sizes = hidden if isinstance(hidden, list) else [] if hidden is None else [hidden]
    batches = batch if isinstance(batch, list) else [batch or ""]
    words = words_of(gates, options | {"batch": ",".join(batches) or None})
    words += ["--hidden", *map(written, sizes)] if sizes else []
    return _swept(command_parser("sweep").read(words), observe)


def main(argv: list[str]) -> int:
    """Run or continue a sweep and print its table; returns 0, or 1 or 3 as the help says."""
    options = command_parser("sweep").read(argv)
    least = _percent(options.at_least)
    try:
        result = _swept(options, observe=options.report)
    except WorkersDie as error:
        print(error, file=sys.stderr)
        return 3
    print(result)
    said = [*result.plan.remarks]
    if options.report and not result.problems:
        page, missing = write_page(result)
        print(page)
        said += [f"{missing}; the page has its tables and no picture"] if missing else []
    problems = result.problems + [
        (1, f"{share}: {share.learned:,} of {share.runs:,} learned, less than --at-least {least} %")
        for share in [*result.pooled, *result.shares]
        if 100 * share.learned < Fraction(least) * share.runs
    ]
    for line in [*said, *(problem for _, problem in problems)]:
        print(line, file=sys.stderr)
    return max([code for code, _ in problems], default=0)


def _swept(options: Namespace, observe: bool) -> SweepResult:
    """The sweep that the parsed options ask for."""
    names, batches = _words(options.gate), _words(options.batch or [])
    if batches:  # what stands behind the first of them, and can only be a strategy, is one too
        known = {*Batch, *BATCH_ALIASES}
        batches += [name for name in names if name.lower() in known]
        names = [name for name in names if name.lower() not in known]
    several = {"gate": names, "hidden": None, "batch": None}
    plan = plan_sweep(
        choices_of(Namespace(**vars(options) | several)),
        options.hidden or [],
        [choose([f"--batch={name}"]).batch or Batch.FULL for name in batches],
        options.seeds,
        [flag for flag in FLAGS if getattr(options, flag)],
    )
    path = None if options.output is None else output_path(options.output, Path())
    result = SweepResult(plan, bytearray(plan.scripts), path)
    try:
        with workers_for(plan, options.workers, options.scheduler) as crew:
            run_plan(result, crew)
            if observe and not options.samples:  # noise keeps some errors large for ever
                observe_updates(result, crew)
    except WorkersDie as error:
        raise WorkersDie(f"{error}; {result.kept}") from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted, {result.kept}") from None
    except OSError as error:
        where, what = error.filename or result.path or "output", error.strerror or error
        raise UsageError(f"{where}: {what}; {result.kept}") from None
    return result


def _words(texts: Iterable[str]) -> list[str]:
    """The words of some texts, which commas or spaces separate."""
    return [word for text in texts for word in re.split(r"[,\s]+", text) if word]


def _percent(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?", text) or Fraction(text) > 100:
        raise UsageError(f"--at-least {short(text)}: it has to be a percentage, such as 99.9")
    return text
