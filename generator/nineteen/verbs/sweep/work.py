"""The work of a sweep, on whichever worker: render, run, judge, and run again in isolation."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import numpy as np

from nineteen.script import choices, judge, render, run
from nineteen.script.spec import ScriptSpec, table_name
from nineteen.script.table import TruthTable
from nineteen.training.seeds import expected_seconds
from nineteen.training.side_by_side import LaneUpdate, Places, observe_together, run_together
from nineteen.verbs.sweep.jobs import Cell, Jobs, SweepPlan

SECONDS = 0.2  # what a piece of work should take: long against sending it, short to lose
ALONE = 15.0  # times as long a script takes about that runs by itself


class Row(NamedTuple):
    """What became of a job; a script that crashed has no `line` for the file, and prints why."""

    job: int
    line: str
    learned: bool
    printed: str
    seconds: float


def cut(plan: SweepPlan, jobs: Iterable[int], times: float = 1.0) -> Iterator[Jobs]:
    """The jobs in order, in pieces of about `SECONDS`; each takes `times` what it does in lanes."""
    piece, expected = [], 0.0
    for cell, mine in groupby(jobs, lambda job: job // plan.seeds):
        cost = times * (3e-5 + expected_seconds(plan.spec(cell)))
        for job in mine:
            piece.append(job)
            expected += cost
            if expected >= SECONDS:
                yield tuple(piece)
                piece, expected = [], 0.0
    if piece:
        yield tuple(piece)


def run_jobs(plan: SweepPlan, jobs: Jobs) -> list[Row]:
    """Run each job's script in this process, without a time limit: its updates are counted."""
    cells = plan.cells_of(jobs)
    heads = _texts(lambda spec: json.dumps(row_head(spec)), cells)
    # Running a script compiles it, which is the syntax check that `render` makes.
    runs = run_together(_texts(_source, cells))
    tables = [spec.table for spec, seeds in cells for _ in seeds]
    rows = []
    for job, table, head, done in zip(jobs, tables, heads, runs, strict=True):
        if done.ending is not run.Ending.FINISHED:
            rows.append(Row(job, "", False, judge.judge(done, table).reason, done.seconds))
            continue
        verdict = verdict_on(done.stdout, table)
        tail: dict[str, object] = {"learned": verdict.ok, "seconds": round(done.seconds, 6)}
        tail |= {} if verdict.ok else {"reason": verdict.reason}
        line = f"{head[:-1]}, {json.dumps(tail)[1:]}\n"  # one object of two
        rows.append(Row(job, line, verdict.ok, done.stdout, done.seconds))
    return rows


def run_in_isolation(plan: SweepPlan, jobs: Jobs) -> list[tuple[int, str | None]]:
    """Each job with what its script prints in a process of its own; None if it does not finish.

    Raises RuntimeError where black would not leave the first script of a cell as it is.
    """
    cells = plan.cells_of(jobs)
    for spec, seeds in cells:
        render.confirm(_source(replace(spec, seed=seeds[0])))
    guess = sum(len(seeds) * ALONE * expected_seconds(spec) for spec, seeds in cells)
    printed = run.printed_in_isolation(_texts(_source, cells), 60 + 20 * guess)
    return list(zip(jobs, printed, strict=True))


def observe_jobs(plan: SweepPlan, jobs: Jobs) -> list[tuple[int, int]]:
    """Each job with the updates made before the first epoch from which on no error passed 0.1.

    The errors are those of the training itself: in an epoch every row of the truth table is met
    once, and its error is taken before the update that it takes part in. With full batch this is
    the number of updates after which every prediction is within 0.1, and stays there.
    """
    cells, last = plan.cells_of(jobs), np.full(len(jobs), -1)

    def see(places: Places, update: LaneUpdate) -> None:
        wrong = ~(np.abs(update.error).max(axis=(1, 2)) <= judge.TOLERANCE)
        last[np.array(places)[wrong]] = update.epoch

    with np.errstate(all="ignore"):
        observe_together(_texts(_source, cells), see)
    passes = [spec.updates_per_epoch for spec, seeds in cells for _ in seeds]
    return list(zip(jobs, ((last + 1) * passes).tolist(), strict=True))


@lru_cache(maxsize=4096)
def verdict_on(printed: str, table: TruthTable) -> judge.Verdict:
    """The judge's verdict on a finished script; the seeds of a cell print few different texts."""
    return judge.judge(run.Run(printed, "", 0.0, run.Ending.FINISHED), table)


def row_head(spec: ScriptSpec) -> dict[str, object]:
    """What a row says about the script; the rest of the row says what became of it."""
    samples = {"samples": spec.samples, "noise": spec.noise} if spec.samples else {}
    return {
        "command": choices.command(spec),
        "gate": " ".join(spec.gates) or table_name(spec.table),
        "table": ",".join(spec.table.columns),
        "hidden": list(spec.hidden),
        "batch": spec.batch.value,
        "batch_size": spec.batch_size,
        "activation": spec.activation.name,
        **samples,
        "lr": spec.lr,
        "epochs": spec.epochs,
        "seed": spec.seed,
    }


def _texts(text_of: Callable[[ScriptSpec], str], cells: list[Cell]) -> list[str]:
    return [text for spec, seeds in cells for text in render.for_seeds(text_of, spec, seeds)]


def _source(spec: ScriptSpec) -> str:
    return render.fit(spec)[0]
