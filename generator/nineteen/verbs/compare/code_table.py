"""Scripts line by line beside each other, in rows."""

from collections.abc import Sequence
from difflib import SequenceMatcher

# What stands in the same place of each script; None where a script has no such line.
Lines = tuple[str | None, ...]


def aligned(sources: Sequence[str]) -> list[Lines]:
    """The lines of the scripts in rows, each script's in their order, without blank lines."""
    first, *others = ([line for line in source.splitlines() if line] for source in sources)
    rows: list[Lines] = [(line,) for line in first]
    for lines in others:
        rows = _beside(rows, lines)
    return rows


def same(row: Lines) -> bool:
    """Whether every script has this line, be it further in or out."""
    return len({None if line is None else line.strip() for line in row}) == 1


def _beside(rows: list[Lines], lines: list[str]) -> list[Lines]:
    """The rows with one script more."""
    known = [_key(next(line for line in row if line is not None)) for row in rows]
    steps = SequenceMatcher(None, known, list(map(_key, lines)), autojunk=False).get_opcodes()
    wider = []
    for _, start, end, begin, stop in steps:
        for offset in range(max(end - start, stop - begin)):
            old = rows[start + offset] if start + offset < end else (None,) * len(rows[0])
            wider.append((*old, lines[begin + offset] if begin + offset < stop else None))
    return wider


def _key(line: str) -> str:
    """By what lines find each other: what they set, wherever they stand and whatever they say."""
    return line.strip().partition("=")[0].partition(" in ")[0]
