"""`check`: does every generated script in these files and folders still learn, and honestly?"""

import os
import time
from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import groupby
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.script.judge import Verdict
from nineteen.script.make import SECONDS
from nineteen.script.options import PROGRAM, Parser, printable, short
from nineteen.script.render import render
from nineteen.script.run import stop_all
from nineteen.training.examine import examine
from nineteen.training.honesty import Honesty
from nineteen.verbs.check.found_script import FoundScript, files_in, scripts_in
from nineteen.verbs.check.four_checks import ScriptResult, checked, refused

_SLICE = 0.2  # seconds, the longest that Ctrl-C can go unnoticed on Windows

Observed = tuple[Verdict, Honesty]


def main(argv: list[str]) -> int:
    """Check, and with --fix replace what fails; returns the highest of the results' codes."""
    from nineteen.page.progress import counted
    from nineteen.verbs.check.replacement import fix_scripts
    from nineteen.verbs.check.summary import print_summary

    given = _parser().read(argv)
    found = [script for path in files_in(map(Path, given.paths)) for script in scripts_in(path)]
    if not found:
        raise UsageError(
            f"{', '.join(map(printable, given.paths))}: there is no generated script "
            f"(its first line ends with '# {PROGRAM} …')"
        )

    def results(scripts: Sequence[FoundScript], label: str) -> list[ScriptResult]:
        every = check_all(scripts, given.workers, given.seconds, given.strict)
        return list(counted(every, label, len(scripts)))

    checked = results(found, "checking")
    notes: list[str] = []
    if given.fix:
        fixed: list[FoundScript] = []
        try:
            notes = fix_scripts([one for one in checked if one.failed], given.seconds, fixed)
            again = results(_again(fixed), "checking again") if fixed else []
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_interrupted(fixed)) from None
        kept = [result for result in checked if result.found not in fixed]
        order = [(script.path, script.block.number) for script in found]
        checked = sorted(
            kept + again,
            key=lambda result: order.index((result.found.path, result.found.block.number)),
        )
    print_summary(checked, notes)
    return max(result.code for result in checked)


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


def _interrupted(fixed: Sequence[FoundScript]) -> str:
    """What an interrupted --fix has done already; "" for nothing."""
    places = ", ".join(script.place() for script in fixed)
    return f"interrupted; replaced already: {places}; nothing else was written" if fixed else ""


def _again(fixed: Sequence[FoundScript]) -> list[FoundScript]:
    """The scripts that now stand in the places of those that were replaced."""
    places = {(script.path, script.block.number) for script in fixed}
    paths = [path for path, _ in groupby(fixed, lambda script: script.path)]
    return [
        script
        for path in paths
        for script in scripts_in(path)
        if (script.path, script.block.number) in places
    ]


def _parser() -> Parser:
    options = Parser(
        prog=f"{PROGRAM} check",
        description="Check that every generated script in .py files, Markdown pages and notebooks "
        "learns, trains as it says, keeps its form, and is what the generator makes today.",
        epilog="exit codes: 0 all passed, 1 a check failed, 2 usage, 3 a script crashed or ran out "
        "of time",
    )
    options.add_argument("paths", nargs="+", metavar="PATH", help="a file or a folder")
    options.add_argument(
        "--strict", action="store_true", help="a script that differs from today's fails"
    )
    options.add_argument(
        "--fix", action="store_true", help="replace the scripts that fail, in place"
    )
    options.add_argument(
        "--workers",
        metavar="N",
        type=_workers,
        default=os.cpu_count() or 1,
        help="scripts side by side (default: one a processor)",
    )
    options.add_argument(
        "--seconds",
        metavar="S",
        type=seconds_of,
        default=SECONDS,
        help=f"time limit of a script (default {SECONDS:g})",
    )
    return options


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= 256):
        raise ArgumentTypeError(f"{short(text)} is not a number from 1 to 256")
    return int(text)


def seconds_of(text: str) -> float:
    """A time limit in seconds, above 0 and at most a day; for argparse."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86_400:
        raise ArgumentTypeError(f"{short(text)} is not a number of seconds above 0")
    return seconds
