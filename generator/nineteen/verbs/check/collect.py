"""What the pytest plug-in does with a file that looks like one of scripts: its test items."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nineteen.errors import UsageError
from nineteen.pytest_plugin import FIRST_LINE
from nineteen.script.choices import read
from nineteen.verbs.check.check_report import CheckReport, check_script, report_lines
from nineteen.verbs.check.files_to_check import is_excluded, settings_of
from nineteen.verbs.check.found_script import FoundScript, Reading, reading


def collect_scripts(
    path: Path, parent: pytest.Collector, others: list[pytest.Collector]
) -> list[pytest.Collector]:
    """Who collects a file: `others`, and a ScriptFile; that alone for a script in Python."""
    if is_excluded(path, settings_of([path])):
        return [] if path.suffix.lower() == ".py" else others
    alike = _reading(path, parent.config).scripts
    ours = tuple(filter(_is_script, alike))
    if any(one.claim and re.search("^ *(?:def test|class Test)", one.text, re.M) for one in ours):
        return others  # a comment in somebody's tests is no claim
    # What only resembles a script is a warning, and with --nineteen-strict an item that fails.
    if not parent.config.getoption("--nineteen-strict"):
        for found in (one for one in alike if one not in ours):
            with suppress(Warning):  # where warnings are errors, this is none
                text = f"{found.place()} is not checked: {found.problem}"
                parent.warn(pytest.PytestCollectionWarning(text))
        alike = ours
    if not alike:
        return others
    mine = ScriptFile.from_parent(parent, path=path)
    mine.found = alike
    return [mine] if ours and path.suffix.lower() == ".py" else [*others, mine]


def has_script(path: Path) -> bool:
    """Whether a file holds a script, and not only what resembles one."""
    return any(map(_is_script, reading(path).scripts))


def _from(start: Path, path: Path) -> Path:
    """The path as messages show it: from where pytest started."""
    return path.relative_to(start) if path.is_relative_to(start) else path


def _reading(path: Path, config: pytest.Config) -> Reading:
    """What a file holds, with what --nineteen-as says of files that are named."""
    named = any(Path(word).absolute() == path.absolute() for word in config.args)
    return reading(path, config.getoption("--nineteen-as") or "", named)


def collected_in_words(paths: Iterable[Path], config: pytest.Config) -> list[str]:
    """How many scripts there are in the files that pytest looked at, and what was passed over."""
    seen = [path for path in paths if not is_excluded(path, settings_of([path]))]
    start = config.invocation_params.dir
    report = CheckReport((), [_reading(_from(start, path), config) for path in seen])
    found = any(one.scripts for one in report.readings)
    return [f"nineteen: {words}" for words in report_lines("seen", report) if found]


class ScriptFile(pytest.File):
    """A file with generated scripts."""

    found: tuple[FoundScript, ...]

    def collect(self) -> Iterator[pytest.Item]:
        """One item a script; a file that cannot be read is one item too, which fails."""
        for found in self.found:
            item: ScriptItem = ScriptItem.from_parent(self, name=found.name)
            item.found = found
            yield item


class ScriptItem(pytest.Item):
    """A generated script, with all of its checks."""

    found: FoundScript

    def runtest(self) -> None:
        """Run and check the script; fails with what a student can act on."""
        start, option = self.config.invocation_params.dir, self.config.getoption
        found = replace(self.found, path=_from(start, self.path))
        seconds, strict = option("--nineteen-seconds"), option("--nineteen-strict") or None
        workers = 1 if hasattr(self.config, "workerinput") else os.cpu_count()
        settings = settings_of([self.path], seconds=seconds, strict=strict, workers=workers)
        result = check_script(found, settings)
        if result.code:
            lines = [f"{', '.join(result.failed)} failed", *report_lines("script", result)]
            pytest.fail("\n".join(lines), pytrace=False)
        if found.claim or not result.clean:
            self.add_report_section("call", "checks", "\n".join(report_lines("script", result)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any) -> Any:
        """The text of what failed; only the checker's own faults have a traceback."""
        told = super().repr_failure(excinfo)
        mine = isinstance(excinfo.value, pytest.fail.Exception)
        return told if mine else f"the checker itself failed, not the script:\n{told}"

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file, the script's first line from 0, and its name."""
        return self.path, self.found.block.numbers[0] - 1, self.name


def _is_script(found: FoundScript) -> bool:
    """Whether today's command line takes the command on its first line, if need be in its file."""
    lines = list(found.block.lines[:1])
    if not lines:
        text = found.path.read_bytes().replace(b"\0", b"").decode("utf-8", "replace")
        lines = re.findall(rf"{FIRST_LINE.pattern.decode()}[^\r\n]*", text)
        # In a notebook the line is a text of JSON.
        lines += [re.sub(r'(?<!\\)(\\n|").*', "", line).replace('\\"', '"') for line in lines]
    for line in lines:
        with suppress(UsageError):
            return bool(found.claim or read(line))
    return False
