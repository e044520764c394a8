"""Scripts beside each other, line by line, with what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from itertools import takewhile


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


def html_table(titles: Sequence[str], sources: Sequence[str]) -> str:
    """The scripts beside each other as an HTML table for a Markdown page, what differs marked.

    It has no blank line, which would end it there.
    """
    heads = "".join(f"<th>{escape(title)}</th>" for title in titles)
    lines = ["<table>", f"<tr><th></th>{heads}</tr>"]
    for row in aligned(sources):
        if row.same:
            line = max((line for line in row.lines if line is not None), key=len)
            sign = "→" if row.shifted else ""
            cells = f'<td colspan="{len(titles)}">{_code(line)}</td>'
        else:
            sign = "≠"
            cells = "".join(f"<td>{cell}</td>" for cell in _marked(row.lines))
        lines.append(f"<tr><td>{sign}</td>{cells}</tr>")
    return "\n".join([*lines, "</table>"])


def _marked(lines: Sequence[str | None]) -> list[str]:
    """The lines as HTML, each with its part marked that the others do not share."""
    texts = [line.strip() for line in lines if line is not None]
    missing = len(texts) < len(lines)
    before = 0 if missing else _shared(texts)
    after = 0 if missing else _shared([text[before:][::-1] for text in texts])
    return ["<i>no such line</i>" if line is None else _code(line, before, after) for line in lines]


def _shared(texts: Sequence[str]) -> int:
    """With how many of the same characters all texts begin."""
    return sum(
        1 for _ in takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    )


def _code(line: str, before: int | None = None, after: int = 0) -> str:
    """A line as HTML, marked but for so many characters before and after, if any.

    Its indentation survives every renderer.
    """
    text = line.strip()
    begin = len(text) if before is None else before
    end = max(begin, len(text) - after)
    marked = f"<mark>{escape(text[begin:end])}</mark>" if begin < end else ""
    indent = "&nbsp;" * (len(line) - len(line.lstrip()))
    code = f"{indent}{escape(text[:begin])}{marked}{escape(text[end:])}"
    return f"<span><code>{code}</code></span>"
