"""Spreads a sweep's work over processes here (joblib, loky) or over a Dask cluster."""

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from threading import Lock, Thread
from typing import TypeVar

from joblib import Parallel, delayed, parallel_config

from nineteen.errors import UsageError
from nineteen.page.extras import extra
from nineteen.script.choices import command
from nineteen.script.options import short
from nineteen.script.render import render
from nineteen.verbs.sweep.jobs import Jobs, SweepPlan

T = TypeVar("T")
Task = Callable[[SweepPlan, Jobs], T]

MAX_DEATHS = 3
PATIENCE = 10.0  # seconds to reach a scheduler
HEARTBEAT = 1.0  # seconds between a worker's looks at whether its sweep is still there


class WorkersDie(RuntimeError):
    """Workers died again and again over the same jobs, or their scheduler is gone."""


@dataclass(frozen=True)
class Workers:
    """Who works for a plan: so many processes here (-1: one a core), or those of a cluster.

    `deaths` are the exceptions that tell that a worker died, `losses` that the scheduler is gone.
    """

    plan: SweepPlan
    processes: int = -1
    deaths: tuple[type[Exception], ...] = (BrokenExecutor,)
    losses: tuple[type[Exception], ...] = ()

    def do(self, task: Task[T], pieces: Iterable[Jobs]) -> Iterator[T]:
        """What `task(plan, jobs)` returns for each of the pieces, each once, as they arrive.

        A worker that dies makes joblib abort its call: what was handed out and not returned is
        then handed out again. Raises WorkersDie when the same piece was out at three deaths, or
        the scheduler is gone.
        """
        waiting, lock = iter(pieces), Lock()
        out: dict[Jobs, int] = {}  # how many deaths a piece that is handed out has seen

        def fresh() -> Jobs | None:
            with lock:  # joblib asks in threads of its own, even for a call that it aborts
                if (jobs := next(waiting, None)) is not None:
                    out[jobs] = 0
                return jobs

        while True:
            calls = (
                delayed(_tagged)(task, self.plan, jobs)
                for jobs in chain(list(out), iter(fresh, None))
            )
            spread = Parallel(self.processes, return_as="generator_unordered", batch_size=1)
            try:
                for jobs, result in spread(calls):
                    del out[jobs]
                    yield result
            except self.deaths:
                for jobs in list(out):
                    out[jobs] += 1
                    if out[jobs] >= MAX_DEATHS:
                        raise WorkersDie(_obituary(self.plan, jobs)) from None
            except self.losses:
                raise WorkersDie("the connection to the Dask scheduler is lost") from None
            if not out:
                return


@contextmanager
def workers_for(
    plan: SweepPlan, processes: int | None = None, scheduler: str | None = None
) -> Iterator[Workers]:
    """Workers for a plan: so many processes here (None: one a core; 1: this process itself) or,
    given a scheduler's address, all workers of its Dask cluster.

    Raises UsageError where there is no cluster to work with.
    """
    if scheduler is None:
        # Scripts this small are fastest with one thread each, and comparable with those run alone.
        worker = {"inner_max_num_threads": 1, "initializer": _end_with, "initargs": [os.getpid()]}
        with parallel_config("loky", **worker):
            yield Workers(plan, processes or -1)
        return
    if processes is not None:
        raise UsageError("--workers is for this machine: with --scheduler all of its workers work")
    disabled = logging.root.manager.disable
    logging.disable()  # what Dask logs, it also raises, and that is told in one line
    try:
        with _cluster(plan, scheduler) as workers, parallel_config("dask"):
            yield workers
    finally:
        logging.disable(disabled)


def fingerprint(plan: SweepPlan) -> str:
    """A digest of the first script of each group: equal where the generators are."""
    sources = [render(plan.spec(group)) for group in range(len(plan.groups))]
    return sha256("".join(sources).encode()).hexdigest()


def _tagged(task: Task[T], plan: SweepPlan, jobs: Jobs) -> tuple[Jobs, T]:
    return jobs, task(plan, jobs)


def _end_with(parent: int) -> None:
    """End this process soon after its parent, be it by kill -9; loky's would wait for minutes.

    Windows keeps the number of a parent that has gone, so there they do wait.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(HEARTBEAT)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


@contextmanager
def _cluster(plan: SweepPlan, scheduler: str) -> Iterator[Workers]:
    """The workers of a Dask cluster, as long as the connection lasts.

    Raises UsageError where they cannot work for the plan.
    """

    def refusal(reason: str) -> UsageError:
        return UsageError(f"--scheduler {short(scheduler)}: {reason}")

    distributed = extra("distributed", "cluster")
    try:
        client = distributed.Client(scheduler, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        reason = "nobody answers there" if isinstance(error, OSError) else "it is no address"
        raise refusal(f"{reason}; start one with: dask scheduler") from None
    with client:
        try:
            prints = client.run(fingerprint, plan)
        except ImportError as error:
            reason = f"a worker lacks the package ({error}); install nineteen where the workers run"
            raise refusal(reason) from None
        if not prints:
            raise refusal(f"it has no workers; start some with: dask worker {scheduler}")
        if strange := [name for name, found in prints.items() if found != fingerprint(plan)]:
            reason = f"worker {strange[0]} renders other scripts"
            raise refusal(f"{reason}; install the same version of nineteen there")
        losses = (CancelledError, distributed.comm.CommClosedError)
        yield Workers(plan, deaths=(distributed.KilledWorker, BrokenExecutor), losses=losses)


def _obituary(plan: SweepPlan, jobs: Jobs) -> str:
    first, last = (command(plan.spec_of_job(job)) for job in (jobs[0], jobs[-1]))
    return (
        f"a worker died {MAX_DEATHS} times over the same scripts, {first} to {last}: "
        "is there too little memory? try fewer --workers"
    )
