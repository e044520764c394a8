"""The hook for pre-commit, in a project of its own, with the real pre-commit."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from documents import XOR, fence

PROJECT = Path(__file__).parent.parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("pre-commit") and shutil.which("git")),
        reason="pre-commit (of the extra ci) and git are not both installed",
    ),
]


def git(*words: str, folder: Path) -> None:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_hook_passes_what_is_right_and_stops_what_is_not(tmp_path: Path) -> None:
    lesson, hook = tmp_path / "lesson", tmp_path / "hook"
    ignored = shutil.ignore_patterns(".git", ".*_cache", "__pycache__", ".venv", "node_modules")
    shutil.copytree(PROJECT, hook, ignore=ignored)
    lesson.mkdir()
    for folder in (hook, lesson):
        git("init", "-q", folder=folder)
    git("add", "-A", folder=hook)
    git("commit", "-qm", "x", folder=hook)
    own = {"PRE_COMMIT_HOME": str(tmp_path / "cache"), "PATH": os.environ["PATH"]}
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | own

    def hooked(page: str) -> subprocess.CompletedProcess[str]:
        (lesson / "page.md").write_text(page, encoding="utf-8")
        (lesson / "other.py").write_text("x = 1\n", encoding="utf-8")  # holds none, which is right
        git("add", "-A", folder=lesson)
        command = ["pre-commit", "try-repo", str(hook), "nineteen-check", "--all-files"]
        return subprocess.run(
            command, cwd=lesson, env=environment, capture_output=True, text=True, check=False
        )

    good = hooked(fence(XOR))
    assert good.returncode == 0, good.stdout + good.stderr
    assert "Passed" in good.stdout
    bad = hooked(fence(XOR.replace("W2 += ", "W2 -= ")))
    assert bad.returncode == 1, bad.stdout + bad.stderr
    assert "page.md:2 (block 1): xor --batch mini" in bad.stdout
    assert "learns: fail" in bad.stdout
