"""Runs the jobs of a plan, each once; a file, only added to, has a line of JSON for each."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from nineteen.errors import UsageError
from nineteen.script import choices, ended, files, judge, render, run
from nineteen.script.gates import TruthTable
from nineteen.script.spec import ScriptSpec
from nineteen.training.observe import Update
from nineteen.training.seeds import expected_seconds
from nineteen.training.side_by_side import Places, observe_together, run_together
from nineteen.verbs.sweep.jobs import Cell, Jobs, SweepPlan
from nineteen.verbs.sweep.pool import ALONE, Workers
from nineteen.verbs.sweep.sweep_result import LEARNED, MISSING, NOT_LEARNED, SweepResult

SAMPLE = 1000  # one script in so many is confirmed in isolation
LEAST_SAMPLE = 3
MOST_FAILURES = 50  # of a cell that are confirmed in isolation
OBSERVED = 50  # scripts of a group that are observed for the updates they need
_OPENING = b'{"command": "python -m generator '


class Row(NamedTuple):
    """What became of a job; a script that crashed has no `line` for the file, and prints why."""

    job: int
    line: str
    learned: bool
    printed: str
    seconds: float


def run_plan(result: SweepResult, workers: Workers) -> None:
    """Run what is missing, and confirm a sample and the failures in isolation.

    A row that is confirmed has to be printed again to the letter, then it counts; of a job whose
    row was in the file the verdict has to be the same.
    """
    plan, states, failures = result.plan, result.states, Counter[int]()
    # Confirmed whatever became of them, evenly spread.
    sampled = range(0, plan.scripts, max(1, min(SAMPLE, plan.scripts // LEAST_SAMPLE)))
    waiting: dict[int, Row | None] = {job: None for job in sampled if states[job] != MISSING}

    def missing() -> Iterator[int]:
        return (job for job, state in enumerate(states) if state == MISSING and job not in waiting)

    for rows in workers("scripts", run_jobs, missing):
        for row in rows:
            cell = row.job // plan.seeds
            failures[cell] += not row.learned
            first = not row.learned and failures[cell] <= MOST_FAILURES
            if first or row.job in sampled or not row.line:
                waiting[row.job] = row
        _enter(result, [row for row in rows if row.job not in waiting])
    for found in workers("confirmed", run_in_isolation, lambda: sorted(waiting), True):
        for job, alone in found:
            held, spec = waiting.pop(job), plan.spec_of_job(job)
            if why := _wrong(spec, held, alone, states[job] == LEARNED):
                code = 3 if held and not (held.line or alone) else 1
                result.problems.append((code, f"{choices.command(spec)}: {why}"))
            else:
                result.confirmed += 1
                _enter(result, [held] if held else [])


def resume(result: SweepResult) -> None:
    """Enter the rows of the result's file, if it has one.

    A last line that was cut off is removed from the file, and a job counts once however often it
    is there. Raises UsageError where a line is not one of this plan's, and touches nothing then.
    """
    path = result.path
    if path is None or not path.exists():
        return
    whole, spec_of_cell = 0, lru_cache(maxsize=256)(result.plan.spec)
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n") and line[: len(_OPENING)] == _OPENING[: len(line)]:
                break
            try:
                row = json.loads(line)
                job, seconds = _job(row, result.plan, spec_of_cell), float(row["seconds"])
                state = LEARNED if row["learned"] else NOT_LEARNED
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                remedy = "repeat the command that made the file, or name another with -o"
                raise UsageError(f"{path}: line {number} is of another sweep: {remedy}") from None
            if result.states[job] == MISSING:
                result.states[job] = state
                result.seconds += seconds
            whole += len(line)
    if whole < path.stat().st_size:
        os.truncate(path, whole)


def _job(row: Any, plan: SweepPlan, spec_of_cell: Callable[[int], ScriptSpec]) -> int:
    """The job that a row is of; raises ValueError, or what odd data raises, if it is of none."""
    named = int(row["table"], 2) if plan.inputs else row["gate"]
    subject = plan.subjects.index(named) if plan.subjects != ("",) else 0
    if not 0 <= row["seed"] < plan.seeds:
        raise ValueError
    for cell in range(subject * len(plan.groups), (subject + 1) * len(plan.groups)):
        spec = replace(spec_of_cell(cell), seed=row["seed"])
        if spec.batch == row["batch"] and row_head(spec).items() <= row.items():
            return cell * plan.seeds + int(row["seed"])
    raise ValueError


def row_head(spec: ScriptSpec) -> dict[str, object]:
    """What a row says about the script; the rest of the row says what became of it."""
    samples = {"samples": spec.samples, "noise": spec.noise} if spec.samples else {}
    return {
        "command": choices.command(spec),
        "gate": " ".join(spec.gates) or spec.table.name,
        "table": ",".join(spec.table.columns),
        "hidden": list(spec.hidden),
        "activation": spec.activation.name,
        **samples,
        **{key: getattr(spec, key) for key in ("batch", "batch_size", "lr", "epochs", "seed")},
    }


def _enter(result: SweepResult, rows: Sequence[Row]) -> None:
    """Add rows to the file at once: a kill or a full disk tears the last only; then they count."""
    if result.path is not None:
        files.make_folder(result.path.parent)
        data = "".join(row.line for row in rows).encode()
        with open(result.path, "ab", buffering=0) as file:
            while data:
                data = data[file.write(data) :]
    for row in rows:
        result.states[row.job] = LEARNED if row.learned else NOT_LEARNED
        result.seconds += row.seconds


def _wrong(spec: ScriptSpec, row: Row | None, alone: str | None, learned: bool) -> str:
    """What is wrong with a row, or with that of the file, given what the script prints alone."""
    if row and not (row.line or alone):
        return row.printed
    if row and row.printed != alone:
        other = "does not finish" if alone is None else f"prints {alone!r}"
        return f"it prints {row.printed!r} beside others and {other} alone"
    agrees = row or verdict_on(alone or "", spec.table).ok is learned
    return "" if agrees else "its row is wrong about whether it learned"


def observe_updates(result: SweepResult, workers: Workers) -> None:
    """Observe scripts of each group that learned: the updates they needed, for the result."""
    seeds, groups = result.plan.seeds, len(result.plan.groups)
    missing = {job for group in range(groups) for job in to_observe(result, group)}
    for found in workers("observed", observe_jobs, lambda: sorted(missing)):
        for job, updates in found:
            missing.remove(job)
            result.needed[job // seeds % groups].append(updates)


def to_observe(result: SweepResult, group: int) -> list[int]:
    """At most `OBSERVED` jobs of a group that learned, evenly spread over all that did."""
    groups = len(result.plan.groups)
    jobs = np.arange(len(result.states), dtype=np.int32).reshape(result.plan.cells, -1)
    learned = jobs[group::groups][result.by_cell[group::groups] == LEARNED]
    taken = min(OBSERVED, learned.size)
    return [int(learned[place * learned.size // taken]) for place in range(taken)]


# What a worker does with some jobs of a plan: this, and the next two.
def run_jobs(plan: SweepPlan, jobs: Jobs) -> list[Row]:
    """Run each job's script in this process, without a time limit: its updates are counted."""
    cells = plan.cells_of(jobs)
    heads = _texts(cells, lambda spec: json.dumps(row_head(spec)))
    # Running a script compiles it, which is the syntax check that `render` makes.
    runs = run_together(_texts(cells))
    tables = [spec.table for spec, seeds in cells for _ in seeds]
    rows = []
    for job, table, head, done in zip(jobs, tables, heads, runs, strict=True):
        if done.ending is not ended.Ending.FINISHED:
            rows.append(Row(job, "", False, judge.judge(done, table).reason, done.seconds))
            continue
        verdict = verdict_on(done.stdout, table)
        why = {} if verdict.ok else {"reason": verdict.reason}
        tail = json.dumps({"learned": verdict.ok, "seconds": round(done.seconds, 6), **why})
        line = f"{head[:-1]}, {tail[1:]}\n"  # one object of two
        rows.append(Row(job, line, verdict.ok, done.stdout, done.seconds))
    return rows


def run_in_isolation(plan: SweepPlan, jobs: Jobs) -> list[tuple[int, str | None]]:
    """Each job with what its script prints in a process of its own; None if it does not finish."""
    cells = plan.cells_of(jobs)
    for [source] in (_texts([(spec, seeds[:1])]) for spec, seeds in cells):
        render.confirm(source)  # raises RuntimeError where black would not leave it as it is
    guess = sum(len(seeds) * ALONE * expected_seconds(spec) for spec, seeds in cells)
    printed = run.printed_in_isolation(_texts(cells), 60 + 20 * guess)
    return list(zip(jobs, printed, strict=True))


def observe_jobs(plan: SweepPlan, jobs: Jobs) -> list[tuple[int, int]]:
    """Each job with the updates made before the first epoch from which on no error passed 0.1.

    The errors are the training's own: in an epoch every row is met once, before the update that it
    takes part in. With full batch, every prediction is within 0.1 from there on.
    """
    cells, last = plan.cells_of(jobs), np.full(len(jobs), -1)

    def see(places: Places, update: Update) -> None:
        wrong = ~(np.abs(update.error).max(axis=(1, 2)) <= judge.TOLERANCE)
        last[np.array(places)[wrong]] = update.epoch

    with np.errstate(all="ignore"):
        observe_together(_texts(cells), see)
    passes = [spec.updates_per_epoch for spec, seeds in cells for _ in seeds]
    return list(zip(jobs, ((last + 1) * passes).tolist(), strict=True))


@lru_cache(maxsize=4096)
def verdict_on(printed: str, table: TruthTable) -> judge.Verdict:
    """The judge's verdict on a finished script; the seeds of a cell print few different texts."""
    return judge.judge(ended.Run(printed, "", 0.0, ended.Ending.FINISHED), table)


def _texts(
    cells: list[Cell], text_of: Callable[[ScriptSpec], str] = lambda spec: render.fit(spec)[0]
) -> list[str]:
    return [text for spec, seeds in cells for text in render.for_seeds(text_of, spec, seeds)]
