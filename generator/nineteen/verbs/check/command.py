"""`check`: does every generated script in these files and folders still learn, and honestly?"""

import json
import os
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.script.options import PROGRAM, command_parser, printable
from nineteen.verbs.check import replacement
from nineteen.verbs.check.check_report import CheckReport, check_paths, print_report
from nineteen.verbs.check.files_to_check import Settings, settings_of
from nineteen.verbs.check.found_script import FoundScript


def main(argv: list[str]) -> int:
    """Check, and with --fix or --adopt change what needs it; returns the report's exit code."""
    given = command_parser("check").read(argv)
    paths, workers = [*map(Path, given.paths)], given.workers or os.cpu_count()
    names = ("seconds", "sandbox", "seeds", "adopt", "quiet")
    said = {name: getattr(given, name) for name in names} | {"claim": getattr(given, "as")}
    settings = settings_of(paths, **said, strict=given.strict or None, workers=workers)
    report = check_paths(paths, settings)
    if given.fix or given.diff or given.adopt:
        report = _mended(report, settings, given)
    if given.allow_empty:
        report = replace(report, empty=[])
    elif not (report.results or report.empty or report.alike or report.left_out):
        named, line = ", ".join(map(printable, given.paths)), f"ends with '# {PROGRAM} …'"
        raise UsageError(f"{named}: there is no generated script (its first line {line})")
    if given.json:
        print(json.dumps(report.as_json(), indent=1))
    else:
        print_report(report, given.quiet, given.verbose)
    return report.code


def _mended(report: CheckReport, settings: Settings, given: Namespace) -> CheckReport:
    """The report once --fix or --adopt has changed files, or with what --diff says they would."""
    if given.adopt:
        changes, notes = replacement.adoptions(report.results), list[str]()
    else:
        failed = [result for result in report.results if result.failed]
        changes, notes = replacement.fixes(failed, settings, given.force or given.diff)
    files, done = replacement.rewritten(changes), "adopted" if given.adopt else "fixed"
    if given.diff:
        return replace(report, notes=notes, diff="".join(file.diff() for file in files))
    fixed = list[FoundScript]()
    try:
        notes = [*replacement.write_files(files, fixed, done), *notes]
        paths = [*dict.fromkeys(script.path for script in fixed)]
        results = [one for one in report.results if one.found.path not in paths]
        results += check_paths(paths, settings).results if fixed else []
    except KeyboardInterrupt:
        done = ", ".join(script.place() for script in fixed)
        words = f"interrupted; changed already: {done}; nothing else was written" if fixed else ""
        raise KeyboardInterrupt(words) from None
    order = [one.path for one in report.readings]
    results.sort(key=lambda one: order.index(one.found.path))
    return replace(report, results=results, notes=notes)
