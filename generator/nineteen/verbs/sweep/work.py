"""The work of a sweep, on whichever worker: render, run, judge, and run again in isolation."""

import json
from collections.abc import Iterable, Iterator
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
from nineteen.training.seeds import expected_seconds
from nineteen.training.side_by_side import LaneUpdate, Places, observe_together, run_together
from nineteen.verbs.sweep.jobs import SweepPlan

Jobs = tuple[int, ...]

SECONDS = 0.2  # what a piece of work should take: long against sending it, short to lose
ALONE = 15.0  # times as long a script takes about that runs by itself
SAMPLE = 1000  # one script in so many is confirmed in isolation, whatever became of it
LEAST_SAMPLE = 3


class Row(NamedTuple):
    """A line for the file, whether the job's script learned, and what it printed."""

    job: int
    learned: bool
    line: str
    printed: str


@dataclass(frozen=True)
class Outcome:
    """What became of some jobs.

    A job that crashed has no row, but an exit code and a line among the `problems`. `seconds` is
    the time of compiling and running the scripts.
    """

    rows: tuple[Row, ...]
    seconds: float
    problems: tuple[tuple[int, str], ...]


def cut(plan: SweepPlan, jobs: Iterable[int], times: float = 1.0) -> Iterator[Jobs]:
    """The jobs in order, in pieces of about `SECONDS`; each takes `times` what it does in lanes."""
    cell, cost, piece, expected = -1, 0.0, [], 0.0
    for job in jobs:
        if job // plan.seeds != cell:
            cell = job // plan.seeds
            cost = times * (3e-5 + expected_seconds(plan.spec(cell)))
        piece.append(job)
        expected += cost
        if expected >= SECONDS:
            yield tuple(piece)
            piece, expected = [], 0.0
    if piece:
        yield tuple(piece)


def run_jobs(plan: SweepPlan, jobs: Jobs) -> Outcome:
    """Run each job's script in this process; its Outcome, in the order of the jobs.

    There is no time limit: a rendered script has a fixed number of updates.
    """
    cells = list(plan.cells_of(jobs))
    # Running a script compiles it, which is the syntax check that `render` makes.
    sources = [source for spec, seeds, _ in cells for source in for_seeds(_source, spec, seeds)]
    runs = iter(run_together(sources))
    rows, problems, seconds = [], [], 0.0
    for spec, seeds, members in cells:
        for job, head, result in zip(members, for_seeds(_head, spec, seeds), runs, strict=False):
            seconds += result.seconds
            if result.ending is not Ending.FINISHED:
                problems.append(_crash(plan.spec_of_job(job), result))
                continue
            verdict = verdict_on(result.stdout, spec.table)
            line = _line(head, result.seconds, verdict.reason)
            rows.append(Row(job, verdict.ok, line, result.stdout))
    return Outcome(tuple(rows), seconds, tuple(problems))


def sample(plan: SweepPlan) -> range:
    """The jobs that are confirmed whatever became of them, evenly spread."""
    return range(0, plan.scripts, max(1, min(SAMPLE, plan.scripts // LEAST_SAMPLE)))


def run_in_isolation(plan: SweepPlan, jobs: Jobs) -> list[tuple[int, str | None]]:
    """Each job with what its script prints in a process of its own; None if it does not finish.

    Raises RuntimeError where black would not leave the last script of a cell as it is.
    """
    sources, guess = [], 0.0
    for spec, seeds, _ in plan.cells_of(jobs):
        sources += for_seeds(_source, spec, seeds)
        confirm(sources[-1])
        guess += len(seeds) * ALONE * expected_seconds(spec)
    return list(zip(jobs, printed_in_isolation(sources, 60 + 20 * guess), strict=True))


def observe_jobs(plan: SweepPlan, jobs: Jobs) -> list[tuple[int, int]]:
    """Each job with the updates that its script needed."""
    cells = list(plan.cells_of(jobs))
    needed = [count for spec, seeds, _ in cells for count in updates_to_learn(spec, seeds)]
    return list(zip(jobs, needed, strict=True))


def updates_to_learn(spec: ScriptSpec, seeds: list[int]) -> list[int]:
    """For each seed, the updates made before the first epoch from which on no error passed 0.1.

    The errors are those of the training itself: in an epoch every row of the truth table is met
    once, and its error is taken before the update that it takes part in. With full batch this is
    the number of updates after which every prediction is within 0.1, and stays there.
    """
    import numpy as np

    last = np.full(len(seeds), -1)

    def see(places: Places, update: LaneUpdate) -> None:
        wrong = ~(np.abs(update.error).max(axis=(1, 2)) <= TOLERANCE)
        last[np.array(places)[wrong]] = update.epoch

    with np.errstate(all="ignore"):
        observe_together(for_seeds(_source, spec, seeds), see)
    return [int(epoch + 1) * spec.updates // spec.epochs for epoch in last]


@lru_cache(maxsize=4096)
def verdict_on(printed: str, table: TruthTable) -> Verdict:
    """The judge's verdict on a finished script; the seeds of a cell print few different texts."""
    return judge(Run(printed, "", 0.0, Ending.FINISHED), table)


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


def _crash(spec: ScriptSpec, result: Run) -> tuple[int, str]:
    """The problem of a script that crashed in this process, after running it alone."""
    alone = judge(run(_source(spec)), spec.table)
    if alone.status is Status.CRASHED:
        return 3, f"{command(spec)}: {alone.reason}"
    reason = judge(result, spec.table).reason
    return 1, f"{command(spec)}: it crashes beside others, {reason}, and not alone"
