"""Runs the jobs of a plan, each once; a file, only added to, has a line of JSON for each."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from nineteen.errors import UsageError
from nineteen.script.choices import command
from nineteen.script.files import make_folder
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.sweep import work
from nineteen.verbs.sweep.jobs import SweepPlan
from nineteen.verbs.sweep.pool import Workers
from nineteen.verbs.sweep.sweep_result import LEARNED, MISSING, NOT_LEARNED, SweepResult

SAMPLE = 1000  # one script in so many is confirmed in isolation
LEAST_SAMPLE = 3
MOST_FAILURES = 50  # of a cell that are confirmed in isolation
OBSERVED = 50  # scripts of a group that are observed for the updates they need
_OPENING = b'{"command": "python -m generator '


def run_plan(result: SweepResult, workers: Workers) -> None:
    """Read the file, run what it lacks, and confirm a sample and the failures in isolation.

    A row that is confirmed has to be printed again to the letter, then it counts; of a job whose
    row was in the file the verdict has to be the same.
    """
    resume(result)
    plan, states, failures = result.plan, result.states, Counter[int]()
    # Confirmed whatever became of them, evenly spread.
    sampled = range(0, plan.scripts, max(1, min(SAMPLE, plan.scripts // LEAST_SAMPLE)))
    waiting: dict[int, work.Row | None] = {job: None for job in sampled if states[job] != MISSING}

    def missing() -> Iterator[int]:
        every = enumerate(states)
        return (job for job, state in every if state == MISSING and job not in waiting)

    for rows in workers("scripts", work.run_jobs, missing):
        for row in rows:
            cell = row.job // plan.seeds
            failures[cell] += not row.learned
            first = not row.learned and failures[cell] <= MOST_FAILURES
            if first or row.job in sampled or not row.line:
                waiting[row.job] = row
        _enter(result, [row for row in rows if row.job not in waiting])
    for found in workers("confirmed", work.run_in_isolation, lambda: sorted(waiting), work.ALONE):
        for job, alone in found:
            held = waiting.pop(job)
            if problem := _difference(result, job, held, alone):
                result.problems.append(problem)
                continue
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
                raise UsageError(
                    f"{path}: line {number} is of another sweep: repeat the command that made the "
                    "file, or name another with -o"
                ) from None
            if result.states[job] == MISSING:
                result.states[job] = state
                result.seconds += seconds
            whole += len(line)
    if whole < path.stat().st_size:
        os.truncate(path, whole)


def observe_updates(result: SweepResult, workers: Workers) -> None:
    """Observe scripts of each group that learned: the updates they needed, for the result."""
    seeds, groups = result.plan.seeds, len(result.plan.groups)
    missing = {job for group in range(groups) for job in to_observe(result, group)}
    for found in workers("observed", work.observe_jobs, lambda: sorted(missing), work.ALONE):
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


def _job(row: Any, plan: SweepPlan, spec_of_cell: Callable[[int], ScriptSpec]) -> int:
    """The job that a row is of; raises ValueError, or what odd data raises, if it is of none."""
    named = int(row["table"], 2) if plan.inputs else row["gate"]
    subject = plan.subjects.index(named) if plan.subjects != ("",) else 0
    if not 0 <= row["seed"] < plan.seeds:
        raise ValueError
    for cell in range(subject * len(plan.groups), (subject + 1) * len(plan.groups)):
        spec = replace(spec_of_cell(cell), seed=row["seed"])
        if spec.batch == row["batch"] and work.row_head(spec).items() <= row.items():
            return cell * plan.seeds + int(row["seed"])
    raise ValueError


def _enter(result: SweepResult, rows: Sequence[work.Row]) -> None:
    """Add rows to the file at once: a kill or a full disk tears the last only; then they count."""
    if result.path is not None:
        make_folder(result.path.parent)
        data = "".join(row.line for row in rows).encode()
        with open(result.path, "ab", buffering=0) as file:
            while data:
                data = data[file.write(data) :]
    for row in rows:
        result.states[row.job] = LEARNED if row.learned else NOT_LEARNED
        result.seconds += row.seconds


def _difference(
    result: SweepResult, job: int, row: work.Row | None, alone: str | None
) -> tuple[int, str] | None:
    """What is wrong with a job's row, given what its script prints alone; None if nothing is."""
    spec = result.plan.spec_of_job(job)
    if row and not (row.line or alone):
        return 3, f"{command(spec)}: {row.printed}"
    if row and row.printed != alone:
        other = "does not finish" if alone is None else f"prints {alone!r}"
        return 1, f"{command(spec)}: it prints {row.printed!r} beside others and {other} alone"
    known = result.states[job] == LEARNED
    if not row and work.verdict_on(alone or "", spec.table).ok is not known:
        return 1, f"{command(spec)}: its row is wrong about whether it learned"
    return None
