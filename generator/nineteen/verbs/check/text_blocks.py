"""The code of Python files, reStructuredText, AsciiDoc and LaTeX, by their lines.

docutils gives no line numbers for its blocks (a test compares these with what it finds), and the
others have no parser in Python that does. What opens a block is in templates/check/formats.toml.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

from nineteen.script.syntax import parse
from nineteen.script.templates import data
from nineteen.verbs.check.blocks import Block, Page, indent_of, is_python

# Jupytext's percent format (Spyder, VS Code, sphinx-gallery), nbconvert, sphinx-gallery's bars;
# and Jupytext's light format. What a marker says in brackets may make its cell one of text.
_PERCENT = re.compile(r"# ?%%|# In ?\[[\d ]*\]:|#{20,}\s*$")
_LIGHT = re.compile(r"# ?(\+|-$)")
_TEXT = re.compile(r"# ?[%+].*\[(markdown|md|raw)\]")

_DIRECTIVE = re.compile(r"((?:[-*+•] +|\w+[.)] +|[ \t])*)\.\. +([\w-]+):: *(\S*)")
_COMMENT = re.compile(r"([ \t]*)\.\.(?![ \t]+(?:_|\[|\|)|\S)")
_OPTION = re.compile(r"\s*:[\w-]+:")


def python_blocks(text: str) -> Iterator[Block]:
    """The whole file as block 0, or its cells of code; a marimo notebook's are its functions."""
    page = Page(text)
    if "import marimo" in text:
        yield from _marimo_cells(text, page)
        return
    marker = next((kind for kind in (_PERCENT, _LIGHT) if any(map(kind.match, page.lines))), None)
    if marker is None:
        whole = page.block(0, "", 0, page.bare(0, len(page.lines)))
        yield replace(whole, end="\n" if text.endswith(("\r", "\n")) else "")
        return
    marks = [i for i, line in enumerate(page.lines) if marker.match(line)]
    edges = [-1, *marks, len(page.lines)]
    for number, (mark, behind) in enumerate(pairwise(edges), 1):
        if mark < 0 or not _TEXT.match(page.lines[mark]):
            yield page.dedented(number, "cell", mark + 1, behind)


def _marimo_cells(text: str, page: Page) -> Iterator[Block]:
    """The bodies of the functions marked `@app.cell`, and of `with app.setup`."""
    try:
        body = parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for number, node in enumerate(body, 1):
        marks = getattr(node, "decorator_list", []) + getattr(node, "items", [])
        if any(re.match(r"app\.(cell|setup)", ast.unparse(mark)) for mark in marks):
            inner: list[ast.stmt] = getattr(node, "body", [])
            lines = [line for line in inner if not isinstance(line, ast.Return)]
            if lines:
                yield page.dedented(number, "cell", lines[0].lineno - 1, lines[-1].end_lineno or 0)


def restructured_blocks(text: str) -> Iterator[Block]:
    """The Python blocks of reStructuredText: directives of code, and what follows a `::`."""
    page, number, at, rules = Page(text), 0, 0, data("check/formats.toml")["restructured"]
    lines = page.bare(0, len(page.lines))
    while at < len(lines):
        line = lines[at]
        directive, comment = _DIRECTIVE.match(line), _COMMENT.match(line)
        kind, language = directive.groups()[1:] if directive else ("", "")
        opened = directive or comment
        column = len(opened[1]) if opened else indent_of(line)
        at += 1
        if kind in rules["code"] or (not opened and line.rstrip().endswith("::")):
            while kind and at < len(lines) and _OPTION.match(lines[at]):
                at += 1
            first, at = _body(lines, at, column)
            if first < at:
                number += 1
                if is_python(language):
                    yield page.dedented(number, "block", first, at)
        elif kind in rules["opaque"] or (comment and not directive):
            at = _body(lines, at, column)[1]


def _body(lines: list[str], at: int, column: int) -> tuple[int, int]:
    """The lines from `at` that are indented more than a column: the first, and the one behind."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    first = at
    while at < len(lines) and (not lines[at].strip() or indent_of(lines[at]) > column):
        at += 1
    return first, at


def marked_blocks(text: str, markup: str) -> Iterator[Block]:
    """The Python blocks of AsciiDoc or LaTeX: from a line that opens one to that which closes it.

    A line of attributes gives the language of the block that follows it, which may be a paragraph.
    """
    page, number, at, language = Page(text), 0, 0, ""
    rules: dict[str, Any] = data("check/formats.toml")[markup]
    lines = page.bare(0, len(page.lines))
    while at < len(lines):
        line, opened = lines[at], re.match(rules["opens"], lines[at])
        at += 1
        if opened:
            mark, argument = opened.groups(default="")
            while argument.count("[") > argument.count("]") and at < len(lines):
                argument += lines[at]
                at += 1
            language = language or argument
            closes = re.compile(rules["closes"].format(mark=re.escape(mark)))
            ends = (i for i in range(at, len(lines)) if closes.match(lines[i]))
        elif re.match(rules["attributes"], line):
            language = line
            continue
        elif language and line.strip() and not line.startswith("."):  # a paragraph of code
            mark, at = "", at - 1
            ends = (i for i in range(at, len(lines)) if not lines[i].strip())
        else:
            continue
        number, first, at = number + 1, at, next(ends, len(lines))
        said = re.search(rules["language"], language)
        word = next(filter(None, said.groups()), "") if said else ""
        if mark not in rules["opaque"] and is_python(word):
            yield page.dedented(number, "block", first, at)
        at, language = at + 1, ""


asciidoc_blocks = partial(marked_blocks, markup="asciidoc")
latex_blocks = partial(marked_blocks, markup="latex")
