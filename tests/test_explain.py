"""Every line of every script has one explanation, and the shapes in it are those of the arrays."""

import ast
import re
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
from environment import CI
from hypothesis import HealthCheck, given, settings
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script import annotate as explain
from nineteen.script.annotate import annotated
from nineteen.script.choices import command
from nineteen.script.render import environment, render
from nineteen.script.spec import ScriptSpec
from space import command_lines, spec

MANY = settings(
    max_examples=1500 if CI else 120, deadline=None, suppress_health_check=list(HealthCheck)
)
SOME = settings(
    max_examples=300 if CI else 40, deadline=None, suppress_health_check=list(HealthCheck)
)
SHAPE = re.compile(r"`([^`]+)` has shape (\([0-9, ]+\))( at the end)?")


@MANY
@given(command_lines())
def test_every_line_has_one_explanation(words: list[str]) -> None:
    wanted = spec(*words)
    try:
        source = render(wanted)
    except UsageError:
        with pytest.raises(UsageError):
            annotated(wanted)
        return
    lines = annotated(wanted)
    assert "".join(f"{line.text}\n" for line in lines) == source
    for line in lines:
        assert bool(line.text) == bool(line.meaning) == bool(line.step)
        assert not re.search(r"[{}\n\x00-\x1f]|  | [.,;]", line.meaning), line.meaning
        assert line.meaning.count("`") % 2 == 0
    meanings = [line.meaning for line in lines if line.text]
    assert all(re.search("[.:]$", meaning) for meaning in meanings)


def step_by_names(text: str, place: str) -> str:
    """The step of a line by the names that it sets, before, in or after the training."""
    code = text.strip().partition("  # ")[0]
    tree = ast.parse(f"{code} pass" if code.endswith(":") else code)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stored = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    read = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    if "import" in code:
        return "import"
    if place == "before":
        if "samples" in stored | read:
            return "samples"
        steps = {"X": "inputs", "y": "targets", "bits": "targets", "rng": "generator", "lr": "rate"}
        steps |= {"table": "inputs", "targets": "targets"}
        return next((steps[name] for name in steps if name in stored), "weights")
    if place == "after":
        return "prediction" if not stored else "forward" if "w" in stored else "inference"
    if stored & {"W1", "W2", "b1", "b2"} or "+=" in code:
        return "update"
    if "w" in stored:
        return "backward" if "layer" in stored else "forward"
    if stored & {"error", "delta"}:
        return "error" if "y" in read else "backpropagation"
    steps = {"epoch": "epochs", "rows": "batches", "layers": "forward", "output": "output"}
    steps |= {"layer": "feedforward", "step": "gradient"}
    known = next((steps[name] for name in steps if name in stored), "loss")
    return "feedforward" if "append" in code else known


@MANY
@given(command_lines())
def test_every_line_has_its_step(words: list[str]) -> None:
    try:
        lines = annotated(spec(*words))
    except UsageError:
        return
    place = "before"
    for line in lines:
        if line.text.startswith("for epoch"):
            place = "in"
        elif place == "in" and not line.text.startswith(" "):
            place = "after"
        assert line.step == (step_by_names(line.text, place) if line.text else ""), line


@SOME
@given(command_lines())
def test_the_shapes_are_those_of_the_arrays(words: list[str]) -> None:
    wanted = replace(spec(*words), epochs=2)
    try:
        lines = annotated(wanted)
    except UsageError:
        return
    assert shape_faults(wanted, render(wanted), [line.meaning for line in lines]) == []
    if len(wanted.hidden) == 1:
        for line in lines:
            arrays = re.findall(
                r"\b(?:X|y|W1|b1|W2|b2|layer|output|errors?|delta)\b", targets(line.text)
            )
            stated = [name for name, _, _ in SHAPE.findall(line.meaning)]
            assert [name for name in arrays if name not in stated] == ["errors"] * (
                "errors[" in line.text
            )


def targets(line: str) -> str:
    """What stands left of the line's assignment, if it has one."""
    left, equals, _ = re.sub("#.*", "", line).rpartition(" = ")
    return left if equals else line.partition(" += ")[0] * ("+=" in line)


def shape_faults(wanted: ScriptSpec, source: str, meanings: list[str]) -> list[str]:
    """What the meanings say of shapes, and what is not so when the script runs."""
    seen = shapes_seen(source, meanings)
    last = wanted.rows % wanted.batch_size
    faults = []
    for number, meaning in enumerate(meanings, 1):
        for name, shape, at_the_end in SHAPE.findall(meaning):
            stated = tuple(map(int, re.findall("[0-9]+", shape)))
            shapes = seen[number, name]
            found = set(shapes[-1:] if at_the_end else shapes)
            shorter = (last, *stated[1:]) if stated[0] == wanted.batch_size and last else stated
            if stated not in found or found - {stated, shorter}:
                faults.append(f"line {number}: {name} {stated}, but {found}")
    return faults


def shapes_seen(source: str, meanings: list[str]) -> dict[tuple[int, str], list[tuple[int, ...]]]:
    """By line and expression, its shape each time that the line had just been executed."""
    names = {number: SHAPE.findall(meaning) for number, meaning in enumerate(meanings, 1)}
    seen: dict[tuple[int, str], list[tuple[int, ...]]] = defaultdict(list)
    before = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal before
        if frame.f_code.co_filename != "<explained>" or frame.f_code.co_name != "<module>":
            return None
        if (
            event == "line" and frame.f_lineno == before
        ):  # still inside: from 3.12 on in a list's for
            return trace
        for name, _shape, _end in names.get(before, ()):
            try:
                value = eval(name, frame.f_globals)
            except IndexError:  # a layer that is yet to come
                continue
            seen[before, name].append(value.shape)
        before = frame.f_lineno
        return trace

    namespace = {"print": lambda *_: None}
    code = compile(source, "<explained>", "exec")
    old = sys.gettrace()
    sys.settrace(trace)
    try:
        with np.errstate(all="ignore"):
            exec(code, namespace)
    finally:
        sys.settrace(old)
    return seen


def test_a_wrong_shape_is_noticed() -> None:
    wanted = replace(spec("xor", "--batch", "mini"), epochs=2)
    meanings = [line.meaning for line in annotated(wanted)]
    wrong = [meaning.replace("(2, 8)", "(8, 2)") for meaning in meanings]
    assert len(shape_faults(wanted, render(wanted), wrong)) == 4  # W1 twice, layer, delta


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ("x = 1\n", "no explanation of the line x = 1"),
        ("{# One. #}\nx = 1\n", "no explanation of the line x = 1"),
        ("{#: One. #}\nx = 1\n", "no explanation of the line x = 1"),
        ("{#: [loop] One. #}\nx = 1\n", "an unknown step: loop"),
        (
            "{#: [weights] One. #}\n{#: [weights] Two. #}\nx = 1\n",
            "an explanation without a line: Two.",
        ),
        (
            "{#: [weights] One. #}\n{% if rows > 9 %}\nx = 1\n{% endif %}\n",
            "an explanation without a line",
        ),
    ],
)
def test_a_template_with_a_gap_is_noticed(
    template: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = explain._COMMENT.sub("\x02\\1 \\2\x03\n", template)
    monkeypatch.setattr(explain, "_template", lambda _: environment().from_string(marked))
    with pytest.raises(RuntimeError, match=re.escape(complaint)):
        annotated(spec("xor"))


def shown(capsys: pytest.CaptureFixture[str], *argv: str) -> str:
    assert main(["explain", *argv]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("columns", ["80", "120"])
def test_the_terminal_shows_every_line_and_meaning(
    columns: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    words = ["xor8", "--hidden", "64,64,64", "--batch", "mini", "--batch-size", "7"]
    out = shown(capsys, *words)
    assert max(map(len, out.splitlines())) <= int(columns)
    letters = sorted("".join(out.split()))
    wanted = [
        part for n, line in enumerate(annotated(spec(*words)), 1) for part in (str(n), *line[:2])
    ]
    assert letters == sorted("".join("".join(wanted).split()))


def test_an_edited_script_says_which_lines_were_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = render(spec("xor", "--batch", "mini"))
    path = tmp_path / "mine.py"
    path.write_text(source, encoding="utf-8")
    assert shown(capsys, str(path)) == shown(capsys, "xor", "--batch", "mini")
    edited = source.replace("error = y", "error = 2 * y").replace(
        "        b2 += error.sum(axis=0)\n", ""
    )
    path.write_text(edited + "print('\x1b[31m')\n", encoding="utf-8")
    out = " ".join(shown(capsys, str(path)).split())
    assert (
        "12 error = 2 * y[rows] - output # error Changed by hand: the generator writes `error"
        in out
    )
    assert "b2 += error.sum(axis=0) Taken out by hand" in out
    assert r"19 print('\x1b[31m') Added by hand." in out
    assert "1 line changed, 1 line taken out, 1 line added" in out
    assert "How far off each prediction is" not in out


def test_an_edit_is_never_explained_as_the_original(tmp_path: Path) -> None:
    from nineteen.script.annotate import explained

    source = render(spec("xor3", "--hidden", "8,4", "--batch", "sgd"))
    lines = source.splitlines()
    for number in range(1, len(lines)):
        edited = [*lines[:number], f"{lines[number]}  # mine", *lines[number + 1 :]]
        rows = explained("\n".join(edited))
        assert [row.text for row in rows if row.number] == edited
        assert [row.number for row in rows if row.change] == [str(number + 1)]


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["missing.py"], "missing.py: No such file"),
        (["./"], "explain .: it is a folder"),
        (["plain.py"], "no command on the first line"),
        (["wild.py"], "unknown gate 'xro': did you mean 'xor'?"),
        (["bytes.py"], "explain bytes.py: it is no script"),
        (["empty.py"], "no command on the first line"),
        (["plain.py", "--batch", "mini"], "path goes without the options"),
        (["plain.py", "xor"], "path goes without the options"),
        (["xor", "--format", "md"], "unknown option"),
        ([], "nothing to learn"),
    ],
)
def test_bad_input_is_one_line(
    argv: list[str],
    complaint: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plain.py").write_text("print(1)\n")
    Path("wild.py").write_text("import numpy as np  # python -m generator xro\n")
    Path("bytes.py").write_bytes(b"\xff\xfe")
    Path("empty.py").touch()
    assert main(["explain", *argv]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert complaint in err
    assert err.count("\n") == 1


def test_the_command_is_the_one_of_the_first_line() -> None:
    wanted = spec("xor", "--hidden", "3")
    assert annotated(wanted)[0].text.endswith(command(wanted))
