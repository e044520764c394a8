"""Where the tests run: in CI everything runs, and nothing may be skipped."""

import os
from collections.abc import Iterable
from typing import Any

import pytest

CI = bool(os.environ.get("CI"))


def some(examples: int) -> int:
    """How many of so many random examples a test tries: in CI all, elsewhere a third."""
    return examples if CI else examples // 3


def few(cases: Iterable[Any], kept: int) -> list[Any]:
    """The cases of a test, those after the first `kept` marked as slow."""
    values = [case if isinstance(case, tuple) else (case,) for case in cases]
    late = [pytest.param(*each, marks=pytest.mark.slow) for each in values[kept:]]
    return [pytest.param(*each) for each in values[:kept]] + late
