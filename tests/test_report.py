"""What the main command says: pictures made of letters, data as its schema says, or nothing."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from environment import few
from fresh import ROOT, environment
from nineteen.cli import main
from nineteen.page.terminal import WIDTH, share_bar, sparkline
from nineteen.script.gates import names
from nineteen.script.options import command_parser
from nineteen.script.render import render
from nineteen.script.templates import templates_folder
from nineteen.verbs import VERBS
from nineteen.verbs.make.command import as_data
from space import spec

SCHEMA = json.loads((templates_folder() / "reference/results.schema.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([8.0, 4.0, 2.0, 1.0], "█▅▃▂"),
        ([0.0, 0.0], "▁▁"),
        ([1.0, math.inf, 0.5], "██▅"),
        ([1.0] * 30 + [0.0] * 30, "█" * 10 + "▁" * 10),
        ([], ""),
    ],
)
def test_a_line_falls_as_its_values_do(values: list[float], line: str) -> None:
    assert sparkline(values, "utf-8") == line
    plain = sparkline(values, "iso8859-1")
    assert plain.isascii()
    assert len(plain) == len(line) <= WIDTH


def test_a_bar_is_full_only_where_all_learned() -> None:
    assert share_bar(500, 500, "utf-8") == "█" * WIDTH
    assert share_bar(499, 500, "utf-8") == "█" * (WIDTH - 1) + "░"
    assert share_bar(0, 500, "ascii") == "." * WIDTH
    assert share_bar(0, 0, "utf-8") == ""


@pytest.mark.parametrize(
    ("words", "code", "status"),
    few(
        [
            ("xor --batch mini", 0, "learned"),
            ("xor --exercise", 0, "learned"),
            ("half_adder --seeds 0", 0, "learned"),
            ("xor --hidden 2 --batch sgd --seeds 20", 0, "learned"),
            ("xor --epochs 1 --seed 0", 1, "not learned"),
            ("xor --activation relu --lr 900 --seed 0", 1, "not learned"),
        ],
        4,
    ),
)
def test_json_is_as_its_schema_says(
    words: str, code: int, status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert main([*words.split(), "--json"]) == code

    def refuse(text: str) -> None:
        raise AssertionError(f"{text} is no JSON")

    said = json.loads(capsys.readouterr().out, parse_constant=refuse)
    validator.validate(said)
    assert (said["kind"], said["status"]) == ("make", status)
    assert bool(said["file"]) == (code == 0)
    assert code or Path(said["file"]).exists()
    if code == 0:
        assert said["losses"][-1] < 0.1 < said["losses"][0]
        assert (said["share"] is None) == ("--seeds 0" in words or "--exercise" in words)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(said | {"more": 1})
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(said | {"targets": [[2]]})


@pytest.mark.parametrize(
    ("words", "code", "shares"),
    few(
        [
            ("xor --hidden 2 8 --batch sgd,full --seeds 20", 0, 4),
            ("and xor --each --seeds 5 --report", 0, 3),
            ("xor --hidden 2 --seeds 30 --at-least 100", 1, 1),
        ],
        1,
    ),
)
def test_a_sweep_is_as_the_schema_says(
    words: str, code: int, shares: int, capsys: pytest.CaptureFixture[str]
) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert main(["sweep", *words.split(), "--workers", "1", "--json"]) == code
    said = json.loads(capsys.readouterr().out)
    validator.validate(said)
    assert (said["kind"], said["code"], len(said["shares"])) == ("sweep", code, shares)
    assert Path(said.get("page", "no page")).is_file() == ("--report" in words)
    assert bool(said["problems"]) == (code == 1)
    for share in said["shares"]:
        assert share["low"] <= share["learned"] / share["runs"] <= share["high"]
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(said | {"code": 7})


def test_losses_are_those_that_the_script_itself_prints() -> None:
    from nineteen import make

    made = make("xor", show="loss", seeds=0)
    printed = [line.split() for line in made.run.stdout.splitlines() if line.startswith("epoch")]
    losses = as_data(made, "")["losses"]
    assert len(printed) > 3
    for _, epoch, _, loss in printed:
        at = int(epoch.rstrip(":"))
        assert at == len(losses) or losses[at] * 4 == pytest.approx(float(loss), abs=2e-3)


def test_quiet_says_nothing_where_all_went_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["xor", "-q"]) == 0
    assert tuple(capsys.readouterr()) == ("", "")
    assert main(["xor", "--epochs", "1", "--seed", "0", "-q"]) == 1
    assert "not learned" in capsys.readouterr().out


@pytest.mark.slow
def test_quiet_verbs_say_nothing_either(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "xor", "--seeds", "5", "--workers", "1", "-q"]) == 0
    assert main(["catalogue", "--check", "-q", "-o", str(ROOT / "generated")]) == 0
    assert tuple(capsys.readouterr()) == ("", "")
    assert main(["catalogue", "--check", "-q", "-o", "."]) == 1
    assert "xor_full.py: not what is made today" in capsys.readouterr().out


def test_every_command_can_be_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("make", *VERBS):
        assert "--quiet" in command_parser(verb).format_help(), verb
    assert main(["list", "-q"]) == 0
    assert capsys.readouterr().out.split() == list(names())
    assert main(["steps", "xor", "--format", "md", "-q"]) == 0
    assert main(["playground", "-o", "site", "-q"]) == 0
    assert tuple(capsys.readouterr()) == ("", "")
    assert Path("generated/lessons/steps_xor_full_1.md").is_file()
    edited = tmp_path / "mine.py"
    edited.write_text(render(spec("xor")) + "print(1)\n", encoding="utf-8")
    for words, told in ([], True), (["-q"], False):
        assert main(["explain", str(edited), *words]) == 0
        assert ("1 line added" in capsys.readouterr().out) == told


def test_data_and_a_script_do_not_share_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["xor", "--json", "-o", "-"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("encoding", "full"), few([("utf-8", "█"), ("iso8859-1", "#"), ("ascii", "#")], 2)
)
def test_any_terminal_can_read_it(encoding: str, full: str) -> None:
    own = {"PYTHONPATH": str(ROOT / "generator"), "NO_COLOR": "1", "COLUMNS": "40"}
    run = subprocess.run(
        [sys.executable, "-m", "generator", "xor", "--hidden", "2", "-o", "x.py"],
        env=environment() | own | {"PYTHONIOENCODING": encoding},
        capture_output=True,
    )
    said = run.stdout.decode(encoding)
    assert (run.returncode, run.stderr) == (0, b"")
    [share] = [line for line in said.splitlines() if " learns with 161 of 200" in line]
    assert share.startswith(full * 16)
    assert share.endswith(", …" if encoding == "utf-8" else ", ...")
    assert "?" not in said
    assert "\x1b" not in said


def on_a_terminal(words: list[str], **own: str) -> tuple[int, str, str]:
    """The exit code, standard output, which is a pipe, and what a terminal shows of the errors."""
    import pty

    master, slave = pty.openpty()
    own = {"PYTHONPATH": str(ROOT / "generator"), "TERM": "xterm-256color", "COLUMNS": "100"} | own
    run = subprocess.run(
        [sys.executable, *words], env=environment() | own, stdout=subprocess.PIPE, stderr=slave
    )
    os.close(slave)
    said = b""
    try:
        while data := os.read(master, 65536):
            said += data
    except OSError:  # the end, on Linux
        pass
    return run.returncode, run.stdout.decode(), said.decode()


TERMINAL = pytest.mark.skipif(os.name != "posix", reason="needs a terminal of its own")


@TERMINAL
@pytest.mark.parametrize(("colours", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_on_a_terminal_colours_are_those_asked_for(colours: dict[str, str], coloured: bool) -> None:
    words = ["-m", "generator", "xor", "--batch", "mini", "-o", "-"]
    code, script, text = on_a_terminal(words, **colours)
    assert code == 0
    assert script.startswith("import numpy as np  # python -m generator xor --batch mini\n")
    assert script.count("\n") == 19
    assert "training, 200 updates" in text
    assert "█" * WIDTH in text
    assert (("\x1b[36m" in text) or ("\x1b[38;5;" in text)) == coloured


@TERMINAL
@pytest.mark.parametrize(
    ("block", "shown"),
    [
        ("waiting('work', 300)", ["work: about 5 minutes", "━", ":"]),
        ("waiting('work', 3)", ["work: about 3 seconds", "━", ":"]),
        ("waiting('work', 0.5)", ["work", "━"]),
        ("counting('work', 40)", ["work", "━", " 0/40"]),
    ],
)
def test_long_work_shows_itself_on_a_terminal_only(
    block: str, shown: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"import time\nfrom nineteen.page.terminal import counting, waiting\nwith {block}:\n"
    text += "    time.sleep(0.4)\n    print('done')\n"
    code, out, said = on_a_terminal(["-c", text])
    assert (code, out) == (0, "done\n")
    assert all(words in said for words in shown)
    assert ("about" in said) == ("about" in shown[0])
    assert on_a_terminal(["-c", text.replace("):", ", quiet=True):")]) == (0, "done\n", "")
    exec(text)
    assert tuple(capsys.readouterr()) == ("done\n", "")
