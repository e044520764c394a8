"""Spreads a sweep's work over processes here (joblib, loky) or over a Dask cluster."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack
from functools import cache
from hashlib import sha256
from importlib import import_module
from threading import Lock, Thread
from typing import Any, TypeVar

from joblib import Parallel, delayed, parallel_config

from nineteen.errors import UsageError
from nineteen.script.options import short
from nineteen.script.render import render
from nineteen.verbs.sweep.jobs import Plan
from nineteen.verbs.sweep.work import Jobs

T = TypeVar("T")
Task = Callable[[Plan, Jobs], T]

MAX_DEATHS = 3
PATIENCE = 10.0  # seconds to reach a scheduler
HEARTBEAT = 1.0  # seconds between a worker's looks at whether its sweep is still there


class WorkersDie(RuntimeError):
    """Workers died again and again over the same jobs."""


def spread(
    task: Task[T],
    plan: Plan,
    pieces: Iterable[Jobs],
    workers: int = -1,
    scheduler: str | None = None,
) -> Iterator[T]:
    """What `task(plan, jobs)` returns for each of the pieces, each once, in the order of arrival.

    It runs on `workers` processes here (-1: one a core; 1: in this process) or, given a
    scheduler's address, on all workers of its cluster. A worker that dies makes joblib abort its
    call: what was handed out and not returned is then handed out again. Raises WorkersDie when the
    same piece was out at three deaths, and UsageError where there is no cluster to work with.
    """
    waiting = iter(pieces)
    out: dict[Jobs, int] = {}  # how many deaths a piece that is handed out has seen
    lock = Lock()  # joblib asks for more in a thread of its own

    parent = os.getpid() if scheduler is None else None

    def feed(again: list[Jobs]) -> Iterator[Any]:
        for jobs in again:
            yield delayed(_tagged)(task, plan, jobs, parent)
        while True:
            with lock:
                fresh = next(waiting, None)
                if fresh is None:
                    return
                out[fresh] = 0
            yield delayed(_tagged)(task, plan, fresh, parent)

    with ExitStack() as stack:
        killed = _enter_backend(stack, plan, scheduler)
        first = True
        while first or out:
            first = False
            results = Parallel(workers, return_as="generator_unordered", batch_size=1)
            try:
                for jobs, result in results(feed(list(out))):
                    del out[jobs]
                    yield result
            except killed:
                out.update((jobs, deaths + 1) for jobs, deaths in out.items())
                if doomed := [jobs for jobs, deaths in out.items() if deaths >= MAX_DEATHS]:
                    raise WorkersDie(_obituary(plan, doomed[0])) from None


def fingerprint(plan: Plan) -> str:
    """A digest of the first script of each group: equal where the generators are."""
    sources = [render(plan.spec(group)) for group in range(len(plan.groups))]
    return sha256("".join(sources).encode()).hexdigest()


def _tagged(task: Task[T], plan: Plan, jobs: Jobs, parent: int | None) -> tuple[Jobs, T]:
    """The task's result with its jobs; a worker here ends when the sweep does, even by kill -9."""
    if parent is not None and parent != os.getpid():
        _end_with(parent)
    return jobs, task(plan, jobs)


@cache
def _end_with(parent: int) -> None:
    """End this process soon after its parent; loky's workers would wait for it for ever.

    Windows keeps the number of a parent that has gone, so there they do wait.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(HEARTBEAT)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _enter_backend(
    stack: ExitStack, plan: Plan, scheduler: str | None
) -> tuple[type[Exception], ...]:
    """Choose joblib's backend until the stack closes; the exceptions that tell of a death."""
    if scheduler is None:
        # Scripts this small are fastest with one thread each, and comparable with those run alone.
        stack.enter_context(parallel_config("loky", inner_max_num_threads=1))
        return (BrokenExecutor,)
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise UsageError('--scheduler needs Dask: pip install "nineteen[cluster]"') from None
    try:
        client = stack.enter_context(distributed.Client(scheduler, timeout=PATIENCE))
        prints = client.run(fingerprint, plan)
    except (OSError, ValueError) as error:
        reason = "nobody answers there" if isinstance(error, OSError) else "it is no address"
        raise UsageError(
            f"--scheduler {short(scheduler)}: {reason}; start one with: dask scheduler"
        ) from None
    except ImportError as error:
        raise UsageError(
            f"--scheduler {short(scheduler)}: a worker lacks the package ({error}); "
            "install nineteen where the workers run"
        ) from None
    if not prints:
        raise UsageError(
            f"--scheduler {short(scheduler)}: it has no workers; start some with: "
            f"dask worker {scheduler}"
        )
    if strange := [worker for worker, found in prints.items() if found != fingerprint(plan)]:
        raise UsageError(
            f"--scheduler {short(scheduler)}: worker {strange[0]} renders other scripts; "
            "install the same version of nineteen there"
        )
    stack.enter_context(parallel_config("dask"))
    return (distributed.KilledWorker, BrokenExecutor)


def _obituary(plan: Plan, jobs: Jobs) -> str:
    from nineteen.script.choices import command

    [(_, first)], [(_, last)] = plan.specs(jobs[:1]), plan.specs(jobs[-1:])
    return (
        f"a worker died {MAX_DEATHS} times over the same scripts, {command(first)} to "
        f"{command(last)}: is there too little memory? try fewer --workers"
    )
