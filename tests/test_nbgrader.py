"""The real nbgrader, in a virtual environment of its own, takes the notebooks and grades them.

The environment is made once, under .cache/ of the checkout. Grading needs no network.
"""

import html
import json
import os
import re
import shlex
import subprocess
import sys
import venv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from environment import CI
from nineteen.script.make import make
from nineteen.verbs.exercise.assignment import blanks_of, bug_of
from nineteen.verbs.exercise.command import exercise_files
from space import spec
from test_exercise import BEFORE, CHEATS, MISTAKES, trained

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".cache" / "nbgrader"
BIN = HOME / ("Scripts" if sys.platform == "win32" else "bin")
EXERCISES = {
    "mini": "xor --batch mini",
    "deep": "xor --hidden 8,4 --activation tanh",
    "bug": "xor --batch mini",
}
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
# Who finds a bug only in part, and what they answer otherwise than the solution.
PARTLY = {
    "another_line": {"line": "line = 5"},
    "another_letter": {"letter": 'letter = "Z"'},
    "a_cheat": dict.fromkeys(("line", "letter"), "check_answer = lambda *_: None"),
}
TYPICAL = [*MISTAKES][3:13]  # ten mistakes, each by a student who makes no other


@pytest.fixture(scope="module")
def python() -> str:
    """The interpreter of an environment that has nbgrader."""
    interpreter = str(BIN / "python")
    test = [interpreter, "-c", "import nbgrader, nineteen, ipykernel"]
    if (HOME / "pyvenv.cfg").exists() and subprocess.run(test, capture_output=True).returncode == 0:
        return interpreter
    venv.create(HOME, with_pip=True, clear=True)
    install = [interpreter, "-m", "pip", "install", "-q", "nbgrader", "ipykernel", "-e", str(ROOT)]
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
        made = make(spec(*shlex.split(command)))
        bug = bug_of(made.spec, Counter())[0] if name == "bug" else None
        text = next(iter(exercise_files(made, "ipynb", Path(name), source, bug).values()))
        (source / f"{name}.ipynb").write_text(text, encoding="utf-8")
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
    own = answers(source / "mini.ipynb")
    right = {blank.name: blank.text for blank in blanks_of(spec("xor", "--batch", "mini")).blanks}
    for mistake in TYPICAL:
        line, step, _ = MISTAKES[mistake]
        assert right[step] in own[step]
        changed = own | {step: own[step].replace(right[step], line)}
        hand_in(course, student(mistake), "mini", with_answers(text, changed))
    for cheat, lines in CHEATS.items():
        script = BEFORE + lines.replace("{weights}", trained("xor --batch mini"))
        cells = {"make_batches": script, "script": script}
        hand_in(course, student(cheat), "mini", with_answers(text, cells))
    text, own = (release / "bug.ipynb").read_text("utf-8"), answers(source / "bug.ipynb")
    bug = bug_of(spec("xor", "--batch", "mini"), Counter())[0]
    for who, changed in PARTLY.items():
        hand_in(course, who, "bug", with_answers(text, own | changed))
    hand_in(course, "not_mended", "bug", with_answers(text, own | {"script": bug.script}))
    nbgrader("-m", "nbgrader", "autograde", "week1")
    nbgrader("-m", "nbgrader", "generate_feedback", "week1")
    found: dict[str, dict[str, Any]] = {}
    for mistake in TYPICAL:
        page = course / "feedback" / student(mistake) / "week1" / "mini.html"
        found[f"feedback {mistake}"] = {"": re.sub("<[^>]+>", "", page.read_text("utf-8"))}
    page = course / "feedback" / "not_mended" / "week1" / "bug.html"
    found["feedback not_mended"] = {"": re.sub("<[^>]+>", "", page.read_text("utf-8"))}
    for who, notebook, cell, score, most in json.loads(nbgrader("-c", GRADES)):
        step = cell.removeprefix("check_")
        found.setdefault(who, {})[f"{notebook} {step}"] = (score, most)
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


def student(case: str) -> str:
    """A student's id, which is part of a path."""
    return re.sub(r"\W+", "_", case)


def hand_in(course: Path, student: str, name: str, text: str) -> None:
    folder = course / "submitted" / student / "week1"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")


def full_points(name: str) -> dict[str, int]:
    if name == "bug":
        return {"bug line": 5, "bug letter": 3, "bug script": 7}
    blanks = blanks_of(spec(*shlex.split(EXERCISES[name]))).blanks
    points = {blank.name: blank.points for blank in blanks}
    points["script"] = 15 - sum(points.values())
    return {f"{name} {step}": most for step, most in points.items()}


def test_the_solution_gets_full_marks(grades: dict[str, dict[str, Any]]) -> None:
    wanted = full_points("mini") | full_points("deep") | full_points("bug")
    assert grades["solved"] == {step: (most, most) for step, most in wanted.items()}


def test_an_untouched_notebook_gets_none(grades: dict[str, dict[str, Any]]) -> None:
    wanted = full_points("mini") | full_points("deep") | full_points("bug")
    assert grades["untouched"] == {step: (0, most) for step, most in wanted.items()}


@pytest.mark.parametrize("mistake", TYPICAL)
def test_a_mistake_costs_its_own_points_and_is_named(
    mistake: str, grades: dict[str, dict[str, Any]]
) -> None:
    _, lost, sentence = MISTAKES[mistake]
    wanted = {
        step: (most * (step != f"mini {lost}"), most) for step, most in full_points("mini").items()
    }
    found = grades[student(mistake)]
    assert {step: found[step] for step in wanted} == wanted
    if mistake == "not Python":
        sentence = "SyntaxError"
    assert sentence in html.unescape(grades[f"feedback {mistake}"][""])


@pytest.mark.parametrize("cheat", CHEATS)
def test_a_cheat_gets_nothing(cheat: str, grades: dict[str, dict[str, Any]]) -> None:
    assert {score for score, _ in grades[student(cheat)].values()} == {0}


@pytest.mark.parametrize(
    ("who", "lost"),
    [
        ("another_line", {"line"}),
        ("another_letter", {"letter"}),
        ("a_cheat", {"line", "letter"}),
        ("not_mended", {"script"}),
    ],
)
def test_each_part_of_a_bug_has_its_own_points(
    who: str, lost: set[str], grades: dict[str, dict[str, Any]]
) -> None:
    wanted = {
        step: (0 if step.removeprefix("bug ") in lost else most, most)
        for step, most in full_points("bug").items()
    }
    found = grades[who]
    assert {step: found[step] for step in wanted} == wanted


def test_the_bug_that_was_not_mended_is_told_in_the_words_of_check(
    grades: dict[str, dict[str, Any]],
) -> None:
    _, sentence = bug_of(spec("xor", "--batch", "mini"), Counter())
    assert sentence in html.unescape(grades["feedback not_mended"][""])
