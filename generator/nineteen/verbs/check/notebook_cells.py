"""The code cells of a notebook, with the places of their lines in its JSON text."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

from nineteen.verbs.check.text_blocks import Block, Page, Span

_BETWEEN = re.compile(r"[ \t\n\r,:]*+")  # two values of valid JSON
_ESCAPE = re.compile(r"(\\r\\n|\\[nr])|\\.")
_decode = json.JSONDecoder().raw_decode


def code_cells(text: str) -> Iterator[Block]:
    """The code cells of a notebook of format 4, numbered among all its cells.

    Raises ValueError where the text is not such a notebook; its text is the reason.
    """
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
