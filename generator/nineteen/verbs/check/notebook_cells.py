"""The code cells of a notebook, with their places in its JSON text."""

import json
import re
from collections.abc import Iterator
from typing import Any

from nineteen.verbs.check.blocks import Block, lines_of, newline_of, plain

_SPACE = re.compile(r"[ \t\n\r]*")
_decode = json.JSONDecoder().raw_decode


def code_cells(text: str) -> list[Block]:
    """The code cells of a notebook of format 4, numbered among all its cells.

    Raises ValueError where the text is not such a notebook; its text is the reason.
    """
    cells = _cells(text)
    found = []
    for number, start in enumerate(cells, 1):
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
        begin, end = fields["source"]
        inside = begin if isinstance(source, str) else _skip(text, begin + 1)
        found.append(
            Block(
                number=number,
                line=len(lines_of(text[:inside])) or 1,
                source=plain(code).removesuffix("\n") + "\n",
                start=begin,
                end=end,
                newline=newline_of((lines_of(code) or [""])[0]),
            )
        )
    return found


def encoded(raw: str, source: str) -> str:
    """`source` as a JSON value in the layout of `raw`: one string, or a list and its white space.

    The last line ends as it did in `raw`.
    """
    before = json.loads(raw)
    code = "".join(before)
    source = source.replace("\n", newline_of((lines_of(code) or [""])[0]))
    if not code.endswith(("\n", "\r")):
        source = source.rstrip("\r\n")
    if isinstance(before, str):
        return json.dumps(source)
    spans = list(_elements(raw, 0))
    lead = raw[1 : spans[0][0]]
    between = raw[spans[0][1] : spans[1][0]] if len(spans) > 1 else f",{lead}"
    return "[" + lead + between.join(map(json.dumps, lines_of(source))) + raw[spans[-1][1] :]


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
