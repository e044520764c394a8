"""Running a script in this process, quick but without isolation; and watching it, here or alone."""

import ast
import io
import json
import os
import pickle
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import ModuleType, TracebackType
from typing import Any, Protocol

import numpy as np

from nineteen.script.ended import SCRIPT, Ending, Run

Calls = dict[str, Callable[..., None]]
Report = dict[str, Any]


class NotApplicable(ValueError):
    """The script cannot be observed: the names of the contract are gone."""


class Watcher(Protocol):
    """What follows a script: the tree to run, what that calls, and what is found, for JSON.

    When a call raises it makes no more, in silence; `why` is why a script cannot be observed.
    """

    _stopped: Exception | None = None

    def follow(self, source: str) -> ast.Module: ...
    def calls(self) -> Calls: ...
    def found(self, why: NotApplicable | None) -> Report: ...

    def quiet_calls(self) -> Calls:
        """The calls as a script may make them, which does not notice that one of them raises."""
        return {name: partial(self._quiet, call) for name, call in self.calls().items()}

    def _quiet(self, call: Callable[..., None], *arguments: object) -> None:
        if not self._stopped:
            try:
                call(*arguments)
            except Exception as error:
                self._stopped = error

    def outcome(self, ended: bool) -> Report:
        """What was found, whether the script `ended` by itself, and the watcher's own fault."""
        why = self._stopped
        try:
            if why is None or isinstance(why, NotApplicable):
                return {"ended": ended, **self.found(why)}
            raise why
        except MemoryError:
            return {"ended": ended, "problem": "it leaves no memory to check it with"}
        except Exception as fault:
            place = traceback.extract_tb(fault.__traceback__)[-1]
            line = f"{os.path.basename(place.filename)}, line {place.lineno}"
            return {"fault": f"{type(fault).__name__}: {fault} ({line})"}


def execute(script: str | ast.Module, **names: Callable[..., Any]) -> str:
    """What a script prints; `names` are in its fresh namespace. Its exceptions pass through."""
    printed = io.StringIO()
    own = {"__name__": "__main__", "print": partial(print, file=printed), **names}
    exec(compile(script, SCRIPT, "exec"), own)
    return printed.getvalue()


def run_here(script: str | ast.Module, **names: Callable[..., Any]) -> Run:
    """Run a script in this process, with NumPy's warnings off; the same Run that `run` makes."""
    printed, began, failed = io.StringIO(), time.perf_counter(), ""
    try:
        with np.errstate(all="ignore"):
            execute(script, print=partial(print, file=printed), **names)
    except SystemExit as leaving:
        failed = traceback.format_exc() if leaving.code else ""
    except Exception:
        failed = traceback.format_exc()
    ending = Ending.CRASHED if failed else Ending.FINISHED
    return Run(printed.getvalue(), failed, time.perf_counter() - began, ending, int(bool(failed)))


def watched_here(source: str, watcher: Callable[[], Watcher]) -> tuple[Run, Report]:
    """Run a script once, watched, in this process: the Run, and what the watcher has found."""
    watch = watcher()
    result = run_here(watch.follow(source), **watch.quiet_calls())
    return result, watch.outcome(ended=not result.stderr)


def become(source: str, watcher: str, page: str, token: str) -> None:
    """In that process: run the script as if it had been started alone, from script.py here."""
    name = os.path.abspath(sys.argv[0])
    with open(name, "wb") as file:
        file.write(source.encode())
    watch: Watcher = pickle.loads(bytes.fromhex(watcher))()

    def write(report: Report) -> None:
        # A script may have used up the disk, or the descriptors.
        with suppress(OSError), open(page, "w", encoding="utf-8") as file:
            json.dump({"token": token, **report}, file)

    tree = watch.follow(source)
    whole = vars(np).copy()  # a script may put its own functions there
    write({})
    ended = True
    try:
        _run_as_main(tree, name, watch.quiet_calls())
    except BaseException as error:
        ended = isinstance(error, SystemExit)
        raise
    finally:
        vars(np).update(whole)
        write(watch.outcome(ended))


def _run_as_main(tree: ast.Module, name: str, calls: Calls) -> None:
    module, code = ModuleType("__main__"), None
    vars(module).update(calls, __file__=name, __builtins__=__builtins__)

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        while trace and trace.tb_frame.f_code is not code:
            trace = trace.tb_next
        sys.__excepthook__(kind, error.with_traceback(trace), trace)

    sys.excepthook = show
    sys.modules["__main__"] = module
    code = compile(tree, name, "exec", dont_inherit=True)
    exec(code, vars(module))
