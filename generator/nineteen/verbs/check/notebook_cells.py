"""The code cells of a notebook, with the places of their lines in its JSON text."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from nineteen.verbs.check.blocks import Block, Page, Span

_SPACE = re.compile(r"[ \t\n\r]*")
_ESCAPE = re.compile(r"(\\r\\n|\\[nr])|\\.")
_decode = json.JSONDecoder().raw_decode


def code_cells(text: str) -> Iterator[Block]:
    """The code cells of a notebook of format 4, numbered among all its cells.

    Raises ValueError where the text is not such a notebook; its text is the reason.
    """
    page = Page(text)
    for number, start in enumerate(_cells(text), 1):
        if text[start] != "{":
            raise ValueError(f"the notebook is broken: cell {number} is not an object")
        fields = {key: span for key, *span in _members(text, start)}
        kind, source = (_value(text, fields.get(key)) for key in ("cell_type", "source"))
        if kind != "code":
            continue
        code = _joined(source)
        if code is None:
            raise ValueError(
                f"the notebook is broken: the source of cell {number} is neither text nor lines"
            )
        if code.strip():
            begin, end = fields["source"]
            texts = [(begin, end)] if isinstance(source, str) else [*_elements(text, begin)]
            spans, joiner = _lines(text, texts)
            if not isinstance(source, str):
                lead = text[begin + 1 : texts[0][0]]
                apart = text[texts[0][1] : texts[1][0]] if len(texts) > 1 else f",{lead}"
                joiner = f'{joiner}"{apart}"'
            lines = re.split(r"\r\n?|\n", code.removesuffix("\n").removesuffix("\r"))
            on = [bisect_right(page.starts, start) for start, _ in spans]
            yield Block(number, "cell", tuple(on), tuple(lines), tuple(spans), joiner, json=True)


def _lines(text: str, texts: list[Span]) -> tuple[list[Span], str]:
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


def _cells(text: str) -> list[int]:
    """Where the notebook's cells start in its text."""
    start = _skip(text, int(text.startswith("\ufeff")))
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
    begin = {key: start for key, start, _ in _members(text, start)}["cells"]
    return [start for start, _ in _elements(text, begin)]


def _members(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Key, start and end of the value for each member of the object at text[at]; it is valid."""
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = _decode(text, at)
        start = _skip(text, _skip(text, at) + 1)
        end = _decode(text, start)[1]
        yield key, start, end
        at = _after(text, end)


def _elements(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Start and end of each element of the array at text[at]; it is valid."""
    at = _skip(text, at + 1)
    while text[at] != "]":
        end = _decode(text, at)[1]
        yield at, end
        at = _after(text, end)


def _after(text: str, end: int) -> int:
    at = _skip(text, end)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None
    return found.end()


def _value(text: str, span: list[int] | None) -> Any:
    return _decode(text, span[0])[0] if span else None


def _joined(source: Any) -> str | None:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None
