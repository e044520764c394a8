"""The code of a Python file: the whole of it, or its cells where it is a notebook as text."""

import ast
import re
from array import array
from collections.abc import Iterator
from itertools import pairwise

from nineteen.script.syntax import parse
from nineteen.verbs.check.blocks import Block, Page

# Jupytext's percent format (Spyder, VS Code, sphinx-gallery), nbconvert, sphinx-gallery's bars;
# and Jupytext's light format. What a marker says in brackets may make its cell one of text.
_PERCENT = re.compile(r"# ?%%|# In ?\[[\d ]*\]:|#{20,}\s*$")
_LIGHT = re.compile(r"# ?(\+|-$)")
_TEXT = re.compile(r"# ?[%+].*\[(markdown|md|raw)\]")


def python_blocks(text: str) -> Iterator[Block]:
    """The whole file as block 0, or its cells of code; a marimo notebook's are its functions."""
    page = Page(text.removeprefix("\ufeff"))
    if text.startswith("\ufeff"):
        page.starts = array("q", (start + 1 for start in page.starts))
    if "import marimo" in text:
        yield from _marimo_cells(text, page)
        return
    marker = next((kind for kind in (_PERCENT, _LIGHT) if any(map(kind.match, page.lines))), None)
    if marker is None:
        whole = page.block(0, "", 0, [page.bare(i) for i in range(len(page.lines))])
        last = page.lines[-1] if page.lines else ""
        yield Block(**{**vars(whole), "end": "\n" if last.endswith(("\r", "\n")) else ""})
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
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.With) and any(
            re.match(r"app\.(cell|setup)", ast.unparse(mark)) for mark in marks
        ):
            lines = [line for line in node.body if not isinstance(line, ast.Return)]
            if lines:
                yield page.dedented(number, "cell", lines[0].lineno - 1, lines[-1].end_lineno or 0)
