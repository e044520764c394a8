"""The work of a sweep, on whichever worker: render, run warm, judge, and confirm in isolation."""

import json
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass

from nineteen.script.choices import command
from nineteen.script.judge import Status, Verdict, judge
from nineteen.script.render import confirm, fit, render
from nineteen.script.run import Ending, Run, run
from nineteen.script.run_many import printed_alone
from nineteen.script.spec import ScriptSpec, table_name
from nineteen.training.execute import execute
from nineteen.verbs.sweep.jobs import Plan

Jobs = tuple[int, ...]

SECONDS = 0.3  # what a piece of work should take: long against sending it, short to lose
SAMPLE = 1000  # one script in so many is confirmed in isolation, whatever became of it
LEAST_SAMPLE = 3


@dataclass(frozen=True)
class Piece:
    """What became of some jobs.

    `rows` are the lines for the file, `learned` says which of the `jobs` learned; a job with a
    problem is in neither. `seconds` is the time of compiling and running the scripts. A problem is
    an exit code and a line: a script that crashed, or that prints something else when it runs
    alone.
    """

    jobs: Jobs
    learned: tuple[bool, ...]
    rows: tuple[str, ...]
    seconds: float
    problems: tuple[tuple[int, str], ...]


def pieces(plan: Plan, missing: Iterator[int]) -> Iterator[Jobs]:
    """The missing jobs in order, cut into pieces of about `SECONDS`."""
    cell, cost, piece, expected = -1, 0.0, [], 0.0
    for job in missing:
        if job // plan.seeds != cell:
            cell = job // plan.seeds
            cost = _seconds(plan.spec(cell))
        piece.append(job)
        expected += cost
        if expected >= SECONDS:
            yield tuple(piece)
            piece, expected = [], 0.0
    if piece:
        yield tuple(piece)


def run_piece(plan: Plan, jobs: Jobs) -> Piece:
    """Run each job's script in this process; its Piece, in the order of the jobs.

    Every script that did not learn runs again in a process of its own, and has to print the same.
    There is no time limit on the warm run: a rendered script has a fixed number of updates.
    """
    # One step for all scripts before the next: a step's code and data stay in the caches, which
    # makes rendering and judging three times as fast as in turn with the scripts. Running a script
    # compiles it, which is the syntax check that `render` makes.
    made = [(job, spec, fit(spec)[0]) for job, spec in plan.specs(jobs)]
    runs = [run_warm(source) for _, _, source in made]
    finished: dict[int, tuple[bool, str, float]] = {}
    failed: dict[int, tuple[ScriptSpec, str, str]] = {}
    problems: list[tuple[int, str]] = []
    for (job, spec, source), result in zip(made, runs, strict=True):
        verdict = judge(result, spec.table)
        if verdict.status is Status.CRASHED:
            problems.append(_crash(spec, source, verdict))
            continue
        row = _row(spec, result.seconds, verdict.reason)
        finished[job] = (verdict.ok, row, result.seconds)
        if not verdict.ok:
            failed[job] = (spec, source, result.stdout)
    for job, problem in _differences(failed).items():
        problems.append((1, problem))
        del finished[job]
    learned, rows, seconds = zip(*finished.values(), strict=True) if finished else ((), (), ())
    return Piece(tuple(finished), learned, rows, sum(seconds), tuple(problems))


def sample(plan: Plan) -> range:
    """The jobs that are confirmed whatever became of them, evenly spread."""
    return range(0, plan.scripts, max(1, min(SAMPLE, plan.scripts // LEAST_SAMPLE)))


def confirm_piece(plan: Plan, jobs: Jobs) -> list[tuple[int, bool, str]]:
    """Each job, whether its script learned, and a problem or "".

    The script runs in this process and in one of its own, where it has to print the same, and
    black has to leave it as it is.
    """
    seen: dict[int, tuple[ScriptSpec, str, str]] = {}
    learned: dict[int, bool] = {}
    for job, spec in plan.specs(jobs):
        source = render(spec)
        confirm(source)
        result = run_warm(source)
        learned[job] = judge(result, spec.table).ok
        seen[job] = (spec, source, result.stdout)
    problems = _differences(seen)
    return [(job, learned[job], problems.get(job, "")) for job in jobs]


def _crash(spec: ScriptSpec, source: str, warm: Verdict) -> tuple[int, str]:
    """The problem of a script that crashed in this process, after running it alone."""
    alone = judge(run(source), spec.table)
    if alone.status is Status.CRASHED:
        return 3, f"{command(spec)}: {alone.reason}"
    return 1, f"{command(spec)}: it crashes in a warm worker, {warm.reason}, and not alone"


def _differences(seen: dict[int, tuple[ScriptSpec, str, str]]) -> dict[int, str]:
    """The scripts that print something else alone than was seen in this process."""
    sources = [source for _, source, _ in seen.values()]
    guess = sum(_seconds(spec) for spec, _, _ in seen.values())
    alone = printed_alone(sources, 60 + 20 * guess)
    return {
        job: f"{command(spec)}: it prints {warm!r} in a warm worker and "
        + ("does not finish" if printed is None else f"{printed!r}")
        + " alone"
        for (job, (spec, _, warm)), printed in zip(seen.items(), alone, strict=True)
        if printed != warm
    }


def run_warm(source: str) -> Run:
    """Run a script in this process, with NumPy's warnings off; the same Run that `run` makes."""
    import numpy as np

    began = time.perf_counter()
    try:
        with np.errstate(all="ignore"):
            printed = execute(source)
    except Exception:
        used = time.perf_counter() - began
        return Run("", traceback.format_exc(), used, Ending.CRASHED, 1)
    return Run(printed, "", time.perf_counter() - began, Ending.FINISHED)


def updates_needed(spec: ScriptSpec) -> int:
    """The updates made before the first epoch from which on no error passed 0.1.

    The errors are those of the training itself: in an epoch every row of the truth table is met
    once, and its error is taken before the update that it takes part in. With full batch this is
    the number of updates after which every prediction is within 0.1, and stays there.
    """
    import numpy as np

    from nineteen.script.judge import TOLERANCE
    from nineteen.training.observe import Update, observe

    last = -1

    def see(update: Update) -> None:
        nonlocal last
        if not np.abs(update.error).max() <= TOLERANCE:
            last = update.epoch

    with np.errstate(all="ignore"):
        observe(fit(spec)[0], see)
    return (last + 1) * spec.updates // spec.epochs


def observe_piece(plan: Plan, jobs: Jobs) -> list[tuple[int, int]]:
    """Each job with the updates that its script needed."""
    return [(job, updates_needed(spec)) for job, spec in plan.specs(jobs)]


def head(spec: ScriptSpec) -> dict[str, object]:
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


def _row(spec: ScriptSpec, seconds: float, reason: str) -> str:
    result = {"learned": not reason, "seconds": round(seconds, 6)}
    return json.dumps(head(spec) | result | ({"reason": reason} if reason else {})) + "\n"


def _seconds(spec: ScriptSpec) -> float:
    """A rough guess, which only cuts the work into pieces."""
    products = sum(a * b for a, b in zip(spec.sizes, spec.sizes[1:], strict=False))
    return 1e-3 + spec.updates * (3e-5 + 3e-9 * spec.batch_size * products)
