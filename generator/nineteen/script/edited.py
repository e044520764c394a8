"""A script's lines beside those that its command makes: what they mean, and what was edited."""

from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from nineteen.errors import UsageError
from nineteen.script.annotate import annotated
from nineteen.script.choices import read
from nineteen.script.options import printable

LIMIT = 100_000  # bytes of a script that is read


class Explained(NamedTuple):
    """A line to show: its number in the script or "", its text, its meaning, what became of it."""

    number: str
    text: str
    meaning: str
    change: str = ""


def read_script(path: Path, verb: str) -> str:
    """The text of a script for a verb. Raises UsageError, or OSError, where it cannot be read."""
    if path.is_dir():
        raise UsageError(f"{verb} {printable(str(path))}: it is a folder; name a script in it")
    with path.open("rb") as file:
        data = file.read(LIMIT + 1)
    try:
        if len(data) <= LIMIT:
            return data.decode()
    except UnicodeDecodeError:
        pass
    raise UsageError(f"{verb} {printable(str(path))}: it is no script: not UTF-8, or too large")


def explained(text: str) -> list[Explained]:
    """A script's lines with their meanings; where it was edited, what became of each line.

    Raises UsageError where the first line has no command, or one that today's parser refuses.
    """
    lines = text.splitlines()
    wanted = annotated(read(lines[0] if lines else ""))
    matcher = SequenceMatcher(None, [line.text for line in wanted], lines, autojunk=False)
    rows: list[Explained] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        for line, number in zip_longest(wanted[i:j], range(k, m)):
            if number is None:
                meaning = "Taken out by hand: the script no longer has it."
                rows.append(Explained("", line.text, meaning, "taken out"))
                continue
            meaning, change = line.meaning if line else "Added by hand.", "" if line else "added"
            if line and kind != "equal":
                meaning = f"Changed by hand: the generator writes `{line.text.strip()}`."
                change = "changed"
            rows.append(Explained(str(number + 1), lines[number], meaning, change))
    return rows
