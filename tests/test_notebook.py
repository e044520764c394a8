"""Every notebook is what nbformat itself would write, whoever makes it."""

import json
from pathlib import Path

import nbformat
import pytest
from nineteen.page.document import (
    Document,
    Picture,
    code_cell,
    document_files,
    markdown_cell,
    notebook,
)
from nineteen.script.make import make
from nineteen.script.render import render
from nineteen.verbs.exercise.command import exercise_files
from nineteen.verbs.playground.bridge import script_notebook
from space import spec


def faults(text: str) -> list[str]:
    """What is wrong with a notebook by the schema of nbformat, or by its way to write one."""
    try:
        book = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
        nbformat.validate(book)
    except Exception as error:
        return [str(error)]
    return ["another layout"] * (nbformat.writes(book) + "\n" != text)


def document() -> str:
    text = "# Löss\n\n![p](picture:p)\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n## End\n"
    path = Path("x.ipynb")
    return document_files(Document("Löss", text, (Picture("p", b"x", "png"),)), "ipynb", path)[path]


def exercise() -> str:
    made = make(spec("xor", "--batch", "mini"))
    return next(iter(exercise_files(made, "ipynb", Path("x"), Path("solution")).values()))


def playground() -> str:
    wanted = spec("--expr", "a and (b != c)")
    return script_notebook(wanted, render(wanted))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (document(), "markdown code markdown"),
        (playground(), "markdown code markdown"),
        (exercise(), "markdown markdown code" + " markdown code code" * 7),
        (notebook([]), ""),
        (notebook([code_cell("")]), "code"),
    ],
    ids=["document", "playground", "exercise", "nothing", "an empty cell"],
)
def test_it_is_what_nbformat_writes(text: str, kinds: str) -> None:
    assert faults(text) == []
    cells = json.loads(text)["cells"]
    assert [cell["cell_type"] for cell in cells] == kinds.split()
    assert len({cell["id"] for cell in cells}) == len(cells)


def test_an_output_stands_under_its_cell() -> None:
    [_, code, _] = nbformat.reads(document(), as_version=4).cells
    assert (code.source, code.execution_count) == ("print(1)", 1)
    assert [(output.name, output.text) for output in code.outputs] == [("stdout", "1\n")]


@pytest.mark.parametrize(
    "text",
    [
        notebook([markdown_cell("x") | {"cell_type": "text"}]),
        notebook([{**code_cell("x"), "outputs": None}]),
        notebook([markdown_cell("x")]).replace('"cell-1"', '"a cell"'),
        notebook([markdown_cell("x")]).replace("\n ", "\n  "),
        "{}\n",
    ],
)
def test_a_notebook_that_is_none_is_noticed(text: str) -> None:
    assert len(faults(text)) == 1
