"""The README tells the truth: its commands print what it shows, within the printed margin."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import fresh
import pytest
from nineteen import cli
from nineteen.script.options import PROGRAM, command_parser, decimal
from nineteen.script.render import render
from nineteen.script.spec import ACTIVATIONS, Batch, default_hidden, recipe
from nineteen.script.templates import data

ROOT = Path(cli.__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = ROOT / "generated" / "reference"
COMMANDS = (REFERENCE / "commands.md").read_text(encoding="utf-8")
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
        assert f"# {PROGRAM} " in source


def test_it_is_read_in_a_sitting() -> None:
    assert README.count("\n") <= 150


@pytest.mark.parametrize("verb", ["make", *cli.VERBS])
def test_every_option_is_in_the_reference(verb: str) -> None:
    title = "The main command" if verb == "make" else verb
    [section] = re.findall(rf"^## {title}\n(.*?)(?=^## )", COMMANDS, re.MULTILINE | re.DOTALL)
    for option in command_parser(verb)._actions[1:]:  # without --help
        name = (option.option_strings or [str(option.metavar or option.dest)])[-1]
        assert re.search(rf"^\| .*`{name}[ `]|^\| `{name.upper()} …`", section, re.MULTILINE), name
    assert re.findall(r"^\| `--no-such-option", section, re.MULTILINE) == []


def test_links_into_the_repository_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "generated").glob("*.md"), *REFERENCE.glob("*.md")]
    assert len(pages) > 8
    count = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        links = re.findall(r"\]\((?!https?://)([^)#]*)(?:#([^)]+))?\)", text)
        count += len(links)
        for link, anchor in links:
            target = page.parent / link if link else page
            assert target.exists(), f"{page.name}: {link}"
            assert not anchor or anchor in anchors(target), f"{page.name}: {link}#{anchor}"
    assert count > 100


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub links to them."""
    headings = re.findall("^#+ (.*)", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in headings}


def test_the_commands_to_work_on_it_are_what_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8").replace(" -q", "").splitlines()
    [(install, test)] = re.findall("To work on it: `([^`]+)`, then `([^`]+)`", README)
    assert install in ci
    assert f"env -u CI {test}" in ci


def test_the_table_of_defaults_is_the_recipe() -> None:
    page = (REFERENCE / "recipe.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([1-8]) \| (.*) \|$", page, re.MULTILINE))
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
    page = (REFERENCE / "check.md").read_text(encoding="utf-8")
    rows: dict[str, list[str]] = {}
    for found in data("check/formats.toml")["found"]:
        rows.setdefault(Path(found["file"]).suffix, []).append(found["in"])
    for suffix, places in rows.items():
        assert f"| `{suffix}` | {'; '.join(places)} |" in page
    numbers = {11: "eleven"}
    assert f"copies in {numbers[len(rows)]} kinds of files" in README


def test_every_figure_says_what_measures_it_again() -> None:
    figures = [row for group in data("reference/figures.toml")["group"] for row in group["figure"]]
    assert len(figures) >= 14
    for figure in figures:
        assert set(figure) == {"what", "value", "by", "measured"}
        assert (ROOT / "tests" / "benchmarks" / figure["by"]).is_file()
    assert len({figure["what"] for figure in figures}) == len(figures)


@pytest.mark.slow
def test_every_command_runs_as_written_in_a_fresh_clone(tmp_path: Path) -> None:
    """In their order, in one shell, as a newcomer would; and no committed file is changed."""
    if not (ROOT / ".git").exists() or shutil.which("bash") is None:
        pytest.skip("needs a repository to clone, and bash")
    subprocess.run(["git", "clone", "-q", ROOT, tmp_path / "clone"], check=True)
    lines = []
    readme = (tmp_path / "clone" / "README.md").read_text(encoding="utf-8")
    for kind, block in re.findall(r"^```(sh|console)\n(.*?)^```$", readme, re.M | re.S):
        told = commands(block) if kind == "console" else [(one, "") for one in block.splitlines()]
        for command, shown in told:
            refused = kind == "console" and "learned" not in shown
            lines += [command, f"[ $? = {2 if refused else 0} ] || exit 99"]
    assert len(lines) > 20
    run = subprocess.run(
        ["bash", "-xc", "\n".join(lines)],
        cwd=tmp_path / "clone",
        env=fresh.environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=no"],
        cwd=tmp_path / "clone",
        capture_output=True,
        text=True,
        check=True,
    )
    assert changed.stdout == ""
