"""Which files `check` reads: those named, those in the folders named, and what a project says."""

import os
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

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


DEFAULTS = Settings()
_KINDS = {"exclude": list, "seconds": int | float, "strict": bool}


def settings_of(paths: Sequence[Path]) -> Settings:
    """The settings of the nearest pyproject.toml that has some, above all the paths.

    Raises UsageError where they are not what they should be.
    """
    above = Path(os.path.commonpath([path.absolute() for path in paths] or [Path.cwd()]))
    for folder in (above, *above.parents):
        file, found = folder / "pyproject.toml", None
        with suppress(OSError, ValueError):
            found = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("nineteen")
        for key, value in (found or {}).items():
            if key not in _KINDS or not isinstance(value, _KINDS[key]):
                raise UsageError(
                    f"{file}: [tool.nineteen] {key} = {value!r}: it takes exclude (a list of "
                    "patterns), seconds (a number) and strict (true or false)"
                )
        if found is not None:
            return Settings(**{**found, "exclude": tuple(found.get("exclude", ()))}, folder=folder)
    return DEFAULTS


def files_in(
    paths: Iterable[Path], settings: Settings = DEFAULTS, unreadable: list[str] | None = None
) -> list[Path]:
    """The files that may hold scripts: those named, and those in the folders named, each once.

    Hidden folders, build folders, virtual environments and what the settings exclude are left out
    of folders. Folders that cannot be read are added to `unreadable`. Raises UsageError for a path
    that does not exist, is a pipe or a device, or has another ending.
    """
    found: dict[str, Path] = {}
    for path in paths:
        problem = "it is not a regular file; name another"
        if path.is_dir():
            for file in sorted(_walk(path, settings, [] if unreadable is None else unreadable)):
                found.setdefault(os.path.realpath(file), file)
            continue
        if not path.exists():
            problem = "there is no such file or folder"
        elif path.suffix.lower() not in READERS:
            problem = f"scripts are in {', '.join(READERS)} files"
        elif path.is_file():
            found.setdefault(os.path.realpath(path), path)
            continue
        raise UsageError(f"{printable(str(path))}: {problem}")
    return list(found.values())


def _walk(folder: Path, settings: Settings, unreadable: list[str]) -> Iterator[Path]:
    left_out = {*data("check/formats.toml")["folders"]["left_out"]}
    seen: set[str] = set()

    def note(error: OSError) -> None:
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
            and not is_excluded(Path(name, inner), settings)
        ]
        for path in (Path(name, file) for file in names):
            readable = path.suffix.lower() in READERS and path.is_file()
            if readable and not is_excluded(path, settings):
                yield path


def is_excluded(path: Path, settings: Settings) -> bool:
    """Whether a pattern of a project means this file or folder."""
    below = os.path.relpath(path.absolute(), settings.folder.absolute()).replace(os.sep, "/")
    patterns = [pattern.rstrip("/") for pattern in settings.exclude]
    return any(fnmatch(name, pattern) for name in (below, path.name) for pattern in patterns)
