"""Replacing scripts: the new one stands where the old one stood, and no other byte moves."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from documents import AND, DEEP, LAYOUTS, PAGES, XOR, fence, notebook
from hypothesis import given, settings
from hypothesis import strategies as st
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script.choices import read
from nineteen.script.make import make
from nineteen.script.render import render
from nineteen.verbs.check import replacement as fixing
from nineteen.verbs.check.found_script import FoundScript, scripts_in
from nineteen.verbs.check.four_checks import ScriptResult, refused

WRONG = XOR.replace("W2 += ", "W2 -= ")


def put(path: Path, text: str) -> list[FoundScript]:
    path.write_bytes(text.encode())
    return scripts_in(path)


@pytest.mark.parametrize("new", [AND, DEEP], ids=["and", "deep"])
@pytest.mark.parametrize("name", PAGES)
def test_page_with_another_script(name: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    [found] = put(path, PAGES[name](XOR))
    fixing.write({found: new})
    assert path.read_bytes().decode() == PAGES[name](new)


@pytest.mark.parametrize("new", [AND, DEEP], ids=["and", "deep"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_notebook_with_another_script(name: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "lesson.ipynb"
    [found] = put(path, LAYOUTS[name](XOR))
    fixing.write({found: new})
    assert path.read_bytes().decode() == LAYOUTS[name](new)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_python_file(end: str, bom: str, tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    [found] = put(path, bom + WRONG.replace("\n", end))
    fixing.write({found: XOR})
    assert path.read_bytes().decode() == bom + XOR.replace("\n", end)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(sorted(PAGES.keys() - {"front matter", "CR", "CRLF"})), max_size=6))
def test_several_scripts_of_a_page(names: list[str]) -> None:
    def page(source: str) -> str:
        return "\n\nText é.\n\n<!-- -->\n\n".join(PAGES[name](source) for name in names)

    from nineteen.verbs.check.markdown_blocks import code_blocks

    text = page(XOR)
    blocks = [block for block in code_blocks(text) if block.source == XOR]
    sources = {FoundScript(Path("page.md"), block, None): AND for block in blocks}
    if len(blocks) == len(names):  # an open fence takes all that follows
        assert fixing.replaced(text, sources) == page(AND)


def test_nothing_but_the_failed_script_is_replaced(tmp_path: Path) -> None:
    text = fence(AND) + fence(WRONG) + fence(XOR.replace("output", "result")) + "End."
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
    assert path.read_text(encoding="utf-8") == fence(AND) + fence(XOR) + fence(XOR) + "End."


def test_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "x.py", tmp_path / "y.py"
    path.write_text(WRONG, encoding="utf-8")
    try:
        link.symlink_to(path)
    except OSError:
        pytest.skip("links are not allowed here")
    [found] = scripts_in(link)
    fixing.write({found: XOR})
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == XOR


def test_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    [found] = put(path, fence(WRONG))
    path.write_text("Mine.\n" + fence(WRONG), encoding="utf-8")
    with pytest.raises(UsageError, match="changed while it was being checked"):
        fixing.write({found: XOR})
    assert path.read_text(encoding="utf-8") == "Mine.\n" + fence(WRONG)


def test_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.py"
    [found] = put(path, WRONG)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fixing.write({found: XOR})
    assert path.read_text(encoding="utf-8") == WRONG
    assert os.listdir(tmp_path) == ["x.py"]


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
    monkeypatch.setattr(fixing, "SEEDS", range(3))
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
        fixing.replacement(result, 1)
