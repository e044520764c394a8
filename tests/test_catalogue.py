"""generated/ is what today's generator writes, and every script in it still learns."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from nineteen import cli
from nineteen.page.look import BITS
from nineteen.script.choices import file_stem, read
from nineteen.script.judge import judge
from nineteen.script.templates import data
from nineteen.verbs.catalogue import command as catalogue

ROOT = Path(catalogue.__file__).parents[4]
GENERATED = ROOT / "generated"
SCRIPTS = sorted(GENERATED.glob("*.py"))


def test_the_catalogue_is_fresh_byte_for_byte() -> None:
    assert catalogue.stale(GENERATED) == []
    assert len(SCRIPTS) == len(catalogue.specs()) >= 40


def test_freshness_can_say_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(GENERATED, tmp_path, dirs_exist_ok=True)
    assert cli.main(["catalogue", "--check", "-o", str(tmp_path)]) == 0
    (tmp_path / "extra.py").write_text("print(1)\n", encoding="utf-8")
    (tmp_path / "and_full.py").unlink()
    changed = tmp_path / "xor_mini.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert cli.main(["catalogue", "--check", "-o", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert all(name in said for name in ("extra.py", "and_full.py", "xor_mini.py"))
    assert "or_full.py" not in said


@pytest.mark.slow
def test_the_index_can_be_stale(tmp_path: Path) -> None:
    shutil.copytree(GENERATED, tmp_path, dirs_exist_ok=True)
    (tmp_path / "README.md").write_text("# another\n", encoding="utf-8")
    assert len(catalogue.stale(tmp_path)) == 1


def test_the_index_shows_a_picture_for_each_chapter_and_they_are_there() -> None:
    index = (GENERATED / "README.md").read_text(encoding="utf-8")
    shown = re.findall('<img src="([^"]+)"', index)
    chapters = data("catalogue/scripts.toml")["chapter"]
    assert {f"pictures/{one['name']}.svg" for one in chapters} < set(shown)
    assert all((GENERATED / name).is_file() for name in shown)
    drawn = {name for name in shown if name.startswith("pictures/")}
    assert {f"pictures/{path.name}" for path in GENERATED.glob("pictures/*")} == drawn
    assert f"has {len(SCRIPTS) - 1} more" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_picture_is_of_its_network_and_table() -> None:
    picture = ElementTree.parse(GENERATED / "pictures" / "strategies.svg")
    every = [(one.tag.rpartition("}")[2], one.get("fill")) for one in picture.iter()]
    assert sum(tag == "circle" for tag, _ in every) == 2 + 8 + 1
    squares = [fill for tag, fill in every if tag == "rect" and fill in {b.colour for b in BITS}]
    assert squares == [BITS[int(bit)].colour for bit in "0110"]
    assert every.count(("rect", "none")) == 2  # updates of an epoch


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_every_script_learns(path: Path) -> None:
    """As a student runs it: no generator in between but for the judge."""
    from nineteen.script.run import run

    spec = read(path.read_text(encoding="utf-8").partition("\n")[0])
    assert f"{file_stem(spec)}.py" == path.name
    verdict = judge(run(path.read_text(encoding="utf-8")), spec.table, show_loss=spec.show_loss)
    assert verdict.ok, verdict.reason


def test_scripts_run_from_anywhere_with_nothing_but_numpy(tmp_path: Path) -> None:
    path = GENERATED / "xor_mini.py"
    run = subprocess.run(
        [sys.executable, "-I", str(path)], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.returncode == 0
    assert run.stderr == ""
    assert len(run.stdout.splitlines()) == 4
