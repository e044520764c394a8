"""`sweep`: how many seeds learn, for gates, sizes, strategies and whole families of functions."""

import json
import re
import sys
from argparse import Namespace
from dataclasses import asdict
from fractions import Fraction
from itertools import islice
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.page.look import save
from nineteen.script.choices import words_of
from nineteen.script.files import output_path, write_atomically
from nineteen.script.options import PROGRAM, command_parser, short, written
from nineteen.script.render import environment
from nineteen.script.spec import shorten
from nineteen.verbs.sweep.jobs import plan_sweep
from nineteen.verbs.sweep.ledger import observe_updates, run_plan
from nineteen.verbs.sweep.pool import WorkersDie, workers_for
from nineteen.verbs.sweep.sweep_result import SweepResult

Size = int | str | tuple[int, ...]
FOLDER = Path("generated", "sweeps")
NAMED = 100  # of how many cells the page names the scripts that did not learn


def sweep(
    *gates: str,
    hidden: Size | list[Size] | None = None,
    batch: str | list[str] | None = None,
    **options: object,
) -> SweepResult:
    """What share of the scripts learns, for every subject, size and strategy, with its interval.

    The arguments are the command's options: `sweep("xor", hidden=[2, 4, (8, 4)], batch="sgd,full",
    lr=0.5, seeds=1000)`. A tuple, or a comma in a text, joins the layers of one network; a list
    holds several. `output` is a file of rows, which the same call continues; `report=True` finds
    the updates that a sample needed, for the plot. Raises UsageError as the command does, and
    WorkersDie.
    """
    sizes = hidden if isinstance(hidden, list) else [] if hidden is None else [hidden]
    batches = batch if isinstance(batch, list) else [batch or ""]
    words = words_of(gates, options | {"batch": ",".join(batches) or None})
    words += ["--hidden", *map(written, sizes)] if sizes else []
    return _swept(command_parser("sweep").read(words))


def main(argv: list[str]) -> int:
    """Run or continue a sweep and print its table; returns 0, or 1 or 3 as the help says."""
    options = command_parser("sweep").read(argv)
    least = _percent(options.at_least)
    try:
        result = _swept(options)
    except WorkersDie as error:
        print(error, file=sys.stderr)
        return 3
    loud = not (options.quiet or options.json)
    if loud:
        print(result)
    said = [*result.plan.remarks]
    if options.report and not result.problems:
        page, missing = _write_page(result)
        if loud:
            print(page)
        said += [f"{missing}; the page has its tables and no picture"] if missing else []
    problems = result.problems + [
        (1, f"{share}: {share.learned:,} of {share.runs:,} learned, less than --at-least {least} %")
        for share in [*result.pooled, *result.shares]
        if 100 * share.learned < Fraction(least) * share.runs
    ]
    if options.json:
        print(json.dumps(result.as_data(problems)))
    for line in [*said * loud, *(problem for _, problem in problems)]:
        print(line, file=sys.stderr)
    return max([code for code, _ in problems], default=0)


def _swept(options: Namespace) -> SweepResult:
    """The sweep that the parsed options ask for."""
    plan = plan_sweep(options)
    path = None if options.output is None else output_path(options.output, Path())
    result = SweepResult(plan, bytearray(plan.scripts), path)
    try:
        with workers_for(plan, options.workers, options.scheduler) as crew:
            run_plan(result, crew)
            if options.report and not options.samples:  # noise keeps some errors large for ever
                observe_updates(result, crew)
    except WorkersDie as error:
        raise WorkersDie(f"{error}; {result.kept}") from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted, {result.kept}") from None
    except OSError as error:
        where, what = error.filename or result.path or "output", error.strerror or error
        raise UsageError(f"{where}: {what}; {result.kept}") from None
    return result


def _write_page(result: SweepResult) -> tuple[Path, str]:
    """Write the Markdown page, its chart and a summary as JSON.

    Returns the page's path, and what is missing where the chart cannot be drawn, or "".
    """
    words = result.plan.command.removeprefix(f"{PROGRAM} sweep ").lower()
    page = FOLDER / f"{shorten(re.sub(r'[^a-z0-9]+', '_', words).strip('_'))}.md"
    picture, missing = page.with_suffix(".svg"), ""
    try:
        write_atomically(picture, save(result.plot()).decode())
    except UsageError as error:
        missing = str(error)
    shares = [*result.shares, *result.pooled]
    summary = {
        "command": f"{result.plan.command} --report",
        "shares": [asdict(share) | {"interval": share.interval} for share in shares],
        "not_learned": result.failures,
        "failing": list(islice(result.failing(), NAMED)),
        "script_seconds": round(result.seconds, 1),
    }
    values = summary | {"shares": shares, "pooled": result.pooled, "plan": result.plan}
    values |= {"named": NAMED, "chart": "" if missing else picture.name}
    write_atomically(page, environment().get_template("sweep.md.j2").render(values))
    write_atomically(page.with_suffix(".json"), json.dumps(summary, indent=1) + "\n")
    return page, missing


def _percent(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?", text) or Fraction(text) > 100:
        raise UsageError(f"--at-least {short(text)}: it has to be a percentage, such as 99.9")
    return text
