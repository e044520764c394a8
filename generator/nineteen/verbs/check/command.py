"""`check`: does every generated script in these files and folders still learn, and honestly?"""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.script.any_origin import table_named
from nineteen.script.options import PROGRAM, command_parser, printable
from nineteen.script.sandbox import sandbox, sandbox_remark
from nineteen.verbs.check import replacement
from nineteen.verbs.check.check_report import CheckReport, print_report
from nineteen.verbs.check.check_runs import check_all
from nineteen.verbs.check.files_to_check import Settings, files_in, settings_of
from nineteen.verbs.check.found_script import FoundScript, reading


def main(argv: list[str]) -> int:
    """Check, and with --fix or --adopt change what needs it; returns the report's exit code."""
    given = command_parser("check").read(argv)
    paths, workers = [*map(Path, given.paths)], given.workers or os.cpu_count()
    said = {name: getattr(given, name) for name in ("seconds", "sandbox", "seeds")}
    said |= {"claim": getattr(given, "as"), "strict": given.strict or None, "workers": workers}
    settings = settings_of(paths, **said)
    report = check_paths(paths, settings, given.adopt)
    if given.fix or given.diff or given.adopt:
        report = _mended(report, settings, given)
    if given.allow_empty:
        report = replace(report, empty=())
    elif not report.results and not report.empty:
        raise UsageError(
            f"{', '.join(printable(path) for path in given.paths)}: there is no generated script "
            f"(its first line ends with '# {PROGRAM} …')"
        )
    if given.json:
        json.dump(report.as_json(), sys.stdout, indent=1)
        print()
    else:
        print_report(report, given.quiet, given.verbose)
    return report.code


def check_paths(
    paths: Sequence[Path], settings: Settings | None = None, adopt: bool = False
) -> CheckReport:
    """The report on every script in files and folders; nothing is written.

    With `adopt` a script is checked as what its text says, also where its command says otherwise.
    Raises UsageError for paths and settings that are refused.
    """
    settings = settings or settings_of(paths)
    claim, left_out = settings.claim, list[str]()
    sandbox(settings.sandbox)  # which may be refused, and so may the claim
    if claim:
        table_named(claim)
    files = files_in(paths, settings, left_out)
    readings = [reading(path, claim, bool(claim) and path in paths) for path in files]
    left_out += [f"{one.path}: {one.left_out}" for one in readings if one.left_out]
    found = [script for one in readings for script in one.scripts]
    if adopt:
        found = [one.as_it_is() for one in found]
    results = tuple(check_all(found, settings))
    passed_over = [one.path for one in readings if not one.scripts and not one.left_out]
    empty = tuple(str(path) for path in passed_over if path in paths)
    remark = sandbox_remark(settings.sandbox) if results else ""
    return CheckReport(results, tuple(readings), empty, tuple(left_out), remark)


def _mended(report: CheckReport, settings: Settings, given: Namespace) -> CheckReport:
    """The report once --fix or --adopt has changed files, or with what --diff says they would."""
    if given.adopt:
        changes, notes = replacement.adoptions(report.results), list[str]()
    else:
        failed = [result for result in report.results if result.failed]
        changes, notes = replacement.fixes(failed, settings, given.force or given.diff)
    files = list(replacement.rewritten(changes))
    if given.diff:
        diff = "".join(file.diff() for file in files)
        return replace(report, notes=tuple(notes), diff=diff)
    fixed: list[FoundScript] = []
    try:
        notes = [*replacement.write_files(files, fixed), *notes]
        paths = [*dict.fromkeys(script.path for script in fixed)]
        again = check_paths(paths, settings).results if fixed else ()
    except KeyboardInterrupt:
        done = ", ".join(script.place() for script in fixed)
        words = f"interrupted; changed already: {done}; nothing else was written" if fixed else ""
        raise KeyboardInterrupt(words) from None
    order = [one.path for one in report.readings]
    results = [one for one in report.results if one.found.path not in paths] + [*again]
    results.sort(key=lambda one: order.index(one.found.path))
    return replace(report, results=tuple(results), notes=tuple(notes))
