"""The wheel: built, installed into a clean environment, and used from another folder."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from nineteen import cli

ROOT = Path(cli.__file__).parent.parent.parent


def call(*words: object, cwd: Path) -> str:
    run = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@pytest.mark.slow
def test_the_wheel_works_alone(tmp_path: Path) -> None:
    call(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", tmp_path, ROOT, cwd=tmp_path)
    [wheel] = tmp_path.glob("nineteen-*.whl")
    inside = zipfile.ZipFile(wheel).namelist()
    templates = {
        f"nineteen/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "templates").rglob("*")
        if path.is_file()
    }
    assert templates <= set(inside)
    assert not [name for name in inside if name.startswith(("tests/", "generated/"))]
    home = tmp_path / "clean"
    venv.create(home, with_pip=True)
    bin_ = home / ("Scripts" if sys.platform == "win32" else "bin")
    call(bin_ / "python", "-m", "pip", "install", "-q", wheel, cwd=tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    said = call(bin_ / "nineteen", "xor", "--batch", "mini", cwd=elsewhere)
    assert "learned" in said
    made = (elsewhere / "generated" / "xor_mini.py").read_bytes()
    assert made == (ROOT / "generated" / "xor_mini.py").read_bytes()
    assert "xor" in call(bin_ / "python", "-m", "generator", "list", cwd=elsewhere)
