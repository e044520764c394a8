"""An exercise: a verified script with blanks, the checks that grade them, and the solution."""

import re
from pathlib import Path
from typing import Any

from nineteen.page.notebook import code_cell, markdown_cell, notebook
from nineteen.script.make import Made
from nineteen.script.render import environment, formatted
from nineteen.verbs.exercise.blanks import POINTS, blanks_of
from nineteen.verbs.exercise.grade import exercise_code

EXERCISE_FORMATS = ("py", "ipynb")
_CELL = re.compile(r"^%% (\w+) ?(\w*) ?([0-9]*)\n", re.MULTILINE)


def exercise_files(made: Made, format: str, folder: Path, solutions: Path) -> dict[Path, str]:
    """The files of the exercise on a script that learned; the student's document comes last.

    In the student's `folder` are the script with blanks, its checks and a page, or a notebook. The
    folder of the solutions has the script, or the notebook from which nbgrader takes them out.
    """
    values: dict[str, Any] = {
        "name": folder.name,
        "spec": made.spec,
        "blanks": blanks_of(made.spec),
        "source": made.source,
        "code": exercise_code(made.spec),
        "points": POINTS,
    }
    own, solution = (place / f"{folder.name}.{format}" for place in (folder, solutions))
    if format == "ipynb":
        graded, given = (
            _notebook(_filled("notebook.j2", values | {"solved": solved}))
            for solved in (True, False)
        )
        return {solution: graded, own: given}
    return {
        solution: made.source,
        folder / f"check_{own.name}": formatted(_filled("check.py.j2", values)),
        own.with_suffix(".md"): _one_blank_line(_filled("page.md.j2", values)),
        own: values["blanks"].script,
    }


def _filled(template: str, values: dict[str, Any]) -> str:
    return environment().get_template(f"exercise/{template}").render(values)


def _one_blank_line(text: str) -> str:
    """Markdown without several blank lines in a row, or blank lines at its ends."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def _notebook(text: str) -> str:
    """A notebook that is one text, where a line `%% kind name points` begins each cell.

    A cell is text, given code, an answer to write, or a check with its points. nbgrader reads the
    metadata: schema version 3 of nbgrader.readthedocs.io, "Metadata of nbgrader cells".
    """
    cells = []
    _, *parts = _CELL.split(text)
    for kind, name, points, source in zip(*[iter(parts)] * 4, strict=True):
        if kind == "text":
            cells.append(markdown_cell(_one_blank_line(source).strip("\n")))
            continue
        answer, check = kind == "answer", kind == "check"
        grading = {
            "schema_version": 3,
            "grade_id": f"check_{name}" if check else name,
            "grade": check,
            "solution": answer,
            "locked": not answer,
            "task": False,
        } | ({"points": int(points)} if check else {})
        graded = {"id": grading["grade_id"], "metadata": {"nbgrader": grading}}
        cells.append(code_cell(source.strip("\n")) | graded)
    return notebook(cells)
