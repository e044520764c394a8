"""Exercises with a bug: the script still learns; its line, its mistake and mending it count."""

import json
import re
import shlex
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from environment import few
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script.choices import command
from nineteen.script.judge import judge
from nineteen.script.make import Made, make
from nineteen.script.options import PROGRAM
from nineteen.script.render import MAX_LINES
from nineteen.script.run import run
from nineteen.training.diagnosis import mistakes
from nineteen.training.examine import examine
from nineteen.verbs.exercise import assignment as bugs
from nineteen.verbs.exercise.assignment import Bug, bug_named, bug_of
from nineteen.verbs.exercise.command import exercise_files
from nineteen.verbs.exercise.grade import check_answer, check_whole, exercise_code
from space import spec
from test_exercise import (
    BEFORE,
    CHEATS,
    MINI,
    grading,
    modules,
    points,
    released,
    said,
    source,
    trained,
)

__all__ = ["modules"]  # a fixture

COMMANDS = (
    MINI,
    "xor",
    "half_adder --batch sgd --activation tanh",
    "xor3 --hidden 8,8 --batch mini --activation tanh",
    "full_adder --batch sgd --lr 0.3 --show loss",
    "not",
)


@cache
def made(command: str) -> Made:
    return make(spec(*shlex.split(command)))


@cache
def found(command: str) -> Bug:
    return bug_of(made(command).spec, Counter())[0]


@cache
def texts(command: str, format: str = "py") -> dict[Path, str]:
    work, solution = Path("work"), Path("work_solution")
    return exercise_files(made(command), format, work, solution, found(command))


def code(command: str) -> str:
    return exercise_code(made(command).spec, found(command))


@pytest.mark.parametrize("command", few(COMMANDS, 2))
def test_a_bug_learns_and_only_the_honest_check_tells(command: str) -> None:
    wanted, bug = made(command).spec, found(command)
    assert judge(run(bug.script), wanted.table, show_loss=wanted.show_loss).ok
    _, verdict, honesty = examine(bug.script, wanted, 30)
    assert (verdict.ok, honesty.status) == (True, "fail")
    assert f"# {PROGRAM}" not in bug.script
    assert bug.script.count("\n") <= MAX_LINES


@pytest.mark.parametrize("command", few(COMMANDS, 2))
def test_one_line_differs_and_it_is_the_one_to_be_named(command: str) -> None:
    bug, right = found(command), made(command).source.splitlines()
    lines = bug.script.splitlines()
    assert 1 < bug.line <= len(lines)
    if bug.right:
        lines[bug.line - 1] = bug.right
        assert lines[1:] == right[1:]
    else:
        line = lines.pop(bug.line - 1)
        assert [one for one in right[1:] if one not in lines] in ([], [f"{line}  # update"])


@pytest.mark.parametrize("command", few(COMMANDS, 2))
def test_one_of_the_choices_says_what_is_wrong_and_no_other_makes_the_same_script(
    command: str,
) -> None:
    wanted, bug = made(command).spec, found(command)
    assert len(set(bug.choices)) == len(bug.choices) >= 3
    by_name = {name.rpartition(": ")[2]: name for name in bugs._possible(wanted)}
    same = [
        letter
        for letter, choice in zip("ABCD", bug.choices, strict=False)
        if bug_named(wanted, by_name[choice]).script == bug.script
    ]
    assert same == [bug.letter]


def test_every_mistake_of_the_table_that_can_be_used_is() -> None:
    """Over all commands of the table itself, and each is one that only the honest check catches."""
    usable = {
        one.name
        for one in mistakes()
        if one.learns and not one.equivalent and one.step in bugs.STEPS
    }
    possible = {
        name for one in mistakes() for name in bugs._possible(spec(*shlex.split(one.command)))
    }
    assert len(usable & possible) >= 35
    assert not {one.name for one in mistakes() if one.equivalent} & possible


@pytest.mark.slow
def test_variants_get_different_mistakes() -> None:
    used = Counter[str]()
    names = [bug_of(made(command).spec, used)[0].name for command in (MINI, MINI, MINI, "xor")]
    assert len(set(names)) == 4
    assert used == Counter(names)


def test_where_no_mistake_does_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bugs, "mistakes", tuple)
    with pytest.raises(UsageError, match="learns with no mistake that is known: take another"):
        bug_of(spec("xor", "--epochs", "99"), Counter())


# The script and its checks, under pytest


def write(command: str, folder: Path) -> Path:
    for place, text in texts(command).items():
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
    return folder / "work"


def failed(folder: Path) -> list[str]:
    """The tests that fail, run in this process, with what they say."""
    place = folder / "check_work.py"
    names: dict[str, Any] = {"__file__": str(place), "__name__": "checks"}
    exec(compile(place.read_text(encoding="utf-8"), str(place), "exec"), names)
    return [name for name, test in names.items() if name.startswith("test_") and said(test)]


ALL = ["test_the_line_is_found", "test_what_is_wrong_is_said", "test_the_script_is_mended"]


@pytest.mark.parametrize("command", few(COMMANDS[:3], 1))
def test_untouched_it_gets_nothing_and_solved_everything(command: str, tmp_path: Path) -> None:
    folder, bug = write(command, tmp_path), found(command)
    assert failed(folder) == ALL
    script, answer = folder / "work.py", folder / "answer.toml"
    answer.write_text(f'line = {bug.line}\nletter = "{bug.letter.lower()}"\n', encoding="utf-8")
    assert failed(folder) == ALL[2:]
    script.write_text(made(command).source, encoding="utf-8")
    assert failed(folder) == []
    answer.write_text(f'line = {bug.line + 1}\nletter = "{bug.letter}{bug.letter}"\n')
    assert failed(folder) == ALL[:2]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (0, "line is still to be written"),
        (None, "line is still to be written"),
        ("", "line is still to be written"),
        (5, "line 5: this is not what is wrong: look further"),
        ("thirteen", "line thirteen: this is not what is wrong"),
        (True, "line True: this is not what is wrong"),
        ([13], "line [13]: this is not what is wrong"),
    ],
)
def test_an_answer_that_is_none_is_told(given: object, sentence: str) -> None:
    assert found(MINI).line == 13
    assert said(check_answer, code(MINI), "line", given).startswith(sentence)


@pytest.mark.parametrize("text", ["line = 1\nline = 13\n", "line 13", None])
def test_a_file_that_cannot_be_read_gets_nothing(text: str | None, tmp_path: Path) -> None:
    folder = write(MINI, tmp_path)
    (folder / "answer.toml").unlink()
    if text is not None:
        (folder / "answer.toml").write_text(text, encoding="utf-8")
    with pytest.raises((OSError, ValueError)):  # it says the place in the file
        failed(folder)


@pytest.mark.parametrize("cheat", CHEATS)
def test_a_cheat_is_no_mended_script(cheat: str) -> None:
    script = BEFORE + CHEATS[cheat].replace("{weights}", trained(MINI))
    with pytest.raises((AssertionError, RuntimeError)):  # what it breaks may be the check itself
        check_whole(code(MINI), script)


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_that_a_student_gets_holds_the_answer(command: str) -> None:
    bug = found(command)
    given = [
        text
        for format in ("py", "ipynb")
        for path, text in texts(command, format).items()
        if path.parts[0] == "work"
    ]
    assert len(given) == 5
    text = "\n".join(given)
    assert f"# {PROGRAM}" not in text
    if bug.right:
        assert bug.right.strip() not in text
    assert f"line = {bug.line}\n" not in text
    words = [word for word in shlex.split(command_of(command)) if word.startswith("--")]
    assert not [word for word in words if word in text]
    assert not re.search(r"\n\n\n\n|\{\{", text)


def command_of(words: str) -> str:
    return command(made(words).spec)


@pytest.mark.slow
def test_pytest_runs_the_checks_when_it_is_asked_and_never_else(tmp_path: Path) -> None:
    folder = write(MINI, tmp_path)
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]

    def run(*words: str) -> tuple[int, str]:
        told = subprocess.run([*pytest_, *words], capture_output=True, text=True, cwd=tmp_path)
        return told.returncode, told.stdout

    assert run(".")[0] == 0  # the solution
    status, out = run("work/check_work.py")
    assert (status, "3 failed" in out) == (1, True)
    assert "AssertionError: letter is still to be written" in out
    assert "grade.py" not in out
    (folder / "work.py").write_text(made(MINI).source, encoding="utf-8")
    assert "2 failed, 1 passed" in run("work/check_work.py")[1]


# The notebook, graded as nbgrader does


def cells(command: str, solved: bool) -> list[dict[str, Any]]:
    whose, own = texts(command, "ipynb").values()
    return list(json.loads(whose if solved else own)["cells"])


@pytest.mark.parametrize("command", COMMANDS[:3])
def test_the_students_notebook_is_what_nbgrader_would_release(command: str) -> None:
    pairs = zip(cells(command, False), released(cells(command, True)), strict=True)
    for own, cleared in pairs:
        assert source(own).strip() == source(cleared).strip()
        assert own["metadata"] == cleared["metadata"]


@pytest.mark.slow
@pytest.mark.usefixtures("modules")
def test_a_solved_notebook_gets_all_points_and_an_untouched_one_none() -> None:
    assert points(cells(MINI, True)) == {"line": 5, "letter": 3, "script": 7}
    hidden = [
        {**cell, "source": source(full)} if grading(cell).get("grade") else cell
        for cell, full in zip(cells(MINI, False), cells(MINI, True), strict=True)
    ]  # as autograding puts the hidden tests back
    assert set(points(hidden).values()) == {0}
    wrong = {"line": "line = 12", "letter": "letter = 'Z'", "script": found(MINI).script}
    assert set(points(hidden, wrong).values()) == {0}
    cheat = BEFORE + CHEATS["an overwritten checker"] + "check_answer = lambda *_: None\n"
    assert set(points(hidden, {"line": cheat, "script": cheat}).values()) == {0}


# The command


def test_the_command_writes_the_exercise_and_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*shlex.split(MINI), "--exercise", "bug"]) == 0
    assert main([*shlex.split(MINI), "--exercise", "bug", "--format", "ipynb"]) == 0
    folder = tmp_path / "generated" / "exercises"
    files = {one.name: sorted(path.name for path in one.iterdir()) for one in folder.iterdir()}
    name = "xor_mini_bug"
    assert files == {
        name: ["answer.toml", f"check_{name}.py", f"{name}.ipynb", f"{name}.md", f"{name}.py"],
        f"{name}_solution": ["key.md", f"{name}.ipynb", f"{name}.py"],
    }
    assert main(["check", "--strict", str(tmp_path)]) == 0
    key = (folder / f"{name}_solution" / "key.md").read_text(encoding="utf-8")
    bug = found(MINI)
    assert f"- Line {bug.line} has the bug: " in key
    assert f"- {bug.letter}: {bug.choices['ABCD'.index(bug.letter)]}\n" in key
    assert f"It should be `{bug.right.strip()}`" in key
    _, _, honesty = examine(bug.script, made(MINI).spec, 30)
    assert honesty.reason in key
    capsys.readouterr()
    assert main(["xor", "--exercise", "bugs"]) == 2
    assert "invalid choice: 'bugs' (choose from blanks, bug)" in capsys.readouterr().err.replace(
        "'blanks', 'bug'", "blanks, bug"
    )


@pytest.mark.slow
def test_variants_each_have_a_bug_and_the_key_tells_all(tmp_path: Path) -> None:
    place = tmp_path / "class"
    words = ["xor", "--exercise", "bug", "--variants", "6", "-o", str(place)]
    assert main(words) == 0
    key = (tmp_path / "class_solution" / "key.md").read_text(encoding="utf-8")
    assert key.count("has the bug: ") == 6 == len(list(place.iterdir()))
    assert len(set(re.findall("^- [A-D]: (.*)$", key, re.MULTILINE))) >= 4
    for name in re.findall("^## (.*)$", key, re.MULTILINE):
        assert (place / name / f"{name}.py").is_file()
