"""One document in three formats: Markdown with its pictures beside it, a notebook, a web page.

A document is Markdown. `$…$` and a paragraph `$$…$$` hold TeX; a fence `python` is a code cell of
the notebook, and a fence `text` right after it is its output; `![…](picture:NAME)` is a picture.
Notebooks are written as Jupyter and Colab take them: the format 4.5 of nbformat, as plain JSON.
"""

import base64
import json
import keyword
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nineteen.errors import UsageError, extra
from nineteen.script.files import STDOUT, make_folder, write_atomically
from nineteen.script.render import environment

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

NotebookCell = dict[str, Any]

# The formats, and the kind of picture that each can show everywhere.
FORMATS = {"md": "svg", "ipynb": "png", "html": "svg"}
# A heading or the end, a code cell with what it printed, or a fence that is passed over.
_PIECE = re.compile(
    r"(?P<heading>^#|\Z)|^```python\n(?P<code>.*?)^```\n(?:\n*```text\n(?P<printed>.*?)^```\n)?"
    r"|^```.*?^```\n",
    re.DOTALL | re.MULTILINE,
)
_MATH = re.compile(r"(\$\$?)([^$]+)\1")
# What a style sheet colours in a line of Python, by its name there.
_TOKEN = re.compile(
    r"(?P<comment>#.*)"
    r"""|(?P<string>(?:\b[bfruBFRU]{1,2})?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))"""
    rf"|\b(?P<keyword>{'|'.join(keyword.kwlist)})\b"
    r"|(?P<number>(?<![\w.])\.?\d(?:(?<=e)[+-]|[\w.])*)"
)


@dataclass(frozen=True)
class Picture:
    """A picture of a document: an identifier, and its data, an SVG or PNG file."""

    name: str
    data: bytes
    kind: str


@dataclass(frozen=True)
class Document:
    """A page: its title without markup, its Markdown from the heading on, and its pictures."""

    title: str
    text: str
    pictures: tuple[Picture, ...]


def document_files(
    document: Document, format: str, path: Path, beside: bool = False
) -> dict[Path, str]:
    """The files that are the document in that format at that path; the one at the path comes last.

    A web page has its pictures in itself, or shows those `beside` it, which come with the Markdown.
    Raises UsageError where a library of the extra `lessons` is missing.
    """
    folder = path.with_name(f"{path.stem}_files")
    files = {folder / f"{one.name}.{one.kind}": one for one in document.pictures}
    if format == "ipynb" or (format == "html" and not beside):
        links = {one.name: _uri(one) for one in files.values()}
    else:
        place = quote(os.fsencode(folder.name))
        links = {one.name: f"{place}/{file.name}" for file, one in files.items()}
    if format == "html":
        return {path: _page(document, links)}
    text = re.sub(r"\(picture:(\w+)\)", lambda found: f"({links[found[1]]})", document.text)
    if format == "ipynb":
        return {path: notebook(list(_cells(text)))}
    return {file: one.data.decode() for file, one in files.items()} | {path: text}


def write_all(texts: dict[Path, str], force: bool) -> None:
    """Write the files, each in one step; the last is the document, others are beside or below it.

    A document at STDOUT stands alone. Raises UsageError, and writes nothing, where a file exists
    and differs, unless `force` is True.
    """
    if STDOUT in texts:
        sys.stdout.write(texts[STDOUT])
        return
    for path, text in texts.items():
        if not force and path.exists() and path.read_bytes() != text.encode():
            told = "is there and differs from what would be written: use --force, or -o"
            raise UsageError(f"{path} {told}")
    make_folder([*texts][-1].parent)  # before the folder of the pictures in it
    for path, text in texts.items():
        write_atomically(path, text)


def markdown_cell(source: str) -> NotebookCell:
    """A cell of Markdown."""
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)}


def code_cell(source: str, printed: str | None = "", run: int | None = None) -> NotebookCell:
    """A cell of Python; with what it printed if it was the `run`-th that was run."""
    text = (printed or "").splitlines(keepends=True)
    output = {"name": "stdout", "output_type": "stream", "text": text}
    ran = {"execution_count": run, "outputs": [output] if run else []}
    return markdown_cell(source) | {"cell_type": "code"} | ran


def notebook(cells: Sequence[NotebookCell]) -> str:
    """The text of the notebook of these cells; an `id` that is not given is counted."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": [{"id": f"cell-{number}"} | cell for number, cell in enumerate(cells, 1)],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def highlighted(source: str) -> list[list[tuple[str, str]]]:
    """The lines in pieces (kind, text): comment, keyword, number, string, and "" for all else."""
    lines: list[list[tuple[str, str]]] = []
    for line in source.splitlines():
        pieces, done = list[tuple[str, str]](), 0
        for found in _TOKEN.finditer(line):
            pieces += [("", line[done : found.start()]), (str(found.lastgroup), found[0])]
            done = found.end()
        lines.append([piece for piece in [*pieces, ("", line[done:])] if piece[1]])
    return lines


def _uri(picture: Picture) -> str:
    kind = picture.kind.replace("svg", "svg+xml")
    return f"data:image/{kind};base64,{base64.b64encode(picture.data).decode()}"


def _cells(text: str) -> Iterator[NotebookCell]:
    """The cells of a notebook: the text, cut before each heading and around each code cell."""
    begin = run = 0
    for found in _PIECE.finditer(text):
        code, printed = found["code"], found["printed"]
        if found["heading"] is None and not code:
            continue
        if prose := text[begin : found.start()].strip("\n"):
            yield markdown_cell(prose)
        begin = found.end() if code else found.start()
        if code:
            run += 1
            yield code_cell(code.rstrip("\n"), printed, run if printed else None)


def _page(document: Document, links: dict[str, str]) -> str:
    """The document as a web page that needs nothing else, but for pictures that it links to."""
    from markdown_it import MarkdownIt  # here, for the playground's Python has none

    markdown = MarkdownIt("commonmark", {"highlight": _highlight}).enable("table")
    markdown.inline.ruler.before("escape", "math", _math)
    markdown.add_render_rule("table_open", lambda *_: '<div class="table">\n<table>\n')
    markdown.add_render_rule("table_close", lambda *_: "</table>\n</div>\n")
    body = markdown.render(document.text)
    for name, link in links.items():  # markdown-it would refuse the address of an SVG
        body = body.replace(f'src="picture:{name}"', f'src="{link}"')
    return environment().get_template("lesson/page.html.j2").render(title=document.title, body=body)


def _math(state: "StateInline", silent: bool) -> bool:
    """The inline rule of markdown-it for TeX between dollar signs, which becomes MathML."""
    found = _MATH.match(state.src, state.pos)
    if found and not silent:
        state.push("html_inline", "", 0).content = _mathml(found[2].strip(), found[1] == "$$")
    state.pos = found.end() if found else state.pos
    return bool(found)


def _mathml(tex: str, block: bool) -> str:
    display = "block" if block else "inline"
    math: str = extra("latex2mathml.converter").convert(tex, display=display)
    # Browsers follow MathML Core, which knows neither named widths nor typewriter letters, and
    # takes a text for a space, so that it puts no space between it and an operator.
    math = math.replace("thinmathspace", "0.167em").replace("</mtext>", "</mi>")
    return math.replace('<mtext mathvariant="monospace">', '<mi mathvariant="normal" class="tt">')


def _highlight(code: str, language: str, _: str) -> str:
    if language != "python":
        return escape(code)
    return "".join(
        f'<span class="{kind}">{escape(text)}</span>' if kind else escape(text)
        for line in highlighted(code)
        for kind, text in [*line, ("", "\n")]
    )
