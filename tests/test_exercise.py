"""Exercises: every blank is graded on its own, by results that another method confirms."""

import ast
import importlib.util
import json
import math
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from environment import CI
from hypothesis import HealthCheck, given, settings
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script.choices import MARK
from nineteen.script.make import Made, make
from nineteen.script.render import MAX_COLUMNS, MAX_LINES, confirm
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.check.check_runs import check_script
from nineteen.verbs.check.found_script import scripts_in
from nineteen.verbs.exercise.blanks import Blank, blanks_of
from nineteen.verbs.exercise.exercise import exercise_files
from nineteen.verbs.exercise.trial_numbers import trial
from space import command_lines, spec

SOME = settings(
    max_examples=600 if CI else 40, deadline=None, suppress_health_check=list(HealthCheck)
)
STEP = 1e-5  # of the central differences

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
# What a student may write in place of a line of `xor --batch mini`, and the step that it spoils.
MISTAKES = {
    "one row after the other": ("batches = rng.permutation(4)", "make_batches"),
    "not shuffled": ("batches = np.arange(4).reshape(2, 2)", "make_batches"),
    "batches of one": ("batches = rng.permutation(4).reshape(4, 1)", "make_batches"),
    "rows drawn twice": ("batches = rng.integers(0, 4, (2, 2))", "make_batches"),
    "wrong bracket": ("layer = 1 / 1 + np.exp(-(X[rows] @ W1 + b1))", "feedforward"),
    "forgotten bias": ("layer = 1 / (1 + np.exp(-(X[rows] @ W1)))", "feedforward"),
    "forgotten sign": ("layer = 1 / (1 + np.exp(X[rows] @ W1 + b1))", "feedforward"),
    "all rows": ("layer = 1 / (1 + np.exp(-(X @ W1 + b1)))", "feedforward"),
    "not Python": ("layer = 1 / (1 + np.exp(-(X[rows] @ W1 + b1))", "feedforward"),
    "wrong way round": ("error = output - y[rows]", "find_error"),
    "forgotten slope": ("delta = error @ W2.T", "backpropagate"),
    "not transposed": ("delta = error @ W2 * layer * (1 - layer)", "backpropagate"),
    "the mean": ("W2 += layer.T @ error / 2", "update_W2"),
    "wrong sign": ("W2 += -layer.T @ error", "update_W2"),
    "other names": ("W1 += layer.T @ error", "update_W1"),
    "endless digits": ("W1 += 0 * X[rows].T @ delta", "update_W1"),
}


@cache
def notebook_text(command: str) -> str:
    [text] = exercise_files(made(command), "ipynb", Path("x.ipynb")).values()
    return text


@cache
def made(command: str) -> Made:
    return make(spec(*shlex.split(command)))


# The results against other methods


def activation(wanted: ScriptSpec) -> Callable[[float], float]:
    return {
        "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
        "tanh": math.tanh,
        "relu": lambda z: max(z, 0.0),
    }[wanted.activation.name]


def sums(wanted: ScriptSpec, layer: np.ndarray) -> np.ndarray:
    """What the activation made this layer of."""
    inverse: Callable[[float], float] = {
        "sigmoid": lambda a: math.log(a / (1 - a)),
        "tanh": math.atanh,
        "relu": lambda a: a or -1.0,
    }[wanted.activation.name]
    return np.vectorize(inverse, otypes=[float])(layer)


def slope(function: Callable[[np.ndarray], float], point: np.ndarray) -> np.ndarray:
    """The gradient by central differences."""
    found = np.zeros(point.shape)
    for place in np.ndindex(point.shape):
        step = np.zeros(point.shape)
        step[place] = STEP
        found[place] = (function(point + step) - function(point - step)) / (2 * STEP)
    return found


def oracle(blank: Blank, wanted: ScriptSpec, state: dict[str, Any]) -> dict[str, Any]:
    """The results of a step, by loops over numbers and by differences of what it changes."""
    act = np.vectorize(activation(wanted), otypes=[float])
    lr = state.get("lr", wanted.lr)
    rows = list(state["rows"]) if "rows" in state else slice(None)
    deep = len(wanted.hidden) > 1
    if blank.name == "feedforward":
        before = state["layers"][-1] if deep else state["X"][rows]
        weights = state["w"] if deep else np.vstack([state["W1"], state["b1"]])
        ones = np.ones((len(before), 0 if deep else 1))
        found = [
            [activation(wanted)(sum(map(math.prod, zip(row, column, strict=True))))
             for column in weights.T]
            for row in np.hstack([before, ones])
        ]  # fmt: skip
        return {"layer": found, "layers": [[*row, 1.0] for row in found]}
    if blank.name == "find_error":
        if "output" in state:
            logits = np.log(state["output"] / (1 - state["output"]))
        else:
            logits = np.einsum("rk,ko->ro", state["layers"][-1], state["W"][-1])
        y = state["y"][rows]
        uphill = slope(lambda z: float(np.sum(np.log(1 + np.exp(z)) - y * z)), logits)
        return {"error": -uphill, "delta": -uphill}
    if blank.name == "update":
        return {"w": state["w"] + lr * state["step"]}
    if blank.name == "update_W1":
        X, delta = state["X"][rows], state["delta"]
        W = state["W1"]
        b = state.get("b1", np.zeros(W.shape[1]))
        return {
            "W1": W + lr * slope(lambda W: float(np.sum(delta * (X @ W + b))), W),
            "b1": b + lr * slope(lambda b: float(np.sum(delta * (X @ W + b))), b),
        }
    layer = state["layer"]
    if blank.name == "update_W2":
        W, error = state["W2"], state["error"]
        b = state.get("b2", np.zeros(W.shape[1]))
        return {
            "W2": W + lr * slope(lambda W: float(np.sum(error * (layer @ W + b))), W),
            "b2": b + lr * slope(lambda b: float(np.sum(error * (layer @ W + b))), b),
        }
    if not deep:
        error, W = state["error"], state["W2"]
        return {"delta": slope(lambda z: float(np.sum(error * (act(z) @ W))), sums(wanted, layer))}
    delta = state["delta"]
    w = state.get("w", np.zeros((layer.shape[1], delta.shape[1])))
    back = slope(
        lambda z: float(np.sum(delta * (np.column_stack([act(z), layer[:, -1:]]) @ w))),
        sums(wanted, layer[:, :-1]),
    )
    return {"delta": back, "step": slope(lambda w: float(np.sum(delta * (layer @ w))), w)}


@SOME
@given(command_lines())
def test_the_results_are_right_and_tell_something(words: list[str]) -> None:
    wanted = spec(*words)
    try:
        blanks = blanks_of(wanted).blanks
    except UsageError:
        return
    for blank in blanks:
        if blank.name == "make_batches":
            continue
        changes: dict[str, float] = {}
        for seed in (1, 2):
            numbers = trial(blank, wanted, seed)
            state = {name: eval(text) for name, text in numbers.given.items()}
            others = oracle(blank, wanted, state)
            names = {"np": np, **state}
            exec(blank.text, names)
            for name, text in numbers.wanted.items():
                value = eval(text)
                found = names[name][-1] if name == "layers" else names[name]
                np.testing.assert_allclose(value, found, atol=1e-6)
                np.testing.assert_allclose(value, others[name], atol=2e-6)
                before = eval(numbers.given[name]) if "update" in blank.name else 0
                change = float(np.abs(value - before).max())
                changes[name] = max(change, changes.get(name, 0))
        assert min(changes.values()) > 1e-3  # so an answer that does nothing is wrong


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
    assert MARK not in lines[0]
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


# The notebook, graded in this process as nbgrader does: cell by cell, going on after an error


def notebook(command: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(notebook_text(command))["cells"]
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


def points(cells: list[dict[str, Any]], answers: dict[str, str] | None = None) -> dict[str, int]:
    """The points of each check, where `answers` replace the cells of these names."""
    names: dict[str, Any] = {"print": lambda *_: None}
    found = {}
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        name = grading(cell)["grade_id"]
        try:
            with np.errstate(all="ignore"):
                exec((answers or {}).get(name, source(cell)), names)
            passed = True
        except (Exception, SyntaxError):
            passed = False
        if grading(cell)["grade"]:
            found[name.removeprefix("check_")] = grading(cell)["points"] * passed
    return found


def full_points(command: str) -> dict[str, int]:
    blanks = blanks_of(made(command).spec)
    return {blank.name: blank.points for blank in blanks.blanks} | {"script": 3}


@pytest.mark.parametrize("command", COMMANDS)
def test_the_solution_gets_all_points_and_an_untouched_notebook_none(command: str) -> None:
    cells = notebook(command)
    assert points(cells) == full_points(command)
    assert sum(full_points(command).values()) == blanks_of(made(command).spec).points
    assert set(points(released(cells)).values()) == {0}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_costs_its_own_points(mistake: str) -> None:
    command = "xor --batch mini"
    line, step = MISTAKES[mistake]
    cells = notebook(command)
    [right] = [blank.text for blank in blanks_of(made(command).spec).blanks if blank.name == step]
    answer = next(source(cell) for cell in cells if grading(cell).get("grade_id") == step)
    assert right in answer
    script = made(command).source
    places = [(right, line)]
    if step == "make_batches":
        places = [tuple(text.replace("batches = ", "for rows in ") for text in (right, line))]
    assert places[0][0] in script
    found = points(
        cells,
        {step: answer.replace(right, line), "script": script.replace(*places[0])},
    )
    lost = {name for name, full in full_points(command).items() if found[name] < full}
    assert lost - {"script"} == {step}
    assert found["script"] == 3 * learns(script.replace(*places[0]))


def learns(script: str) -> bool:
    names: dict[str, Any] = {"print": lambda *_: None}
    try:
        with np.errstate(all="ignore"):
            exec(script, names)
    except (Exception, SyntaxError):
        return False
    predictions = 1 / (1 + np.exp(-(names["layer"] @ names["W2"] + names["b2"])))
    return bool(np.abs(predictions - names["y"]).max() <= 0.1)


def test_numbers_that_fit_the_visible_check_only_get_nothing() -> None:
    cells = notebook("xor --batch mini")
    check = next(source(c) for c in cells if grading(c).get("grade_id") == "check_find_error")
    shown = re.findall(r"wanted = (.*)", check)[0]
    cheat = f"def find_error(y, rows, output):\n    return {shown}\n"
    student = released(cells)
    assert points(student, {"find_error": cheat})["find_error"] == 1
    assert points(cells, {"find_error": cheat})["find_error"] == 0


def test_weights_that_were_not_trained_get_nothing() -> None:
    cells = notebook("xor --batch mini")
    cheat = made("xor --batch mini").source.replace("range(100)", "range(1)")
    cheat += "layer, W2, b2 = np.array([[0], [1], [1], [0]]), np.array([[20]]), -10\n"
    student = released(cells)
    assert points(student, {"script": cheat})["script"] == 3
    assert points(cells, {"script": cheat})["script"] == 0


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
    text = "\n".join(map(source, released(cells)))
    for blank in blanks_of(made(command).spec).blanks:
        assert blank.text not in text


@pytest.mark.parametrize(
    "command",
    [COMMANDS[0], *(pytest.param(one, marks=pytest.mark.slow) for one in COMMANDS[1:])],
)
def test_the_notebook_runs_in_jupyter_and_passes_check(command: str, tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient", reason="runs the notebook as Jupyter does")
    nbformat = pytest.importorskip("nbformat", reason="reads the notebook")
    path = tmp_path / "exercise.ipynb"
    path.write_text(notebook_text(command), encoding="utf-8")
    book = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(book, timeout=60, kernel_name="python3").execute()
    printed = [cell.outputs for cell in book.cells if cell.cell_type == "code" and cell.outputs]
    assert len(printed) == 1  # the script's, and no check's
    [found] = scripts_in(path)
    assert check_script(found, strict=True).code == 0


# The script with blanks, under pytest


@cache
def texts(command: str) -> dict[Path, str]:
    return exercise_files(made(command), "py", Path("work.py"))


def write(command: str, folder: Path) -> Path:
    for place, text in texts(command).items():
        (folder / place).write_text(text, encoding="utf-8")
    return folder / "work.py"


def failed(path: Path, but: str = "") -> set[str]:
    """The tests that fail, run in this process, one left out."""
    place = path.with_name(f"test_{path.name}")
    module_spec = importlib.util.spec_from_file_location(f"checks_{id(path)}", place)
    assert module_spec
    assert module_spec.loader
    module = importlib.util.module_from_spec(module_spec)
    module_spec.loader.exec_module(module)
    tests = {name: test for name, test in vars(module).items() if name.startswith("test_")}
    assert tests
    fell = set()
    for name, test in tests.items():
        if name == but:
            continue
        try:
            with np.errstate(all="ignore"):
                test()
        except (Exception, SyntaxError):
            fell.add(re.sub(r"^test_(step_\d+_)?", "", name))
    return fell


def steps(command: str) -> set[str]:
    return {blank.name for blank in blanks_of(made(command).spec).blanks}


@pytest.mark.parametrize("command", COMMANDS)
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
def test_a_mistake_fails_its_own_test(mistake: str, tmp_path: Path) -> None:
    command = "xor --batch mini"
    line, step = MISTAKES[mistake]
    path = write(command, tmp_path)
    script = made(command).source
    [right] = [blank.text for blank in blanks_of(made(command).spec).blanks if blank.name == step]
    right, line = (text.replace("batches = ", "for rows in ") for text in (right, line))
    assert right in script
    path.write_text(script.replace(right, line), encoding="utf-8")
    assert failed(path, but="test_the_whole_script_learns") == {step}


def test_an_answer_on_several_lines_passes(tmp_path: Path) -> None:
    path = write("xor --batch mini", tmp_path)
    right = "1 / (1 + np.exp(-(X[rows] @ W1 + b1)))"
    long = "1 / (\n            1 + np.exp(-(X[rows] @ W1 + b1))\n        )"
    solved = made("xor --batch mini").source
    path.write_text(solved.replace(right, long), encoding="utf-8")
    assert failed(path) == set()


def test_pytest_runs_the_checks(tmp_path: Path) -> None:
    path = write("xor --batch mini", tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert told.returncode == 1
    assert "7 failed, 1 passed" in told.stdout  # the solution is a script that learned
    assert "still to be written: layer = ...  # 2: Feedforward" in told.stdout
    path.write_text(made("xor --batch mini").source, encoding="utf-8")
    assert subprocess.run(command, capture_output=True, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_the_page_tells_every_step(command: str, tmp_path: Path) -> None:
    path = write(command, tmp_path)
    page = path.with_suffix(".md").read_text(encoding="utf-8")
    blanks = blanks_of(made(command).spec)
    for blank in blanks.blanks:
        assert f"## Step {blank.number}: {blank.title}\n\n{blank.meaning}" in page
        assert blank.text not in page
    assert f"| Together | {blanks.points} |" in page
    assert not re.search(r"\n\n\n|[{}]", page)
    assert all((tmp_path / link).is_file() for link in re.findall(r"\]\(([^)]+)\)", page))


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
    names = {"xor_mini.py", "test_xor_mini.py", "xor_mini.md", "xor_mini_solution.py"}
    assert {path.name for path in folder.iterdir()} == names | {"xor_mini.ipynb"}
    assert "generated/exercises/xor_mini.py" in capsys.readouterr().out.replace("\\", "/")
    assert run("check", "--strict", str(tmp_path)) == 0
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert run("xor", "--batch", "mini", "--exercise") == 0
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_students_work_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("and", "--exercise", "-o", "mine.py") == 0
    Path("mine.py").write_text("my work\n", encoding="utf-8")
    assert run("and", "--exercise", "-o", "mine.py") == 2
    assert "use --force" in capsys.readouterr().err
    assert Path("mine.py").read_text(encoding="utf-8") == "my work\n"
    assert run("and", "--exercise", "-o", "mine.py", "--force") == 0
    assert Path("mine.py").read_text(encoding="utf-8") != "my work\n"


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
        ("xor --exercise -o mine.txt", "in the format py has to end in .py"),
        ("xor --exercise -o 'x\");evil(\".py'", "use letters, digits, _ and -"),
        ("xor --exercise -o no/such/mine.py", "there is no folder"),
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
