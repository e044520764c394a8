"""The code blocks of a Markdown page, also inside lists, quotes and admonitions."""

import re
from collections.abc import Iterator
from itertools import accumulate

from markdown_it import MarkdownIt
from markdown_it.token import Token

from nineteen.verbs.check.blocks import Block, lines_of, newline_of

# `!!! note`, `??? note`, `=== "Tab"`: what follows is indented by four spaces, exactly as in a
# list item. So such a line is read as one, and CommonMark finds the blocks in it.
_ADMONITION = re.compile(r'^([ \t>]*)(?:!!!|\?\?\?\+?|===[!+]? ?(?=["\']))[^\r\n]*')
_ITEM = r"\1-   x"
_PYTHON = re.compile(r"(i?python|py)[0-9.]*|pyodide", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t>]*(```|~~~)", re.MULTILINE)


def code_blocks(text: str) -> list[Block]:
    """The Python blocks of a page, in order; those without a language are taken for Python.

    The blocks of other languages are counted and left out.
    """
    lines = lines_of(text)
    starts = [0, *accumulate(map(len, lines))]
    found = []
    for number, token in enumerate(_tokens(lines), 1):
        content = lines_of(token.content)
        assert token.map is not None
        first = token.map[0] + (token.type == "fence")
        skip = _options(content) if token.info.startswith("{") else 0
        if content[skip:] and _is_python(token.info, content[skip]):
            begin, end = first + skip, first + len(content)
            found.append(
                Block(
                    number=number,
                    line=begin + 1,
                    source="".join(content[skip:]),
                    start=starts[begin],
                    end=starts[end],
                    prefix=_prefix(lines[begin], content[skip]),
                    newline=newline_of(lines[begin]),
                )
            )
    return found


def _tokens(lines: list[str]) -> list[Token]:
    """The tokens of the code blocks; their line numbers are those of the page."""
    parser = MarkdownIt("commonmark").disable("inline")
    masked = [_ADMONITION.sub(_ITEM, line) for line in lines]
    while True:
        tokens = [
            token
            for token in parser.parse("".join(masked))
            if token.type in ("fence", "code_block")
        ]
        edges = [line for token in tokens if _is_container(token) for line in _edges(token)]
        if not edges:
            return tokens
        for line in edges:
            masked[line] = newline_of(masked[line])


def _is_container(token: Token) -> bool:
    """Whether a fence is a directive such as ```{note}, whose content is Markdown again."""
    return (
        token.info.startswith("{")
        and _FENCE.search(token.content) is not None
        and not token.info.startswith(("{code", "{python", "{ipython"))
    )


def _edges(token: Token) -> Iterator[int]:
    """The numbers of the lines that open and close a fence."""
    assert token.map is not None
    first, behind = token.map
    yield first
    if behind - first > len(lines_of(token.content)) + 1:
        yield behind - 1


def _options(content: list[str]) -> int:
    """How many lines of options stand before a directive's code."""
    rest = iter(enumerate(content))
    if content and content[0].strip() == "---":
        return next((i + 1 for i, line in rest if i and line.strip() == "---"), 0)
    return next((i for i, line in rest if not re.match(r":[\w-]+:", line)), 0)


def _is_python(info: str, first: str) -> bool:
    """Whether a fence with this info string holds Python.

    Without a language only a line of code counts: a comment alone may be a shell's.
    """
    words = re.findall(r"[A-Za-z][\w+.-]*", info)
    if info.startswith("{") and not info.startswith("{."):
        words = words[1:] or ["python"]
    return bool(_PYTHON.fullmatch(words[0])) if words else not first.lstrip().startswith("#")


def _prefix(line: str, content: str) -> str:
    """What stands before a block's line in the page."""
    line, content = line.rstrip("\r\n"), content.rstrip("\n")
    if line.endswith(content):
        return line[: len(line) - len(content)]
    return line[: len(line) - len(line.lstrip())]
