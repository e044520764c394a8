"""`sweep`: how many seeds learn, for gates, sizes, strategies and whole families of functions."""

import argparse
import os
import re
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from nineteen.errors import UsageError
from nineteen.script.activations import kinds
from nineteen.script.choices import command
from nineteen.script.options import PROGRAM, Parser
from nineteen.verbs.sweep.jobs import Plan, plan_of
from nineteen.verbs.sweep.pool import WorkersDie, spread
from nineteen.verbs.sweep.results_file import LEARNED, MISSING, NOT_LEARNED, append, resume
from nineteen.verbs.sweep.shares import observed, pooled, single
from nineteen.verbs.sweep.sweep_page import Updates, show, write_page
from nineteen.verbs.sweep.work import confirm_piece, observe_piece, pieces, run_piece, sample

DESCRIPTION = """\
Run the scripts of many seeds, each rendered, executed and judged, and say what share learns, with
its 95 % interval. Several gates are one network, as in the main command; --each makes them one
network each. Exit code 0: measured; 1: a script prints something else in a process of its own, or
a share is below --at-least; 3: a script crashed, or workers keep dying.
"""


class Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} a second" if task.speed else "")


@dataclass
class Tally:
    """What adds up while a sweep runs: seconds of script time, confirmed scripts, problems."""

    seconds: float
    confirmed: int
    problems: list[tuple[int, str]]


def main(argv: list[str]) -> int:
    """Run or continue a sweep and print its table; returns 0, or 1 or 3 as the help says."""
    given = _parser().read(argv)
    least, workers = _percent(given.at_least), _workers(given)
    plan, left_out = plan_of(given)
    path = None if given.output is None else Path(given.output)
    states = bytearray(plan.scripts)
    tally = Tally(resume(path, plan, states) if path else 0.0, 0, [])
    for line in left_out:
        print(line, file=sys.stderr)
    # NumPy reads it when it is imported: one thread, as in the workers and in an isolated run.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        _run(plan, states, tally, path, workers, given.scheduler)
        _confirm(plan, states, tally, workers, given.scheduler)
        updates = _observe(plan, states, workers, given.scheduler) if given.report else []
    except WorkersDie as error:
        print(error, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted, {_kept(states, path)}") from None
    except OSError as error:
        where, what = error.filename or path or "output", error.strerror or error
        raise UsageError(f"{where}: {what}; {_kept(states, path)}") from None
    confirmed = 0 if tally.problems else tally.confirmed
    show(plan, states, tally.seconds, confirmed, Console(highlight=False, markup=False))
    if given.report and not tally.problems:
        print(write_page(plan, states, updates, tally.seconds))
    return _exit_code(plan, states, tally, least)


def _run(
    plan: Plan,
    states: bytearray,
    tally: Tally,
    path: Path | None,
    workers: int,
    scheduler: str | None,
) -> None:
    """Run every missing job; each piece goes to the file before it counts."""
    missing = (job for job, state in enumerate(states) if state == MISSING)
    work = spread(run_piece, plan, pieces(plan, missing), workers, scheduler)
    with _progress("scripts", plan.scripts) as progress:
        progress.advance(progress.task_ids[0], plan.scripts - states.count(MISSING))
        for piece in work:
            if path:
                append(path, piece.rows)
            for job, learned in zip(piece.jobs, piece.learned, strict=True):
                states[job] = LEARNED if learned else NOT_LEARNED
            tally.seconds += piece.seconds
            tally.problems += piece.problems
            progress.advance(progress.task_ids[0], len(piece.jobs))


def _confirm(
    plan: Plan, states: bytearray, tally: Tally, workers: int, scheduler: str | None
) -> None:
    """Run a sample again, warm and alone: the same has to be printed, and as its row says."""
    jobs = (job for job in sample(plan) if states[job] != MISSING)
    for piece in spread(confirm_piece, plan, pieces(plan, jobs), workers, scheduler):
        for job, learned, problem in piece:
            if learned is not (states[job] == LEARNED) and not problem:
                [(_, spec)] = plan.specs((job,))
                problem = f"{command(spec)}: its row is wrong about whether it learned"
            tally.confirmed += not problem
            tally.problems += [(1, problem)] if problem else []


def _observe(plan: Plan, states: bytearray, workers: int, scheduler: str | None) -> list[Updates]:
    """The updates that a sample of each group needed, sorted, group by group."""
    needed: list[Updates] = [[] for _ in plan.groups]
    jobs = sorted(job for group in range(len(plan.groups)) for job in observed(plan, states, group))
    with _progress("observed", len(jobs)) as progress:
        for found in spread(observe_piece, plan, pieces(plan, iter(jobs)), workers, scheduler):
            for job, updates in found:
                needed[plan.group(job)].append(updates)
            progress.advance(progress.task_ids[0], len(found))
    return [sorted(updates) for updates in needed]


def _progress(what: str, total: int) -> Progress:
    """A bar with the rate and the remaining time on a terminal; elsewhere nothing."""
    console = Console(stderr=True)
    progress = Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    progress.add_task(what, total=total)
    return progress


def _exit_code(plan: Plan, states: bytearray, tally: Tally, least: Fraction) -> int:
    """0, or the code of the worst problem; each problem is printed, a line each."""
    problems = tally.problems + [
        (
            1,
            f"{share.what}, hidden {share.hidden}, {share.batch}: {share.learned:,} of "
            f"{share.runs:,} learned, less than --at-least {float(least):g} %",
        )
        for share in [*pooled(plan, states), *single(plan, states)]
        if 100 * share.learned < least * share.runs
    ]
    for _, problem in problems:
        print(problem, file=sys.stderr)
    return max([code for code, _ in problems], default=0)


def _kept(states: bytearray, path: Path | None) -> str:
    """What is left of a sweep that was broken off."""
    if path is None:
        return "nothing was kept: with -o FILE a sweep continues where it stopped"
    done = len(states) - states.count(MISSING)
    return f"{done:,} of {len(states):,} rows are in {path}: the same command goes on"


def _percent(text: str) -> Fraction:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?", text) or Fraction(text) > 100:
        raise UsageError(f"--at-least {text[:20]!a}: it has to be a percentage, such as 99.9")
    return Fraction(text)


def _workers(given: argparse.Namespace) -> int:
    """How many processes; -1 for as many as there are cores."""
    if given.workers is None:
        return -1
    if given.scheduler is not None:
        raise UsageError("--workers is for this machine: with --scheduler all of its workers work")
    if not re.fullmatch(r"[0-9]{1,4}", given.workers) or not int(given.workers):
        raise UsageError(f"--workers {given.workers[:20]!a}: it has to be a whole number above 0")
    return int(given.workers)


def _parser() -> Parser:
    """The sweep's parser; what the main command knows too, its own parser reads."""
    whole = Parser(prog=f"{PROGRAM} sweep", description=DESCRIPTION)
    what = whole.add_argument_group("what to learn, as in the main command, or a family")
    what.add_argument("gate", nargs="*", help="gate names; several are one network")
    what.add_argument("--each", action="store_true", help="one network for each of the gates")
    what.add_argument("--table", metavar="BITS", help="truth tables")
    what.add_argument("--expr", metavar="TEXT", help="expressions")
    what.add_argument("--inputs", metavar="N", help="number of inputs")
    what.add_argument(
        "--all-functions", action="store_true", help="every function of --inputs 1 to 4"
    )
    what.add_argument(
        "--classes", action="store_true", help="one function of each NPN class of --inputs 1 to 4"
    )
    how = whole.add_argument_group("how to learn it (same defaults as the main command)")
    how.add_argument(
        "--seeds", metavar="N", help="seeds 0 to N - 1 (default 100; 1 with --all-functions)"
    )
    how.add_argument("--hidden", metavar="SIZES", nargs="+", help="sizes, such as 2 3 4 8,4")
    how.add_argument("--batch", metavar="KINDS", help="such as sgd,mini,full (default full)")
    how.add_argument("--batch-size", metavar="K", help="rows per update of mini")
    how.add_argument("--activation", metavar="KIND", help=kinds())
    how.add_argument("--lr", metavar="R", help="learning rate")
    how.add_argument("--epochs", metavar="E", help="passes over the truth table")
    where = whole.add_argument_group("where to run it, and what to keep")
    where.add_argument("--workers", metavar="N", help="processes (default one a core)")
    where.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler: tcp://host:port")
    where.add_argument(
        "-o", "--output", metavar="FILE", help="JSON lines, a row a script; continues such a file"
    )
    where.add_argument(
        "--report", action="store_true", help="write a page with a chart under generated/sweeps/"
    )
    where.add_argument(
        "--at-least",
        metavar="PERCENT",
        default="0",
        help="exit with 1 where a smaller share learned",
    )
    return whole
