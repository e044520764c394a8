"""The file of a sweep: one line of JSON per script run, added to and never rewritten."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.files import check_target, make_folder
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.sweep.jobs import SweepPlan
from nineteen.verbs.sweep.sweep_result import LEARNED, MISSING, NOT_LEARNED, SweepResult
from nineteen.verbs.sweep.work import row_head

_OPENING = b'{"command": "python -m generator '


def resume(result: SweepResult) -> None:
    """Enter the rows of the result's file, if it has one.

    A last line that was cut off is removed from the file, and a job counts once however often it
    is there. Raises UsageError where a line is not one of this plan's, and touches nothing then.
    """
    path = result.path
    if path is None:
        return
    if str(path) == "-":
        raise UsageError("-o -: rows go to a file, where the sweep can be continued; name one")
    check_target(path, force=True)  # adding to a file loses nothing of it
    if not path.exists():
        return
    whole, spec = 0, lru_cache(maxsize=256)(result.plan.spec)
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            torn = not line.endswith(b"\n") and line[: len(_OPENING)] == _OPENING[: len(line)]
            if torn:
                break
            try:
                row = json.loads(line)
                job, seconds = _job(row, result.plan, spec), float(row["seconds"])
                state = LEARNED if row["learned"] else NOT_LEARNED
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                raise UsageError(
                    f"{path}: line {number} is of another sweep: repeat the command that made the "
                    "file, or name another with -o"
                ) from None
            if result.states[job] == MISSING:
                result.states[job] = state
                result.seconds += seconds
            whole += len(line)
    if whole < path.stat().st_size:
        os.truncate(path, whole)


def append(path: Path | None, lines: str) -> None:
    """Add rows to the file at once, so that a kill or a full disk tears the last of them only.

    Raises OSError where the file cannot hold them.
    """
    if path is None:
        return
    make_folder(path.parent)
    data = lines.encode()
    with open(path, "ab", buffering=0) as file:
        while data:
            data = data[file.write(data) :]


def _job(row: Any, plan: SweepPlan, spec_of_cell: Callable[[int], ScriptSpec]) -> int:
    """The job that a row is of; raises ValueError, or what odd data raises, if it is of none."""
    named = int(row["table"], 2) if plan.inputs else row["gate"]
    subject = plan.subjects.index(named) if plan.subjects != ("",) else 0
    if not 0 <= row["seed"] < plan.seeds:
        raise ValueError
    for group in range(len(plan.groups)):
        cell = subject * len(plan.groups) + group
        spec = spec_of_cell(cell)
        if spec.batch == row["batch"] and list(spec.hidden) == row["hidden"]:
            wanted = row_head(replace(spec, seed=row["seed"]))
            if wanted == {key: row[key] for key in wanted}:
                return cell * plan.seeds + int(row["seed"])
    raise ValueError
