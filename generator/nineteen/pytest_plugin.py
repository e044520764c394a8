"""The pytest plug-in: every generated script, in the files that `check` reads, is a test item.

Nothing else of the package is imported until a file holds what looks like a script's first line.
With a pytest before version 8 nothing is collected, and options of the plug-in are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from functools import partial
from glob import iglob
from os.path import abspath
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

OLDEST = 8  # the first pytest with Dir and pytest_collect_directory
# What `check` reads, and the first line that it knows; a test compares them.
SUFFIXES = (
    *(".py", ".md", ".markdown", ".mdx", ".qmd", ".rmd", ".rst"),
    *(".adoc", ".asciidoc", ".tex", ".ipynb"),
)
CLAIM = re.compile(rb"# *learns [\w,]+")  # says that a script of any origin does
MOST = 2**24  # bytes of a file that are looked at
FIRST_LINE = re.compile(
    rb"import numpy as np\b[^#\n\\]*# *(?:\$ ?)?(?:(?:uvx|\w+ run) )?"
    rb"(?:py(?:thon)?[\d.]*(?:\.exe)?(?: -[\w.]+)? -m (?:generator|nineteen)|nineteen) "
)
_IN_PYTHON = re.compile(rb"^(?:\xef\xbb\xbf|\xff\xfe)?[ \t]*" + FIRST_LINE.pattern, re.MULTILINE)

_OLD = int(pytest.__version__.partition(".")[0]) < OLDEST
_wrapper: Callable[..., Callable[..., Any]] = (
    (lambda **_: lambda hook: None) if _OLD else partial(pytest.hookimpl, wrapper=True)
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plug-in."""
    about = f"generated scripts, with pytest {OLDEST} or newer (nineteen)"
    group = parser.getgroup("nineteen", about)
    strict = "a script fails also if the generator renders another today, or refuses its command"
    group.addoption("--nineteen-strict", action="store_true", help=strict)
    gate = "scripts of any origin, without a command, have to learn this gate with every seed"
    group.addoption("--nineteen-as", metavar="GATE", help=gate)
    limit = "time limit of a script (default 60)"
    group.addoption("--nineteen-seconds", type=_seconds, metavar="S", help=limit)


def pytest_configure(config: pytest.Config) -> None:
    """Where pytest is too old, say so to those who ask the plug-in for something."""
    for option in ("--nineteen-strict", "--nineteen-seconds", "--nineteen-as"):
        if _OLD and config.getoption(option):
            raise pytest.UsageError(
                f"{option}: pytest {pytest.__version__} is too old to collect generated scripts; "
                f"install pytest {OLDEST} or newer, or use: python -m generator check"
            )


@_wrapper()
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Collect a file of scripts; a Python file is then nobody else's, who would import it."""
    collectors = yield
    ours = _looks_ours(file_path, bool(parent.config.getoption("--nineteen-as")))
    if file_path.suffix.lower() in SUFFIXES:
        _seen(parent.config)[str(file_path)] = ours
    if not ours:
        return collectors
    from nineteen.verbs.check.collect import collect_scripts

    return collect_scripts(file_path, parent, collectors)


@_wrapper()
def pytest_collect_directory(
    path: Path, parent: pytest.Collector
) -> Generator[None, pytest.Collector | None, pytest.Collector | None]:
    """Keep pytest from importing a script because it is called conftest.py or __init__.py."""
    _shield(parent.config, path)
    collector = yield
    if isinstance(collector, pytest.Package) and _is_ours(path / "__init__.py"):
        return pytest.Dir.from_parent(parent, path=path)
    return collector


@_wrapper(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Shield the folders whose conftest.py pytest loads before it collects, and perhaps more."""
    words: list[str] = early_config.known_args_namespace.file_or_dir
    paths = [path for text in early_config.getini("testpaths") for path in iglob(text)]
    for word in words or [".", *paths]:
        anchor = Path(abspath(early_config.invocation_params.dir / word.partition("::")[0]))
        for folder in (anchor, *anchor.parents, *anchor.glob("test*")):
            _shield(early_config, folder)
    return (yield)


def _seen(config: pytest.Config) -> dict[str, bool]:
    """The files that pytest looked at, and whether each looks as if it held a script."""
    seen: dict[str, bool] = vars(config).setdefault("_nineteen_seen", {})
    return seen


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process of pytest-xdist tells the one that reports what it has seen."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["nineteen"] = _seen(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take that over."""
    _seen(node.config).update(getattr(node, "workeroutput", {}).get("nineteen", {}))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Where there are scripts, how many, and what was passed over."""
    # pytest 8 asks for every file beside a folder or file that is named.
    named = [Path(abspath(word.partition("::")[0])) for word in config.args]
    seen = {Path(path): ours for path, ours in _seen(config).items()}
    chosen = {path: seen[path] for path in seen if any(map(path.is_relative_to, named))}
    if any(chosen.values()):
        from nineteen.verbs.check.collect import collected_in_words

        for line in collected_in_words(chosen, config):
            terminalreporter.write_line(line)


def _looks_ours(path: Path, any_origin: bool = False) -> bool:
    """The quick test: an import of NumPy with a command (in a .py on a line's start), or a claim.

    A script of any origin only has to use something random.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES or not path.is_file():
        return False
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.read(MOST).replace(b"\0", b"")  # it may be UTF-16
    except OSError:
        return False  # pytest says what is wrong with it
    ours = (_IN_PYTHON if suffix == ".py" else FIRST_LINE).search(data.replace(b"\r", b"\n"))
    return bool(ours or CLAIM.search(data) or (any_origin and b"rand" in data))


def _is_ours(path: Path) -> bool:
    if not _looks_ours(path):
        return False
    from nineteen.verbs.check.collect import has_script

    return has_script(path)


def _shield(config: pytest.Config, folder: Path) -> None:
    """Put an empty plug-in where pytest would import a script called conftest.py."""
    path = folder / "conftest.py"
    if _is_ours(path) and not config.pluginmanager.has_plugin(str(path)):
        config.pluginmanager.register(ModuleType("conftest"), str(path))


def _seconds(text: str) -> float:
    from nineteen.script.options import reader

    return float(reader("seconds")(text))
