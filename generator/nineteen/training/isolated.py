"""Watching a script in a process of its own: one run, and the report that comes back."""

import json
import pickle
import secrets
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from nineteen.script.run import Ending, Run, run
from nineteen.training.follow import follow
from nineteen.training.observe import Array, NotApplicable
from nineteen.training.observed_process import Watcher
from nineteen.training.record import SECONDS, Recorder
from nineteen.training.snapshots import Recording, unpacked

GRACE = 5.0  # seconds of wall-clock time for a recording to come back


def watched(
    source: str, watcher: Callable[[], Watcher], seconds: float
) -> tuple[Run, dict[str, Any]]:
    """Run a script once, alone and watched, for at most `seconds` of wall-clock time.

    The Run is that of a plain `run`. The report is what the watcher, made in that process, has
    found; it is empty where the script was ended from outside. `watcher` has to be pickled.
    """
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder, "report.json")
        result = run(_watching(source, watcher, page, token), seconds=seconds)
        return result, _read(page, token)


def record_alone(
    source: str, chosen: Collection[int], seconds: float = SECONDS, shown: Sequence[Array] = ()
) -> Recording:
    """What `record` returns, of a script in a process of its own: for scripts of any origin.

    Raises RuntimeError where the recorder itself fails.
    """
    try:
        follow(source)
    except NotApplicable as error:
        return Recording(tuple(source.splitlines()), missing=str(error))
    result, report = watched(source, partial(Recorder, chosen, seconds, shown), seconds + GRACE)
    if "fault" in report:
        raise RuntimeError(f"the recorder itself failed: {report['fault']}")
    if result.ending is Ending.TIMEOUT or report.get("late"):
        result = replace(result, ending=Ending.TIMEOUT, limit=seconds)
    try:
        return replace(unpacked(report["recording"]), run=result)
    except (KeyError, TypeError, ValueError):  # it was ended from outside, or tells stories
        return Recording(tuple(source.splitlines()), run=result)


def _watching(source: str, watcher: Callable[[], Watcher], page: Path, token: str) -> str:
    """A script that becomes the given one and watches it; texts stay literals."""
    package = str(Path(__file__).parent.parent.parent)
    arguments = (source, pickle.dumps(watcher).hex(), str(page), token)
    return (
        f"import sys\nsys.path.insert(0, {package!a})\n"
        "from nineteen.training.observed_process import become\n"
        f"sys.path.pop(0)\nbecome(*{arguments!a})\n"
    )


def _read(page: Path, token: str) -> dict[str, Any]:
    """The report of the watching process; empty where it wrote none, or somebody else did."""
    try:
        report = json.loads(page.read_bytes())
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) and report.get("token") == token else {}
