"""The code cells of a notebook, with the places of their lines in its JSON text."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from nineteen.verbs.check.blocks import Block, Page, Span

_SPACE = re.compile(r"[ \t\n\r]*+")
_COMMA = re.compile(r"[ \t\n\r]*+,?[ \t\n\r]*+")
_COLON = re.compile(r"[ \t\n\r]*+:[ \t\n\r]*+")
_ESCAPE = re.compile(r"(\\r\\n|\\[nr])|\\.")
_decode = json.JSONDecoder().raw_decode


def code_cells(text: str) -> Iterator[Block]:
    """The code cells of a notebook of format 4, numbered among all its cells.

    Raises ValueError where the text is not such a notebook; its text is the reason.
    """
    page = Page(text)
    for number, (_, start, _) in enumerate(_cells(text), 1):
        if text[start] != "{":
            raise ValueError(f"the notebook is broken: cell {number} is not an object")
        fields = {key: (begin, end) for key, begin, end in _values(text, start)}
        cell: dict[str, Any] = _decode(text, start)[0]
        if cell.get("cell_type") != "code":
            continue
        source = cell.get("source")
        texts = [source] if isinstance(source, str) else source
        if not isinstance(texts, list) or not all(isinstance(line, str) for line in texts):
            raise ValueError(
                f"the notebook is broken: the source of cell {number} is neither text nor lines"
            )
        if (code := "".join(texts)).strip():
            begin, end = fields["source"]
            listed = [span for _, *span in _values(text, begin)] if texts is source else []
            spans, joiner = _lines(text, listed or [[begin, end]])
            if listed:
                lead = text[begin + 1 : listed[0][0]]
                apart = text[listed[0][1] : listed[1][0]] if len(listed) > 1 else f",{lead}"
                joiner = f'{joiner}"{apart}"'
            lines = re.split(r"\r\n?|\n", code.removesuffix("\n").removesuffix("\r"))
            on = [bisect_right(page.starts, start) for start, _ in spans]
            yield Block(number, "cell", tuple(on), tuple(lines), tuple(spans), joiner, json=True)


def _lines(text: str, texts: list[list[int]]) -> tuple[list[Span], str]:
    """Where each line of a source stands that is parted into texts of JSON, and what ends one."""
    spans, newline = [], ""
    start: int | None = None
    for begin, end in texts:
        start = begin + 1 if start is None else start
        for escape in _ESCAPE.finditer(text, begin + 1, end - 1):
            if escape[1]:
                spans.append((start, escape.start()))
                newline, start = newline or escape[1], escape.end()
        start = None if start == end - 1 else start
    if start is not None:
        spans.append((start, texts[-1][1] - 1))
    return spans, newline or r"\n"


def _cells(text: str) -> Iterator[tuple[str, int, int]]:
    """Where the notebook's cells stand in its text."""
    start = _behind(_SPACE, text, int(text.startswith("\ufeff")))
    try:
        notebook, end = _decode(text, start)
        if text[end:].strip(" \t\n\r"):
            raise json.JSONDecodeError("Extra data", text, end)
    except json.JSONDecodeError as error:
        reason = f"{error.msg} (line {error.lineno}, column {error.colno})"
        raise ValueError(f"the notebook is not JSON: {reason}") from None
    except RecursionError:
        raise ValueError("the notebook is broken: it is nested too deeply") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("the notebook is broken: it has no list of cells (format 4)")
    return _values(text, {key: begin for key, begin, _ in _values(text, start)}["cells"])


def _values(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Key, if any, start and end of each value of the valid object or array at text[at]."""
    key, keyed = "", text[at] == "{"
    at = _behind(_SPACE, text, at + 1)
    while text[at] not in "]}":
        if keyed:
            key, at = _decode(text, at)
            at = _behind(_COLON, text, at)
        end = _decode(text, at)[1]
        yield key, at, end
        at = _behind(_COMMA, text, end)


def _behind(what: re.Pattern[str], text: str, at: int) -> int:
    found = what.match(text, at)
    assert found is not None
    return found.end()
