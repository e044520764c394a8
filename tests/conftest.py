"""Slow tests run in CI, or here with --slow; in CI nothing may be skipped for want of something."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from environment import CI
from fresh import ROOT, call
from hypothesis import settings

# The same examples each time: whether a change passes is not left to chance. To look further:
# pytest --hypothesis-profile=default
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

missing: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the slow tests too, as CI does")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if CI or config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="slow: runs in CI, or here with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """For a third of their time the tests wait, for processes and for what has to run out of it."""
    cores = os.cpu_count() or 1
    return cores + cores // 2


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT]
    built = call(*pip, cwd=folder)
    assert built.returncode == 0, built.stdout + built.stderr
    [path] = folder.glob("nineteen-*.whl")
    return path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    platform = any(mark.name == "skipif" for mark in item.iter_markers())
    if CI and report.skipped and not hasattr(report, "wasxfail") and not platform:
        missing.append(f"{item.nodeid}: {report.longrepr}")
    return report


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if CI and report.skipped:
        missing.append(f"{report.nodeid}: {report.longrepr}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if missing:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in missing:
        terminalreporter.write_line(f"skipped, and nothing may be skipped in CI: {line}", red=True)
