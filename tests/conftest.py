"""Slow tests run in CI, or here with --slow."""

import os

import pytest

CI = bool(os.environ.get("CI"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the slow tests too, as CI does")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if CI or config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="slow: runs in CI, or here with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)
