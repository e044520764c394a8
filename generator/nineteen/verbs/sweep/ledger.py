"""Runs the jobs of a plan, each once: those that a file lacks; then confirms, then observes."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from nineteen.page.terminal import counting
from nineteen.script.choices import command
from nineteen.verbs.sweep.pool import Workers
from nineteen.verbs.sweep.results_file import append, resume
from nineteen.verbs.sweep.sweep_result import LEARNED, MISSING, NOT_LEARNED, SweepResult
from nineteen.verbs.sweep.work import (
    ALONE,
    Row,
    cut,
    observe_jobs,
    run_in_isolation,
    run_jobs,
    sample,
    verdict_on,
)

MOST_FAILURES = 50  # of a cell that are confirmed in isolation
OBSERVED = 50  # scripts of a group that are observed for the updates they need


def run_plan(result: SweepResult, workers: Workers) -> None:
    """Read the file, run what it lacks, and confirm a sample and the failures in isolation."""
    resume(result)
    there = [job for job in sample(result.plan) if result.states[job] != MISSING]
    _confirm(result, _run_missing(result, workers), there, workers)


def observe_updates(result: SweepResult, workers: Workers) -> None:
    """Observe scripts of each group that learned: the updates they needed, for the result."""
    plan = result.plan
    jobs = sorted(job for group in range(len(plan.groups)) for job in to_observe(result, group))
    with counting("observed", len(jobs)) as count:
        for found in workers.do(observe_jobs, cut(plan, jobs, ALONE)):
            for job, updates in found:
                result.needed[plan.group(job)].append(updates)
            count(len(found))


def to_observe(result: SweepResult, group: int) -> list[int]:
    """At most `OBSERVED` jobs of a group that learned, evenly spread over all that did."""
    plan = result.plan
    learned = np.flatnonzero(result.grid[:, group] == LEARNED)
    taken = min(OBSERVED, len(learned))
    spread = learned[np.arange(taken) * len(learned) // max(1, taken)]
    subject, seed = np.divmod(spread, plan.seeds)
    jobs: list[int] = ((subject * len(plan.groups) + group) * plan.seeds + seed).tolist()
    return jobs


def _run_missing(result: SweepResult, workers: Workers) -> dict[int, Row]:
    """Run every job without a row; the rows that wait for their script's run in isolation."""
    plan, sampled, failures = result.plan, sample(result.plan), Counter[int]()
    held: dict[int, Row] = {}
    missing = (job for job, state in enumerate(result.states) if state == MISSING)
    with counting("scripts", plan.scripts, result.done) as count:
        for rows in workers.do(run_jobs, cut(plan, missing)):
            result.problems += [row.problem for row in rows if row.problem]
            rows = [row for row in rows if not row.problem]
            for row in rows:
                cell = row.job // plan.seeds
                failures[cell] += not row.learned
                if row.job in sampled or (not row.learned and failures[cell] <= MOST_FAILURES):
                    held[row.job] = row
            _enter(result, [row for row in rows if row.job not in held])
            count(len(rows))
    return held


def _enter(result: SweepResult, rows: Sequence[Row]) -> None:
    """Add rows to the file, if there is one; then they count."""
    append(result.path, "".join(row.line for row in rows))
    for row in rows:
        result.states[row.job] = LEARNED if row.learned else NOT_LEARNED
        result.seconds += row.seconds


def _confirm(
    result: SweepResult, held: dict[int, Row], there: Sequence[int], workers: Workers
) -> None:
    """Run scripts in isolation: a held row has to be printed again to the letter, then it counts;
    of a row that was in the file the verdict has to be the same.
    """
    with counting("confirmed", len(held) + len(there)) as count:
        pieces = cut(result.plan, sorted([*held, *there]), ALONE)
        for found in workers.do(run_in_isolation, pieces):
            wrong = {job: _difference(result, held.get(job), job, alone) for job, alone in found}
            _enter(result, [held[job] for job in wrong if job in held and not wrong[job]])
            result.problems += [(1, problem) for problem in wrong.values() if problem]
            result.confirmed += sum(not problem for problem in wrong.values())
            count(len(found))


def _difference(result: SweepResult, row: Row | None, job: int, alone: str | None) -> str:
    """What is wrong with a job's row, given what its script prints alone; "" if nothing is."""
    spec = result.plan.spec_of_job(job)
    if row is not None and alone != row.printed:
        other = "does not finish" if alone is None else f"prints {alone!r}"
        return f"{command(spec)}: it prints {row.printed!r} beside others and {other} alone"
    learned = verdict_on(alone or "", spec.table).ok
    if row is None and learned is not (result.states[job] == LEARNED):
        return f"{command(spec)}: its row is wrong about whether it learned"
    return ""
