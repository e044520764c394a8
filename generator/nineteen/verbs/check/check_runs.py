"""Runs scripts, each in a process of its own and several side by side, and checks each."""

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial

from nineteen.errors import UsageError
from nineteen.page.estimates import NAMED, wilson
from nineteen.page.terminal import counted
from nineteen.script.any_origin import judge_any, seeds_learned, table_named
from nineteen.script.make import SeedShare
from nineteen.script.render import render
from nineteen.script.run import Ending, run, stop_all
from nineteen.script.sandbox import sandbox
from nineteen.training.any_updates import AnyUpdates
from nineteen.training.examine import examine
from nineteen.training.isolated import watched
from nineteen.verbs.check import four_checks
from nineteen.verbs.check.files_to_check import DEFAULTS, Settings
from nineteen.verbs.check.found_script import FoundScript
from nineteen.verbs.check.four_checks import CheckOutcome, CheckResult, ScriptResult

_SLICE = 0.2  # seconds, the longest that Ctrl-C can go unnoticed on Windows


def check_all(found: Sequence[FoundScript], settings: Settings = DEFAULTS) -> list[ScriptResult]:
    """The results in order; scripts run side by side, each in a process of its own."""
    with ThreadPoolExecutor(settings.workers) as pool:
        futures = [pool.submit(check_script, script, settings) for script in found]
        pairs = zip(found, futures, strict=True)
        try:
            return [_result(*pair) for pair in counted(pairs, "checking", len(found))]
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


def check_script(found: FoundScript, settings: Settings = DEFAULTS) -> ScriptResult:
    """The result of one script, which runs once, isolated; of one of any origin, with all seeds."""
    if found.claim:
        return _judged_as(found, settings)
    if found.spec is None:
        return four_checks.refused(found, found.problem)
    try:
        render(found.spec)
    except UsageError as error:
        return four_checks.refused(found, f"the command on its first line is refused: {error}")
    around = sandbox(settings.sandbox)
    _, verdict, honesty = examine(found.block.source, found.spec, settings.seconds, around)
    return four_checks.checked(found, verdict, honesty, settings.strict)


def _judged_as(found: FoundScript, settings: Settings) -> ScriptResult:
    """Whether a script of any origin learns as it is and with every seed, and what it follows."""
    source, around = found.block.source, sandbox(settings.sandbox)
    try:
        table = table_named(found.claim)
    except UsageError as error:
        return four_checks.refused(found, f"'# learns {found.claim}': {error}")
    result, report = watched(source, partial(AnyUpdates, table), settings.seconds, around)
    if result.ending is Ending.TIMEOUT:  # it may be in time where nobody watches
        result = run(source, settings.seconds, around=around)
    verdict, share = judge_any(result, table, source), None
    lines = [] if verdict.ok else [f"as it is: {verdict.reason}"]
    ended = verdict.status in four_checks.ENDED
    if settings.seeds and not ended:
        limits = settings.seconds, around, settings.workers
        try:
            share = seeds_learned(source, table, settings.seeds, *limits)
            lines.append(_in_words(share, found.claim))
        except UsageError as error:
            lines.append(str(error))
    learned = verdict.ok and not (share and share.failed)
    good, looked, words = (report.get(name, 0) for name in ("good", "looked", "words"))
    seen = f"{good} of {looked} updates that were looked at follow {words}"
    if not good:  # it is not to blame for another method
        seen = "no gradient of cross-entropy or squared error was found that its updates follow"
    followed = CheckOutcome.PASS if good and good == looked else CheckOutcome.NOT_APPLICABLE
    checks = {
        "learns": CheckResult(CheckOutcome.PASS if learned else CheckOutcome.FAIL, tuple(lines)),
        "honest": CheckResult(followed, (seen,)),
    }
    return ScriptResult(found, checks, code=3 if ended else int(not learned), share=share)


def _in_words(share: SeedShare, claim: str) -> str:
    low, high = (100 * end for end in wilson(share.learned, share.tried))
    words = f"learns {claim} with {share.learned:,} of {share.tried:,} seeds"
    some = ", ".join([*map(str, share.failed[:NAMED]), *["…"] * (len(share.failed) > NAMED)])
    many = f"seeds {some} do not" if len(share.failed) > 1 else f"seed {some} does not"
    return f"{words} ({low:.0f} to {high:.0f} %)" + (f": {many}" if share.failed else "")
