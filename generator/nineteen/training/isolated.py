"""Watching a script in a process of its own: one run, and the report that comes back.

The report is a file that the parent names, and carries the token that the parent chose: what a
script prints is only output. A script that means harm can do all that its user can; see README.
"""

import ast
import json
import os
import pickle
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from nineteen.training.observe import NotApplicable

if TYPE_CHECKING:
    from nineteen.script.run import Run


class Watcher(Protocol):
    """What follows a script: the tree to run, the functions that this calls, and what is found.

    The latter is for JSON; `error` is what ended the script.
    """

    def follow(self, source: str) -> ast.Module: ...
    def calls(self) -> dict[str, Callable[..., None]]: ...
    def found(self, error: BaseException | None) -> dict[str, object]: ...


def watched(
    source: str, watcher: Callable[[], Watcher], seconds: float, around: Sequence[str] = ()
) -> tuple["Run", dict[str, Any]]:
    """Run a script once, watched, in the sandbox `around` it, if any, for `seconds` at most.

    The Run is that of a plain `run`; then comes what the watcher, made in that process, has found:
    nothing where the script was ended from outside. `watcher` has to be pickled.
    """
    import secrets  # what the other process does without would cost it time
    import tempfile

    from nineteen.script.run import run

    token, package = secrets.token_hex(16), str(Path(__file__).parent.parent.parent)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder, "report.json")
        arguments = (source, pickle.dumps(watcher).hex(), str(page), token)  # all stay literals
        watching = f"import sys\nsys.path.insert(0, {package!a})\nfrom {__name__} import become\n"
        watching += f"sys.path.pop(0)\nbecome(*{arguments!a})\n"
        around = [*around, "--bind", folder, folder] if around else ()
        return run(watching, seconds, around=around), _read(page, token)


def _read(page: Path, token: str) -> dict[str, Any]:
    # Empty where the watching process wrote none, or somebody else did.
    try:
        report = json.loads(page.read_bytes())
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) and report.get("token") == token else {}


def become(source: str, watcher: str, page: str, token: str) -> None:
    """In that process: run the script as if it had been started alone, from script.py here."""
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
        report({"ended": ended, **_found(watch, stopped[0] if stopped else ending, bool(stopped))})


def _execute(tree: Any, name: str, more: dict[str, Callable[..., None]]) -> None:
    module, code = ModuleType("__main__"), None
    vars(module).update(more, __file__=name, __builtins__=__builtins__)

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
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


def _found(watch: Watcher, error: BaseException | None, own: bool) -> dict[str, object]:
    try:
        if own and error and not isinstance(error, NotApplicable):
            raise error
        return watch.found(error)
    except MemoryError:
        return {"problem": "it leaves no memory to check it with"}
    except Exception as fault:
        place = traceback.extract_tb(fault.__traceback__)[-1]
        line = f"{os.path.basename(place.filename)}, line {place.lineno}"
        return {"fault": f"{type(fault).__name__}: {fault} ({line})"}
