"""Writing a file: where it may go, never half, and never over somebody's own work."""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.script import choices, render

GENERATED = Path("generated")  # our own place, made with all that is in it
LESSONS = GENERATED / "lessons"
STDOUT = Path("-")  # as a place for a document or a script: standard output


def output_path(output: str | None, default: Path, format: str = "") -> Path:
    """What -o says, else the default; UsageError for no name, or one of another format."""
    path = default if output is None else Path(output)
    if output == "":
        what = "file" if format else "place"
        raise UsageError(f"-o '': name a {what}, or leave -o out", "--output")
    named = path.suffix.lower() == f".{format}" or path == STDOUT or path.is_dir()
    if output and format and not named:
        reason = f"the name of a file in the format {format} has to end in .{format}"
        raise UsageError(f"-o {path}: {reason}; change it, or --format", "--output")
    return path


def check_target(path: Path, force: bool) -> None:
    """Raise UsageError where `path` cannot be written, or holds what would be lost by writing."""
    if path == STDOUT:
        return
    if path.is_dir():
        raise UsageError(f"-o {path}: it is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise UsageError(f"-o {path}: it is not a regular file; name another")
    if path.exists() and not os.access(path, os.W_OK):
        raise UsageError(f"-o {path}: it may not be written; name another place with -o")
    check_folder(path.parent)
    if path.exists() and not force and not _is_ours(path):
        raise UsageError(f"{path} was changed by hand or by an older generator: use --force, or -o")


def check_folder(folder: Path) -> None:
    """Raise UsageError unless a folder may be written, or made: one, or all of `generated`."""
    above = (folder, *folder.parents)
    missing = list(takewhile(lambda one: not one.exists(), above))
    there = (*above, Path())[len(missing)]
    ours = folder.parts[:1] == GENERATED.parts
    if (len(missing) > 1 and not ours) or not there.is_dir():
        lacking = missing[1] if len(missing) > 1 else there
        raise UsageError(f"there is no folder {lacking}: make it first, or name another with -o")
    if not os.access(there, os.W_OK):
        raise UsageError(f"nothing may be written in {there}: name another place with -o")


def make_folder(folder: Path) -> None:
    """Make the folder if it is missing. Raises UsageError as `check_folder` does."""
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)


def _is_ours(path: Path) -> bool:
    """Whether the file holds exactly what its first line's command renders today."""
    try:
        text = path.read_bytes().decode()
        return render.render(choices.read(text.partition("\n")[0])) == text
    except (UsageError, UnicodeDecodeError):
        return False


def replace_text(path: Path, old: str, new: str) -> None:
    """Put `new` in the place of `old`, which is all that a file holds; its mode and owner stay.

    Raises UsageError, and writes nothing, where the file holds anything else by now, or has a
    second name, which would keep the old text.
    """
    target = path.resolve()  # a link stays one
    about = target.stat()
    if about.st_nlink > 1:
        raise UsageError("the file has a second name (a hard link): mend it by hand")

    def confirm(draft: Path) -> None:
        shutil.copymode(target, draft)
        with suppress(OSError, AttributeError):  # only root may give a file away; not on Windows
            os.chown(draft, about.st_uid, about.st_gid)
        if target.read_bytes() != old.encode():
            raise UsageError("the file was changed while it was being checked: check it again")

    write_atomically(target, new, confirm)


def write_atomically(
    path: Path, content: str | bytes, confirm: Callable[[Path], None] | None = None
) -> None:
    """Put a text, as UTF-8, or bytes at `path` in one step; what goes wrong leaves the old file."""
    make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(draft, "xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        if confirm:  # which may still raise
            confirm(draft)
        os.replace(draft, path)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)
        raise
