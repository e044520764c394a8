"""`sweep`: how many seeds learn, for gates, sizes, strategies and whole families of functions."""

import json
import os
import re
import sys
from argparse import Namespace
from fractions import Fraction
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.page.look import save
from nineteen.page.terminal import announce
from nineteen.script import choices, files, options
from nineteen.script.render import environment
from nineteen.verbs.sweep.jobs import plan_sweep
from nineteen.verbs.sweep.ledger import observe_updates, resume, run_plan
from nineteen.verbs.sweep.pool import WorkersDie, expected_time, workers_for
from nineteen.verbs.sweep.sweep_result import MISSING, SweepResult

Size = int | str | tuple[int, ...]
FOLDER = Path("generated", "sweeps")


def sweep(*gates: str, hidden: Size | list[Size] | None = None, **given: object) -> SweepResult:
    """What share of the scripts learns, for every subject, size and strategy, with its interval.

    The arguments are the command's options: `sweep("xor", hidden=[2, 4, (8, 4)], batch="sgd,full",
    lr=0.5, seeds=1000)`; a tuple joins the layers of one network. The same call continues a file of
    rows, `output`; `report=True` finds the updates that a sample needed, for the plot. Raises
    UsageError as the command does, and WorkersDie.
    """
    sizes = hidden if isinstance(hidden, list) else [] if hidden is None else [hidden]
    words = choices.words_of(gates, given)
    words += ["--hidden", *map(options.written, sizes)] if sizes else []
    return _swept(options.command_parser("sweep").read(words))


def main(argv: list[str]) -> int:
    """Run or continue a sweep and print its table; returns 0, or 1 or 3 as the help says."""
    given = options.command_parser("sweep").read(argv)
    least = Fraction(str(given.at_least))
    if least > 100:
        raise UsageError(f"--at-least {given.at_least:g}: a percentage is at most 100")
    try:
        result = _swept(given)
    except WorkersDie as error:
        print(error, file=sys.stderr)
        return 3
    shown, said, named = [str(result)], [*result.plan.remarks], dict[str, str]()
    if given.report and not result.problems:
        page, missing = _write_page(result)
        shown, said, named = [*shown, str(page)], [*said, *missing], {"page": str(page)}
    low = f"learned, less than --at-least {given.at_least:g} %"
    result.problems += [
        (1, f"{one.what}, hidden {one.hidden}, {one.batch}: {one.learned:,} of {one.runs:,} {low}")
        for one in [*result.pooled, *result.shares]
        if 100 * one.learned < least * one.runs
    ]
    if given.json:
        print(json.dumps(result.as_data() | named))
    elif not given.quiet:
        print("\n".join(shown))
        for remark in said:
            print(remark, file=sys.stderr)
    for _, problem in result.problems:
        print(problem, file=sys.stderr)
    return result.code


def _swept(given: Namespace) -> SweepResult:
    plan = plan_sweep(given)
    path = None if given.output is None else files.output_path(given.output, Path())
    if path:
        files.check_target(path, force=True)  # adding to a file loses nothing of it
    result = SweepResult(plan, bytearray(plan.scripts), path)
    resume(result)
    missing, workers = result.states.count(MISSING), given.workers or os.cpu_count() or 1
    label = f"{missing:,} script{'s' * (missing != 1)}"
    announce(label, expected_time(plan, missing) / workers, given.quiet)
    try:
        with workers_for(plan, given) as crew:
            run_plan(result, crew)
            if given.report and not given.samples:  # noise keeps some errors large for ever
                observe_updates(result, crew)
    except (WorkersDie, KeyboardInterrupt) as error:
        raise type(error)(f"{str(error) or 'interrupted'}; {_kept(result)}") from None
    except OSError as error:
        where, what = error.filename or result.path or "output", error.strerror or error
        raise UsageError(f"{where}: {what}; {_kept(result)}") from None
    return result


def _kept(result: SweepResult) -> str:
    if result.path is None or not result.done:
        return "nothing was kept: with -o FILE a sweep continues where it stopped"
    rows = f"{result.done:,} of {len(result.states):,} rows are in {result.path}"
    return f"{rows}: the same command goes on"


def _write_page(result: SweepResult) -> tuple[Path, list[str]]:
    """The Markdown page that was written, beside it the chart and the data; and what is missing."""
    words = result.plan.command.removeprefix(f"{options.PROGRAM} sweep ").lower()
    page = FOLDER / f"{choices.shorten(re.sub(r'[^a-z0-9]+', '_', words).strip('_'))}.md"
    picture, missing = page.with_suffix(".svg"), list[str]()
    try:
        files.write_atomically(picture, save(result.plot()))
    except UsageError as error:
        missing = [f"{error}; the page has its tables and no picture"]
    template, chart = environment().get_template("sweep/page.md.j2"), picture.name * (not missing)
    files.write_atomically(page, template.render(result=result, chart=chart))
    files.write_atomically(page.with_suffix(".json"), json.dumps(result.as_data(), indent=1) + "\n")
    return page, missing
