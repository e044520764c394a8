"""Which files `check` reads: those named, those in the folders named, and what a project says."""

import os
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.make import SECONDS
from nineteen.script.options import printable
from nineteen.script.templates import data
from nineteen.verbs.check.found_script import READERS


@dataclass(frozen=True)
class Settings:
    """What a project's pyproject.toml says under [tool.nineteen], or the defaults.

    `exclude` are patterns such as "drafts" or "old/*.md", of paths below the `folder` of the file.
    """

    exclude: tuple[str, ...] = ()
    seconds: float = SECONDS
    strict: bool = False
    folder: Path = field(default_factory=Path)


def settings_of(paths: Sequence[Path]) -> Settings:
    """The settings of the nearest pyproject.toml that has some, above all the paths.

    Raises UsageError where they are not what they should be.
    """
    above = Path(os.path.commonpath([path.absolute() for path in paths] or [Path.cwd()]))
    for folder in (above, *above.parents):
        try:
            whole = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if (found := whole.get("tool", {}).get("nineteen")) is not None:
            return _settings(found, folder)
    return Settings()


def _settings(found: dict[str, Any], folder: Path) -> Settings:
    kinds = {"exclude": list, "seconds": int | float, "strict": bool}
    for key, value in found.items():
        if key not in kinds or not isinstance(value, kinds[key]):
            raise UsageError(
                f"{folder / 'pyproject.toml'}: [tool.nineteen] {key} = {value!r}: it takes exclude "
                "(a list of patterns), seconds (a number) and strict (true or false)"
            )
    return Settings(**{**found, "exclude": tuple(found.get("exclude", ()))}, folder=folder)


def files_in(
    paths: Iterable[Path], settings: Settings | None = None, unreadable: list[str] | None = None
) -> list[Path]:
    """The files that may hold scripts: those named, and those in the folders named, each once.

    Hidden folders, build folders, virtual environments and what the settings exclude are left out
    of folders. Folders that cannot be read are added to `unreadable`. Raises UsageError for a path
    that does not exist, is a pipe or a device, or has another ending.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(_walk(path, settings or Settings(), unreadable))
        elif not path.exists():
            raise UsageError(f"{printable(str(path))}: there is no such file or folder")
        elif path.suffix.lower() not in READERS:
            endings = ", ".join(READERS)
            raise UsageError(f"{printable(str(path))}: scripts are in {endings} files")
        elif not path.is_file():
            raise UsageError(f"{printable(str(path))}: it is not a regular file; name another")
        else:
            inside = [path]
        for file in inside:
            found.setdefault(os.path.realpath(file), file)
    return list(found.values())


def _walk(folder: Path, settings: Settings, unreadable: list[str] | None) -> Iterator[Path]:
    left_out = {*data("check/formats.toml")["folders"]["left_out"]}
    seen: set[str] = set()

    def note(error: OSError) -> None:
        if unreadable is not None:
            unreadable.append(f"{error.filename}: {error.strerror}")

    for name, folders, names in os.walk(folder, followlinks=True, onerror=note):
        if (real := os.path.realpath(name)) in seen:  # a link may lead back
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [
            inner
            for inner in folders
            if not inner.startswith(".")
            and inner not in left_out
            and not os.path.exists(os.path.join(name, inner, "pyvenv.cfg"))
            and not _excluded(Path(name, inner), settings)
        ]
        for file in names:
            path = Path(name, file)
            if path.suffix.lower() in READERS and path.is_file() and not _excluded(path, settings):
                yield path


def _excluded(path: Path, settings: Settings) -> bool:
    below = os.path.relpath(path.absolute(), settings.folder.absolute()).replace(os.sep, "/")
    return any(
        fnmatch(below, pattern.rstrip("/")) or fnmatch(path.name, pattern.rstrip("/"))
        for pattern in settings.exclude
    )
