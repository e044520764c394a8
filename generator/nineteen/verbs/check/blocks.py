"""A piece of code inside a document: what it says, and where exactly each line of it stands."""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
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

    def cut(self, first: int, behind: int) -> "Block":
        """The lines from `first` to the one before `behind`."""
        return replace(
            self,
            numbers=self.numbers[first:behind],
            lines=self.lines[first:behind],
            spans=self.spans[first:behind],
            end=self.end if behind == len(self.lines) else "\n",
            above=self.above + first,
        )


class Page:
    """A document's text by its lines; `lines` keep their ends: \\n, \\r\\n or \\r."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[str] = re.findall(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+", text)
        self.starts = array("q", [0]) + array("q", accumulate(map(len, self.lines)))

    def bare(self, number: int) -> str:
        """A line, counted from 0, without its end."""
        return self.lines[number].rstrip("\r\n")

    def between(self, first: int, behind: int) -> str:
        """The text of the lines from `first` to before `behind`."""
        return self.text[self.starts[first] : self.starts[behind]]

    def block(self, number: int, kind: str, first: int, contents: Sequence[str]) -> Block:
        """The block whose code begins on the line `first` (from 0): its contents, a line each."""
        bare = [self.bare(first + i) for i in range(len(contents))]
        ends = [
            start + len(line)
            for start, line in zip(self.starts[first : first + len(bare)], bare, strict=True)
        ]
        spans = [(end - len(line), end) for end, line in zip(ends, contents, strict=True)]
        pairs = zip(bare, contents, strict=True)
        prefixes = [line[: len(line) - len(content)] for line, content in pairs if content]
        marker = re.sub(r"[^\s>]", " ", prefixes[0]) if prefixes else ""
        newline = self.lines[first][len(bare[0]) :] if contents else ""
        return Block(
            number,
            kind,
            tuple(range(first + 1, first + 1 + len(contents))),
            tuple(contents),
            tuple(spans),
            (newline or "\n") + [*prefixes[1:2], marker][0],
        )

    def dedented(self, number: int, kind: str, first: int, behind: int) -> Block:
        """The block of the lines from `first` to before `behind`, their common indentation off."""
        lines = [self.bare(i) for i in range(first, behind)]
        while lines and not lines[-1].strip():
            lines.pop()
        indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
        return self.block(number, kind, first, [line[min(indents) :] for line in lines])
