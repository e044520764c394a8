"""The command line: the main command, the verbs, and the one place where errors become codes."""

import argparse
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from nineteen import __version__
from nineteen.errors import UsageError
from nineteen.script.choices import file_stem, spec_of
from nineteen.script.options import Parser, parser, printable, whole_number
from nineteen.script.spec import ScriptSpec

if TYPE_CHECKING:
    from nineteen.script.make import Made

# Reserved names: each is a module of the same job with a `main`.
VERBS = {
    "list": ("nineteen.verbs.list.command", "print every gate with its truth table"),
    "catalogue": ("nineteen.verbs.catalogue.command", "make the scripts in generated/ again"),
    "check": ("nineteen.verbs.check.command", "check the scripts in files and folders"),
    "sweep": ("nineteen.verbs.sweep.command", "measure what share of seeds learns"),
    "compare": ("nineteen.verbs.compare.command", "measure what the batch size does, as a lesson"),
    "explain": ("nineteen.verbs.explain.command", "show what every line of a script means"),
    "playground": (
        "nineteen.verbs.playground.command",
        "choose, see and run scripts in the browser",
    ),
}


def main(argv: Sequence[str]) -> int:
    """Run a command line; returns its exit code.

    0 verified, 1 not learned or a check failed, 2 usage, 3 a script crashed or ran out of time,
    130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        if argv and argv[0] in VERBS:
            return int(import_module(VERBS[argv[0]][0]).main(list(argv[1:])))
        return _make(argv)
    except UsageError as error:
        return _fail(str(error), 2)
    except BrokenPipeError:  # the reader of a pipe has had enough
        sys.stdout = None
        return 0
    except OSError as error:
        return _fail(
            f"{error.filename or 'output'}: {error.strerror or error}; nothing was written", 2
        )
    except KeyboardInterrupt as stop:
        return _fail(str(stop) or "interrupted, nothing was written", 130)


def entry() -> None:
    """The console command `nineteen`."""
    os.environ["PYTHONSAFEPATH"] = "1"  # workers import nothing from the current folder either
    sys.exit(main(sys.argv[1:]))


def main_parser() -> Parser:
    """The whole parser of the main command: what to learn, how, and where to put it."""
    whole = parser()
    whole.description = (
        "Render a script of at most 19 lines, run it, check that it learned, and only then keep it."
    )
    whole.formatter_class = argparse.RawDescriptionHelpFormatter
    verbs = [f"  {name:<22}{about}" for name, (_, about) in VERBS.items()]
    whole.epilog = "\n".join(["verbs, each with a --help of its own:", *verbs])
    output = whole.add_argument_group("where to put it")
    output.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="the script's file (default generated/…); - for standard output",
    )
    output.add_argument(
        "--format",
        choices=["py", "md", "ipynb", "html"],
        default="py",
        help="the script alone (py), or a lesson around it (default py)",
    )
    output.add_argument(
        "--math",
        choices=["none", "some", "full"],
        default="none",
        help="formulas of the lesson: none, the updates, or their derivation (default none)",
    )
    output.add_argument(
        "--exercise",
        action="store_true",
        help="leave lines blank for students, with checks that grade them (--format py or ipynb)",
    )
    output.add_argument(
        "--variants",
        metavar="N",
        type=whole_number,
        help="N exercises in a folder: for each student another gate, size and strategy",
    )
    output.add_argument(
        "--force", action="store_true", help="replace a file that was changed by hand"
    )
    output.add_argument("-h", "--help", action="help", help="show this help and leave")
    output.add_argument("--version", action="version", version=f"nineteen {__version__}")
    return whole


def _make(argv: Sequence[str]) -> int:
    options = main_parser().parse_intermixed_args(argv)
    spec = spec_of(options)
    if options.exercise or options.variants is not None:
        from nineteen.verbs.exercise.command import make_exercise

        return _tell(*make_exercise(options, spec), options.output == "-")
    if options.format != "py":
        return _make_lesson(options, spec)
    if options.math != "none":
        raise UsageError("--math goes with a lesson: add --format md, ipynb or html")
    from nineteen.script.files import check_target, write_atomically
    from nineteen.script.make import SEEDS, make

    def path_of(spec: ScriptSpec) -> Path:
        return Path(options.output or f"generated/{file_stem(spec)}.py")

    to_stdout = options.output == "-"
    if not to_stdout:
        for path in {path_of(spec), path_of(replace(spec, keep=False))}:
            check_target(path, options.force)
    made = make(spec, SEEDS if options.seed is None else (spec.seed,))
    kept = made.verdict.ok or made.spec.keep
    if to_stdout and kept:
        sys.stdout.write(made.source)
    elif kept:
        write_atomically(path_of(made.spec), made.source)
    place = options.output or str(path_of(made.spec))
    return _tell(made, place if kept else "", to_stdout)


def _make_lesson(options: Namespace, spec: ScriptSpec) -> int:
    if options.keep:
        raise UsageError(
            "--keep goes with --format py: a lesson is made from a script that learned"
        )
    if options.output == "-" and options.format == "md":
        raise UsageError("-o - cannot hold the pictures of --format md: name a file, or use html")
    from nineteen.page.document import check_place, files, write
    from nineteen.script.make import SEEDS, make
    from nineteen.verbs.lesson.lesson import check_extras, default_path, lesson

    to_stdout = options.output == "-"
    path = Path(options.output or default_path(spec, options.math, options.format))
    check_extras(options.math, options.format)
    if not to_stdout:
        check_place(path)
    made = make(spec, SEEDS if options.seed is None else (spec.seed,))
    if not made.verdict.ok:
        return _tell(made, "", to_stdout)
    texts = files(lesson(made, options.math, options.format), options.format, path)
    if to_stdout:
        sys.stdout.write(texts[path])
    else:
        write(texts, options.force)
    return _tell(made, str(path), to_stdout)


def _tell(made: "Made", place: str, to_stdout: bool) -> int:
    """Report what was made and where it is, "" for nowhere; returns the exit code."""
    from rich.console import Console

    from nineteen.script.judge import Status
    from nineteen.script.report import report

    words = "on standard output" if to_stdout and place else place or "nothing was written"
    report(made, words, Console(stderr=to_stdout, highlight=False))
    return {Status.LEARNED: 0, Status.NOT_LEARNED: 1}.get(made.verdict.status, 3)


def _fail(message: str, code: int) -> int:
    print(printable(message), file=sys.stderr)
    return code
