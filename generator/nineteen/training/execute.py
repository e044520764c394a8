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

    It has a `print` of its own, so that threads may run scripts. Its exceptions pass through.
    """
    printed = io.StringIO()
    own = {"__name__": "__main__", "print": partial(print, file=printed), **names}
    exec(compile(script, SCRIPT, "exec"), own)
    return printed.getvalue()


def run_here(script: str | ast.Module, **names: Callable[..., Any]) -> Run:
    """Run a script in this process, with NumPy's warnings off; the same Run that `run` makes."""
    import numpy as np

    printed, began, failed = io.StringIO(), time.perf_counter(), ""
    code: Any = 0
    try:
        with np.errstate(all="ignore"):
            execute(script, print=partial(print, file=printed), **names)
    except SystemExit as leaving:
        code = leaving.code
    except Exception:
        code, failed = 1, traceback.format_exc()
    ending = Ending.CRASHED if code else Ending.FINISHED
    used = time.perf_counter() - began
    return Run(printed.getvalue(), failed, used, ending, int(bool(code)))
