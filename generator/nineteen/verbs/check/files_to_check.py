"""Which files `check` reads: those named, those in the folders named, and what a project says."""

import os
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import accumulate
from pathlib import Path
from typing import Any

from nineteen.errors import UsageError
from nineteen.script import make, options
from nineteen.verbs.check.found_script import READERS
from nineteen.verbs.check.text_blocks import FORMATS


@dataclass(frozen=True)
class Settings:
    """How scripts are found and checked: as is said, as a project says, or by default.

    `exclude` are patterns such as "drafts" or "old/*.md", of paths below the `folder` of the file;
    `sandbox` is "auto", "require" or "off". Scripts without a command are checked as what `claim`
    names, if it does, with so many `seeds`; with `adopt` those with one as what their text says,
    also where their command says otherwise. Where it is `quiet`, nothing is shown meanwhile.
    """

    exclude: tuple[str, ...] = ()
    seconds: float = make.SECONDS
    strict: bool = False
    sandbox: str = "auto"
    seeds: int = 100
    claim: str = ""
    workers: int = 1
    adopt: bool = False
    quiet: bool = False
    folder: Path = field(default_factory=Path)


DEFAULTS = Settings()
_KINDS = {"exclude": list, "seconds": int | float, "strict": bool, "sandbox": str, "seeds": int}


def settings_of(paths: Sequence[Path], **said: Any) -> Settings:
    """The settings for these paths: what is `said` and is not None comes before the project's.

    Those are under [tool.nineteen] in the nearest pyproject.toml above all the paths that has some.
    Raises UsageError where they are not what they should be.
    """
    given = {key: value for key, value in said.items() if value is not None}
    above = Path(os.path.commonpath([path.absolute() for path in paths] or [Path.cwd()]))
    for folder in (above, *above.parents):
        file, found = folder / "pyproject.toml", None
        with suppress(OSError, ValueError):
            found = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("nineteen")
        if found is None:
            continue
        for key, value in found.items():
            right = isinstance(value, _KINDS.get(key, ()))
            if not right or (key == "sandbox" and value not in ("auto", "require", "off")):
                takes = FORMATS["settings"]["takes"]
                raise UsageError(f"{file}: [tool.nineteen] {key} = {value!r}: it takes {takes}")
        own = {**found, "exclude": tuple(found.get("exclude", ())), "folder": folder}
        return Settings(**(own | given))
    return Settings(**given)


def files_in(paths: Iterable[Path], settings: Settings, errors: list[OSError]) -> list[Path]:
    """The files that may hold scripts: those named, and those in the folders named, each once.

    Hidden folders, build folders, virtual environments and what the settings exclude are left out
    of folders; `errors` gets those of folders that cannot be read. Raises UsageError for a path
    that does not exist, is a pipe or a device, or has another ending.
    """
    found: dict[str, Path] = {}
    for path in paths:
        problem, inside = "", [path]
        if path.is_dir():
            inside = sorted(_walk(path, settings, errors))
        elif not path.exists():
            problem = "there is no such file or folder"
        elif path.suffix.lower() not in READERS:
            problem = f"scripts are in {', '.join(READERS)} files"
        elif not path.is_file():
            problem = "it is not a regular file; name another"
        if problem:
            raise UsageError(f"{options.printable(str(path))}: {problem}")
        for file in inside:
            found.setdefault(os.path.realpath(file), file)
    return list(found.values())


def _walk(folder: Path, settings: Settings, errors: list[OSError]) -> Iterator[Path]:
    left_out, seen = {*FORMATS["folders"]["left_out"]}, set[str]()
    for name, folders, names in os.walk(folder, followlinks=True, onerror=errors.append):
        if (real := os.path.realpath(name)) in seen:  # a link may lead back
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [
            inner
            for inner in folders
            if not (inner.startswith(".") or inner in left_out)
            and not Path(name, inner, "pyvenv.cfg").exists()
            and not is_excluded(Path(name, inner), settings)
        ]
        for path in (Path(name, file) for file in names):
            readable = path.suffix.lower() in READERS and path.is_file()
            if readable and not is_excluded(path, settings):
                yield path


def is_excluded(path: Path, settings: Settings) -> bool:
    """Whether a pattern of a project means this file or folder, or one that it is in."""
    parts = os.path.relpath(path.absolute(), settings.folder.absolute()).split(os.sep)
    names = {*parts, *accumulate(parts, "{}/{}".format)}
    patterns = [pattern.rstrip("/") for pattern in settings.exclude]
    return any(fnmatch(name, pattern) for name in names for pattern in patterns)
