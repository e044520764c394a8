"""Putting scripts right: the lines that differ are changed, and no other byte of the file moves."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from documents import AND, DEEP, LAYOUTS, PAGES, WAYS, XOR, Page, fence, notebook, scripts_in
from environment import few
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script import files
from nineteen.script.choices import read
from nineteen.script.make import make
from nineteen.script.render import render
from nineteen.verbs.check import replacement
from nineteen.verbs.check.found_script import FoundScript
from nineteen.verbs.check.four_checks import ScriptResult, refused
from nineteen.verbs.check.replacement import Edits, edits_between

WRONG = XOR.replace("W2 += ", "W2 -= ")


def put(path: Path, text: str) -> list[FoundScript]:
    path.write_bytes(text.encode())
    return scripts_in(path)


def rewritten(news: dict[FoundScript, str]) -> list[replacement.Rewritten]:
    """The files with each script replaced by another."""
    changes = [
        (found, edits_between(found.block.lines, new.splitlines())) for found, new in news.items()
    ]
    return list(replacement.rewritten(changes))


def changed(path: Path, news: dict[FoundScript, str]) -> str:
    """The text of the file with each script replaced by another, written and read back."""
    notes = replacement.write_files(rewritten(news), [], "fixed")
    assert all(note.startswith("fixed: ") for note in notes), notes
    return path.read_bytes().decode()


@pytest.mark.parametrize("new", [AND, DEEP, WRONG], ids=["and", "deep", "wrong"])
@pytest.mark.parametrize("name", PAGES)
def test_page_with_another_script(name: str, new: str, tmp_path: Path) -> None:
    [found] = put(tmp_path / "page.md", PAGES[name](XOR))
    assert changed(tmp_path / "page.md", {found: new}) == PAGES[name](new)


@pytest.mark.parametrize("new", [AND, DEEP, WRONG], ids=["and", "deep", "wrong"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_notebook_with_another_script(name: str, new: str, tmp_path: Path) -> None:
    [found] = put(tmp_path / "lesson.ipynb", LAYOUTS[name](XOR))
    assert changed(tmp_path / "lesson.ipynb", {found: new}) == LAYOUTS[name](new)


@pytest.mark.parametrize("new", [AND, DEEP, WRONG], ids=["and", "deep", "wrong"])
@pytest.mark.parametrize("way", WAYS)
def test_way_of_the_table(way: str, new: str, tmp_path: Path) -> None:
    name, page = WAYS[way]
    [found] = put(tmp_path / name, page(XOR))
    assert changed(tmp_path / name, {found: new}) == page(new)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_python_file(end: str, bom: str, tmp_path: Path) -> None:
    [found] = put(tmp_path / "x.py", bom + WRONG.replace("\n", end))
    assert changed(tmp_path / "x.py", {found: XOR}) == bom + XOR.replace("\n", end)
    [found] = put(tmp_path / "x.py", bom + XOR.replace("\n", end).rstrip())
    assert changed(tmp_path / "x.py", {found: XOR}) == bom + XOR.replace("\n", end)


def test_first_line_behind_a_list_marker(tmp_path: Path) -> None:
    def page(source: str) -> str:
        lines = "".join(f"      {line}\n" if line else "\n" for line in source.splitlines())
        return f"-{lines[1:]}"

    for new in (AND, DEEP, WRONG):
        [found] = put(tmp_path / "x.md", page(XOR))
        assert changed(tmp_path / "x.md", {found: new}) == page(new)


# Random pages: a text in pieces, of which some are scripts; whatever stands around them is random.

PROSE = [
    "Text é.",
    "",
    "  ",
    "two  ",
    "# Title",
    "1) no",
    "\ttab",
    "a `b` <c> & \\ $x$",
    "\u2028",
    "…",
]


def around(kind: str, rng: random.Random) -> str:
    """Lines that open, close and contain nothing, in the format of a file."""
    lines = [rng.choice(PROSE) for _ in range(rng.randrange(5))]
    if kind in (".rst", ".md"):
        lines = [line for line in lines if not line.startswith("\t")]
    if kind in (".py",):
        lines = [f"# {line}" for line in lines]
    return "".join(f"{line}\n" for line in ["", *lines, ""])


def opener(kind: str) -> list[Page]:
    """The ways to hold a script that may stand below one another in a file of this kind."""
    singles = ("front matter", "CR", "CRLF", "byte order mark", "to the end", "no last line end")
    if kind == ".md":
        return [page for name, page in PAGES.items() if not name.startswith(singles)]
    alone = ("a Python file", "sphinx-gallery", "nbconvert", "marimo", "light")
    return [
        page
        for way, (name, page) in WAYS.items()
        if name.endswith(kind) and not any(word in way for word in alone)
    ]


def a_page(kind: str, rng: random.Random) -> Callable[[list[str]], str]:
    """A random page of a kind as a function of its scripts."""
    pieces = [(rng.choice(opener(kind)), around(kind, rng)) for _ in range(rng.randrange(1, 4))]
    head, end = around(kind, rng), rng.choice(["\n", "\n", "\r\n"])
    if kind == ".py":
        head = "# %%\n" + head

    def page(sources: list[str]) -> str:
        text = head
        for (piece, below), source in zip(pieces, sources, strict=False):
            text += piece(source) + (below if kind != ".py" else "\n# %% [markdown]\n" + below)
        return text.replace("\n", end)

    return page


@pytest.mark.parametrize("kind", [".md", ".rst", ".adoc", ".tex", ".py", ".ipynb"])
@pytest.mark.parametrize("part", few(range(4), 1))
def test_random_pages(kind: str, part: int, tmp_path: Path) -> None:
    """About 2,000 pages in all: every byte outside the changed lines is equal."""
    rng = random.Random(f"{kind} {part}")
    path, several = tmp_path / f"x{kind}", 0
    for _ in range(85):
        news = [rng.choice([XOR, AND, DEEP, WRONG]) for _ in range(3)]
        if kind == ".ipynb":
            layout = rng.choice([*LAYOUTS.values()])
            scripts = put(path, layout(XOR))
            [file] = rewritten({scripts[0]: news[0]})
            assert file.new == layout(news[0])
            continue
        page = a_page(kind, rng)
        scripts = [one for one in put(path, page([XOR] * 3)) if one.block.source == XOR]
        several += len(scripts) > 1
        assert len(scripts) == page([XOR] * 3).count("generator xor")
        [file] = rewritten(dict(zip(scripts, news, strict=False)))
        assert file.new == page(news)
    assert several > 20 or kind == ".ipynb"


# What is somebody's own.


def lines_of(edits: Edits) -> list[str]:
    return [line for lines in edits.lines for line in lines]


def test_only_the_line_that_differs_is_touched() -> None:
    edits = edits_between(WRONG.splitlines(), XOR.splitlines())
    different = [i for i, line in enumerate(WRONG.splitlines()) if edits.lines[i] != (line,)]
    assert [WRONG.splitlines()[i].strip()[:5] for i in different] == ["W2 -="]
    assert lines_of(edits) == XOR.splitlines()
    assert (edits.lost, edits.below) == ((), 0)


OWN = ["# my experiment", "for seed in range(5):", "    print(seed, X.sum())"]


def test_lines_below_a_script_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = fence(WRONG + "\n" + "\n".join(OWN) + "\n")
    path = tmp_path / "page.md"
    path.write_text(page, encoding="utf-8")
    assert (
        main(["check", "--fix", "--force", str(path)]) == 1
    )  # it still prints more than it should
    assert path.read_text(encoding="utf-8") == page.replace("W2 -= ", "W2 += ")
    assert "3 lines stay below the script, not the script's" in capsys.readouterr().out


@pytest.mark.parametrize("at", few([15, 9, 3], 1))
def test_lines_inside_a_script_go_only_by_force(
    at: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = WRONG.splitlines()
    own = [
        *lines[:at],
        "# mine",
        "print('here I am')" if at < 8 else "    # here I am",
        *lines[at:],
    ]
    path = tmp_path / "page.md"
    text = fence("\n".join(own) + "\n")
    path.write_text(text, encoding="utf-8")
    kept = text.replace("W2 -= ", "W2 += ")
    if at < 8:
        assert main(["check", "--fix", str(path)]) == 1
        printed = capsys.readouterr().out
        assert (
            "2 lines of your own would go, such as '# mine': see --diff, and say --force" in printed
        )
        assert path.read_text(encoding="utf-8") == text
        assert main(["check", "--diff", str(path)]) == 1
        printed = capsys.readouterr().out
        assert "\n-print('here I am')\n" in printed
        assert "\n+        W2 += layer.T @ error  # update\n" in printed
        assert path.read_text(encoding="utf-8") == text
        assert main(["check", "--fix", "--force", str(path)]) == 0
        assert path.read_text(encoding="utf-8") == fence(XOR)
    else:  # comments do no harm, but for the 19 lines
        code = main(["check", "--fix", str(path)])
        assert path.read_text(encoding="utf-8") == (kept if code == 0 else text)


def test_own_notes_stay(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    mine = "# Answer 3: up, discussed with Ana"
    path.write_text(WRONG.replace("# update", mine), encoding="utf-8")
    assert main(["check", "--fix", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == XOR.replace("# update", mine)


@pytest.mark.parametrize(
    "own", few(["# Answer 3: it is symmetric", "answer = 'it is symmetric'"], 1)
)
def test_own_lines_go_only_by_force(
    own: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.py"
    text = re.sub(r"b2 \+=.*", own, XOR)
    path.write_text(text, encoding="utf-8")
    assert main(["check", "--fix", str(path)]) == 1
    assert "1 line of your own would go" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == text
    assert main(["check", "--fix", "--force", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == XOR


def test_nothing_is_written_where_the_lines_below_would_crash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.py"
    text = re.sub(
        r"print\(np.round\((.*), 2\)\)", r"answer = \1\nprint(np.round(answer, 2))", WRONG
    )
    text += "for row in answer:\n    print(row)\n"
    path.write_text(text, encoding="utf-8")
    assert main(["check", "--fix", str(path)]) == 1
    assert "the lines below would fail: NameError: name 'answer'" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == text


def test_two_scripts_of_one_block_are_two(tmp_path: Path) -> None:
    text = f"{WRONG}\n# The second.\n{AND.replace('W1 += ', 'W1 -= ')}"
    path = tmp_path / "x.py"
    assert [one.name for one in put(path, text)] == ["xor_mini", "and_h4_e150_full_2"]
    assert main(["check", "--fix", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == f"{XOR}\n# The second.\n{AND}"


@pytest.mark.parametrize("kind", ["md", "ipynb", "py", "thirds"])
def test_script_over_two_cells_is_told_and_not_doubled(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head, rest = "\n".join(XOR.splitlines()[:6]), "\n".join(XOR.splitlines()[6:]) + "\n"
    if kind == "ipynb":
        cells = '{"cell_type": "code", "source": %s}'
        import json

        text = json.dumps({"cells": []}).replace(
            "[]", "[" + ", ".join(cells % json.dumps(code) for code in (head, rest)) + "]"
        )
    elif kind == "thirds":
        middle, rest = rest[: rest.index("    b2 +=")], rest[rest.index("    b2 +=") :]
        text = "".join(map(fence, (head + "\n", middle, rest)))
    else:
        text = {"md": fence(head + "\n") + fence(rest), "py": f"# %%\n{head}\n\n# %%\n{rest}"}[kind]
    path = tmp_path / f"x.{'md' if kind == 'thirds' else kind}"
    path.write_text(text, encoding="utf-8")
    assert main(["check", "--fix", str(path)]) == 1
    printed = capsys.readouterr().out
    assert "it goes on in" in printed
    assert "put it in one piece" in printed
    assert path.read_text(encoding="utf-8") == text


# Files.


def test_nothing_but_the_failed_script_is_replaced(tmp_path: Path) -> None:
    text = fence(AND) + fence(WRONG) + fence(XOR.replace("output", "result")) + "End.  "
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o640)
    assert main(["check", str(path)]) == 1
    assert path.read_text(encoding="utf-8") == text
    assert main(["check", "--fix", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == text.replace(WRONG, XOR)
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["page.md"]
    # With --strict the script that merely differs goes as well.
    assert main(["check", "--fix", "--strict", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == fence(AND) + fence(XOR) + fence(XOR) + "End.  "


def test_note_behind_the_command_and_the_way_it_is_called_stay(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    first = "import numpy as np  # python3 -m nineteen xor --batch mini  # noqa: E501 (lesson 3)"
    own = XOR.replace(XOR.partition("\n")[0], first)
    path.write_text(own, encoding="utf-8")
    assert main(["check", "--strict", str(path)]) == 0
    path.write_text(own.replace("W2 += ", "W2 -= "), encoding="utf-8")
    assert main(["check", "--fix", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == own


def test_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "x.py", tmp_path / "y.py"
    path.write_text(WRONG, encoding="utf-8")
    try:
        link.symlink_to(path)
    except OSError:
        pytest.skip("links are not allowed here")
    [found] = scripts_in(link)
    assert changed(link, {found: XOR}) == XOR
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == XOR


@pytest.mark.skipif(os.name != "posix", reason="hard links and owners are POSIX")
def test_file_with_two_names_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    put(path, WRONG)
    os.link(path, tmp_path / "y.py")
    with pytest.raises(UsageError, match="a second name"):
        files.replace_text(path, WRONG, XOR)
    assert path.read_text(encoding="utf-8") == WRONG
    assert path.samefile(tmp_path / "y.py")


@pytest.mark.skipif(os.name != "posix" or os.getuid(), reason="only root may give files away")
def test_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    [found] = put(path, WRONG)
    os.chown(path, 1234, 4321)
    changed(path, {found: XOR})
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


def test_file_that_is_edited_meanwhile_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even where the edit comes between the check and the last moment before the write."""
    path = tmp_path / "page.md"
    path.write_text(fence(WRONG), encoding="utf-8")
    copymode = files.shutil.copymode

    def edited(*arguments: Path) -> None:
        path.write_text("Mine.\n" + fence(WRONG), encoding="utf-8")
        copymode(*arguments)

    monkeypatch.setattr(files.shutil, "copymode", edited)
    assert main(["check", "--fix", str(path)]) == 1
    assert "page.md:2 (block 1): the file was changed while" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == "Mine.\n" + fence(WRONG)
    assert os.listdir(tmp_path) == ["page.md"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_write_that_fails_leaves_the_old_file(
    error: BaseException | type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.py"
    put(path, WRONG)

    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises((KeyboardInterrupt, OSError)):
        files.replace_text(path, WRONG, XOR)
    assert path.read_text(encoding="utf-8") == WRONG
    assert os.listdir(tmp_path) == ["x.py"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a small disk")
@pytest.mark.skipif(os.name != "posix" or os.getuid(), reason="only root may mount")
def test_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        path = disk / "page.md"
        text = fence(WRONG) + "x" * 7000
        path.write_text(text, encoding="utf-8")
        (disk / "rest").write_bytes(b"x" * 4096)
        assert main(["check", "--fix", str(path)]) == 1
        assert path.read_text(encoding="utf-8") == text
        assert sorted(os.listdir(disk)) == ["page.md", "rest"]
    finally:
        subprocess.run(["umount", str(disk)], check=False)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends SIGKILL")
def test_killed_at_any_moment_every_file_is_old_or_new(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.md" for number in range(40)]
    old, new = fence(WRONG) + "End.\n" * 9, fence(XOR) + "End.\n" * 9
    seen = set()
    for wait in (0.0, 0.002, 0.01, 0.02, 0.05):
        for path in paths:
            path.write_text(old, encoding="utf-8")
        script = (
            "import sys\nfrom pathlib import Path\nfrom nineteen.script.files import replace_text\n"
            "print(flush=True)\n"
            f"for path in sorted(Path({str(tmp_path)!r}).glob('*.md')):\n"
            f"    replace_text(path, {old!r}, {new!r})\n"
        )
        process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        texts = {path.read_text(encoding="utf-8") for path in paths}
        assert texts <= {old, new}
        seen |= texts
    assert seen == {old, new}


# What takes the place.


def test_script_that_learns_despite_keep_loses_the_mark(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text(XOR.replace("mini\n", "mini --keep\n", 1), encoding="utf-8")
    assert main(["check", "--fix", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == XOR


def test_seed_that_does_not_learn_is_replaced_by_one_that_does(tmp_path: Path) -> None:
    line = "import numpy as np  # python -m generator xor --hidden 2 --epochs 200 --seed {}"
    specs = (read(line.format(seed)) for seed in range(20))
    bad = next(spec for spec in specs if not make(spec, (spec.seed,)).verdict.ok)
    path = tmp_path / "x.py"
    path.write_text(render(bad), encoding="utf-8")
    assert main(["check", str(path)]) == 1
    assert main(["check", "--fix", str(path)]) == 0
    now = read(path.read_text(encoding="utf-8").partition("\n")[0])
    assert now.seed != bad.seed
    assert replace(now, seed=bad.seed) == bad


def test_what_cannot_be_fixed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(replacement, "SEEDS", range(3))
    texts = {
        "refused.py": XOR.replace("xor", "xro", 1),
        "cut.ipynb": notebook(XOR)[:-9],
        "hopeless.py": XOR.replace("mini\n", "mini --epochs 1 --seed 1\n", 1),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(["check", "--fix", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert f"not fixed: {tmp_path}/refused.py:1: mend its first line by hand" in printed
    assert f"not fixed: {tmp_path}/cut.ipynb:1: mend the file by hand" in printed
    assert "hopeless.py:1: what its command renders fails too: row 0" in printed
    for name, text in texts.items():
        assert (tmp_path / name).read_text(encoding="utf-8") == text


def test_refused_script_has_no_replacement(tmp_path: Path) -> None:
    [found] = put(tmp_path / "x.py", XOR.replace("xor", "xro", 1))
    result: ScriptResult = refused(found, found.problem)
    with pytest.raises(UsageError, match="by hand"):
        replacement.replacement_of(result, 1)


# --adopt


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ((("rng(0)", "rng(7)"),), "xor --batch mini --seed 7"),
        ((("range(100)", "range(120)"),), "xor --batch mini --epochs 120"),
        (
            (("mini\n", "mini --epochs 100 --seed 3  # noqa\n"), ("range(100)", "range(90)")),
            "xor --batch mini --epochs 90  # noqa",
        ),
    ],
)
def test_adopt(
    edits: tuple[tuple[str, str], ...],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = XOR
    for old, new in edits:
        assert old in source
        source = source.replace(old, new, 1)
    path = tmp_path / "page.md"
    path.write_text(fence(source), encoding="utf-8")
    assert main(["check", "--adopt", "--diff", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == fence(source)
    assert main(["check", "--adopt", str(path)]) == 0
    assert "adopted: " in capsys.readouterr().out
    _, _, rest = source.partition("\n")
    line = f"import numpy as np  # python -m generator {words}"
    assert path.read_text(encoding="utf-8") == fence(f"{line}\n{rest}")
    assert main(["check", "--strict", str(path)]) == 0


@pytest.mark.parametrize("edit", [("W2 += ", "W2 -= "), ("(4).reshape(2, 2)", "(4).reshape(4, 1)")])
def test_a_lie_is_not_adopted(edit: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    source = XOR.replace(*edit).replace("rng(0)", "rng(7)")
    path.write_text(source, encoding="utf-8")
    assert main(["check", "--adopt", str(path)]) == 1
    assert path.read_text(encoding="utf-8") == source
