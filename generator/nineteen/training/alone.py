"""Watching a script that runs alone, in a process of its own."""

import json
import pickle
import secrets
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from nineteen.script.ended import Run
from nineteen.script.run import run
from nineteen.training.execute import Report, Watcher

_WATCHING = """\
import sys
sys.path.insert(0, {package!a})
from nineteen.training.execute import become
sys.path.pop(0)
become(*{arguments!a})
"""


def watched(
    source: str, watcher: Callable[[], Watcher], seconds: float, around: Sequence[str] = ()
) -> tuple[Run, Report]:
    """Run a script once, watched, in the sandbox `around` it, if any, for `seconds` at most.

    The Run is that of a plain `run`; then comes what the watcher, pickled and made in that process,
    has found: nothing where the script was ended from outside.
    """
    # The report is a file with a token, both of our choice: what a script prints is only output.
    token, package = secrets.token_hex(16), str(Path(__file__).parent.parent.parent)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder, "report.json")
        arguments = (source, pickle.dumps(watcher).hex(), str(page), token)  # all stay literals
        watching = _WATCHING.format(package=package, arguments=arguments)
        around = [*around, "--bind", folder, folder] if around else ()
        return run(watching, seconds, around=around), _read(page, token)


def _read(page: Path, token: str) -> Report:
    # Empty where the watching process wrote none, or somebody else did.
    try:
        report = json.loads(page.read_bytes())
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) and report.get("token") == token else {}
