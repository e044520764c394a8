"""Blocks of code that a parser finds: of Markdown pages, and the code cells of notebooks."""

import json
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from nineteen.verbs.check.text_blocks import FORMATS, Block, Page, Span, indent_of, is_python

_RULES = {name: re.compile(rule) for name, rule in FORMATS["markdown"].items()}
_DEEP = 9  # levels of directives in directives, each of which is read again
_LONG = 1000  # characters that a line needs at most to say what it begins
# Of notebooks: what is between two values of valid JSON, and a text's escapes.
_BETWEEN = re.compile(r"[ \t\n\r,:]*+")
_ESCAPE = re.compile(r"(\\r\\n|\\[nr])|\\.")
_decode = json.JSONDecoder().raw_decode


def code_blocks(text: str) -> Iterator[Block]:
    """The blocks of a page that are Python or of no language, with their numbers among all."""
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
        if not any(map(_RULES["sign"].search, stretch)):
            stretch = ["x", ""] if lines[-2:] != ["x", ""] else []
        for number, line in enumerate(stretch, first):
            words = _RULES["words"].match(line)
            said = (
                f"{words[1]}x"
                if words
                else _RULES["admonition"].sub(r"\1-   x", line[:_LONG].rstrip())
            )
            if lines[-1:] != [said] or not (words or said == ""):
                kept.append(number)
                lines.append(said)
    kept.append(len(page.lines))
    return kept, lines


def _colons(lines: list[str]) -> list[str]:
    """The lines with `:::{code-block}` … `:::` as a fence of backticks, which it is to MyST."""
    opened = ""
    for number, line in enumerate(lines):
        mark = _RULES["colons"].match(line) if ":::" in line else None
        if mark and (mark[3] if not opened else not mark[3] and len(mark[2]) >= len(opened)):
            lines[number] = f"{mark[1]}{'`' * len(mark[2])}{mark[3] or ''}"
            opened = "" if opened else mark[2]
    return lines


def _tokens(lines: list[str]) -> list[tuple[int, int, Token]]:
    """The tokens of code with their first line and the one behind, also of code in directives."""
    parser = MarkdownIt("commonmark").disable("inline")
    tokens = list[tuple[int, int, Token]]()
    for _ in range(_DEEP):
        found = parser.parse("\n".join([*lines, ""]))
        tokens = [(token.map[0], token.map[1], token) for token in found if token.map]
        tokens = [each for each in tokens if each[2].type in ("fence", "code_block")]
        around = [each for each in tokens if _RULES["container"].match(each[2].info)]
        around = [each for each in around if _RULES["fence"].search(each[2].content)]
        for first, behind, token in around:
            lines[first] = ""
            if behind - first > token.content.count("\n") + 1:  # else it is never closed
                lines[behind - 1] = ""
        if not around:
            break
    return tokens


def _options(content: list[str]) -> int:
    """How many lines of options stand before a directive's code."""
    rest = iter(enumerate(content))
    if content[0].strip() == "---":
        return next((i + 1 for i, line in rest if i and line.strip() == "---"), 0)
    return next((i for i, line in rest if not re.match(r":[\w-]+:", line)), 0)


def _language(info: str) -> str:
    """The word for the language of a fence with this info string; "" where there is none."""
    words = re.findall(r"(?<![#:\w-])[A-Za-z][\w+.-]*", info)
    directive = re.match(r"\{(code|code-block|code-cell|sourcecode)\}", info)
    return next(iter(words[1:] if directive else words), "")


def _inside(line: str, prefix: str) -> str:
    """A line of the page without the prefix that its block has."""
    if line.startswith(prefix):
        return line[len(prefix) :]
    if prefix.rstrip().startswith(line.rstrip()) or not line.strip():
        return ""
    return line[min(len(prefix), indent_of(line)) :]


def code_cells(text: str) -> Iterator[Block]:
    """The code cells of a notebook, numbered among all; raises ValueError with what is broken."""
    page = Page(text)
    for number, (cell, at) in enumerate(_cells(text), 1):
        if not isinstance(cell, dict):
            raise ValueError(f"the notebook is broken: cell {number} is not an object")
        if cell.get("cell_type") != "code":
            continue
        source: Any = cell.get("source")
        texts = source if isinstance(source, list) else [source]
        if not all(isinstance(line, str) for line in texts):
            reason = f"the source of cell {number} is neither text nor lines"
            raise ValueError(f"the notebook is broken: {reason}")
        if (code := "".join(texts)).strip():
            place = {key: place for key, *place in _values(text, at)}["source"]
            places = [place for _, *place in _values(text, place[0])] if texts is source else []
            spans, joiner = _lines(text, places or [place])
            if places:
                lead = text[place[0] + 1 : places[0][0]]
                apart = text[places[0][1] : places[1][0]] if len(places) > 1 else f",{lead}"
                joiner = f'{joiner}"{apart}"'
            lines = re.split(r"\r\n?|\n", code.removesuffix("\n").removesuffix("\r"))
            on = [bisect_right(page.starts, start) for start, _ in spans]
            yield Block(f"cell {number}", tuple(on), tuple(lines), tuple(spans), joiner, json=True)


def _lines(text: str, places: Iterable[list[int]]) -> tuple[list[Span], str]:
    """Where each line of a source stands that is parted into texts of JSON, and what ends one."""
    spans, newline, start, end = list[Span](), "", None, 0
    for begin, end in places:
        start = begin + 1 if start is None else start
        for escape in _ESCAPE.finditer(text, begin + 1, end - 1):
            if escape[1]:
                spans.append((start, escape.start()))
                newline, start = newline or escape[1], escape.end()
        start = None if start == end - 1 else start
    if start is not None:
        spans.append((start, end - 1))
    return spans, newline or r"\n"


def _cells(text: str) -> Iterator[tuple[Any, int]]:
    """The notebook's cells, and where each begins in its text."""
    try:
        notebook = json.loads(re.sub("^\ufeff", "", text))
    except json.JSONDecodeError as error:
        reason = f"{error.msg} (line {error.lineno}, column {error.colno})"
        raise ValueError(f"the notebook is not JSON: {reason}") from None
    except RecursionError:
        raise ValueError("the notebook is broken: it is nested too deeply") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("the notebook is broken: it has no list of cells (format 4)")
    cells = {key: begin for key, begin, _ in _values(text, text.index("{"))}["cells"]
    begins = (begin for _, begin, _ in _values(text, cells))
    return zip(notebook["cells"], begins, strict=True)


def _values(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Key, if any, start and end of each value of the valid object or array at text[at]."""
    key, keyed = "", text[at] == "{"
    at = _next(text, at + 1)
    while text[at] not in "]}":
        if keyed:
            key, at = _decode(text, at)
            at = _next(text, at)
        end = _decode(text, at)[1]
        yield key, at, end
        at = _next(text, end)


def _next(text: str, at: int) -> int:
    return next(_BETWEEN.finditer(text, at)).end()
