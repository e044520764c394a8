"""Inside the isolated process: become the script, run it observed, leave a report for the parent.

The report is a file that the parent names, and carries the token that the parent chose: what a
script prints is only output. A script that means harm can do all that its user can; see README.
"""

import json
import os
import pickle
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType, TracebackType
from typing import Any

from nineteen.training.honesty import Audit
from nineteen.training.observe import NotApplicable, calls, instrument


def become(source: str, spec: str, page: str, token: str) -> None:
    """Run the script as if it had been started alone, from script.py in this folder."""
    name = os.path.abspath(sys.argv[0])
    with open(name, "wb") as file:
        file.write(source.encode())
    audit = Audit(pickle.loads(bytes.fromhex(spec)))
    stopped: list[Exception] = []
    watching = {
        called: _quiet(call, stopped) for called, call in calls(audit.see, audit.start).items()
    }

    def report(more: dict[str, object]) -> None:
        # A script may have used up the disk, or the descriptors.
        with suppress(OSError), open(page, "w", encoding="utf-8") as file:
            json.dump({"token": token, **more}, file)

    tree = instrument(source.encode())
    report({})
    try:
        _execute(tree, name, watching)
    except SystemExit:
        report(_found(audit, stopped))
        raise
    report(_found(audit, stopped))


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


def _found(audit: Audit, stopped: list[Exception]) -> dict[str, object]:
    """What the audit found: a problem, or predictions, or the fault of the check itself."""
    try:
        if stopped:
            raise stopped[0]
        problem = audit.problem()
        return {"problem": problem, "predictions": [] if problem else audit.predictions().tolist()}
    except NotApplicable as error:
        return {"problem": str(error)}
    except MemoryError:
        return {"problem": "it leaves no memory to check it with"}
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        line = f"{os.path.basename(place.filename)}, line {place.lineno}"
        return {"fault": f"{type(error).__name__}: {error} ({line})"}
