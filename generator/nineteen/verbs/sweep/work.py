"""The work of a sweep, on whichever worker: render, run, judge, and run again in isolation."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from nineteen.script.choices import command
from nineteen.script.judge import TOLERANCE, Status, Verdict, judge
from nineteen.script.render import confirm, fit, for_seeds
from nineteen.script.run import Ending, Run, run
from nineteen.script.run_many import printed_in_isolation
from nineteen.script.spec import ScriptSpec, table_name
from nineteen.script.table import TruthTable
from nineteen.training.side_by_side import run_together
from nineteen.verbs.sweep.jobs import SweepPlan

Jobs = tuple[int, ...]

SECONDS = 0.3  # what a piece of work should take: long against sending it, short to lose
SAMPLE = 1000  # one script in so many is confirmed in isolation, whatever became of it
LEAST_SAMPLE = 3
MOST_FAILURES = 50  # of a cell that are confirmed in isolation


class Row(NamedTuple):
    """A line for the file, and whether the job's script learned.

    `printed` is what it printed where that may have to be confirmed in isolation, and else None.
    """

    job: int
    learned: bool
    line: str
    printed: str | None


@dataclass(frozen=True)
class Outcome:
    """What became of some jobs.

    A job that crashed has no row, but an exit code and a line among the `problems`. `seconds` is
    the time of compiling and running the scripts.
    """

    rows: tuple[Row, ...]
    seconds: float
    problems: tuple[tuple[int, str], ...]


def cut(
    plan: SweepPlan, jobs: Iterable[int], seconds_of: Callable[[ScriptSpec], float]
) -> Iterator[Jobs]:
    """The jobs in order, in pieces of work of about `SECONDS` by that guess."""
    cell, cost, piece, expected = -1, 0.0, [], 0.0
    for job in jobs:
        if job // plan.seeds != cell:
            cell = job // plan.seeds
            cost = seconds_of(plan.spec(cell))
        piece.append(job)
        expected += cost
        if expected >= SECONDS:
            yield tuple(piece)
            piece, expected = [], 0.0
    if piece:
        yield tuple(piece)


def seconds_alone(spec: ScriptSpec) -> float:
    """A rough guess of what a script takes by itself; it only cuts the work into pieces."""
    return 1e-3 + spec.updates * (3e-5 + 3e-9 * spec.batch_size * _products(spec))


def seconds_together(spec: ScriptSpec) -> float:
    """The same for a script that runs beside many of its kind."""
    return 3e-5 + spec.updates * (4e-7 + 3e-9 * spec.batch_size * _products(spec))


def _products(spec: ScriptSpec) -> int:
    return sum(a * b for a, b in zip(spec.sizes, spec.sizes[1:], strict=False))


def run_jobs(plan: SweepPlan, jobs: Jobs) -> Outcome:
    """Run each job's script in this process; its Outcome, in the order of the jobs.

    There is no time limit: a rendered script has a fixed number of updates.
    """
    cells = [(spec, members, plan.seeds_of(members)) for spec, members in plan.cells_of(jobs)]
    # Running a script compiles it, which is the syntax check that `render` makes.
    sources = [source for spec, _, seeds in cells for source in for_seeds(_source, spec, seeds)]
    runs = iter(run_together(sources))
    rows, problems, seconds, sampled = [], [], 0.0, sample(plan)
    for spec, members, seeds in cells:
        failures = 0
        for job, head, result in zip(members, for_seeds(_head, spec, seeds), runs, strict=False):
            if result.ending is not Ending.FINISHED:
                problems.append(_crash(plan, job, judge(result, spec.table).reason))
                continue
            verdict = _verdict(result.stdout, spec.table)
            failures += not verdict.ok
            unsure = job in sampled or (not verdict.ok and failures <= MOST_FAILURES)
            line = _line(head, result.seconds, verdict.reason)
            rows.append(Row(job, verdict.ok, line, result.stdout if unsure else None))
            seconds += result.seconds
    return Outcome(tuple(rows), seconds, tuple(problems))


def sample(plan: SweepPlan) -> range:
    """The jobs that are confirmed whatever became of them, evenly spread."""
    return range(0, plan.scripts, max(1, min(SAMPLE, plan.scripts // LEAST_SAMPLE)))


def run_in_isolation(plan: SweepPlan, jobs: Jobs) -> list[tuple[int, str | None]]:
    """Each job with what its script prints in a process of its own; None if it does not finish.

    Raises RuntimeError where black would not leave the first script of a cell as it is.
    """
    sources, guess = [], 0.0
    for spec, members in plan.cells_of(jobs):
        sources += for_seeds(_source, spec, plan.seeds_of(members))
        confirm(sources[-1])
        guess += len(members) * seconds_alone(spec)
    return list(zip(jobs, printed_in_isolation(sources, 60 + 20 * guess), strict=True))


def observe_jobs(plan: SweepPlan, jobs: Jobs) -> list[tuple[int, int]]:
    """Each job with the updates that its script needed."""
    return [(job, updates_to_learn(plan.spec_of_job(job))) for job in jobs]


def updates_to_learn(spec: ScriptSpec) -> int:
    """The updates made before the first epoch from which on no error passed 0.1.

    The errors are those of the training itself: in an epoch every row of the truth table is met
    once, and its error is taken before the update that it takes part in. With full batch this is
    the number of updates after which every prediction is within 0.1, and stays there.
    """
    import numpy as np

    from nineteen.training.observe import Update, observe

    last = -1

    def see(update: Update) -> None:
        nonlocal last
        if not np.abs(update.error).max() <= TOLERANCE:
            last = update.epoch

    with np.errstate(all="ignore"):
        observe(fit(spec)[0], see)
    return (last + 1) * spec.updates // spec.epochs


def row_head(spec: ScriptSpec) -> dict[str, object]:
    """What a row says about the script; the rest of the row says what became of it."""
    return {
        "command": command(spec),
        "gate": " ".join(spec.gates) or table_name(spec.table),
        "table": ",".join(spec.table.columns),
        "hidden": list(spec.hidden),
        "batch": spec.batch.value,
        "batch_size": spec.batch_size,
        "activation": spec.activation.name,
        "lr": spec.lr,
        "epochs": spec.epochs,
        "seed": spec.seed,
    }


def _source(spec: ScriptSpec) -> str:
    return fit(spec)[0]


def _head(spec: ScriptSpec) -> str:
    return json.dumps(row_head(spec)).removesuffix("}")


def _line(head: str, seconds: float, reason: str) -> str:
    result = {"learned": not reason, "seconds": round(seconds, 6)}
    tail = json.dumps(result | ({"reason": reason} if reason else {}))
    return f"{head}, {tail.removeprefix('{')}\n"


@lru_cache(maxsize=4096)
def _verdict(printed: str, table: TruthTable) -> Verdict:
    """The judge's verdict; the seeds of a cell print few different texts."""
    return judge(Run(printed, "", 0.0, Ending.FINISHED), table)


def _crash(plan: SweepPlan, job: int, reason: str) -> tuple[int, str]:
    """The problem of a script that crashed in this process, after running it alone."""
    spec = plan.spec_of_job(job)
    alone = judge(run(_source(spec)), spec.table)
    if alone.status is Status.CRASHED:
        return 3, f"{command(spec)}: {alone.reason}"
    return 1, f"{command(spec)}: it crashes beside others, {reason}, and not alone"
