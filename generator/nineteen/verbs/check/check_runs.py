"""Runs scripts, each in a process of its own and several side by side, and checks each."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from nineteen.errors import UsageError
from nineteen.page.terminal import counted
from nineteen.script.render import render
from nineteen.script.run import stop_all
from nineteen.training.examine import examine
from nineteen.verbs.check.files_to_check import DEFAULTS, Settings
from nineteen.verbs.check.found_script import FoundScript
from nineteen.verbs.check.four_checks import ScriptResult, checked, refused

_SLICE = 0.2  # seconds, the longest that Ctrl-C can go unnoticed on Windows


def check_script(found: FoundScript, settings: Settings = DEFAULTS) -> ScriptResult:
    """The result of one script, which runs once, isolated."""
    if found.spec is None:
        return refused(found, found.problem)
    try:
        render(found.spec)
    except UsageError as error:
        return refused(found, f"the command on its first line is refused: {error}")
    _, verdict, honesty = examine(found.block.source, found.spec, settings.seconds)
    return checked(found, verdict, honesty, settings.strict)


def check_all(
    found: Sequence[FoundScript],
    workers: int,
    settings: Settings = DEFAULTS,
    label: str = "checking",
) -> list[ScriptResult]:
    """The results in order; `workers` scripts run side by side, each in a process of its own."""
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(check_script, script, settings) for script in found]
        pairs = zip(found, futures, strict=True)
        try:
            return [_result(*pair) for pair in counted(pairs, label, len(found))]
        except BaseException:  # Ctrl-C strikes the main thread only, not those of the pool
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(future.done() for future in futures):
                stop_all()
                time.sleep(0.05)
            raise


def _result(script: FoundScript, future: Future[ScriptResult]) -> ScriptResult:
    """What comes of a script; a fault of the checker ends in the result that it concerns."""
    while not wait([future], _SLICE).done:
        pass
    if isinstance(error := future.exception(), Exception):
        return ScriptResult(script, {}, code=3, fault=f"{type(error).__name__}: {error}")
    return future.result()
