"""The pytest plug-in: every generated script, in .py, .md and .ipynb files, is a test item.

Only what pytest has loaded already is imported here; the rest waits until a script is found.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from glob import iglob
from os.path import abspath, isdir
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from nineteen.verbs.check.first_line import marked

if TYPE_CHECKING:
    from nineteen.verbs.check.find import Found
    from nineteen.verbs.check.four_checks import Result


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plug-in."""
    group = parser.getgroup("nineteen", "generated scripts (nineteen)")
    group.addoption(
        "--nineteen-strict",
        action="store_true",
        help="a script that differs from what the generator renders today fails",
    )
    group.addoption(
        "--nineteen-seconds",
        type=_seconds,
        default=60.0,
        metavar="S",
        help="time limit of a script (default 60)",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Collect a file of scripts; a Python file is then nobody else's, who would import it."""
    collectors = yield
    if not _marked(file_path):
        return collectors
    ours = ScriptFile.from_parent(parent, path=file_path)
    return [ours] if file_path.suffix.lower() == ".py" else [*collectors, ours]


@pytest.hookimpl(wrapper=True)
def pytest_collect_directory(
    path: Path, parent: pytest.Collector
) -> Generator[None, pytest.Collector | None, pytest.Collector | None]:
    """Keep pytest from importing a script because it is called conftest.py or __init__.py."""
    _shield(parent.config, path)
    collector = yield
    if isinstance(collector, pytest.Package) and _marked(path / "__init__.py"):
        return pytest.Dir.from_parent(parent, path=path)
    return collector


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Shield the folders whose conftest.py pytest loads before it collects."""
    for folder in _first_folders(early_config):
        _shield(early_config, folder)
    return (yield)


class ScriptFile(pytest.File):
    """A file with generated scripts."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a script; a file that cannot be read is one item too, which fails."""
        from nineteen.verbs.check.find import find

        for found in find(self.path):
            shown = replace(found, path=self._shown())
            yield ScriptItem.from_parent(self, name=found.name, found=shown)

    def _shown(self) -> Path:
        """The path as messages show it: from the folder in which pytest was started."""
        folder = self.config.invocation_params.dir
        return self.path.relative_to(folder) if self.path.is_relative_to(folder) else self.path


class ScriptItem(pytest.Item):
    """A generated script, with all of its checks."""

    def __init__(self, *, found: Found, **rest: Any) -> None:
        super().__init__(**rest)
        self.found = found

    def runtest(self) -> None:
        """Run and check the script; raises ScriptFailed."""
        from nineteen.verbs.check.command import check_script

        result = check_script(
            self.found,
            self.config.getoption("--nineteen-seconds"),
            self.config.getoption("--nineteen-strict"),
        )
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

    def __init__(self, result: Result) -> None:
        failed = ", ".join(name for name, check in result.checks.items() if check.failed)
        super().__init__("\n".join([f"{failed} failed", *result.report()]))


def _marked(path: Path) -> bool:
    try:
        return marked(path)
    except OSError:
        return False  # pytest says what is wrong with it


def _first_folders(config: pytest.Config) -> set[Path]:
    """The folders whose conftest.py pytest loads at once, and perhaps more of them."""
    words: list[str] = config.known_args_namespace.file_or_dir
    words = words or [".", *(path for text in config.getini("testpaths") for path in iglob(text))]
    start = config.invocation_params.dir
    anchors = {Path(abspath(start / word.partition("::")[0])) for word in words}
    inside = {path for anchor in anchors if isdir(anchor) for path in anchor.glob("test*")}
    return anchors | inside | {parent for anchor in anchors for parent in anchor.parents}


def _shield(config: pytest.Config, folder: Path) -> None:
    """Put an empty plug-in where pytest would import a script called conftest.py."""
    path = folder / "conftest.py"
    if _marked(path) and not config.pluginmanager.has_plugin(str(path)):
        config.pluginmanager.register(ModuleType("conftest"), str(path))


def _seconds(text: str) -> float:
    from nineteen.verbs.check.command import seconds_of

    return seconds_of(text)
