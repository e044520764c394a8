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
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from generator.audit import Audit
from generator.observe import calls, instrument


def main(source: str, spec: str, page: str, token: str) -> None:
    """Run the script as if it had been started alone, from script.py in this folder."""
    name = os.path.abspath(sys.argv[0])
    Path(name).write_bytes(source.encode())
    audit = Audit(pickle.loads(bytes.fromhex(spec)))
    faults: list[str] = []

    def report(**more: object) -> None:
        Path(page).write_text(json.dumps({"token": token, **more}), encoding="utf-8")

    watching = {name: _quiet(call, faults) for name, call in calls(audit.see, audit.start).items()}
    tree = instrument(source)
    report()
    try:
        _execute(tree, name, watching)
    except SystemExit:
        _finish(audit, faults, report)
        raise
    _finish(audit, faults, report)


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


def _quiet(call: Callable[..., None], faults: list[str]) -> Callable[..., None]:
    """The call, but its exceptions become faults: the script must not notice that it is watched."""

    def quiet(*arguments: object) -> None:
        if not faults:
            try:
                call(*arguments)
            except Exception:
                faults.append(traceback.format_exc())

    return quiet


def _finish(audit: Audit, faults: list[str], report: Callable[..., None]) -> None:
    """Report what the audit found, or the fault of the check itself."""
    try:
        problem = "" if faults else audit.problem()
        predictions = [] if faults or problem else audit.predictions().tolist()
    except Exception:
        faults.append(traceback.format_exc())
    if faults:
        report(fault=faults[0])
    else:
        report(problem=problem, predictions=predictions)
