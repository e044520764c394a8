"""The main command: one script, rendered, run, judged, and only then kept."""

import json
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from nineteen import __version__
from nineteen.errors import UsageError
from nineteen.page.terminal import Terminal, waiting
from nineteen.script.choices import Choices, choices_of, file_stem, spec_of
from nineteen.script.files import GENERATED, check_target, output_path, write_atomically
from nineteen.script.judge import Status
from nineteen.script.make import Made
from nineteen.script.options import Parser, command_parser
from nineteen.script.spec import ScriptSpec
from nineteen.training.seeds import make_shared
from nineteen.verbs import VERBS


def main(argv: list[str]) -> int:
    """Make what the options ask for, a script or what stands around one; returns the exit code."""
    options = main_parser().read(argv)
    choices = choices_of(options)
    spec = spec_of(choices)
    if options.json and options.output == "-":
        raise UsageError("--json goes to standard output, as -o - does: name a file", "--json")
    if options.exercise or options.variants is not None:
        from nineteen.verbs.exercise.command import make_exercise

        return _tell(*make_exercise(options, spec), options)
    if options.format != "py":
        from nineteen.verbs.lesson.command import make_lesson

        return _tell(*make_lesson(options, spec), options)
    if options.math != "none":
        raise UsageError("--math goes with a lesson: add --format md, ipynb or html", "--math")
    return _make_script(options, choices)


def main_parser() -> Parser:
    """The parser of the main command: what to learn, how, and where to put it."""
    verbs = [f"  {name:<22}{about}" for name, about in VERBS.items()]
    parser = command_parser("make", "\n".join(["verbs, each with a --help of its own:", *verbs]))
    parser.add_argument("--version", action="version", version=f"nineteen {__version__}")
    return parser


def _make_script(options: Namespace, choices: Choices) -> int:
    spec = spec_of(choices)

    def path_of(spec: ScriptSpec) -> Path:
        return output_path(options.output, GENERATED / f"{file_stem(spec)}.py", "py")

    to_stdout = options.output == "-"
    if not to_stdout:
        for path in {path_of(spec), path_of(replace(spec, keep=False))}:
            check_target(path, options.force)
    with waiting(f"training, {spec.updates:,} updates"):
        made = make_shared(choices, options.seeds)
    kept = made.verdict.ok or made.spec.keep
    if to_stdout and kept:
        sys.stdout.write(made.source)
    elif kept:
        write_atomically(path_of(made.spec), made.source)
    return _tell(made, (options.output or str(path_of(made.spec))) if kept else "", options)


def _tell(made: Made, place: str, options: Namespace) -> int:
    """Report what was made and where it is, "" for nowhere; returns the exit code."""
    from nineteen.verbs.make.report import as_data, report

    to_stdout = options.output == "-"
    if options.json:
        said = json.dumps(as_data(made, place))
        print(json.dumps(json.loads(said, parse_constant=lambda _: None)))  # JSON has no infinity
    elif not (options.quiet and made.verdict.ok):
        words = "on standard output" if to_stdout and place else place
        report(made, words, Terminal(stderr=to_stdout))
    return {Status.LEARNED: 0, Status.NOT_LEARNED: 1}.get(made.verdict.status, 3)
