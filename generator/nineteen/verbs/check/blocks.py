"""A piece of code inside a document: what it says, and where exactly each line of it stands."""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

Span = tuple[int, int]


@dataclass(frozen=True)
class Block:
    """Code in a document's text.

    `number` counts the document's blocks or cells from 1 and is 0 for a whole file; `kind` is
    "block", "cell" or "". Line i of the code stands on line numbers[i] (from 1) of the document,
    without its indentation and its end at text[spans[i][0] : spans[i][1]]; `joiner` is what parts
    it from another that is put below it. In a notebook (`json`) the spans lie in texts of JSON.
    `above` counts the lines of the block that stand above the code.
    """

    number: int
    kind: str
    numbers: tuple[int, ...]
    lines: tuple[str, ...]
    spans: tuple[Span, ...]
    joiner: str = "\n"
    end: str = "\n"
    json: bool = False
    above: int = 0

    @property
    def source(self) -> str:
        """The code as a script of its own."""
        return "\n".join(self.lines) + self.end if self.lines else ""

    @property
    def line(self) -> int:
        """The document's line, from 1, on which the code begins."""
        return self.numbers[0]


class Page:
    """A document's text by its lines; `lines` keep their ends: \\n, \\r\\n or \\r."""

    def __init__(self, text: str) -> None:
        mark = text.startswith("\ufeff")  # a byte order mark is no part of the first line
        self.lines: list[str] = re.findall(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+", text[mark:])
        self.starts = array("q", accumulate(map(len, self.lines), initial=int(mark)))

    def bare(self, first: int, behind: int) -> list[str]:
        """The lines from `first` (counted from 0) to before `behind`, without their ends."""
        return [line.rstrip("\r\n") for line in self.lines[first:behind]]

    def block(self, number: int, kind: str, first: int, contents: Sequence[str]) -> Block:
        """The block whose code begins on the line `first` (from 0): its contents, a line each."""
        behind = first + len(contents)
        bare = self.bare(first, behind)
        pairs = [*zip(bare, contents, strict=True)]
        prefixes = [line[: len(line) - len(content)] for line, content in pairs if content]
        marker = re.sub(r"[^\s>]", " ", prefixes[0]) if prefixes else ""
        newline = self.lines[first][len(bare[0]) :] if contents else ""
        ends = [
            start + len(line) for start, line in zip(self.starts[first:behind], bare, strict=True)
        ]
        return Block(
            number,
            kind,
            tuple(range(first + 1, behind + 1)),
            tuple(contents),
            tuple((end - len(line), end) for end, line in zip(ends, contents, strict=True)),
            (newline or "\n") + [*prefixes[1:2], marker][0],
        )

    def dedented(self, number: int, kind: str, first: int, behind: int) -> Block:
        """The block of the lines from `first` to before `behind`, their common indentation off."""
        lines = self.bare(first, behind)
        while lines and not lines[-1].strip():
            lines.pop()
        indent = min((indent_of(line) for line in lines if line.strip()), default=0)
        return self.block(number, kind, first, [line[indent:] for line in lines])


def indent_of(line: str) -> int:
    """How many characters of space a line begins with."""
    return len(line) - len(line.lstrip())


def is_python(language: str) -> bool:
    """Whether the word that says the language of a block says Python, or nothing."""
    return not language or bool(re.fullmatch(r"(i?py(thon)?|pycon|pyodide)[0-9.]*", language, re.I))
