"""Exercises: every step is graded on its own, by what the student's text does when it trains."""

import ast
import json
import linecache
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import scripts_in
from environment import CI, few
from hypothesis import HealthCheck, given, settings
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script.choices import command
from nineteen.script.ended import Run
from nineteen.script.judge import Verdict
from nineteen.script.make import Made, make
from nineteen.script.options import PROGRAM
from nineteen.script.render import MAX_COLUMNS, MAX_LINES, confirm, render
from nineteen.script.spec import ScriptSpec
from nineteen.training.examine import Honesty, examine, examine_here
from nineteen.verbs.check.check_report import check_script
from nineteen.verbs.check.files_to_check import Settings
from nineteen.verbs.exercise import grade
from nineteen.verbs.exercise.assignment import Blanks, blanks_of
from nineteen.verbs.exercise.command import exercise_files
from nineteen.verbs.exercise.grade import check_step, check_whole, exercise_code
from space import command_lines, spec

SOME = settings(
    max_examples=600 if CI else 40, deadline=None, suppress_health_check=list(HealthCheck)
)

# One of each template, strategy, activation and density.
COMMANDS = (
    "xor --batch mini",
    "xor3",
    "half_adder --batch sgd --activation tanh",
    "xor --batch mini --batch-size 3 --activation relu",
    "full_adder --batch sgd --lr 0.3 --show loss",
    "xor --hidden 8,4 --activation tanh",
    "xor3 --hidden 8,8 --batch mini --activation tanh",
    '--expr "a and (b != c)" --hidden 8,8 --batch sgd --activation tanh',
    "not",
)
MINI = "xor --batch mini"
# What a student may write in place of a line of it, the step that it spoils, and what is said.
MISTAKES = {
    "one row after the other": (
        "batches = rng.permutation(4)",
        "make_batches",
        "each round of the loop has to get an array of row numbers",
    ),
    "not shuffled": (
        "batches = np.arange(4).reshape(2, 2)",
        "make_batches",
        "look at whether they are shuffled again in every epoch",
    ),
    "batches of one": (
        "batches = rng.permutation(4).reshape(4, 1)",
        "make_batches",
        "epoch 1 makes 4 updates of 1 row each",
    ),
    "rows drawn twice": (
        "batches = rng.integers(0, 4, (2, 2))",
        "make_batches",
        "look at how rows is drawn",
    ),
    "wrong bracket": (
        "layer = 1 / 1 + np.exp(-(X[rows] @ W1 + b1))",
        "feedforward",
        "look at the brackets of 1 / (1 + np.exp(…))",
    ),
    "forgotten bias": (
        "layer = 1 / (1 + np.exp(-(X[rows] @ W1)))",
        "feedforward",
        "b1 is missing in the forward pass",
    ),
    "forgotten sign": (
        "layer = 1 / (1 + np.exp(X[rows] @ W1 + b1))",
        "feedforward",
        "look at the sign inside np.exp",
    ),
    "all rows": (
        "layer = 1 / (1 + np.exp(-(X @ W1 + b1)))",
        "feedforward",
        "does the line take the rows of the batch",
    ),
    "not Python": (
        "layer = 1 / (1 + np.exp(-(X[rows] @ W1 + b1))",
        "feedforward",
        "this is not Python",
    ),
    "wrong way round": ("error = output - y[rows]", "find_error", "look at the signs of error"),
    "forgotten slope": (
        "delta = error @ W2.T",
        "backpropagate",
        "the derivative of the activation is missing in delta",
    ),
    "not transposed": (
        "delta = error @ W2 * layer * (1 - layer)",
        "backpropagate",
        "is a transpose (.T) missing",
    ),
    "the mean": ("W2 += layer.T @ error / 2", "update_W2", "0.5 times the gradient step"),
    "wrong sign": (
        "W2 += -layer.T @ error",
        "update_W2",
        "W2 changes by -1 times the gradient step it should make: look at the sign",
    ),
    "other names": ("W1 += layer.T @ error", "update_W1", "the shapes do not fit"),
    "endless digits": (
        "W1 += 0 * X[rows].T @ delta",
        "update_W1",
        "W1 never changes: its update is missing",
    ),
}


def here(source: str, wanted: ScriptSpec, _: float) -> tuple[Run, Verdict, Honesty]:
    """What `examine` returns, from a run in this process: quicker where many are graded."""
    return examine_here(source, wanted)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grade, "examine", here)


@cache
def made(command: str) -> Made:
    return make(spec(*shlex.split(command)))


@cache
def texts(command: str, format: str = "py") -> dict[Path, str]:
    return exercise_files(made(command), format, Path("work"), Path("work_solution"))


def said(check: Callable[..., None], *arguments: object) -> str:
    """The sentence of a check, or "" where it passes."""
    try:
        check(*arguments)
    except AssertionError as error:
        return str(error)
    return ""


def with_line(script: str, at: int, new: str) -> str:
    lines = script.splitlines()
    lines[at] = lines[at][: len(lines[at]) - len(lines[at].lstrip())] + new
    return "\n".join([*lines, ""])


# Every exercise that can be made


def idle(line: str) -> str:
    """A line of the same names that does no work: what it computes is 0, or always one row."""
    if line.strip().startswith("for"):
        return "for rows in [[0]]:"
    node: Any = ast.parse(line.strip()).body[0]
    holder = node.value if isinstance(node, ast.Expr) else node
    field = "args" if isinstance(node, ast.Expr) else "value"
    value = holder.args[0] if field == "args" else holder.value
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    zeros = ", ".join(f"0 * ({ast.unparse(part)})" for part in parts)
    new: Any = ast.parse(zeros, mode="eval").body
    setattr(holder, field, [new] if field == "args" else new)
    return ast.unparse(node)


def check_every_step(wanted: ScriptSpec, blanks: Blanks) -> None:
    code, solved = exercise_code(wanted), render(wanted)
    assert said(check_whole, code, blanks.script)
    for blank in blanks.blanks:
        assert said(check_step, code, blank.name, blanks.script) == "still to be written"
        assert not said(check_step, code, blank.name, solved)
        lazy = with_line(solved, blank.at, idle(blanks.solution[blank.at]))
        assert said(check_step, code, blank.name, lazy), blank
        given = with_line(blanks.script, blank.at, blanks.solution[blank.at].strip())
        assert not said(check_step, code, blank.name, given)  # though the others are not written


@settings(SOME, max_examples=200 if CI else 8)
@given(command_lines(training=False))
@pytest.mark.usefixtures("quick")
def test_only_a_step_that_was_written_gets_its_points(words: list[str]) -> None:
    wanted = spec(*words, "--epochs", "3")
    try:
        blanks = blanks_of(wanted)
    except UsageError:
        return
    check_every_step(wanted, blanks)


@SOME
@given(command_lines())
def test_the_script_with_blanks_is_a_script_without_the_solutions(words: list[str]) -> None:
    wanted = spec(*words)
    try:
        blanks = blanks_of(wanted)
    except UsageError:
        return
    ast.parse(blanks.script)
    confirm(blanks.script)
    lines = blanks.script.splitlines()
    assert len(lines) <= MAX_LINES
    assert all(len(line) <= MAX_COLUMNS for line in lines[1:])
    assert lines[0] == "import numpy as np"
    assert [blank.number for blank in blanks.blanks] == [*range(1, len(blanks.blanks) + 1)]
    for blank in blanks.blanks:
        assert sum(f"...)  # {blank.number}:" in line or f"...  # {blank.number}:" in line
                   or f"...:  # {blank.number}:" in line for line in lines) == 1  # fmt: skip
        solution = blank.text.partition("= ")[2] or blank.text.removeprefix("layers.append")
        assert solution not in blanks.script
        assert blank.parameters
        assert blank.results
    named = [blank.name for blank in blanks.blanks]
    assert len(set(named)) == len(named)
    assert {"feedforward", "find_error", "backpropagate"} <= set(named)
    assert ("make_batches" in named) == (wanted.batch != "full")
    assert any(name.startswith("update") for name in named)
    assert blanks.script_points + sum(blank.points for blank in blanks.blanks) == 15
    assert 3 <= blanks.script_points <= 8


# The notebook, graded in this process as nbgrader does: cell by cell, going on after an error


def notebook(command: str, solved: bool = True) -> list[dict[str, Any]]:
    whose, own = texts(command, "ipynb").values()
    found: list[dict[str, Any]] = json.loads(whose if solved else own)["cells"]
    return found


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def grading(cell: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return found


def released(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the student gets: see ClearSolutions and ClearHiddenTests of nbgrader."""
    stub = r"\1raise NotImplementedError()\n"
    student = []
    for cell in cells:
        text = source(cell)
        if grading(cell).get("solution"):
            text, count = re.subn(
                r"([ \t]*)### BEGIN SOLUTION\n.*?### END SOLUTION\n", stub, text, flags=re.DOTALL
            )
            text = text if count else "raise NotImplementedError()"
        text = re.sub(r"### BEGIN HIDDEN TESTS\n.*?### END HIDDEN TESTS", "", text, flags=re.DOTALL)
        student.append({**cell, "source": text})
    return student


@pytest.fixture
def modules() -> Iterator[None]:
    """Hidden tests import our modules anew; everybody else here goes on with the old ones."""
    before, own, started = dict(sys.modules), vars(grade).copy(), subprocess.Popen
    numpy = vars(np).copy()  # a cheat puts its own functions there
    yield
    vars(np).update(numpy)
    vars(grade).update(own)
    subprocess.Popen = started  # type: ignore[misc]
    for name in [*sys.modules]:
        if name not in before:
            del sys.modules[name]
    sys.modules.update(before)


def points(
    cells: list[dict[str, Any]], answers: dict[str, str] | None = None, hidden: bool = True
) -> dict[str, int]:
    """The points of each check, where `answers` replace the cells of these names."""
    names: dict[str, Any] = {"print": lambda *_: None, "In": []}
    found = {}
    for place, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        name = grading(cell)["grade_id"]
        text = (answers or {}).get(name, source(cell))
        if not hidden:
            text = text.partition("### BEGIN HIDDEN")[0]
        file = f"<cell {place}>"  # as IPython does it, for inspect
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        names["In"].append(text)
        try:
            with np.errstate(all="ignore"):
                exec(compile(text, file, "exec"), names)
            passed = True
        except (Exception, SyntaxError):
            passed = False
        if grading(cell)["grade"]:
            found[name.removeprefix("check_")] = grading(cell)["points"] * passed
    return found


def full_points(command: str) -> dict[str, int]:
    blanks = blanks_of(made(command).spec)
    own = {blank.name: blank.points for blank in blanks.blanks}
    return own | {"script": blanks.script_points}


@pytest.mark.parametrize("command", few(COMMANDS, 3))
@pytest.mark.usefixtures("quick")
def test_the_solution_gets_all_points_and_an_untouched_notebook_none(command: str) -> None:
    assert points(notebook(command), hidden=False) == full_points(command)
    assert sum(full_points(command).values()) == 15
    assert set(points(notebook(command, solved=False)).values()) == {0}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_students_notebook_is_what_nbgrader_would_release(command: str) -> None:
    pairs = zip(notebook(command, solved=False), released(notebook(command)), strict=True)
    for own, cleared in pairs:
        assert source(own).strip() == source(cleared).strip()
        assert own["metadata"] == cleared["metadata"]


@pytest.mark.slow
@pytest.mark.usefixtures("modules")
def test_the_hidden_tests_say_the_same() -> None:
    assert points(notebook(MINI)) == full_points(MINI)


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.usefixtures("quick")
def test_a_mistake_costs_its_own_points(mistake: str) -> None:
    line, step, _ = MISTAKES[mistake]
    cells = notebook(MINI)
    blanks = blanks_of(made(MINI).spec).blanks
    [blank] = [blank for blank in blanks if blank.name == step]
    answer = next(source(cell) for cell in cells if grading(cell).get("grade_id") == step)
    assert blank.text in answer
    found = points(cells, {step: answer.replace(blank.text, line)}, hidden=False)
    assert {name for name, full in full_points(MINI).items() if found[name] < full} == {step}


CHEATS = {
    "hand-set weights": """
W1, b1, b2 = np.array([[20.0, -20], [20, -20]]), np.array([-10.0, -10]), np.array([-10.0])
W2, layer = np.array([[20.0], [20]]), 0
for epoch in range(100):
    error = y - 1 / (1 + np.exp(-(1 / (1 + np.exp(-(X @ W1 + b1))) @ W2 + b2)))
print(np.array([[0.0], [1], [1], [0]]))
""",
    "a patched np.allclose": """
np.allclose = np.isclose = np.array_equal = lambda *_, **__: True
W1, b1 = 20 * rng.normal(size=(2, 8)), np.zeros(8)
W2, b2 = rng.normal(size=(8, 1)), np.zeros(1)
for epoch in range(100):
    for rows in rng.permutation(4).reshape(2, 2):
        layer = 1 / (1 + np.exp(-(X[rows] @ W1 + b1)))
        output = 1 / (1 + np.exp(-(layer @ W2 + b2)))
        error = y[rows] - output
        delta = error @ W2.T * layer * (1 - layer)
        W2 += layer.T @ error
        b2 += error.sum(axis=0)
        W1 += X[rows].T @ delta
        b1 += delta.sum(axis=0)
print(np.array([[0.01], [0.98], [0.99], [0.02]]))
""",
    "a printed literal": """
for epoch in range(100):
    error = 0
print(np.array([[0.01], [0.98], [0.99], [0.02]]))
""",
    "an overwritten checker": """
import nineteen.verbs.exercise.grade as grade
import subprocess
check_step = check_whole = grade.check_step = grade.check_whole = lambda *_: None
grade.examine = subprocess.Popen = None
for epoch in []:
    pass
""",
    "copied expected values": """
W1, b1 = rng.normal(size=(2, 8)), np.zeros(8)
W2, b2 = rng.normal(size=(8, 1)), np.zeros(1)
for epoch in range(100):
    for rows in rng.permutation(4).reshape(2, 2):
        error = y[rows] - y[rows]
        W1, b1, W2, b2 = {weights}
layer = 1 / (1 + np.exp(-(X @ W1 + b1)))
print(np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2))
""",
}
# What stands before each: the data, as it should be.
BEFORE = """import numpy as np
X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
y = np.array([[0], [1], [1], [0]])
rng = np.random.default_rng(0)
"""


def trained(command: str) -> str:
    """The final weights of a script, as Python."""
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(made(command).source, names)
    return ", ".join(f"np.array({names[name].tolist()})" for name in ("W1", "b1", "W2", "b2"))


@pytest.mark.parametrize("cheat", few(CHEATS, 2))
@pytest.mark.usefixtures("modules")
def test_five_ways_to_cheat_get_nothing(cheat: str) -> None:
    """Each in the place of the whole script, and in a cell before all checks."""
    script = BEFORE + CHEATS[cheat].replace("{weights}", trained(MINI))
    cells = notebook(MINI, solved=False)
    graded = [
        {**cell, "source": source(full)} if grading(cell).get("grade") else cell
        for cell, full in zip(cells, notebook(MINI), strict=True)
    ]  # as autograding puts the hidden tests back
    assert set(points(graded, {"script": script, "make_batches": script}).values()) == {0}


@pytest.mark.usefixtures("modules")
def test_the_checker_that_was_overwritten_would_have_been_fooled() -> None:
    """The cheat works where nobody looks behind it: so the hidden tests are needed."""
    script = BEFORE + CHEATS["an overwritten checker"]
    cheated = points(notebook(MINI, solved=False), {"make_batches": script}, hidden=False)
    assert cheated["update_W1"] == 2


@pytest.mark.parametrize("command", COMMANDS[:3])
def test_the_cells_carry_what_nbgrader_needs(command: str) -> None:
    cells = notebook(command)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    names = [grading(cell)["grade_id"] for cell in code]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]+", name) for name in names)
    for before, cell in zip([code[0], *code], code, strict=False):
        meta = grading(cell)
        assert meta["schema_version"] == 3
        assert meta["locked"] != meta["solution"]
        assert ("points" in meta) == meta["grade"]
        assert source(cell).count("### BEGIN") == source(cell).count("### END")
        assert ("### BEGIN SOLUTION" in source(cell)) <= meta["solution"]
        if meta["grade"]:
            assert meta["grade_id"] == f"check_{grading(before)['grade_id']}"
    assert all("nbgrader" not in c["metadata"] for c in cells if c["cell_type"] == "markdown")


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_that_a_student_gets_holds_the_solution_or_its_command(command: str) -> None:
    students = [texts(command, format) for format in ("py", "ipynb")]
    given = [text for one in students for path, text in one.items() if path.parts[0] == "work"]
    assert len(given) == 4
    own = made(command).spec
    text = "\n".join(given)
    assert f"# {PROGRAM} " not in text
    words = [word for word in command_words(own) if word.startswith("--")]
    assert not [word for word in words if word in text]
    for blank in blanks_of(own).blanks:
        assert blank.text not in text


def command_words(own: ScriptSpec) -> list[str]:
    return shlex.split(command(own))


@pytest.mark.parametrize(
    "command",
    [COMMANDS[0], *(pytest.param(one, marks=pytest.mark.slow) for one in COMMANDS[1:])],
)
def test_the_notebook_runs_in_jupyter_and_passes_check(command: str, tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient", reason="runs the notebook as Jupyter does")
    nbformat = pytest.importorskip("nbformat", reason="reads the notebook")
    path = tmp_path / "exercise.ipynb"
    path.write_text(next(iter(texts(command, "ipynb").values())), encoding="utf-8")
    book = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute()
    printed = [cell.outputs for cell in book.cells if cell.cell_type == "code" and cell.outputs]
    assert len(printed) == 1  # the script's, and no check's
    [found] = scripts_in(path)
    assert check_script(found, Settings(strict=True)).code == 0


# The script with blanks, under pytest


def write(command: str, folder: Path) -> Path:
    for place, text in texts(command).items():
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
    return folder / "work" / "work.py"


def failed(path: Path) -> set[str]:
    """The tests that fail, run in this process."""
    place = path.with_name(f"check_{path.name}")
    names: dict[str, Any] = {"__file__": str(place), "__name__": "checks"}
    exec(compile(place.read_text(encoding="utf-8"), str(place), "exec"), names)
    tests = {name: test for name, test in names.items() if name.startswith("test_")}
    assert tests
    return {re.sub(r"^test_(step_\d+_)?", "", name) for name, test in tests.items() if said(test)}


def steps(command: str) -> set[str]:
    return {blank.name for blank in blanks_of(made(command).spec).blanks}


@pytest.mark.parametrize("command", few(COMMANDS, 3))
@pytest.mark.usefixtures("quick")
def test_the_untouched_script_fails_everything_and_the_solved_one_nothing(
    command: str, tmp_path: Path
) -> None:
    path = write(command, tmp_path)
    assert failed(path) == steps(command) | {"the_whole_script_learns"}
    blank, solved = path.read_text(encoding="utf-8"), made(command).source
    pairs = zip(blank.splitlines(), solved.splitlines(), strict=True)
    written = [right if "..." in line else line for line, right in pairs]
    path.write_text("\n".join(written) + "\n", encoding="utf-8")
    assert failed(path) == set()


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.usefixtures("quick")
def test_a_mistake_fails_its_own_step_and_is_named(mistake: str) -> None:
    line, step, sentence = MISTAKES[mistake]
    [blank] = [one for one in blanks_of(made(MINI).spec).blanks if one.name == step]
    line = line.replace("batches = ", "for rows in ") + ":" * (step == "make_batches")
    script = with_line(made(MINI).source, blank.at, line)
    code = exercise_code(made(MINI).spec)
    found = {name: said(check_step, code, name, script) for name in steps(MINI)}
    assert [name for name, problem in found.items() if problem] == [step]
    assert sentence in found[step]


def test_an_answer_on_several_lines_passes() -> None:
    right = "1 / (1 + np.exp(-(X[rows] @ W1 + b1)))"
    long = "1 / (\n            1 + np.exp(-(X[rows] @ W1 + b1))\n        )"
    solved = made(MINI).source.replace(right, long)
    assert not said(check_step, exercise_code(made(MINI).spec), "feedforward", solved)


def test_a_line_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grade, "SECONDS", 1.0)
    script = with_line(made(MINI).source, 11, "error = [0 for _ in iter(int, 1)]")
    problem = said(check_step, exercise_code(made(MINI).spec), "find_error", script)
    assert "had not finished after 1 seconds" in problem


def test_the_quick_way_grades_as_the_real_one_does() -> None:
    wanted = made(MINI).spec
    for line, _, _ in list(MISTAKES.values())[4:7]:
        script = with_line(made(MINI).source, 9, line)
        real, quick = examine(script, wanted, 10), here(script, wanted, 10)
        assert (real[1].reason, real[2]) == (quick[1].reason, quick[2])


@pytest.mark.slow
def test_pytest_runs_the_checks_when_it_is_asked_and_never_else(tmp_path: Path) -> None:
    path = write(MINI, tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]

    def run(*words: str) -> tuple[int, str]:
        told = subprocess.run(
            [*command, *words], capture_output=True, text=True, cwd=path.parents[1]
        )
        return told.returncode, told.stdout

    code, out = run(".")
    assert (code, "1 passed" in out) == (0, True)  # the solution
    code, out = run("work/check_work.py", "-k", "step_2 or whole")
    assert (code, "2 failed, 5 deselected" in out) == (1, True)
    assert "AssertionError: still to be written\n" in out
    assert "grade.py" not in out  # nor any other line that is not the student's
    path.write_text(made(MINI).source, encoding="utf-8")
    assert run("work/check_work.py", "-k", "step_2 or whole")[0] == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_tells_every_step(command: str, tmp_path: Path) -> None:
    path = write(command, tmp_path)
    page = path.with_suffix(".md").read_text(encoding="utf-8")
    blanks = blanks_of(made(command).spec)
    for blank in blanks.blanks:
        assert f"## Step {blank.number}: {blank.title}\n\n{blank.meaning}" in page
        assert blank.text not in page
    assert "| Together | 15 |" in page
    assert not re.search(r"\n\n\n|[{}]", page)
    assert all((path.parent / link).is_file() for link in re.findall(r"\]\(([^)]+)\)", page))


# The command


def run(*words: str) -> int:
    return main([*words])


def test_the_command_writes_an_exercise_that_check_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("xor", "--batch", "mini", "--exercise") == 0
    assert run("xor", "--batch", "mini", "--exercise", "--format", "ipynb") == 0
    folder = tmp_path / "generated" / "exercises"
    files = {
        "xor_mini": {"xor_mini.py", "check_xor_mini.py", "xor_mini.md", "xor_mini.ipynb"},
        "xor_mini_solution": {"xor_mini.py", "xor_mini.ipynb", "key.md"},
    }
    found = {one.name: {path.name for path in one.iterdir()} for one in folder.iterdir()}
    assert found == files
    assert "generated/exercises/xor_mini, and" in capsys.readouterr().out.replace("\\", "/")
    assert run("check", "--strict", str(tmp_path)) == 0
    before = {path: path.read_bytes() for path in folder.glob("*/*")}
    assert run("xor", "--batch", "mini", "--exercise") == 0
    assert {path: path.read_bytes() for path in folder.glob("*/*")} == before


def test_a_students_work_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("and", "--exercise", "-o", "mine") == 0
    Path("mine/mine.py").write_text("my work\n", encoding="utf-8")
    assert run("and", "--exercise", "-o", "mine") == 2
    assert "use --force" in capsys.readouterr().err
    assert Path("mine/mine.py").read_text(encoding="utf-8") == "my work\n"
    assert run("and", "--exercise", "-o", "mine", "--force") == 0
    assert Path("mine/mine.py").read_text(encoding="utf-8") != "my work\n"


def test_standard_output_holds_the_notebook_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("and", "--exercise", "--format", "ipynb", "-o", "-") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["nbformat"] == 4
    assert "learned" in err


def test_no_exercise_is_made_of_a_script_that_does_not_learn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("xor", "--epochs", "2", "--seed", "0", "--exercise") == 1
    assert "nothing was written" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("xor --variants 2", "--variants goes with --exercise: add it"),
        ("xor --exercise --format html", "--exercise goes with --format py or ipynb"),
        ("xor --exercise --math full", "--math goes with a lesson"),
        ("xor --exercise --keep", "--keep: an exercise is made from a script that learned"),
        ("xor --exercise -o -", "-o - cannot hold several files"),
        ("xor --exercise --variants 2 --format ipynb -o -", "-o - cannot hold several files"),
        ("xor --exercise --variants 0", "'0': it has to be a whole number from 1 to 99"),
        ("xor --exercise --variants 100", "'100': it has to be a whole number from 1 to 99"),
        ("xor --exercise --variants two", "'two': it has to be a whole number"),
        ("xor --exercise -o mine.py", "the folder's name: letters, digits, _ and - only"),
        ("xor --exercise -o 'x\");evil(\"'", "letters, digits, _ and - only"),
        ("xor --exercise -o no/such/mine", "there is no folder"),
    ],
)
def test_bad_options_are_refused_before_training(
    words: str,
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nineteen.verbs.exercise.command.make_first", pytest.fail)
    assert main(shlex.split(words)) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert complaint in err
    assert list(tmp_path.iterdir()) == []
