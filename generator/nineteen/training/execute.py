"""Running a script inside this process, where NumPy is warm: quick, and without isolation."""

import ast
import io
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any

from nineteen.script.run import SCRIPT, Ending, Run


def execute(script: str | ast.Module, **names: Callable[..., Any]) -> str:
    """What the script prints; it runs in a fresh namespace that also holds `names`.

    The script gets a `print` of its own, so that threads may run scripts side by side. Its
    exceptions pass through.
    """
    printed = io.StringIO()
    namespace: dict[str, Any] = {
        "__name__": "__main__",
        "print": partial(print, file=printed),
        **names,
    }
    exec(compile(script, SCRIPT, "exec"), namespace)
    return printed.getvalue()


def run_here(source: str) -> Run:
    """Run a script in this process, with NumPy's warnings off; the same Run that `run` makes."""
    import numpy as np

    began = time.perf_counter()
    try:
        with np.errstate(all="ignore"):
            printed = execute(source)
    except Exception:
        used = time.perf_counter() - began
        return Run("", traceback.format_exc(), used, Ending.CRASHED, 1)
    return Run(printed, "", time.perf_counter() - began, Ending.FINISHED)
