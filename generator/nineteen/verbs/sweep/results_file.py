"""The file of a sweep: one line of JSON per script run, added to and never rewritten."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.files import check_target, make_folder
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.sweep.jobs import SweepPlan
from nineteen.verbs.sweep.work import row_head

MISSING, LEARNED, NOT_LEARNED = range(3)  # the state of a job
_OPENING = b'{"command": "python -m generator '


def resume(path: Path, plan: SweepPlan, states: bytearray) -> float:
    """Enter the file's rows into `states`, one byte a job; return their seconds.

    A last line that was cut off is removed from the file, and a job counts once however often it
    is there. Raises UsageError where a line is not one of this plan's, and touches nothing then.
    """
    if str(path) == "-":
        raise UsageError("-o -: rows go to a file, where the sweep can be continued; name one")
    check_target(path, force=True)  # adding to a file loses nothing of it
    if not path.exists():
        return 0.0
    whole, seconds = 0, 0.0
    spec_of_cell = lru_cache(maxsize=256)(plan.spec)
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n") and _torn(line):
                break
            found = _read(line, plan, spec_of_cell)
            if found is None:
                raise UsageError(
                    f"{path}: line {number} is of another sweep: repeat the command that made the "
                    "file, or name another with -o"
                )
            job, learned, used = found
            if states[job] == MISSING:
                states[job] = LEARNED if learned else NOT_LEARNED
                seconds += used
            whole += len(line)
    if whole < path.stat().st_size:
        os.truncate(path, whole)
    return seconds


def append_lines(path: Path, lines: Iterable[str]) -> None:
    """Add rows to the file at once, so that a kill or a full disk tears the last of them only.

    Raises OSError where the file cannot hold them.
    """
    data = "".join(lines).encode()
    make_folder(path.parent)
    with open(path, "ab", buffering=0) as file:
        while data:
            data = data[file.write(data) :]


def _torn(line: bytes) -> bool:
    """Whether a line without an end can be the beginning of a row."""
    return line.startswith(_OPENING) or _OPENING.startswith(line)


def _read(
    line: bytes, plan: SweepPlan, spec_of_cell: Callable[[int], ScriptSpec]
) -> tuple[int, bool, float] | None:
    """The line's job, whether it learned, and its seconds; None if it is no row of the plan."""
    try:
        row = json.loads(line)
        job = _job(row, plan, spec_of_cell)
        return None if job is None else (job, bool(row["learned"]), float(row["seconds"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _job(row: Any, plan: SweepPlan, spec_of_cell: Callable[[int], ScriptSpec]) -> int | None:
    subject, seed = plan.subject_of(row["table"], row["gate"]), row["seed"]
    if subject is None or not 0 <= seed < plan.seeds:
        return None
    for group in range(len(plan.groups)):
        cell = subject * len(plan.groups) + group
        spec = spec_of_cell(cell)
        if spec.batch == row["batch"] and list(spec.hidden) == row["hidden"]:
            wanted = row_head(replace(spec, seed=seed))
            same = all(row[key] == value for key, value in wanted.items())
            return cell * plan.seeds + seed if same else None
    return None
