"""Runs scripts, each in a process of its own and several side by side, and checks each."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from nineteen.errors import UsageError
from nineteen.script.make import SECONDS
from nineteen.script.render import render
from nineteen.script.run import stop_all
from nineteen.training.examine import examine
from nineteen.verbs.check.found_script import FoundScript
from nineteen.verbs.check.four_checks import ScriptResult, checked, refused

_SLICE = 0.2  # seconds, the longest that Ctrl-C can go unnoticed on Windows


def check_script(
    found: FoundScript, seconds: float = SECONDS, strict: bool = False
) -> ScriptResult:
    """The result of one script, which runs once, isolated, for at most `seconds`."""
    if found.spec is None:
        return refused(found, found.problem)
    try:
        render(found.spec)
    except UsageError as error:
        return refused(found, f"the command on its first line is refused: {error}")
    _, verdict, honesty = examine(found.block.source, found.spec, seconds)
    return checked(found, verdict, honesty, strict)


def check_all(
    found: Sequence[FoundScript], workers: int, seconds: float = SECONDS, strict: bool = False
) -> Iterator[ScriptResult]:
    """The results in order; `workers` scripts run side by side, each in a process of its own.

    A fault of the checker ends in the result of the script that it concerns.
    """
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(check_script, script, seconds, strict) for script in found]
        try:
            for script, future in zip(found, futures, strict=True):
                while not wait([future], _SLICE).done:
                    pass
                if isinstance(error := future.exception(), Exception):
                    yield ScriptResult(script, {}, code=3, fault=f"{type(error).__name__}: {error}")
                else:
                    yield future.result()
        except BaseException:  # Ctrl-C strikes the main thread only, not those of the pool
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(future.done() for future in futures):
                stop_all()
                time.sleep(0.05)
            raise
