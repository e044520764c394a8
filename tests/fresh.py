"""Fresh virtual environments, commands in them, and what they are given."""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
_TOLD = ("CI", "PYTHON", "PYTEST", "COLUMNS")


def environment() -> dict[str, str]:
    """The environment without what this process was told in it."""
    return {name: text for name, text in os.environ.items() if not name.startswith(_TOLD)}


class Fresh:
    """A virtual environment at `home`, without pip: the one of this process installs into it."""

    def __init__(self, home: Path) -> None:
        venv.create(home)
        self.home = home
        self.bin = home / ("Scripts" if sys.platform == "win32" else "bin")

    def pip(self, verb: str, *words: object) -> None:
        pip = [sys.executable, "-m", "pip", "--python", self.bin / "python", verb, "-q", *words]
        done = call(*pip, cwd=self.home)
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, command: str, cwd: Path, code: int = 0) -> str:
        """What a command of this environment says, which has to end with `code`."""
        program, *words = command.split()
        done = call(self.bin / program, *words, cwd=cwd)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def files(self) -> set[str]:
        """Every file in it, but what Python and pytest compile."""
        every = {path.relative_to(self.home).as_posix() for path in self.home.rglob("*")}
        return {
            name for name in every if "__pycache__" not in name and (self.home / name).is_file()
        }


def call(*words: object, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """A command in the folder `cwd`, without what this process was told in its environment."""
    return subprocess.run(
        [*map(str, words)], cwd=cwd, env=environment(), capture_output=True, text=True
    )


def put(path: Path, text: str) -> Path:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path
