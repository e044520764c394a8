"""Notebooks as Jupyter and Colab take them: the format 4.5 of nbformat, as plain JSON."""

import json
from collections.abc import Sequence
from typing import Any

NotebookCell = dict[str, Any]


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
