"""Where the tests run: in CI everything runs, and nothing may be skipped."""

import os
from collections.abc import Iterable
from typing import Any

import pytest

CI = bool(os.environ.get("CI"))


def few(cases: Iterable[Any], kept: int) -> list[Any]:
    """The cases of a test, those after the first `kept` marked as slow."""
    return [
        pytest.param(case, marks=pytest.mark.slow) if place >= kept else case
        for place, case in enumerate(cases)
    ]
