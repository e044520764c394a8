"""Writing a script: never half, and never over somebody's own work."""

import os
from contextlib import suppress
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.script.choices import read
from nineteen.script.render import render


def check_target(path: Path, force: bool) -> None:
    """Raise UsageError where `path` cannot be written, or holds what would be lost by writing."""
    if path.is_dir():
        raise UsageError(f"-o {path}: it is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise UsageError(f"-o {path}: it is not a regular file; name another")
    folder = (
        path.parent if path.parent.exists() else path.parent.parent
    )  # one missing folder is made
    if not folder.is_dir():
        raise UsageError(f"-o {path}: there is no folder {folder}; make it first")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise UsageError(f"-o {path}: it may not be written; name another place with -o")
    if path.exists() and not force and not is_ours(path):
        raise UsageError(f"{path} was changed by hand or by an older generator: use --force, or -o")


def is_ours(path: Path) -> bool:
    """Whether the file holds exactly what its first line's command renders today."""
    try:
        text = path.read_bytes().decode()
        return render(read(text.partition("\n")[0])) == text
    except (UsageError, UnicodeDecodeError):
        return False


def write_atomically(path: Path, text: str) -> None:
    """Put `text` at `path` in one step, as UTF-8; whatever goes wrong leaves the old file."""
    path.parent.mkdir(exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(draft, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        with suppress(FileNotFoundError):
            draft.unlink()
        raise
