"""An exercise: a verified script with blanks, the checks that grade them, and the solution."""

import re
from pathlib import Path
from textwrap import wrap
from typing import Any

from nineteen.page.notebook import code_cell, markdown_cell, notebook
from nineteen.script.annotate import ScriptStep
from nineteen.script.make import Made
from nineteen.script.render import environment, formatted
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.exercise.blanks import SCRIPT_POINTS, blanks_of
from nineteen.verbs.exercise.trial_numbers import trial

EXERCISE_FORMATS = ("py", "ipynb")
MAX_LITERAL = 16  # targets that are written out one by one
MAX_BATCHES = 8  # whose sizes are written out
_CELL = re.compile(r"^%% (\w+) ?(\w*) ?([0-9]*)\n", re.MULTILINE)


def exercise_files(made: Made, format: str, path: Path) -> dict[Path, str]:
    """The files of the exercise on a script that learned; the one at `path` comes last.

    A notebook carries the solution, which nbgrader takes out. A script with blanks comes with its
    checks, a page, and the solution: test_NAME.py, NAME.md and NAME_solution.py beside it.
    """
    values = _values(made, path.stem)
    if format == "ipynb":
        return {path: _graded(_filled("notebook.j2", values))}
    beside = {
        f"test_{path.name}": formatted(_filled("test.py.j2", values)),
        f"{path.stem}.md": _one_blank_line(_filled("page.md.j2", values)),
        f"{path.stem}_solution.py": made.source,
        path.name: values["blanks"].script,
    }
    return {path.with_name(name): text for name, text in beside.items()}


def _values(made: Made, name: str) -> dict[str, Any]:
    """What fills the templates."""
    spec, blanks = made.spec, blanks_of(made.spec)
    tries = [blank for blank in blanks.blanks if blank.step is not ScriptStep.BATCHES]
    given = [line.text for line in blanks.solution if line.step is ScriptStep.INPUTS]
    *after, last = [line.text for line in blanks.solution[blanks.end :]]
    return {
        "name": name,
        "spec": spec,
        "blanks": blanks,
        "source": made.source,
        "trials": {blank: (trial(blank, spec, 1), trial(blank, spec, 2)) for blank in tries},
        "script_points": SCRIPT_POINTS,
        "sizes": _sizes(spec),
        "targets": _targets(spec),
        "inputs_line": given[0],
        "end_lines": after,
        "predictions": last.removeprefix("print(np.round(").removesuffix(", 2))"),
    }


def _sizes(spec: ScriptSpec) -> str:
    """The sizes of the batches of an epoch, as a Python expression."""
    whole, rest = divmod(spec.table.rows, spec.batch_size)
    if whole > MAX_BATCHES:
        return f"[{spec.batch_size}] * {whole}{f' + [{rest}]' if rest else ''}"
    return str([spec.batch_size] * whole + [rest] * (rest > 0))


def _targets(spec: ScriptSpec) -> str:
    """The truth table's outputs, (rows, outputs), as a Python expression."""
    rows = spec.table.targets()
    if spec.table.rows * spec.table.outputs <= MAX_LITERAL:
        return f"np.array({[list(row) for row in rows]})"
    lines = wrap(" ".join("".join(map(str, row)) for row in rows), 60)
    words = "".join(f' "{line} "' for line in lines)
    return f"np.array([list(row) for row in ({words}).split()], int)"


def _filled(template: str, values: dict[str, Any]) -> str:
    return environment().get_template(f"exercise/{template}").render(values)


def _one_blank_line(text: str) -> str:
    """Markdown without several blank lines in a row, or blank lines at its ends."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def _graded(text: str) -> str:
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
        code = source if answer else re.sub(r"\n{2,}", "\n\n", formatted(source))
        grading = {
            "schema_version": 3,
            "grade_id": f"check_{name}" if check else name,
            "grade": check,
            "solution": answer,
            "locked": not answer,
            "task": False,
        } | ({"points": int(points)} if check else {})
        graded = {"id": grading["grade_id"], "metadata": {"nbgrader": grading}}
        cells.append(code_cell(code.strip("\n")) | graded)
    return notebook(cells)
