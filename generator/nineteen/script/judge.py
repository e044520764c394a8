"""Compares what a script printed with the truth table it had to learn."""

import math
import re
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, dropwhile, takewhile

from nineteen.script.ended import OUTPUT_LIMIT, SCRIPT, Ending, Run
from nineteen.script.gates import TruthTable

Predictions = tuple[tuple[float, ...], ...]

# Inclusive: 0.9 is a learned 1. The margin is for binary floats, not for the network.
TOLERANCE = 0.1 + 1e-9

# Possessive, so that a megabyte of brackets is refused in linear time.
_ARRAY = re.compile(r"\[(?:\s*+\[[^][]*+\])++\s*+\]")
_ROW = re.compile(r"\[([^][]*)\]")
_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?(e[+-][0-9]+)?|nan|inf)")
_FRAME = rf'^  File "[^"\n]*{re.escape(SCRIPT)}", line ([0-9]+)'
_LOSS = re.compile(rf"epoch\s+[0-9]+: loss {_NUMBER.pattern}")


class Status(StrEnum):
    LEARNED = "learned"
    NOT_LEARNED = "not learned"
    CRASHED = "crashed"
    TIMEOUT = "timeout"


@dataclass(frozen=True)
class Verdict:
    """Whether a script learned its truth table, and if not, why, in one sentence.

    `predictions` is empty, or has the table's shape, (rows, outputs). `remark` names a sure cause,
    or says that more is printed; `line` is the script's line, from 1, that crashed.
    """

    status: Status
    predictions: Predictions = ()
    reason: str = ""
    remark: str = ""
    line: int | None = None

    @property
    def ok(self) -> bool:
        return self.status is Status.LEARNED


def judge(run: Run, table: TruthTable, *, show_loss: bool = False, more: bool = False) -> Verdict:
    """The verdict on a run: learned when every printed prediction is within 0.1.

    With `show_loss`, lines such as `epoch 100: loss 0.25` may stand before the array. With `more`
    anything may: the last array of the table's shape counts, and the remark tells of the rest.
    """
    if broken := unfinished(run):
        return broken
    try:
        return compared(read_predictions(run.stdout, table, show_loss=show_loss), table)
    except ValueError as error:
        for array in reversed(_ARRAY.findall(run.stdout) if more else []):
            with suppress(ValueError):
                remark = "and prints more than its predictions"
                return compared(read_predictions(array, table), table, remark)
        return Verdict(Status.NOT_LEARNED, reason=str(error))


def unfinished(run: Run) -> Verdict | None:
    """The verdict on a run that broke off, and how it did; None where it finished."""
    if run.ending is Ending.FINISHED:
        return None
    if run.ending is Ending.TIMEOUT:
        reason = f"it had not finished after {run.limit:g} seconds: does a loop never end?"
        return Verdict(Status.TIMEOUT, reason=reason)
    if run.ending is Ending.TOO_MUCH_OUTPUT:
        return Verdict(Status.NOT_LEARNED, reason=f"it prints more than {OUTPUT_LIMIT} bytes")
    last, line = run.stderr.rstrip().rpartition("\n")[2], _crashed_line(run.stderr)
    reason = _short(last, 200) + (f" (line {line})" if line else "")
    if run.exit_code < 0:
        reason = f"it was ended by signal {-run.exit_code}"
    elif not last.strip():
        reason = f"it ended with exit code {run.exit_code}"
    return Verdict(Status.CRASHED, reason=reason, line=line)


def compared(predictions: Predictions, table: TruthTable, remark: str = "") -> Verdict:
    """The verdict on predictions of the table's shape, with the remark where they are right."""
    wrong = wrong_rows(predictions, table)
    if not wrong:
        return Verdict(Status.LEARNED, predictions, remark=remark)
    reason = "; ".join(wrong[:3])
    if len(wrong) > 3:
        noun = "row" if table.outputs == 1 else "prediction"
        reason += f"; and {len(wrong) - 3} more {noun}{'s' if len(wrong) > 4 else ''}"
    if all(map(math.isfinite, chain.from_iterable(predictions))):
        return Verdict(Status.NOT_LEARNED, predictions, reason)
    remark = "training diverged: try a smaller learning rate"
    return Verdict(Status.NOT_LEARNED, predictions, f"{reason} ({remark})", remark)


def wrong_rows(predictions: Predictions, table: TruthTable) -> list[str]:
    """One message for each of a verdict's predictions that is not within 0.1, in table order."""
    messages = []
    for row, values in enumerate(predictions):
        for output, value in enumerate(values):
            target = int(table.columns[output][row])
            if not abs(value - target) <= TOLERANCE:  # written so that nan is wrong
                place = f"{table.inputs_of(row)}" + f", output {output + 1}," * (table.outputs > 1)
                messages.append(f"row {place} should be {target}, it prints {value:g}")
    return messages


def read_predictions(printed: str, table: TruthTable, *, show_loss: bool = False) -> Predictions:
    """The one NumPy array, of the table's shape; a ValueError says what else is printed."""
    lines = printed.split("\n")
    text = "\n".join(dropwhile(_LOSS.fullmatch, lines) if show_loss else lines).strip()
    found = _ARRAY.search(text)
    array = found.group() if found else ""
    rows = [row.split() for row in _ROW.findall(array)]
    odd = [word for word in chain.from_iterable(rows) if not _NUMBER.fullmatch(word)]
    width = next((len(row) for row in rows if len(row) != table.outputs), table.outputs)
    if not text:
        instead = "nothing"
    elif text.startswith(("[", "array(")) and "," in text:
        instead = "a list with commas"
    elif array != text:
        after = text.removeprefix(array)
        instead = f"'{_short(after if text.startswith(array) else text.removesuffix(array), 40)}'"
    elif odd:
        raise ValueError(f"it prints '{_short(odd[0], 40)}', which is not a number")
    elif (len(rows), width) != (table.rows, table.outputs):
        instead = f"an array of shape ({len(rows)}, {width})"
    else:
        return tuple(tuple(map(float, row)) for row in rows)
    wanted = f"one NumPy array of shape ({table.rows}, {table.outputs})"
    raise ValueError(f"it prints {instead}, but should print only {wanted}")


def _crashed_line(stderr: str) -> int | None:
    """The script's line in the last frame of a traceback; what a message says does not count."""
    # The frames are the indented lines below the last heading; a SyntaxError has no heading.
    frames = stderr.rpartition("Traceback (most recent call last):\n")[2]
    frames = "".join(takewhile(lambda line: line[0] == " ", frames.splitlines(True)))
    lines = re.findall(_FRAME, frames, re.MULTILINE)
    return int(lines[-1]) if lines else None


def _short(text: str, width: int) -> str:
    """The text on one line, without control characters, at most `width` long."""
    words = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return words if len(words) <= width else words[: width - 3] + "..."
