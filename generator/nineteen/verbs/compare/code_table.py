"""Scripts beside each other, line by line, with what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile

from nineteen.script.render import environment


@dataclass(frozen=True)
class AlignedLines:
    """What stands in the same place of each script; None where a script has no such line."""

    lines: tuple[str | None, ...]

    @property
    def same(self) -> bool:
        """Whether every script has this line, be it further in or out."""
        return len({None if line is None else line.strip() for line in self.lines}) == 1

    @property
    def shifted(self) -> bool:
        """Whether the line is the same but not equally far in."""
        return self.same and len(set(self.lines)) > 1

    @property
    def shared(self) -> tuple[int, int]:
        """With how many of the same characters all lines begin, and end; 0 where one is missing."""
        texts = ["" if line is None else line.strip() for line in self.lines]
        before = _common(texts)
        return before, _common([text[before:][::-1] for text in texts])


def aligned(sources: Sequence[str]) -> list[AlignedLines]:
    """The lines of the scripts in rows, each script's in their order, without blank lines."""
    first, *others = ([line for line in source.splitlines() if line] for source in sources)
    rows = [AlignedLines((line,)) for line in first]
    for lines in others:
        rows = _beside(rows, lines)
    return rows


def differing(sources: Sequence[str]) -> int:
    """How many rows are not the same, but for the first, which carries the command."""
    return sum(not row.same for row in aligned(sources)[1:])


def _beside(rows: list[AlignedLines], lines: list[str]) -> list[AlignedLines]:
    """The rows with one script more."""
    width = len(rows[0].lines)
    known = [_key(next(line for line in row.lines if line is not None)) for row in rows]
    steps = SequenceMatcher(None, known, list(map(_key, lines)), autojunk=False).get_opcodes()
    wider = []
    for _, start, end, begin, stop in steps:
        for offset in range(max(end - start, stop - begin)):
            old = rows[start + offset].lines if start + offset < end else (None,) * width
            new = lines[begin + offset] if begin + offset < stop else None
            wider.append(AlignedLines((*old, new)))
    return wider


def _key(line: str) -> str:
    """By what lines find each other: what they set, wherever they stand and whatever they say."""
    return line.strip().partition("=")[0].partition(" in ")[0]


def _common(texts: Sequence[str]) -> int:
    """With how many of the same characters all texts begin."""
    letters = zip(*texts, strict=False)
    return sum(1 for _ in takewhile(lambda same: len(set(same)) == 1, letters))


def html_table(titles: Sequence[str], sources: Sequence[str]) -> str:
    """The scripts beside each other as an HTML table for a Markdown page, what differs marked."""
    template = environment().get_template("compare/scripts.html.j2")
    return template.render(titles=titles, rows=aligned(sources)).rstrip()
