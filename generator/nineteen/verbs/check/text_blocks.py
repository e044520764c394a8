"""Blocks of code by a document's lines: of Python files, reStructuredText, AsciiDoc and LaTeX.

docutils gives no line numbers for its blocks (a test compares these with what it finds), and the
others have no parser in Python that does. What opens a block is in templates/check/formats.toml.
"""

import ast
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, pairwise
from typing import Any

from nineteen.script import syntax, templates

Span = tuple[int, int]

_OPTIONS = 50  # lines of options that a block has at most
FORMATS: dict[str, Any] = templates.data("check/formats.toml")


@dataclass(frozen=True)
class Block:
    """Code in a document's text; `part` is its part of it, such as "block 2", "" for the whole.

    Line i stands on line numbers[i] (from 1) of the document, without its indentation and end at
    text[spans[i][0] : spans[i][1]], in a notebook (`json`) inside texts of JSON; `joiner` is what
    parts it from another that is put below it, `above` counts the block's lines above the code.
    """

    part: str
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


class Page:
    """A document's text by its lines; `lines` keep their ends: \\n, \\r\\n or \\r."""

    def __init__(self, text: str) -> None:
        mark = text.startswith("\ufeff")  # a byte order mark is no part of the first line
        self.lines: list[str] = re.findall(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+", text[mark:])
        self.starts = array("q", accumulate(map(len, self.lines), initial=int(mark)))

    def bare(self, first: int = 0, behind: int | None = None) -> list[str]:
        """The lines from `first` (counted from 0) to before `behind`, without their ends."""
        return [line.rstrip("\r\n") for line in self.lines[first:behind]]

    def block(self, part: str, first: int, contents: Sequence[str]) -> Block:
        """The block whose code begins on the line `first` (from 0): its contents, a line each."""
        bare = self.bare(first, first + len(contents))
        ends = [self.starts[at] + len(line) for at, line in enumerate(bare, first)]
        spans = [(end - len(own), end) for end, own in zip(ends, contents, strict=True)]
        pairs = zip(bare, contents, strict=True)
        prefixes = [line.removesuffix(own) for line, own in pairs if own]
        # A list's marker is not repeated before a line that is put below another.
        below = [*prefixes[1:], *(re.sub(r"[^\s>]", " ", prefix) for prefix in prefixes[:1]), ""]
        joiner = (self.lines[first][len(bare[0]) :] if bare else "") or "\n"
        numbers = tuple(range(first + 1, first + len(bare) + 1))
        return Block(part, numbers, tuple(contents), tuple(spans), joiner + below[0])

    def dedented(self, part: str, first: int, behind: int) -> Block:
        """The block of the lines from `first` to before `behind`, their common indentation off."""
        lines = self.bare(first, behind)
        while lines and not lines[-1].strip():
            lines.pop()
        indent = min((indent_of(line) for line in lines if line.strip()), default=0)
        return self.block(part, first, [line[indent:] for line in lines])


def indent_of(line: str) -> int:
    """How many characters of space a line begins with."""
    return len(line) - len(line.lstrip())


def is_python(language: str) -> bool:
    """Whether the word that says the language of a block says Python, or nothing."""
    return not language or bool(re.fullmatch(r"(i?py(thon)?|pycon|pyodide)[0-9.]*", language, re.I))


def python_blocks(text: str) -> Iterator[Block]:
    """The whole file as block 0, or its cells of code; a marimo notebook's are its functions."""
    page = Page(text)
    if "import marimo" in text:
        yield from _marimo_cells(text, page)
        return
    rules = FORMATS["cells"]
    percent = rules["percent"] + (rules["bars"] if re.match(rules["gallery"], text) else "")
    markers = [re.compile(rule).match for rule in (percent, rules["light"])]
    marker = next((marker for marker in markers if any(map(marker, page.lines))), None)
    if marker is None:
        end = "\n" if text.endswith(("\r", "\n")) else ""
        yield replace(page.block("", 0, page.bare()), end=end)
        return
    marks = [i for i, line in enumerate(page.lines) if marker(line)]
    for number, (mark, behind) in enumerate(pairwise([-1, *marks, len(page.lines)]), 1):
        if mark < 0 or not re.match(rules["text"], page.lines[mark]):
            yield page.dedented(f"cell {number}", mark + 1, behind)


def _marimo_cells(text: str, page: Page) -> Iterator[Block]:
    """The bodies of the functions marked `@app.cell`, and of `with app.setup`."""
    try:
        body = syntax.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for number, node in enumerate(body, 1):
        marks = getattr(node, "decorator_list", []) + getattr(node, "items", [])
        if any(re.match(r"app\.(cell|setup)", ast.unparse(mark)) for mark in marks):
            inner: list[ast.stmt] = getattr(node, "body", [])
            lines = [line for line in inner if not isinstance(line, ast.Return)]
            if lines:
                first, behind = lines[0].lineno - 1, lines[-1].end_lineno or 0
                yield page.dedented(f"cell {number}", first, behind)


def restructured_blocks(text: str) -> Iterator[Block]:
    """The Python blocks of reStructuredText: directives of code, and what follows a `::`."""
    page, number, at, rules = Page(text), 0, 0, FORMATS["restructured"]
    lines = page.bare()
    while at < len(lines):
        line = lines[at]
        directive = re.match(rules["directive"], line.lower())
        comment = re.match(rules["comment"], line)
        kind, language = directive.groups()[1:] if directive else ("", "")
        opened = directive or comment
        column = len(opened[1]) if opened else indent_of(line)
        at += 1
        if kind in rules["code"] or (not opened and line.rstrip().endswith("::")):
            while kind and at < len(lines) and re.match(rules["option"], lines[at]):
                at += 1
            first, at = _body(lines, at, column)
            if first < at:
                number += 1
                if is_python(language):
                    yield page.dedented(f"block {number}", first, at)
        elif kind in rules["opaque"] or (comment and not directive):
            at = _body(lines, at, column)[1]


def _body(lines: list[str], at: int, column: int) -> tuple[int, int]:
    """The lines from `at` that are indented more than a column: the first, and the one behind."""
    said = (i for i in range(at, len(lines)) if lines[i].strip())
    first = next(said, len(lines))
    rest = (i for i in range(first, len(lines)) if lines[i].strip())
    return first, next((i for i in rest if indent_of(lines[i]) <= column), len(lines))


def marked_blocks(text: str, markup: str) -> Iterator[Block]:
    """The Python blocks of AsciiDoc or LaTeX: from a line that opens one to one that closes it."""
    page, number, at, language = Page(text), 0, 0, ""
    rules = FORMATS[markup]
    lines = page.bare()
    while at < len(lines):
        line, opened = lines[at], re.match(rules["opens"], lines[at])
        at += 1
        if opened:
            mark, argument = opened.groups(default="")
            last = min(len(lines), at + _OPTIONS)
            while argument.count("[") > argument.count("]") and at < last:
                argument += lines[at]
                at += 1
            language = language or argument
            closes = re.compile(rules["closes"].format(mark=re.escape(mark)))
        elif re.match(rules["attributes"], line):
            language = line  # of the block that follows it, which may be a paragraph
            continue
        elif language and line.strip() and not line.startswith("."):  # a paragraph of code
            mark, at, closes = "", at - 1, re.compile(r"\s*$")
        else:
            continue
        ends = (i for i in range(at, len(lines)) if closes.match(lines[i]))
        number, first, at = number + 1, at, next(ends, len(lines))
        said = re.search(rules["language"], language)
        word = next(filter(None, said.groups()), "") if said else ""
        if mark not in rules["opaque"] and is_python(word):
            yield page.dedented(f"block {number}", first, at)
        at, language = at + 1, ""


asciidoc_blocks = partial(marked_blocks, markup="asciidoc")
latex_blocks = partial(marked_blocks, markup="latex")
