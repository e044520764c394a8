"""`sweep`: how many seeds learn, for gates, sizes, strategies and whole families of functions."""

import re
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.choices import choose
from nineteen.script.files import output_path
from nineteen.script.options import BATCH_ALIASES, command_parser, script_options, short
from nineteen.script.spec import Batch
from nineteen.verbs.sweep.jobs import FLAGS, SweepPlan, plan_sweep
from nineteen.verbs.sweep.measure import Measured, measure, observe_updates
from nineteen.verbs.sweep.pool import WorkersDie, workers_for
from nineteen.verbs.sweep.sweep_page import write_page
from nineteen.verbs.sweep.sweep_result import SweepResult, result_of

# The sweep sets these itself; it has the main command's other options as they are.
_NOT_ONCE = ("hidden", "batch", "seed", "show", "keep")
_ONCE = [each for each in script_options() if each.field not in _NOT_ONCE]

Size = int | str | tuple[int, ...]


def sweep(
    *gates: str,
    each: bool = False,
    all_functions: bool = False,
    classes: bool = False,
    hidden: Size | list[Size] | None = None,
    batch: str | list[str] | None = None,
    seeds: int | None = None,
    output: str | Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    observe: bool = False,
    **options: str | float | None,
) -> SweepResult:
    """What share of the scripts learns, for every subject, size and strategy, with its interval.

    The arguments are the command's options, the others of the main command too: `sweep("xor",
    hidden=[2, 4, (8, 4)], batch="sgd,full", lr=0.5, seeds=1000)`. A tuple, or a comma in a text,
    joins the layers of one network; a list holds several. `output` is a file of rows, which the
    same call continues; `observe` also finds the updates that a sample needed. Raises UsageError as
    the command does, and WorkersDie.
    """
    flags = [flag for flag, yes in zip(FLAGS, (all_functions, classes, each), strict=True) if yes]
    plan, remarks = _plan(gates, flags, hidden, batch, seeds, options)
    path = None if output is None else output_path(str(output), Path())
    measured = Measured(plan, path, bytearray(plan.scripts))
    try:
        with workers_for(plan, workers, scheduler) as crew:
            measure(measured, crew)
            updates = observe_updates(measured, crew) if observe else []
    except WorkersDie as error:
        raise WorkersDie(f"{error}; {measured.kept}") from None
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted, {measured.kept}") from None
    except OSError as error:
        where, what = error.filename or path or "output", error.strerror or error
        raise UsageError(f"{where}: {what}; {measured.kept}") from None
    return result_of(measured, updates, remarks)


def main(argv: list[str]) -> int:
    """Run or continue a sweep and print its table; returns 0, or 1 or 3 as the help says."""
    given = vars(command_parser("sweep").read(argv))
    least, report = _percent(given.pop("at_least")), given.pop("report")
    try:
        result = sweep(*given.pop("gate"), observe=report, **given)
    except WorkersDie as error:
        print(error, file=sys.stderr)
        return 3
    print(result)
    for remark in result.remarks:
        print(remark, file=sys.stderr)
    if report and not result.problems:
        page, missing = write_page(result)
        print(page)
        if missing:
            print(f"{missing}; the page has its tables and no picture", file=sys.stderr)
    return _exit_code(result, least)


def _exit_code(result: SweepResult, least: Fraction) -> int:
    """0, or the code of the worst problem; each problem is printed, a line each."""
    problems = result.problems + tuple(
        (
            1,
            f"{share.what}, hidden {share.hidden}, {share.batch}: {share.learned:,} of "
            f"{share.runs:,} learned, less than --at-least {float(least):g} %",
        )
        for share in result.pooled + result.shares
        if 100 * share.learned < least * share.runs
    )
    for _, problem in problems:
        print(problem, file=sys.stderr)
    return max([code for code, _ in problems], default=0)


def _plan(
    gates: Sequence[str],
    flags: Sequence[str],
    hidden: Size | list[Size] | None,
    batch: str | list[str] | None,
    seeds: int | None,
    options: dict[str, Any],
) -> tuple[SweepPlan, tuple[str, ...]]:
    """What `plan_sweep` makes of the arguments, once the main command's parser has read them."""
    if strange := set(options) - {option.field for option in _ONCE}:
        raise UsageError(f"sweep has no option {short(strange.pop())}")
    given = [option for option in _ONCE if options.get(option.field) is not None]
    names, batches = _apart(gates, batch if isinstance(batch, list) else [batch or ""])
    sizes = hidden if isinstance(hidden, list) else [] if hidden is None else [hidden]
    return plan_sweep(
        choose([*names, *(f"{option.name}={options[option.field]}" for option in given)]),
        [choose([f"--hidden={_text(size)}"]).hidden or () for size in sizes],
        [choose([f"--batch={name}"]).batch or Batch.FULL for name in batches],
        seeds,
        flags,
    )


def _apart(words: Sequence[str], strategies: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names of gates and of strategies, cut at commas and spaces.

    A word behind the first strategy of --batch arrives among the gates: where it can only be a
    strategy, it is one.
    """
    names, batches = (
        [w for text in texts for w in re.split(r"[,\s]+", text) if w]
        for texts in (words, strategies)
    )
    known = {*Batch, *BATCH_ALIASES} if batches else set()
    batches += [name for name in names if name.lower() in known]
    return [name for name in names if name.lower() not in known], batches


def _text(size: Size) -> str:
    return ",".join(map(str, size)) if isinstance(size, tuple) else str(size)


def _percent(text: str) -> Fraction:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?", text) or Fraction(text) > 100:
        raise UsageError(f"--at-least {short(text)}: it has to be a percentage, such as 99.9")
    return Fraction(text)
