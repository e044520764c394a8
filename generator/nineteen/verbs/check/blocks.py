"""A piece of code inside a document: what it says, and where exactly it stands."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """Code in a document's text.

    `number` counts fenced blocks or cells from 1 and is 0 for a whole file; `line` is the
    document's line, from 1, on which the code begins. `source` ends each line with "\\n". The
    code stands at text[start:end]; there each line has `prefix` before it (indentation, the marks
    of a quote) and `newline` after it. In a notebook the span is the JSON value of the source.
    """

    number: int
    line: int
    source: str
    start: int
    end: int
    prefix: str = ""
    newline: str = "\n"


def lines_of(text: str) -> list[str]:
    """The lines with their ends: \\n, \\r\\n or \\r, as Python and Markdown both count them."""
    return re.findall(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+", text)


def newline_of(line: str) -> str:
    """The end of a line, or "\\n" where it has none."""
    return line[len(line.rstrip("\r\n")) :] or "\n"


def plain(text: str) -> str:
    """The text with "\\n" for every end of a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
