"""Runs the jobs of a plan, each once: those that a file lacks; then confirms, then observes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nineteen.page.progress import counting
from nineteen.script.choices import command
from nineteen.script.judge import judge
from nineteen.script.run import Ending, Run
from nineteen.verbs.sweep.jobs import SweepPlan
from nineteen.verbs.sweep.pool import Workers
from nineteen.verbs.sweep.results_file import LEARNED, MISSING, NOT_LEARNED, append_lines, resume
from nineteen.verbs.sweep.work import (
    MOST_FAILURES,
    Row,
    cut,
    observe_jobs,
    run_in_isolation,
    run_jobs,
    sample,
    seconds_alone,
    seconds_together,
)

OBSERVED = 50  # scripts of a group that are observed for the updates they need


@dataclass
class Measured:
    """What adds up while a sweep runs.

    `states` has a byte for each job; `seconds` is script time; `confirmed` counts the scripts that
    printed the same in isolation; a problem is an exit code and a line.
    """

    plan: SweepPlan
    path: Path | None
    states: bytearray
    seconds: float = 0.0
    confirmed: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many jobs have a row."""
        return len(self.states) - self.states.count(MISSING)

    @property
    def kept(self) -> str:
        """What is left of a sweep that is broken off."""
        if self.path is None:
            return "nothing was kept: with -o FILE a sweep continues where it stopped"
        rows = f"{self.done:,} of {len(self.states):,} rows are in {self.path}"
        return f"{rows}: the same command goes on"

    def enter(self, rows: Iterable[Row]) -> None:
        """Add rows to the file, if there is one; then they count."""
        rows = tuple(rows)
        if self.path:
            append_lines(self.path, [row.line for row in rows])
        for row in rows:
            self.states[row.job] = LEARNED if row.learned else NOT_LEARNED


def measure(measured: Measured, workers: Workers) -> None:
    """Read the file, run what it lacks, and confirm a sample and the failures in isolation."""
    plan = measured.plan
    if measured.path:
        measured.seconds = resume(measured.path, plan, measured.states)
    there = [job for job in sample(plan) if measured.states[job] != MISSING]
    _confirm(measured, _run_missing(measured, workers), there, workers)


def observe_updates(measured: Measured, workers: Workers) -> list[list[int]]:
    """The updates that a sample of each group needed, sorted, group by group."""
    plan = measured.plan
    needed: list[list[int]] = [[] for _ in plan.groups]
    jobs = sorted(
        job for group in range(len(needed)) for job in _to_observe(plan, measured.states, group)
    )
    with counting("observed", len(jobs)) as bar:
        for found in workers.do(observe_jobs, cut(plan, jobs, seconds_alone)):
            for job, updates in found:
                needed[plan.group(job)].append(updates)
            bar.advance(bar.task_ids[0], len(found))
    return [sorted(updates) for updates in needed]


def _run_missing(measured: Measured, workers: Workers) -> dict[int, Row]:
    """Run every job without a row; the rows that wait for their script's run in isolation.

    All others are in the file before they count.
    """
    plan, failures = measured.plan, Counter[int]()
    held: dict[int, Row] = {}
    missing = (job for job, state in enumerate(measured.states) if state == MISSING)
    with counting("scripts", plan.scripts) as bar:
        bar.advance(bar.task_ids[0], measured.done)
        for outcome in workers.do(run_jobs, cut(plan, missing, seconds_together)):
            unsure = [row for row in outcome.rows if row.printed is not None]
            held |= {row.job: row for row in unsure if _waits(plan, row, failures)}
            measured.enter(row for row in outcome.rows if row.job not in held)
            measured.seconds += outcome.seconds
            measured.problems += outcome.problems
            bar.advance(bar.task_ids[0], len(outcome.rows))
    return held


def _waits(plan: SweepPlan, row: Row, failures: Counter[int]) -> bool:
    """Whether the row belongs to the sample or to the first failures of its cell, counted here."""
    cell = row.job // plan.seeds
    failures[cell] += not row.learned
    return row.job in sample(plan) or (not row.learned and failures[cell] <= MOST_FAILURES)


def _confirm(measured: Measured, held: dict[int, Row], there: list[int], workers: Workers) -> None:
    """Run scripts in isolation: a held row has to be printed again to the letter, then it counts;
    of a row that was in the file the verdict has to be the same.
    """
    plan = measured.plan
    with counting("confirmed", len(held) + len(there)) as bar:
        for found in workers.do(
            run_in_isolation, cut(plan, sorted([*held, *there]), seconds_alone)
        ):
            problems = {job: _problem(measured, held.get(job), job, alone) for job, alone in found}
            measured.enter(held[job] for job in problems if job in held and not problems[job])
            measured.problems += [(1, problem) for problem in problems.values() if problem]
            measured.confirmed += sum(not problem for problem in problems.values())
            bar.advance(bar.task_ids[0], len(found))


def _problem(measured: Measured, row: Row | None, job: int, alone: str | None) -> str:
    """What is wrong with a job's row, given what its script prints alone; "" if nothing is."""
    spec = measured.plan.spec_of_job(job)
    if row is not None and alone != row.printed:
        other = "does not finish" if alone is None else f"prints {alone!r}"
        return f"{command(spec)}: it prints {row.printed!r} beside others and {other} alone"
    learned = judge(Run(alone or "", "", 0.0, Ending.FINISHED), spec.table).ok
    if row is None and learned is not (measured.states[job] == LEARNED):
        return f"{command(spec)}: its row is wrong about whether it learned"
    return ""


def _to_observe(plan: SweepPlan, states: bytearray, group: int) -> list[int]:
    """At most `OBSERVED` jobs of a group that learned, evenly spread over all that did."""
    learned = [
        job for job, state in enumerate(states) if state == LEARNED and plan.group(job) == group
    ]
    taken = min(OBSERVED, len(learned))
    return [learned[index * len(learned) // taken] for index in range(taken)]
