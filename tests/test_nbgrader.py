"""The real nbgrader, in a virtual environment of its own, takes the notebooks and grades them.

The environment is made once, under .cache/ of the checkout. Grading needs no network.
"""

import json
import os
import shlex
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
from environment import CI
from nineteen.script.make import make
from nineteen.verbs.exercise.blanks import blanks_of
from nineteen.verbs.exercise.exercise import exercise_files
from space import spec

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".cache" / "nbgrader"
BIN = HOME / ("Scripts" if sys.platform == "win32" else "bin")
EXERCISES = {"mini": "xor --batch mini", "deep": "xor --hidden 8,4 --activation tanh"}
GRADES = """
import json
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    print(json.dumps([
        [one.student.id, notebook.name, grade.name, grade.score, grade.max_score]
        for one in book.assignment_submissions("week1")
        for notebook in one.notebooks
        for grade in notebook.grades
    ]))
"""
# By student: what stands in place of the solution in the cells of `mini`, and what it costs.
ANSWERS: dict[str, tuple[dict[str, tuple[str, str]], set[str]]] = {
    "careless": (
        {
            "feedforward": ("1 / (1 + np.exp(-(X[rows] @ W1 + b1)))", "1 / 1 + np.exp(-(X[rows]))"),
            "update_W2": ("layer.T @ error", "layer.T @ error / 2"),
            "script": ("error = y[rows] - output", "error = output - y[rows]"),
        },
        {"feedforward", "update_W2", "script"},
    ),
    "hasty": (
        {
            "find_error": ("y[rows] - output", "y[rows] - (output"),
            "make_batches": ("reshape(2, 2)", "reshape(4, 1)"),
            "script": ("reshape(2, 2)", "reshape(4, 1)"),  # learns all the same
        },
        {"find_error", "make_batches"},
    ),
    "endless": (
        {
            "backpropagate": ("delta = error", "delta = 0 * error"),
            "script": ("for epoch in range(100):", "for epoch in range(2):"),
        },
        {"backpropagate", "script"},
    ),
}


@pytest.fixture(scope="module")
def python() -> str:
    """The interpreter of an environment that has nbgrader."""
    interpreter = str(BIN / "python")
    test = [interpreter, "-c", "import nbgrader, numpy, ipykernel"]
    if (HOME / "pyvenv.cfg").exists() and subprocess.run(test, capture_output=True).returncode == 0:
        return interpreter
    venv.create(HOME, with_pip=True, clear=True)
    install = [interpreter, "-m", "pip", "install", "-q", "nbgrader", "numpy", "ipykernel"]
    told = subprocess.run(install, capture_output=True, text=True)
    if told.returncode:
        (pytest.fail if CI else pytest.skip)(f"nbgrader cannot be installed: {told.stderr[-300:]}")
    return interpreter


@pytest.fixture(scope="module")
def grades(python: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """By student, by "notebook step": the score and the best possible one."""
    course = tmp_path_factory.mktemp("course")
    (course / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "course"\n', encoding="utf-8"
    )
    source = course / "source" / "week1"
    source.mkdir(parents=True)
    for name, command in EXERCISES.items():
        path = source / f"{name}.ipynb"
        text = exercise_files(make(spec(*shlex.split(command))), "ipynb", path)[path]
        path.write_text(text, encoding="utf-8")
    environment = {
        **os.environ,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",  # nbgrader calls alembic by its name
        "JUPYTER_CONFIG_DIR": str(course / "config"),
        "IPYTHONDIR": str(course / "ipython"),
    }

    def nbgrader(*words: str) -> str:
        told = subprocess.run(
            [python, *words], cwd=course, env=environment, capture_output=True, text=True
        )
        assert told.returncode == 0, told.stderr[-3000:]
        return told.stdout

    nbgrader("-m", "nbgrader", "generate_assignment", "week1", "--create")
    release = course / "release" / "week1"
    for name in EXERCISES:
        text = (release / f"{name}.ipynb").read_text(encoding="utf-8")
        assert "raise NotImplementedError()" in text
        assert "BEGIN" not in text
        hand_in(course, "untouched", name, text)
        hand_in(course, "solved", name, with_answers(text, answers(source / f"{name}.ipynb")))
    text = (release / "mini.ipynb").read_text(encoding="utf-8")
    for student, (changes, _) in ANSWERS.items():
        own = answers(source / "mini.ipynb")
        for cell, (right, wrong) in changes.items():
            assert right in own[cell]
            own[cell] = own[cell].replace(right, wrong)
        hand_in(course, student, "mini", with_answers(text, own))
    nbgrader("-m", "nbgrader", "autograde", "week1")
    found: dict[str, dict[str, Any]] = {}
    for student, notebook, cell, score, most in json.loads(nbgrader("-c", GRADES)):
        step = cell.removeprefix("check_")
        found.setdefault(student, {})[f"{notebook} {step}"] = (score, most)
    return found


def answers(notebook: Path) -> dict[str, str]:
    """The solution's cells, by name, without nbgrader's marks."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(
            line for line in cell["source"] if not line.strip().startswith("###")
        )
        for cell in cells
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }


def with_answers(notebook: str, own: dict[str, str]) -> str:
    """A student's notebook, its cells filled."""
    book = json.loads(notebook)
    for cell in book["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in own:
            cell["source"] = own[name]
    return json.dumps(book)


def hand_in(course: Path, student: str, name: str, text: str) -> None:
    folder = course / "submitted" / student / "week1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")


def full_points(name: str) -> dict[str, int]:
    blanks = blanks_of(spec(*shlex.split(EXERCISES[name]))).blanks
    points = {blank.name: blank.points for blank in blanks} | {"script": 3}
    return {f"{name} {step}": most for step, most in points.items()}


def test_the_solution_gets_full_marks(grades: dict[str, dict[str, Any]]) -> None:
    wanted = full_points("mini") | full_points("deep")
    assert grades["solved"] == {step: (most, most) for step, most in wanted.items()}


def test_an_untouched_notebook_gets_none(grades: dict[str, dict[str, Any]]) -> None:
    wanted = full_points("mini") | full_points("deep")
    assert grades["untouched"] == {step: (0, most) for step, most in wanted.items()}


@pytest.mark.parametrize("student", ANSWERS)
def test_mistakes_cost_their_own_points(student: str, grades: dict[str, dict[str, Any]]) -> None:
    _, lost = ANSWERS[student]
    found = {step: pair for step, pair in grades[student].items() if step.startswith("mini")}
    wanted = full_points("mini")
    assert found == {
        step: (0 if step.removeprefix("mini ") in lost else most, most)
        for step, most in wanted.items()
    }
