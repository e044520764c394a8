"""The code blocks of a Markdown page, also inside lists, quotes and admonitions."""

import re
from array import array
from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from nineteen.verbs.check.text_blocks import Block, Page, indent_of, is_python

# `!!! note`, `??? note`, `=== "Tab"`: what follows is indented by four spaces, exactly as in a
# list item. So such a line is read as one, and CommonMark finds the blocks in it.
_ADMONITION = re.compile(r'^([ \t>]*)(?:!!!|\?\?\?\+?|===[!+]? ?(?=["\'])).*')
_ITEM = r"\1-   x"
_COLONS = re.compile(r"([ \t>]*)(:{3,})(\{code.*)?[ \t]*$")
# A directive such as ```{note}, whose content is Markdown again; those of code are none.
_CONTAINER = re.compile(r"\{(?!code|python|ipython)")
_FENCE = re.compile(r"^[ \t>]*(```|~~~)", re.MULTILINE)
# Without one of these there is neither a fence, nor an indented block, nor a quote, nor HTML.
_SIGN = re.compile(r"```|~~~|:::|[<>]|^ *(?: {4}|\t|[-+*](?: {5}|\t)|\d+[.)](?: {5}|\t))")
# A line of words: only its indentation counts for what is a block. HTML may begin or end in others.
_WORDS = re.compile(r"([ \t]*)[^\W\d_][^<>]*$")
_LONG = 1000  # characters that a line needs at most to say what it begins


def code_blocks(text: str) -> Iterator[Block]:
    """The Python blocks of a page, in order; those without a language are taken for Python.

    The blocks of other languages are counted and left out.
    """
    page = Page(text)
    kept, lines = _kept(page)
    for number, (first, behind, token) in enumerate(_tokens(_colons(lines)), 1):
        content, fenced = token.content.split("\n"), token.type == "fence"
        skip = _options(content) if token.info.startswith("{") else 0
        if is_python(_language(token.info)) and "".join(content[skip:]):
            first += fenced
            begin, end = kept[first + skip], kept[first + len(content) - 1 if fenced else behind]
            if end - begin > _LONG and not any("numpy" in line for line in page.lines[begin:end]):
                continue
            code = next(i for i, line in enumerate(content[skip:], skip) if line.strip())
            line = lines[first + code]
            prefix = line.removesuffix(content[code])
            prefix = prefix if prefix != line else line[: indent_of(line)]
            own = [_inside(line, prefix) for line in page.bare(begin, end)]
            while len(own) > 1 and not own[-1] and not fenced:
                own.pop()
            yield page.block(f"block {number}", begin, own)


def _kept(page: Page) -> tuple["array[int]", list[str]]:
    """The lines that decide what is a block: their numbers and that of lines, and what they say.

    A stretch begins at a line that no list or quote reaches: below an empty line, not indented. One
    without a sign of code says nothing; nor does, in others, a line of words below another of the
    same indentation, or an empty line below another. So a large page takes little memory.
    """
    kept, lines, starts = array("q"), list[str](), array("q", [0])
    for number, (above, line) in enumerate(pairwise(page.lines), 1):
        if above.isspace() and not line[0].isspace():
            starts.append(number)
    for first, behind in pairwise([*starts, len(page.lines)]):
        stretch = page.lines[first:behind]
        if not any(map(_SIGN.search, stretch)):
            stretch = ["x", ""] if lines[-2:] != ["x", ""] else []
        for number, line in enumerate(stretch, first):
            words = _WORDS.match(line)
            said = f"{words[1]}x" if words else _ADMONITION.sub(_ITEM, line[:_LONG].rstrip())
            if lines[-1:] != [said] or not (words or said == ""):
                kept.append(number)
                lines.append(said)
    kept.append(len(page.lines))
    return kept, lines


def _colons(lines: list[str]) -> list[str]:
    """The lines with `:::{code-block}` … `:::` as a fence of backticks, which it is to MyST."""
    opened = ""
    for number, line in enumerate(lines):
        mark = _COLONS.match(line) if ":::" in line else None
        if mark and (mark[3] if not opened else not mark[3] and len(mark[2]) >= len(opened)):
            lines[number] = f"{mark[1]}{'`' * len(mark[2])}{mark[3] or ''}"
            opened = "" if opened else mark[2]
    return lines


def _tokens(lines: list[str]) -> list[tuple[int, int, Token]]:
    """The tokens of code with their first line and the one behind, also of code in directives."""
    parser = MarkdownIt("commonmark").disable("inline")
    while True:
        found = parser.parse("\n".join([*lines, ""]))
        tokens = [(token.map[0], token.map[1], token) for token in found if token.map]
        tokens = [each for each in tokens if each[2].type in ("fence", "code_block")]
        around = [each for each in tokens if _CONTAINER.match(each[2].info)]
        around = [each for each in around if _FENCE.search(each[2].content)]
        for first, behind, token in around:
            lines[first] = ""
            if behind - first > token.content.count("\n") + 1:  # else it is never closed
                lines[behind - 1] = ""
        if not around:
            return tokens


def _options(content: list[str]) -> int:
    """How many lines of options stand before a directive's code."""
    rest = iter(enumerate(content))
    if content[0].strip() == "---":
        return next((i + 1 for i, line in rest if i and line.strip() == "---"), 0)
    return next((i for i, line in rest if not re.match(r":[\w-]+:", line)), 0)


def _language(info: str) -> str:
    """The word for the language of a fence with this info string; "" where there is none."""
    words = re.findall(r"[A-Za-z][\w+.-]*", info)
    directive = re.match(r"\{(code|code-block|code-cell|sourcecode)\}", info)
    return next(iter(words[1:] if directive else words), "")


def _inside(line: str, prefix: str) -> str:
    """A line of the page without the prefix that its block has."""
    if line.startswith(prefix):
        return line[len(prefix) :]
    if prefix.rstrip().startswith(line.rstrip()) or not line.strip():
        return ""
    return line[min(len(prefix), indent_of(line)) :]
