"""`catalogue`: the committed scripts under generated/, each verified, and their index."""

import shlex
from dataclasses import replace
from pathlib import Path

from joblib import Parallel, delayed
from rich.console import Console
from rich.progress import track

from nineteen.errors import UsageError
from nineteen.script.choices import command, file_stem, read, spec_of
from nineteen.script.files import write_atomically
from nineteen.script.make import Made, make
from nineteen.script.options import PROGRAM, Parser, parser
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.catalogue import course, failures

FOLDER = Path("generated")

# The catalogue, a chapter a heading; adding a script is adding a line.
CHAPTERS: dict[str, tuple[str, ...]] = {
    "One gate, full batch": (
        *("not", "buffer"),
        *("false", "and", "nimply", "a", "cnimply", "b", "xor", "or"),
        *("nor", "xnor", "not_b", "cimply", "not_a", "imply", "nand", "true"),
    ),
    "Three batch strategies": (
        *("xor --batch sgd", "xor --batch mini", "xor --batch mini --batch-size 3"),
        *("and --batch sgd", "and --batch mini", "or --batch sgd", "or --batch mini"),
        *("xor3 --batch sgd", "xor3 --batch mini", "xor3", "xor3 --batch mini --batch-size 3"),
    ),
    "Five gates in one network": (
        "and or xor nand nor",
        "and or xor nand nor --batch mini",
        "and or xor nand nor --batch sgd",
    ),
    "Layer sizes": (
        "xor --hidden 2",
        "xor --hidden 4",
        "xor --hidden 16",
        "and --hidden 1",
        "xor --hidden 64",
    ),
    "Activations": (
        "xor --activation tanh",
        "xor --activation relu",
        "xor3 --activation tanh --batch mini",
    ),
    "More inputs": (
        "and3",
        "or3",
        "majority3",
        "xor4",
        "xor4 --batch mini",
        "majority5 --batch mini",
        "xor8 --batch mini",
    ),
    "Circuits": (
        "half_adder",
        "full_adder",
        "full_adder --batch mini",
        "mux",
        "decoder",
        "equal",
        "greater",
    ),
    "Any table, any expression": (
        "--table 01101001,00010111",
        "--table 0x1ee1",
        '--expr "a and (b != c)"',
    ),
    "Several hidden layers": (
        *("xor --hidden 8,4", "xor --hidden 8,4 --batch mini", "xor --hidden 8,4 --batch sgd"),
        *(
            "xor3 --hidden 8,8 --activation tanh --batch mini",
            "majority3 --hidden 8,8,8 --activation tanh",
        ),
    ),
    "Watching the loss": (
        "xor --show loss",
        "xor --batch mini --show loss",
        "xor --batch sgd --show loss",
    ),
}


def main(argv: list[str]) -> int:
    """Make the catalogue, or with --check say what is stale; returns 0, or 1 on a problem."""
    options = Parser(
        prog=f"{PROGRAM} catalogue", description="Make and verify the scripts in generated/ again."
    )
    options.add_argument(
        "--check", action="store_true", help="write nothing; say which files are stale"
    )
    options.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        default=FOLDER,
        type=Path,
        help="the folder (default generated)",
    )
    given = options.parse_args(argv)
    if given.check:
        problems = stale(given.output)
        print("\n".join(problems) or f"{given.output} is fresh: {len(specs())} scripts")
        return int(bool(problems))
    return _write(given.output)


def specs() -> list[ScriptSpec]:
    """The catalogue's scripts, in order, with seed 0."""
    return [
        spec_of(parser().parse_intermixed_args(shlex.split(line)))
        for lines in CHAPTERS.values()
        for line in lines
    ]


def stale(folder: Path) -> list[str]:
    """What in `folder` today's generator would not write: a line a file, each with the remedy."""
    remedy = f"run {PROGRAM} catalogue"
    problems = []
    kept = []
    for spec in specs():
        path = folder / f"{file_stem(spec)}.py"
        try:
            text = path.read_text(encoding="utf-8")
            named = read(text.partition("\n")[0])
        except (OSError, UnicodeDecodeError, UsageError) as error:
            problems.append(f"{path}: {error}; {remedy}")
            continue
        if replace(named, seed=0) != spec or render(named) != text:
            problems.append(f"{path}: differs from what {command(named)} renders; {remedy}")
        kept.append(named)
    known = {f"{file_stem(spec)}.py" for spec in specs()}
    problems += [
        f"{path}: not in the catalogue"
        for path in sorted(folder.glob("*.py"))
        if path.name not in known
    ]
    pages = {} if problems else _pages(kept)
    for name, text in pages.items():
        page = folder / name
        if not page.is_file() or page.read_text(encoding="utf-8") != text:
            problems.append(f"{page}: differs from the scripts beside it; {remedy}")
    others = failures.stale(folder / failures.FOLDER)
    return problems + [f"{path}: differs from what is made today; {remedy}" for path in others]


def index(kept: list[ScriptSpec]) -> str:
    """The Markdown page that lists the scripts, from their specs in the catalogue's order."""
    lines = [
        "# The catalogue",
        "",
        "Every script here was made, run and verified by the command on its first line;",
        f"`{PROGRAM} catalogue` makes them all again. None has more than 19 lines.",
        "",
        f"Beside them: [lessons and a course]({course.PAGE}) that use them, and "
        f"[scripts that do not learn]({failures.FOLDER}/{failures.PAGE}), with the reasons.",
    ]
    rest = iter(kept)
    for chapter, commands in CHAPTERS.items():
        lines += ["", f"## {chapter}", "", "| script | command | updates |", "| --- | --- | ---: |"]
        for _, spec in zip(commands, rest, strict=False):
            name = f"{file_stem(spec)}.py"
            lines.append(f"| [{name}]({name}) | `{command(spec)}` | {spec.updates:,} |")
    return "\n".join(lines) + "\n"


def _pages(kept: list[ScriptSpec]) -> dict[str, str]:
    """The pages beside the scripts, by the names of their files."""
    return {"README.md": index(kept), course.PAGE: course.page(kept)}


def _write(folder: Path) -> int:
    console = Console(stderr=True)
    jobs = Parallel(n_jobs=-1, return_as="generator")(delayed(make)(spec) for spec in specs())
    made: list[Made] = list(
        track(jobs, "verifying", len(specs()), console=console, disable=not console.is_terminal)
    )
    failed = [script for script in made if not script.verdict.ok]
    for script in failed:
        print(f"{command(script.spec)}: {script.verdict.reason}")
    if failed:
        print(f"{len(failed)} of {len(made)} scripts did not learn; nothing was written")
        return 1
    for script in made:
        write_atomically(folder / f"{file_stem(script.spec)}.py", script.source)
    for name, text in _pages([script.spec for script in made]).items():
        write_atomically(folder / name, text)
    failures.write(folder / failures.FOLDER)
    lines = max(len(script.source.splitlines()) for script in made)
    print(f"{len(made)} scripts in {folder}, all learned, none longer than {lines} lines")
    return 0
