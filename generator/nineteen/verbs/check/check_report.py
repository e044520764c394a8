"""Runs scripts, each in a process of its own and several side by side; and what that found."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.text import Text

from nineteen.errors import UsageError
from nineteen.page.estimates import seeds_in_words, wilson
from nineteen.page.terminal import Terminal, announce, counted
from nineteen.script import any_origin, choices
from nineteen.script.ended import Ending
from nineteen.script.options import printable
from nineteen.script.render import environment, render
from nineteen.script.run import run, stop_all
from nineteen.script.sandbox import sandbox, sandbox_remark
from nineteen.training.alone import watched
from nineteen.training.examine import examine
from nineteen.training.rounds import AnyUpdates
from nineteen.training.seeds import expected_seconds
from nineteen.verbs.check import four_checks
from nineteen.verbs.check.files_to_check import DEFAULTS, Settings, files_in
from nineteen.verbs.check.found_script import FoundScript, Reading, reading
from nineteen.verbs.check.four_checks import CheckResult, ScriptResult

_START, _WATCHED = 0.4, 10.0  # seconds of a process, and times as long as one among many
_SLICE = 0.2  # seconds, the longest that Ctrl-C can go unnoticed on Windows


@dataclass(frozen=True)
class CheckReport:
    """The results of all scripts in the files that were read.

    `empty` are named files without a script, `left_out` what was not read and why, `sandbox` says
    whether they ran in one, `notes` what --fix or --adopt did, `diff` what they would do.
    """

    results: Sequence[ScriptResult]
    readings: Sequence[Reading]
    empty: Sequence[str] = ()
    left_out: Sequence[str] = ()
    sandbox: str = ""
    notes: Sequence[str] = ()
    diff: str = ""

    @property
    def code(self) -> int:
        """The exit code: the highest of the results', at least 1 where something is missing."""
        missing = int(bool(self.empty or self.left_out))
        return max([missing, *(result.code for result in self.results)])

    @property
    def alike(self) -> list[str]:
        """The places of blocks that look like a script and carry no command."""
        return [f"{printable(str(one.path))}:{line}" for one in self.readings for line in one.alike]

    def as_json(self) -> dict[str, Any]:
        """The report as templates/reference/results.schema.json describes it."""
        said = ("code", "empty", "left_out", "sandbox", "notes", "diff")
        return {
            "version": 1,
            "kind": "check",
            "files": len(self.readings),
            "scripts": [_script(result) for result in self.results],
            "without_command": self.alike,
            **{name: getattr(self, name) for name in said},
        }


def _script(result: ScriptResult) -> dict[str, Any]:
    found, share = result.found, result.share
    low, high = wilson(share.learned, share.tried) if share else (0.0, 1.0)
    return {
        "path": printable(str(found.path)),
        "line": found.block.numbers[0],
        "part": found.block.part,
        "command": choices.command(found.spec) if found.spec else "",
        "as": found.claim,
        "seeds": share and {**asdict(share), "low": low, "high": high},
        "checks": {name: asdict(check) for name, check in result.checks.items()},
        **{name: getattr(result, name) for name in ("code", "look", "fault")},
    }


def check_paths(paths: Sequence[Path], settings: Settings) -> CheckReport:
    """The report on files and folders; writes nothing, raises UsageError for what is refused."""
    claim, errors = settings.claim, list[OSError]()
    sandbox(settings.sandbox)  # which may be refused, and so may the claim
    if claim:
        any_origin.table_named(claim)
    files = files_in(paths, settings, errors)
    readings = [reading(path, claim, path in paths, settings.adopt) for path in files]
    found = [script for one in readings for script in one.scripts]
    label = f"{len(found):,} script{'s' * (len(found) != 1)}, each in a process of its own"
    alone = sum(_START + _WATCHED * expected_seconds(one.spec) for one in found if one.spec)
    seeds = _START * settings.seeds * sum(bool(one.claim) for one in found)
    announce(label, (alone + seeds) / settings.workers, settings.quiet)
    results = check_all(found, settings)
    left_out = [f"{error.filename}: {error.strerror}" for error in errors]
    left_out += [f"{one.path}: {one.left_out}" for one in readings if one.left_out]
    passed_over = [one.path for one in readings if not one.scripts and not one.left_out]
    empty = [str(path) for path in passed_over if path in paths]
    remark = sandbox_remark(settings.sandbox) if results else ""
    return CheckReport(results, readings, empty, left_out, remark)


def check_all(found: Sequence[FoundScript], settings: Settings = DEFAULTS) -> list[ScriptResult]:
    """The results in order; scripts run side by side, each in a process of its own.

    What has run is compared with the generator's here, while the next ones run.
    """
    with ThreadPoolExecutor(settings.workers) as pool:
        futures = [pool.submit(_seen, script, settings) for script in found]
        pairs = zip(found, futures, strict=True)
        try:
            done = counted(pairs, "checking", len(found), settings.quiet)
            return [_result(*pair) for pair in done]
        except BaseException:  # Ctrl-C strikes the main thread only, not those of the pool
            pool.shutdown(wait=False, cancel_futures=True)
            while not all(future.done() for future in futures):
                stop_all()
                time.sleep(0.05)
            raise


def _result(script: FoundScript, future: Future[Callable[[], ScriptResult]]) -> ScriptResult:
    """What comes of a script; a fault of the checker ends in the result that it concerns."""
    while not wait([future], _SLICE).done:
        pass
    try:
        return future.result()()
    except Exception as error:
        return ScriptResult(script, {}, fault=f"{type(error).__name__}: {error}")


def check_script(found: FoundScript, settings: Settings = DEFAULTS) -> ScriptResult:
    """The result of one script, which runs once, isolated; of one of any origin, with all seeds."""
    return _seen(found, settings)()


def _seen(found: FoundScript, settings: Settings) -> Callable[[], ScriptResult]:
    """What tells the result of a script, which has run then."""
    if found.claim:
        result = _judged_as(found, settings)
        return lambda: result
    if found.spec is None:
        return partial(four_checks.refused, found, found.problem)
    try:
        render(found.spec)
    except UsageError as error:
        problem = f"the command on its first line is refused: {error}"
        return partial(four_checks.refused, found, problem)
    around = sandbox(settings.sandbox)
    _, verdict, honesty = examine(found.block.source, found.spec, settings.seconds, around)
    return partial(four_checks.checked, found, verdict, honesty, settings.strict)


def _judged_as(found: FoundScript, settings: Settings) -> ScriptResult:
    """Whether a script of any origin learns as it is and with every seed, and what it follows."""
    source, seconds, around = found.block.source, settings.seconds, sandbox(settings.sandbox)
    try:
        table = any_origin.table_named(found.claim)
    except UsageError as error:
        return four_checks.refused(found, f"'# learns {found.claim}': {error}")
    result, report = watched(source, partial(AnyUpdates, table), seconds, around)
    if "fault" in report:
        raise RuntimeError(report["fault"])
    if result.ending is Ending.TIMEOUT:  # it may be in time where nobody watches
        result = run(source, seconds, around=around)
    verdict, share = any_origin.judge_any(result, table, source), None
    ended, judged = verdict.status in four_checks.ENDED, bool(verdict.ok or verdict.predictions)
    as_it_is = "as it is" if ended or judged else "not judged"
    lines = [] if verdict.ok else [f"{as_it_is}: {verdict.reason}"]
    if settings.seeds and judged:
        limits = settings.seeds, seconds, around, settings.workers
        try:
            share, alike = any_origin.seeds_learned(source, table, *limits)
            lines.append(seeds_in_words(share))
            lines += ["it prints the same with every seed: they may change nothing"] * alike
        except UsageError as error:
            lines.append(str(error))
    learned = verdict.ok and not (share and share.failed)
    good, looked, words = (report.get(name, 0) for name in ("good", "looked", "words"))
    seen = f"{good} of {looked} updates that were looked at follow {words}"
    if not looked:
        seen = "its weights cannot be seen: no loop changes a NumPy array"
    elif not good:  # it is not to blame for another method
        seen = "no gradient of cross-entropy or squared error was found that its updates follow"
    honest = CheckResult("pass" if good and good == looked else "not applicable", (seen,))
    checks = {
        "learns": CheckResult("pass" if learned else "fail", tuple(lines)),
        "honest": honest.taken(settings.strict),
    }
    return ScriptResult(found, checks, ended=ended, share=share)


def report_lines(part: str, subject: ScriptResult | CheckReport) -> list[str]:
    """A part of the report: of a result its "script", of all what was "seen" and passed over."""
    return _in_words(part, subject).plain.splitlines()


def print_report(report: CheckReport, quiet: bool = False, verbose: bool = False) -> None:
    """Print the table, the report of every script that does not simply pass, and the count.

    `quiet` leaves out all but what fails, `verbose` reports on every script and file.
    """
    Terminal().print(_in_words("whole", report, quiet, verbose), soft_wrap=True, end="")


def _in_words(part: str, *subject: object) -> Text:
    """A part of the template, which makes text harmless for the terminal with `shown`."""
    own = {"escape": escape, "shown": lambda text: escape(printable(str(text)))}
    module: Any = environment().get_template("check/report.j2", globals=own).module
    return Text.from_markup(getattr(module, part)(*subject), emoji=False)
