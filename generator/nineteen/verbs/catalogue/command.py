"""`catalogue`: the committed scripts under generated/, each verified, and the pages about them."""

import re
import shlex
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from joblib import Parallel, delayed

from nineteen.errors import UsageError
from nineteen.page.terminal import announce, counted
from nineteen.script.choices import choose, command, file_stem, read, spec_of
from nineteen.script.files import GENERATED, check_folder, output_path, write_atomically
from nineteen.script.make import Made, make
from nineteen.script.options import PROGRAM, command_parser
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data
from nineteen.verbs.catalogue.catalogue_pages import FAILED, PICTURES, REFERENCE, catalogue_files

SECONDS = 0.2  # about what one script takes
_PRINTED = re.compile(r"(?<=```text\n).*?(?=```)|(?<=stroke-width=\"7\" d=\").*?(?=\")", re.DOTALL)


def main(argv: list[str]) -> int:
    """Make the catalogue, or with --check say what is stale; returns 0, or 1 on a problem."""
    given = command_parser("catalogue").read(argv)
    folder = output_path(given.output, GENERATED)
    if given.check:
        problems, done = stale(folder), f"{folder} is fresh: {len(specs())} scripts"
    else:
        check_folder(folder)
        problems, done = _write(folder, given.quiet)
    if problems or not given.quiet:
        print(*problems or [done], sep="\n")
    return int(bool(problems))


def specs() -> list[ScriptSpec]:
    """The catalogue's scripts, in order, with seed 0."""
    return [
        spec_of(choose(shlex.split(line)))
        for chapter in data("catalogue/scripts.toml")["chapter"]
        for line in chapter["scripts"]
    ]


def stale(folder: Path) -> list[str]:
    """What in `folder` today's generator would not write: a line a file, each with the remedy.

    What is shown as printed may differ, and a script's seed: last digits depend on the machine.
    """
    named = []
    for spec in specs():
        with suppress(OSError, UnicodeDecodeError, UsageError):
            first, *_ = (folder / f"{file_stem(spec)}.py").read_text(encoding="utf-8").split("\n")
            spec = replace(spec, seed=read(first).seed)
        named.append((spec, render(spec)))
    wanted = {folder / name: text for name, text in catalogue_files(named).items()}
    ours = ("*.py", f"{FAILED}/*.*", f"{PICTURES}/*.*", f"{REFERENCE}/*.*")
    there = [path for pattern in ours for path in folder.glob(pattern)]
    place = f" -o {folder}" * (folder != GENERATED)
    return [
        f"{path}: not what is made today; run {PROGRAM} catalogue{place}"
        for path in sorted({*wanted, *there})
        if path not in wanted
        or not path.is_file()
        or _PRINTED.sub("", path.read_text("utf-8")) != _PRINTED.sub("", wanted[path])
    ]


def _write(folder: Path, quiet: bool) -> tuple[list[str], str]:
    """Why nothing was written, or what was."""
    wanted = specs()
    label = f"running {len(wanted)} scripts"
    announce(label, SECONDS * len(wanted), quiet)
    jobs = Parallel(n_jobs=-1, return_as="generator")(delayed(make)(spec) for spec in wanted)
    made: list[Made] = list(counted(jobs, label, len(wanted), quiet))
    failed = [f"{command(one.spec)}: {one.verdict.reason}" for one in made if not one.verdict.ok]
    if failed:
        nothing = f"{len(failed)} of {len(made)} scripts did not learn; nothing was written"
        return [*failed, nothing], ""
    for name, text in catalogue_files([(one.spec, one.source) for one in made]).items():
        write_atomically(folder / name, text)
    lines = max(script.source.count("\n") for script in made)
    return [], f"{len(made)} scripts in {folder}, all learned, none longer than {lines} lines"
