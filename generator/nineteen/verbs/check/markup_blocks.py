"""The code blocks of reStructuredText, AsciiDoc and LaTeX: a scanner by markers and indentation.

docutils gives no line numbers for its blocks (a test compares these with what it finds), and the
others have no parser in Python that does. What opens a block is in templates/check/formats.toml.
"""

import re
from collections.abc import Iterator
from typing import Any

from nineteen.script.templates import data
from nineteen.verbs.check.blocks import Block, Page

_DIRECTIVE = re.compile(r"((?:[-*+•] +|\w+[.)] +|[ \t])*)\.\. +([\w-]+):: *(.*)$")
_COMMENT = re.compile(r"([ \t]*)\.\.(?![ \t]+(?:_|\[|\|)|\S)")
_OPTION = re.compile(r"\s*:[\w-]+:")


def restructured_blocks(text: str) -> Iterator[Block]:
    """The Python blocks of reStructuredText: directives of code, and what follows a `::`."""
    page, number, at, rules = Page(text), 0, 0, data("check/formats.toml")["restructured"]
    while at < len(page.lines):
        line = page.bare(at)
        directive, comment = _DIRECTIVE.match(line), _COMMENT.match(line)
        kind = directive[2] if directive else ""
        literal = not directive and not comment and line.rstrip().endswith("::")
        column = len((directive or comment)[1]) if directive or comment else _indent(line)  # type: ignore[index]
        at += 1
        if kind in rules["code"] or literal:
            while kind and at < len(page.lines) and _OPTION.match(page.bare(at)):
                at += 1
            first, at = _body(page, at, column)
            if first < at:
                number += 1
                if directive is None or _is_python(directive[3]):
                    yield page.dedented(number, "block", first, at)
        elif kind in rules["opaque"] or (comment and not directive):
            at = _body(page, at, column)[1]


def _body(page: Page, at: int, column: int) -> tuple[int, int]:
    """The lines from `at` that are indented more than a column: the first, and the one behind."""
    while at < len(page.lines) and not page.bare(at).strip():
        at += 1
    first = at
    while at < len(page.lines) and (not (line := page.bare(at)).strip() or _indent(line) > column):
        at += 1
    return first, at


def asciidoc_blocks(text: str) -> Iterator[Block]:
    """The Python blocks of AsciiDoc: `[source,python]` and its block or paragraph, or a fence."""
    return _marked_blocks(text, data("check/formats.toml")["asciidoc"])


def latex_blocks(text: str) -> Iterator[Block]:
    """The Python blocks of LaTeX: listings, minted, PythonTeX, verbatim."""
    return _marked_blocks(text, data("check/formats.toml")["latex"])


def _marked_blocks(text: str, rules: dict[str, Any]) -> Iterator[Block]:
    """The blocks that lie between a line that opens one and the next that closes it.

    A line of attributes gives the language of the block that follows it.
    """
    page, number, at, language = Page(text), 0, 0, ""
    opens, attributes = re.compile(rules["opens"]), re.compile(rules["attributes"])
    while at < len(page.lines):
        line = page.bare(at)
        at += 1
        opened, said = opens.match(line), attributes.match(line)
        if opened:
            argument = opened["argument"] or ""
            while argument.count("[") > argument.count("]") and at < len(page.lines):
                argument += page.bare(at)
                at += 1
            first, closes = at, rules["closes"].format(mark=re.escape(opened["mark"]))
            while at < len(page.lines) and not re.match(closes, page.bare(at)):
                at += 1
            number += 1
            language = language or argument
            if opened["mark"] not in rules["opaque"] and _is_python(language, rules["language"]):
                yield page.dedented(number, "block", first, at)
            at, language = at + 1, ""
        elif said:
            language = line
        elif language and line.strip() and not line.startswith("."):  # a paragraph of code
            first = at - 1
            while at < len(page.lines) and page.bare(at).strip():
                at += 1
            number += 1
            if _is_python(language, rules["language"]):
                yield page.dedented(number, "block", first, at)
            language = ""


def _is_python(argument: str, where: str = r"\s*([\w+.-]+)") -> bool:
    """Whether what says the language of a block says Python, or nothing."""
    found = re.search(where, argument)
    word = next((group for group in found.groups() if group), "") if found else ""
    return not word or re.fullmatch(r"i?py(thon)?[0-9.]*|pycon", word.lower()) is not None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
