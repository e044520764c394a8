"""The README tells the truth: its commands print what it shows, within the printed margin."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from nineteen import cli
from nineteen.script.activations import ACTIVATIONS
from nineteen.script.choices import MARK
from nineteen.script.options import decimal
from nineteen.script.recipe import default_hidden, recipe
from nineteen.script.render import render
from nineteen.script.spec import Batch
from nineteen.script.templates import data
from nineteen.verbs.make.command import main_parser

ROOT = Path(cli.__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SESSIONS = re.findall(r"^```console\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
SCRIPTS = re.findall(r"^```python\n(import numpy.*?)^```$", README, re.MULTILINE | re.DOTALL)
NUMBER = re.compile(r"-?\d+(?:\.\d*)?")
MARGIN = 0.02  # what trained floats may differ by once they are printed with two decimals


def commands(session: str) -> list[tuple[str, str]]:
    """The commands of a session, each with the output that it shows."""
    parts = re.split(r"^\$ (.*)\n", session, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def same(shown: str, printed: str) -> bool:
    """Whether two outputs are equal, seconds aside, numbers within the margin."""
    shown, printed = (re.sub(r"\d+\.\d+ s\b", "_ s", text) for text in (shown, printed))
    if [line.split() for line in NUMBER.sub("#", shown).splitlines() if line.strip()] != [
        line.split() for line in NUMBER.sub("#", printed).splitlines() if line.strip()
    ]:
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(printed), strict=True)
    return all(abs(float(a) - float(b)) <= MARGIN for a, b in pairs)


@pytest.mark.parametrize("session", SESSIONS, ids=[s.splitlines()[0][2:50] for s in SESSIONS])
def test_the_commands_print_what_the_readme_shows(session: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "generator"),
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    for command, shown in commands(session):
        words = shlex.split(command)
        assert words[0] == "python", command
        run = subprocess.run(
            [sys.executable, *words[1:]],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert same(shown, run.stdout + run.stderr), run.stdout + run.stderr


def test_the_comparison_can_say_no() -> None:
    assert same("[[0.01]\n 0.11 s", "[[0.02]\n 9.99 s")
    assert not same("[[0.01]", "[[0.11]")
    assert not same("learned 0.1 s", "lost 0.1 s")
    assert not same("1\n2", "1")


def test_the_scripts_are_what_their_commands_render() -> None:
    from nineteen.script.choices import read

    assert SCRIPTS
    for source in SCRIPTS:
        assert render(read(source.partition("\n")[0])) == source
        assert MARK in source


def test_every_option_and_verb_is_documented() -> None:
    names = [name for action in main_parser()._actions for name in action.option_strings]
    missing = [
        name
        for name in [*names, *cli.VERBS]
        if f"`{name}" not in README and f" {name}" not in README
    ]
    assert missing == []


def test_links_into_the_repository_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)[^)]*\)", README) + re.findall(
        r'src="(?!https?://)([^"]+)"', README
    )
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_install_commands_are_what_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for line in ("pip install", "pytest"):
        shown = [
            command
            for command in re.findall(r"^    (.*)$", README, re.MULTILINE)
            if line in command
        ]
        assert shown or line in README
    assert 'pip install -q -e ".[test]"' in ci or 'pip install -e ".[test]"' in ci


def test_the_table_of_defaults_is_the_recipe() -> None:
    rows = dict(re.findall(r"^\| ([1-8]) \| (.*) \|$", README, re.MULTILINE))
    for inputs, cells in rows.items():
        for activation, cell in zip(ACTIVATIONS.values(), cells.split(" | "), strict=True):
            usual, *others = [part.split(", ") for part in cell.split("; ")]
            stated = dict.fromkeys(Batch, usual[1:])
            for special in others:
                batch, lr = special[0].split()
                stated[Batch(batch)] = [lr, special[1]]
            for batch, (lr, epochs) in stated.items():
                found = recipe(int(inputs), (int(usual[0]),), batch, activation)
                assert default_hidden(int(inputs), activation) == (int(usual[0]),)
                assert (decimal(found.lr), str(found.epochs)) == (lr, epochs), (inputs, batch)
    assert len(rows) == 8


def test_the_table_of_what_check_finds_is_the_one_it_walks() -> None:
    rows: dict[str, list[str]] = {}
    for found in data("check/formats.toml")["found"]:
        rows.setdefault(Path(found["file"]).suffix, []).append(found["in"])
    for suffix, places in rows.items():
        assert f"| `{suffix}` | {'; '.join(places)} |" in README
