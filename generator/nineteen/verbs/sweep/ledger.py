"""Runs the jobs of a plan, each once: those that a file lacks; then confirms, then observes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nineteen.page.terminal import counting
from nineteen.script.choices import command
from nineteen.verbs.sweep.jobs import SweepPlan
from nineteen.verbs.sweep.pool import Workers
from nineteen.verbs.sweep.results_file import LEARNED, MISSING, NOT_LEARNED, append_lines, resume
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


@dataclass
class Ledger:
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


def run_plan(ledger: Ledger, workers: Workers) -> None:
    """Read the file, run what it lacks, and confirm a sample and the failures in isolation."""
    if ledger.path:
        ledger.seconds = resume(ledger.path, ledger.plan, ledger.states)
    there = [job for job in sample(ledger.plan) if ledger.states[job] != MISSING]
    _confirm(ledger, _run_missing(ledger, workers), there, workers)


def observe_updates(ledger: Ledger, workers: Workers) -> list[list[int]]:
    """The updates that a sample of each group needed, sorted, group by group."""
    plan = ledger.plan
    needed: list[list[int]] = [[] for _ in plan.groups]
    jobs = sorted(job for group in range(len(needed)) for job in _to_observe(ledger, group))
    with counting("observed", len(jobs)) as bar:
        for found in workers.do(observe_jobs, cut(plan, jobs, ALONE)):
            for job, updates in found:
                needed[plan.group(job)].append(updates)
            bar.advance(bar.task_ids[0], len(found))
    return [sorted(updates) for updates in needed]


def _run_missing(ledger: Ledger, workers: Workers) -> dict[int, Row]:
    """Run every job without a row; the rows that wait for their script's run in isolation."""
    plan, sampled, failures = ledger.plan, sample(ledger.plan), Counter[int]()
    held: dict[int, Row] = {}
    missing = (job for job, state in enumerate(ledger.states) if state == MISSING)
    with counting("scripts", plan.scripts) as bar:
        bar.advance(bar.task_ids[0], ledger.done)
        for outcome in workers.do(run_jobs, cut(plan, missing)):
            for row in outcome.rows:
                cell = row.job // plan.seeds
                failures[cell] += not row.learned
                if row.job in sampled or (not row.learned and failures[cell] <= MOST_FAILURES):
                    held[row.job] = row
            ledger.enter(row for row in outcome.rows if row.job not in held)
            ledger.seconds += outcome.seconds
            ledger.problems += outcome.problems
            bar.advance(bar.task_ids[0], len(outcome.rows))
    return held


def _confirm(ledger: Ledger, held: dict[int, Row], there: list[int], workers: Workers) -> None:
    """Run scripts in isolation: a held row has to be printed again to the letter, then it counts;
    of a row that was in the file the verdict has to be the same.
    """
    with counting("confirmed", len(held) + len(there)) as bar:
        pieces = cut(ledger.plan, sorted([*held, *there]), ALONE)
        for found in workers.do(run_in_isolation, pieces):
            wrong = {job: _problem(ledger, held.get(job), job, alone) for job, alone in found}
            ledger.enter(held[job] for job in wrong if job in held and not wrong[job])
            ledger.problems += [(1, problem) for problem in wrong.values() if problem]
            ledger.confirmed += sum(not problem for problem in wrong.values())
            bar.advance(bar.task_ids[0], len(found))


def _problem(ledger: Ledger, row: Row | None, job: int, alone: str | None) -> str:
    """What is wrong with a job's row, given what its script prints alone; "" if nothing is."""
    spec = ledger.plan.spec_of_job(job)
    if row is not None and alone != row.printed:
        other = "does not finish" if alone is None else f"prints {alone!r}"
        return f"{command(spec)}: it prints {row.printed!r} beside others and {other} alone"
    learned = verdict_on(alone or "", spec.table).ok
    if row is None and learned is not (ledger.states[job] == LEARNED):
        return f"{command(spec)}: its row is wrong about whether it learned"
    return ""


def _to_observe(ledger: Ledger, group: int) -> list[int]:
    """At most `OBSERVED` jobs of a group that learned, evenly spread over all that did."""
    states, plan = enumerate(ledger.states), ledger.plan
    learned = [job for job, state in states if state == LEARNED and plan.group(job) == group]
    taken = min(OBSERVED, len(learned))
    return [learned[index * len(learned) // taken] for index in range(taken)]
