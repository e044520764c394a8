"""Running a script inside this process, where NumPy is warm: quick, and without isolation."""

import ast
import io
from collections.abc import Callable
from functools import partial
from typing import Any


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
    exec(compile(script, "<script>", "exec"), namespace)
    return printed.getvalue()
