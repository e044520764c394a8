"""`catalogue`: the committed scripts under generated/, each verified, and the pages about them."""

import re
import shlex
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from joblib import Parallel, delayed

from nineteen.errors import UsageError
from nineteen.page.terminal import counted
from nineteen.script.choices import choose, command, file_stem, read, spec_of
from nineteen.script.files import GENERATED, check_folder, output_path, write_atomically
from nineteen.script.make import Made, make
from nineteen.script.options import PROGRAM, command_parser
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data
from nineteen.verbs.catalogue.catalogue_pages import FAILED, REFERENCE, failure_files, pages

_PRINTED = re.compile(r"(?<=```text\n).*?(?=```)", re.DOTALL)


def main(argv: list[str]) -> int:
    """Make the catalogue, or with --check say what is stale; returns 0, or 1 on a problem."""
    given = command_parser("catalogue").read(argv)
    folder = output_path(given.output, GENERATED)
    if given.check:
        problems = stale(folder)
        fresh = "" if given.quiet else f"{folder} is fresh: {len(specs())} scripts\n"
        sys.stdout.write("".join(f"{line}\n" for line in problems) or fresh)
        return int(bool(problems))
    check_folder(folder)
    return _write(folder, given.quiet)


def specs() -> list[ScriptSpec]:
    """The catalogue's scripts, in order, with seed 0."""
    return [
        spec_of(choose(shlex.split(line)))
        for chapter in data("catalogue/scripts.toml")["chapter"]
        for line in chapter["scripts"]
    ]


def stale(folder: Path) -> list[str]:
    """What in `folder` today's generator would not write: a line a file, each with the remedy.

    What a page shows as printed may differ: the last digit depends on the machine. So does the
    seed that a script's first line names.
    """
    named = []
    for spec in specs():
        with suppress(OSError, UnicodeDecodeError, UsageError):
            first, *_ = (folder / f"{file_stem(spec)}.py").read_text(encoding="utf-8").split("\n")
            spec = replace(spec, seed=read(first).seed)
        named.append((spec, render(spec)))
    wanted = _texts(folder, named)
    there = [*folder.glob("*.py"), *folder.glob(f"{FAILED}/*.*"), *folder.glob(f"{REFERENCE}/*.*")]
    return [
        f"{path}: not what is made today; run {PROGRAM} catalogue"
        for path in sorted({*wanted, *there})
        if path not in wanted
        or not path.is_file()
        or _PRINTED.sub("", path.read_text("utf-8")) != _PRINTED.sub("", wanted[path])
    ]


def _texts(folder: Path, scripts: list[tuple[ScriptSpec, str]]) -> dict[Path, str]:
    """All that the catalogue holds: the scripts, the failures, and the pages about them."""
    texts = {f"{file_stem(spec)}.py": text for spec, text in scripts}
    return {
        folder / name: text for name, text in (texts | failure_files() | pages(scripts)).items()
    }


def _write(folder: Path, quiet: bool) -> int:
    wanted = specs()
    jobs = Parallel(n_jobs=-1, return_as="generator")(delayed(make)(spec) for spec in wanted)
    made: list[Made] = list(counted(jobs, "verifying", len(wanted)))
    failed = [script for script in made if not script.verdict.ok]
    for script in failed:
        print(f"{command(script.spec)}: {script.verdict.reason}")
    if failed:
        print(f"{len(failed)} of {len(made)} scripts did not learn; nothing was written")
        return 1
    for path, text in _texts(folder, [(one.spec, one.source) for one in made]).items():
        write_atomically(path, text)
    lines = max(script.source.count("\n") for script in made)
    if not quiet:
        print(f"{len(made)} scripts in {folder}, all learned, none longer than {lines} lines")
    return 0
