"""How a script ended and what it printed, whoever ran it."""

from dataclasses import dataclass
from enum import StrEnum

SCRIPT = "script.py"  # the name by which a traceback calls the script
OUTPUT_LIMIT = 1_000_000  # bytes, of standard output and of standard error each


class Ending(StrEnum):
    FINISHED = "finished"
    CRASHED = "crashed"
    TIMEOUT = "timeout"
    TOO_MUCH_OUTPUT = "too much output"


@dataclass(frozen=True)
class Run:
    """What a script printed, how long it took and how it ended.

    `seconds` and `limit` are wall-clock time, used and allowed. The exit code is negative where a
    signal, ours too, ended it. The texts are the first `OUTPUT_LIMIT` bytes of each stream.
    """

    stdout: str
    stderr: str
    seconds: float
    ending: Ending
    exit_code: int = 0
    limit: float = 60.0
