"""Inside the isolated process: become the script, run it observed, leave a report for the parent.

The report is a file that the parent names, and carries the token that the parent chose: what a
script prints is only output. A script that means harm can do all that its user can; see README.
"""

import ast
import json
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType, TracebackType
from typing import Any, Protocol

import numpy as np

from nineteen.training.observe import NotApplicable


class Watcher(Protocol):
    """What follows a script while it runs: the tree to run, and the functions that this calls."""

    def follow(self, source: str) -> ast.Module: ...

    def calls(self) -> dict[str, Callable[..., None]]: ...

    def found(self, error: BaseException | None) -> dict[str, object]:
        """What it has found, for JSON; `error` is what ended the script."""


def become(source: str, watcher: str, page: str, token: str) -> None:
    """Run the script as if it had been started alone, from script.py in this folder."""
    name = os.path.abspath(sys.argv[0])
    with open(name, "wb") as file:
        file.write(source.encode())
    watch: Watcher = pickle.loads(bytes.fromhex(watcher))()
    stopped: list[Exception] = []
    watching = {called: _quiet(call, stopped) for called, call in watch.calls().items()}

    def report(more: dict[str, object]) -> None:
        # A script may have used up the disk, or the descriptors.
        with suppress(OSError), open(page, "w", encoding="utf-8") as file:
            json.dump({"token": token, **more}, file)

    tree = watch.follow(source)
    whole = vars(np).copy()  # a script may put its own functions there
    report({})
    ending: BaseException | None = None
    try:
        _execute(tree, name, watching)
    except BaseException as error:
        ending = error
        raise
    finally:
        vars(np).update(whole)
        ended = ending is None or isinstance(ending, SystemExit)
        report({"ended": ended, **_found(watch, ending, stopped)})


def _execute(tree: Any, name: str, more: dict[str, Callable[..., None]]) -> None:
    module = ModuleType("__main__")
    vars(module).update(more, __file__=name, __builtins__=__builtins__)
    code = None

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """The traceback without the frames below the script."""
        while trace and trace.tb_frame.f_code is not code:
            trace = trace.tb_next
        sys.__excepthook__(kind, error.with_traceback(trace), trace)

    sys.excepthook = show
    sys.modules["__main__"] = module
    code = compile(tree, name, "exec", dont_inherit=True)
    exec(code, vars(module))


def _quiet(call: Callable[..., None], stopped: list[Exception]) -> Callable[..., None]:
    """The call, until it raises: the script must not notice that it is watched."""

    def quiet(*arguments: object) -> None:
        if not stopped:
            try:
                call(*arguments)
            except Exception as error:
                stopped.append(error)

    return quiet


def _found(
    watch: Watcher, ending: BaseException | None, stopped: list[Exception]
) -> dict[str, object]:
    """What the watcher found, or the fault that it has itself."""
    try:
        if stopped and not isinstance(stopped[0], NotApplicable):
            raise stopped[0]
        return watch.found(stopped[0] if stopped else ending)
    except MemoryError:
        return {"problem": "it leaves no memory to check it with"}
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        line = f"{os.path.basename(place.filename)}, line {place.lineno}"
        return {"fault": f"{type(error).__name__}: {error} ({line})"}
