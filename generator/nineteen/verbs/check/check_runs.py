"""Runs scripts, each in a process of its own and several side by side, and checks each."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial

from nineteen.errors import UsageError
from nineteen.script.judge import Verdict
from nineteen.script.make import SECONDS
from nineteen.script.render import render
from nineteen.script.run import stop_all
from nineteen.training.examine import examine
from nineteen.training.honesty import Honesty
from nineteen.verbs.check.found_script import FoundScript
from nineteen.verbs.check.four_checks import ScriptResult, checked, refused

_SLICE = 0.2  # seconds, the longest that Ctrl-C can go unnoticed on Windows

Observed = tuple[Verdict, Honesty]


def check_script(
    found: FoundScript, seconds: float = SECONDS, strict: bool = False
) -> ScriptResult:
    """The result of one script, which runs once, isolated, for at most `seconds`."""
    return _result(found, partial(_observe, found, seconds), strict)


def check_all(
    found: Sequence[FoundScript], workers: int, seconds: float = SECONDS, strict: bool = False
) -> Iterator[ScriptResult]:
    """The results in order; `workers` scripts run side by side, each in a process of its own.

    A fault of the checker ends in the result of the script that it concerns.
    """
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(_observe, script, seconds) for script in found]
        try:
            for script, future in zip(found, futures, strict=True):
                yield _guarded(script, partial(_await, future), strict)
        except BaseException:  # Ctrl-C strikes the main thread only, not those of the pool
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(future.done() for future in futures):
                stop_all()
                time.sleep(0.05)
            raise


def _observe(found: FoundScript, seconds: float) -> Observed | None:
    """The verdict on the script's run, and its honesty; None without a spec."""
    if found.spec is None:
        return None
    render(found.spec)  # refused before it runs, if it is
    _, verdict, honesty = examine(found.block.source, found.spec, seconds)
    return verdict, honesty


def _await(future: Future[Observed | None]) -> Observed | None:
    while not wait([future], _SLICE).done:
        pass
    return future.result()


def _result(
    found: FoundScript, observed: Callable[[], Observed | None], strict: bool
) -> ScriptResult:
    try:
        evidence = observed()
    except UsageError as error:
        return refused(found, f"the command on its first line is refused: {error}")
    return checked(found, *evidence, strict) if evidence else refused(found, found.problem)


def _guarded(
    found: FoundScript, observed: Callable[[], Observed | None], strict: bool
) -> ScriptResult:
    try:
        return _result(found, observed, strict)
    except Exception as error:
        return ScriptResult(found, {}, code=3, fault=f"{type(error).__name__}: {error}")
