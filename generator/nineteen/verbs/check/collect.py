"""What the pytest plug-in does with a file that looks like one of scripts: its test items."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nineteen.errors import UsageError
from nineteen.pytest_plugin import FIRST_LINE
from nineteen.script.choices import read
from nineteen.script.make import SECONDS
from nineteen.verbs.check.command import check_script
from nineteen.verbs.check.found_script import FoundScript, scripts_in
from nineteen.verbs.check.four_checks import ScriptResult


def collect_scripts(
    path: Path, parent: pytest.Collector, others: list[pytest.Collector]
) -> list[pytest.Collector]:
    """Who collects a file: `others`, and a ScriptFile; that alone where a Python file is a script.

    What only resembles a script is a warning, and with --nineteen-strict an item that fails.
    """
    every = _alike(path)
    ours = [found for found in every if _is_script(found)]
    if not parent.config.getoption("--nineteen-strict"):
        for found in every:
            if found not in ours:
                words = f"{_shown(found, parent.config).place()} is not checked: {found.problem}"
                with suppress(Warning):  # where warnings are errors, this is none
                    parent.warn(pytest.PytestCollectionWarning(words))
        every = ours
    mine = [ScriptFile.from_parent(parent, path=path, found=every)] if every else []
    return [*mine] if ours and path.suffix.lower() == ".py" else [*others, *mine]


def scripts(path: Path) -> list[FoundScript]:
    """The scripts of a file: where today's command line takes the command on the import line."""
    return [found for found in _alike(path) if _is_script(found)]


class ScriptFile(pytest.File):
    """A file with generated scripts."""

    def __init__(self, *, found: list[FoundScript], **rest: Any) -> None:
        super().__init__(**rest)
        self.found = found

    def collect(self) -> Iterator[pytest.Item]:
        """One item a script; a file that cannot be read is one item too, which fails."""
        for found in self.found:
            shown = _shown(found, self.config)
            yield ScriptItem.from_parent(self, name=found.name, found=shown)


class ScriptItem(pytest.Item):
    """A generated script, with all of its checks."""

    def __init__(self, *, found: FoundScript, **rest: Any) -> None:
        super().__init__(**rest)
        self.found = found

    def runtest(self) -> None:
        """Run and check the script; raises ScriptFailed."""
        seconds = self.config.getoption("--nineteen-seconds") or SECONDS
        result = check_script(self.found, seconds, self.config.getoption("--nineteen-strict"))
        if result.code:
            raise ScriptFailed(result)
        if not result.clean:
            self.add_report_section("call", "checks", "\n".join(result.report()))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any) -> Any:
        """What a student can act on; the checker's own faults keep their traceback."""
        if isinstance(excinfo.value, ScriptFailed):
            return str(excinfo.value)
        return f"the checker itself failed, not the script:\n{super().repr_failure(excinfo)}"

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file, the script's first line from 0, and its name."""
        return self.path, self.found.block.line - 1, self.name


class ScriptFailed(Exception):
    """A check of a script failed."""

    def __init__(self, result: ScriptResult) -> None:
        failed = ", ".join(name for name, check in result.checks.items() if check.failed)
        super().__init__("\n".join([f"{failed} failed", *result.report()]))


def _alike(path: Path) -> list[FoundScript]:
    """What of a file is a script or resembles one: the command ends an import of NumPy."""
    return [found for found in scripts_in(path) if _lines(found)]


def _lines(found: FoundScript) -> list[str]:
    """The script's first line if it is an import of NumPy; of a broken file, all such lines."""
    if found.block.source:
        lines = [found.block.source.partition("\n")[0]]
    else:
        text = found.path.read_bytes().replace(b"\0", b"").decode("utf-8", "replace")
        lines = re.findall(rf"{FIRST_LINE.pattern.decode()}[^\r\n]*", text)
        # In a notebook the line is a text of JSON.
        lines += [re.sub(r'(?<!\\)(\\n|").*', "", line).replace('\\"', '"') for line in lines]
    return [line for line in lines if FIRST_LINE.match(line.encode("utf-8", "replace"))]


def _is_script(found: FoundScript) -> bool:
    for line in _lines(found):
        with suppress(UsageError):
            return bool(read(line))
    return False


def _shown(found: FoundScript, config: pytest.Config) -> FoundScript:
    """The same with its path as messages show it: from the folder in which pytest was started."""
    start = config.invocation_params.dir
    inside = found.path.is_relative_to(start)
    return replace(found, path=found.path.relative_to(start)) if inside else found
