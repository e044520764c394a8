"""Spreads a sweep's work over processes here (joblib, loky) or over a Dask cluster."""

import logging
import os
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager
from functools import lru_cache, partial
from hashlib import sha256
from statistics import fmean
from threading import Thread
from typing import Any

from joblib import Parallel, delayed, parallel_config

from nineteen.errors import UsageError, extra
from nineteen.page.terminal import counting
from nineteen.script import choices, options, render
from nineteen.training.seeds import expected_seconds
from nineteen.training.side_by_side import together
from nineteen.verbs.sweep.jobs import Jobs, SweepPlan

# Does a task for the missing jobs: a label, the task, what is missing, and if each runs alone.
Workers = Callable[..., Iterator[list[Any]]]

SECONDS = 0.2  # what a piece of work should take: long against sending it, short to lose
FEW, MANY = 16, 64  # scripts of a piece, at least: of many each is faster, but no core should wait
ALONE = 15.0  # times as long a script takes about that runs by itself
MAX_DEATHS = 3
PATIENCE = 10.0  # seconds to reach a scheduler
HEARTBEAT = 1.0  # seconds between a worker's looks at whether its sweep is still there


class WorkersDie(RuntimeError):
    """Workers died again and again over the same jobs, or their scheduler is gone."""


def expected_time(plan: SweepPlan, scripts: int) -> float:
    """The seconds that so many scripts of the plan take about, on one processor."""
    alike = len(plan.groups) if plan.inputs else plan.cells  # the functions of a family are
    each = fmean(expected_seconds(plan.spec(cell)) for cell in range(alike))
    # Half as much again to judge and write down; those that confirm are processes of their own.
    return 1.5 * scripts * each + 0.1 * min(scripts, 10 * alike)


def cut(plan: SweepPlan, jobs: Iterable[int], alone: bool = False) -> Iterator[Jobs]:
    """The jobs in order, in pieces of about `SECONDS`; of more where fewer would not run as one."""
    most = max(FEW, min(MANY, plan.scripts // (os.cpu_count() or 1)))

    @lru_cache(maxsize=1)
    def cost_and_least(cell: int) -> tuple[float, int]:
        spec = plan.spec(cell)
        cost = 3e-5 + expected_seconds(spec)
        return (ALONE * cost, 1) if alone else (cost, min(most, together(spec)))

    piece, spent = list[int](), 0.0
    for job in jobs:
        cost, least = cost_and_least(job // plan.seeds)
        piece.append(job)
        spent += cost
        if spent >= SECONDS and len(piece) >= least:
            yield tuple(piece)
            piece, spent = [], 0.0
    if piece:
        yield tuple(piece)


def spread(
    plan: SweepPlan,
    processes: int,
    deaths: tuple[type[Exception], ...],
    quiet: bool,
    label: str,
    task: Callable[[SweepPlan, Jobs], list[Any]],
    missing: Callable[[], Iterable[int]],
    alone: bool = False,
) -> Iterator[list[Any]]:
    """What `task(plan, jobs)` returns for pieces of the missing jobs, as they arrive.

    A worker that dies, which the exceptions `deaths` tell, makes joblib abort its call; what is
    missing then is handed out again. So a job must be missing no more before the next result is
    asked for. Raises WorkersDie when the same job was the first one missing at three deaths.
    """
    seen = Counter[int]()
    with counting(label, sum(1 for _ in missing()), quiet) as count:
        while True:
            calls = (delayed(task)(plan, jobs) for jobs in cut(plan, missing(), alone))
            parallel = Parallel(processes, return_as="generator_unordered", batch_size=1)
            try:
                for results in parallel(calls):
                    yield results
                    count(len(results))
                return
            except deaths:
                first = next(iter(missing()), -1)
                seen[first] += 1
                if seen[first] == MAX_DEATHS:
                    script, remedy = choices.command(plan.spec_of_job(first)), "try fewer --workers"
                    reason = f"a worker died {MAX_DEATHS} times before {script} was through"
                    raise WorkersDie(f"{reason}: too little memory? {remedy}") from None


@contextmanager
def workers_for(plan: SweepPlan, given: Namespace) -> Iterator[Workers]:
    """Workers for a plan: as many processes here as --workers says (without it one a core; 1: this
    process itself), or all of a Dask cluster; raises UsageError where there is none.
    """
    if given.scheduler is None:
        # Scripts this small are fastest with one thread each, and comparable with those run alone.
        worker = {"inner_max_num_threads": 1, "initializer": _end_with, "initargs": [os.getpid()]}
        with parallel_config("loky", **worker):
            yield partial(spread, plan, given.workers or -1, (BrokenExecutor,), given.quiet)
        return
    distributed = extra("distributed", "cluster")
    disabled = logging.root.manager.disable
    logging.disable()  # what Dask logs, it also raises, and that is told in one line
    try:
        with _client(distributed, plan, given.scheduler), parallel_config("dask"):
            deaths = (distributed.KilledWorker, BrokenExecutor)
            yield partial(spread, plan, -1, deaths, given.quiet)
    except (CancelledError, distributed.comm.CommClosedError):
        raise WorkersDie("the connection to the Dask scheduler is lost") from None
    finally:
        logging.disable(disabled)


def fingerprint(plan: SweepPlan) -> str:
    """A digest of the first script of each group: equal where the generators are."""
    sources = [render.render(plan.spec(group)) for group in range(len(plan.groups))]
    return sha256("".join(sources).encode()).hexdigest()


def _end_with(parent: int) -> None:
    # Soon after the parent, be it killed; loky's would wait for minutes. So they do on Windows,
    # which keeps the number of a parent that has gone.
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(HEARTBEAT)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


@contextmanager
def _client(distributed: Any, plan: SweepPlan, scheduler: str) -> Iterator[None]:
    """A connection to a Dask cluster; raises UsageError where it cannot work for the plan."""
    where, problem, prints = f"--scheduler {options.short(scheduler)}", "", dict[str, str]()
    try:
        client = distributed.Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        reason = "nobody answers there" if isinstance(error, OSError) else "it is no address"
        raise UsageError(f"{where}: {reason}; start one with: dask scheduler") from None
    with client:
        try:
            prints = client.run(fingerprint, plan)
            if not prints:
                problem = f"it has no workers; start some with: dask worker {scheduler}"
        except ImportError as error:
            problem = f"a worker lacks the package ({error}); install nineteen where workers run"
        for worker in [name for name, found in prints.items() if found != fingerprint(plan)]:
            problem = f"worker {worker} renders other scripts; install the same version of nineteen"
        if problem:
            raise UsageError(f"{where}: {problem}")
        yield
