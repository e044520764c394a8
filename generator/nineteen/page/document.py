"""One document in three formats: Markdown with its pictures beside it, a notebook, a web page.

A document is Markdown. `$…$` and a paragraph `$$…$$` hold TeX; a fence `python` is a code cell of
the notebook, and a fence `text` right after it is its output; `![…](picture:NAME)` is a picture.
"""

import base64
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from nineteen.errors import UsageError, extra
from nineteen.page.highlight import highlighted
from nineteen.page.notebook import NotebookCell, code_cell, markdown_cell, notebook
from nineteen.script.files import make_folder, write_atomically
from nineteen.script.render import environment

# The formats, and the kind of picture that each can show everywhere.
FORMATS = {"md": "svg", "ipynb": "png", "html": "svg"}
# A heading or the end, a code cell with what it printed, or a fence that is passed over.
_PIECE = re.compile(
    r"(?P<heading>^#|\Z)|^```python\n(?P<code>.*?)^```\n(?:\n*```text\n(?P<printed>.*?)^```\n)?"
    r"|^```.*?^```\n",
    re.DOTALL | re.MULTILINE,
)
_MATH = re.compile(r"(\$\$?)([^$]+)\1")


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

    def linked(self, link: Callable[[Picture], str]) -> str:
        """The Markdown with an address for each picture."""
        links = {picture.name: link(picture) for picture in self.pictures}
        return re.sub(r"\(picture:(\w+)\)", lambda found: f"({links[found[1]]})", self.text)


def document_files(document: Document, format: str, path: Path) -> dict[Path, str]:
    """The files that are the document in that format at that path; the one at the path comes last.

    Raises UsageError where a library of the extra `lessons` is missing.
    """
    if format == "html":
        return {path: _page(document)}
    if format == "ipynb":
        return {path: notebook(list(_cells(document.linked(_uri))))}
    folder = path.with_name(f"{path.stem}_files")
    files = {folder / f"{one.name}.{one.kind}": one.data.decode() for one in document.pictures}
    place = quote(os.fsencode(folder.name))
    return files | {path: document.linked(lambda one: f"{place}/{one.name}.{one.kind}")}


def write_all(texts: dict[Path, str], force: bool) -> None:
    """Write the files, each in one step; the last is the document, others stand beside or below it.

    Raises UsageError, and writes nothing, where one of them exists and says something else: it was
    edited, or made by another version. `force` replaces it.
    """
    for path, text in texts.items():
        if not force and path.exists() and path.read_bytes() != text.encode():
            raise UsageError(
                f"{path} is there and differs from what would be written: use --force, or -o"
            )
    *_, last = texts
    make_folder(last.parent)  # before the folder of the pictures in it
    for path, text in texts.items():
        write_atomically(path, text)


def _uri(picture: Picture) -> str:
    kind = {"svg": "svg+xml"}.get(picture.kind, picture.kind)
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


def _page(document: Document) -> str:
    """The document as a web page that needs nothing else."""
    markdown = MarkdownIt("commonmark", {"highlight": _highlight}).enable("table")
    markdown.inline.ruler.before("escape", "math", _math)
    markdown.add_render_rule("math", _mathml)
    markdown.add_render_rule("table_open", lambda *_: '<div class="table">\n<table>\n')
    markdown.add_render_rule("table_close", lambda *_: "</table>\n</div>\n")
    body = markdown.render(document.text)
    for picture in document.pictures:  # markdown-it would refuse the address of an SVG
        body = body.replace(f'src="picture:{picture.name}"', f'src="{_uri(picture)}"')
    return environment().get_template("lesson/page.html.j2").render(title=document.title, body=body)


def _math(state: StateInline, silent: bool) -> bool:
    """The inline rule of markdown-it for TeX between dollar signs."""
    found = _MATH.match(state.src, state.pos)
    if found and not silent:
        token = state.push("math", "math", 0)
        token.content, token.markup = found[2].strip(), found[1]
    state.pos = found.end() if found else state.pos
    return bool(found)


def _mathml(_: Any, tokens: list[Token], index: int, *__: Any) -> str:
    display = "block" if tokens[index].markup == "$$" else "inline"
    math: str = extra("latex2mathml.converter").convert(tokens[index].content, display=display)
    # Browsers follow MathML Core, which knows neither named widths nor typewriter letters, and
    # takes a text for a space, so that it puts no space between it and an operator.
    math = math.replace("thinmathspace", "0.167em").replace("</mtext>", "</mi>")
    return math.replace('<mtext mathvariant="monospace">', '<mi mathvariant="normal" class="tt">')


def _highlight(code: str, language: str, _: str) -> str:
    """Python in coloured spans; other text as it is."""
    if language != "python":
        return escape(code)
    return "".join(
        f'<span class="{kind}">{escape(text)}</span>' if kind else escape(text)
        for line in highlighted(code)
        for kind, text in [*line, ("", "\n")]
    )
