"""The main command: one script, rendered, run, judged, and only then kept."""

import json
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from nineteen import __version__
from nineteen.errors import UsageError
from nineteen.page.terminal import Terminal, waiting
from nineteen.script.choices import choices_of, file_stem, spec_of
from nineteen.script.files import GENERATED, check_target, output_path, write_atomically
from nineteen.script.judge import Status
from nineteen.script.make import Made
from nineteen.script.options import Parser, command_parser
from nineteen.script.spec import ScriptSpec
from nineteen.training.seeds import expected_seconds, make_shared
from nineteen.verbs import VERBS


def main(argv: list[str]) -> int:
    """Make what the options ask for, a script or what stands around one; returns the exit code."""
    options = main_parser().read(argv)
    spec = spec_of(choices_of(options))
    if options.json and options.output == "-":
        raise UsageError("--json goes to standard output, as -o - does: name a file", "--json")
    # By rule of thumb; an update in a process of its own has the price of NumPy's calls.
    each = expected_seconds(spec)
    label, seconds = f"training, {spec.updates:,} updates", 0.5 + 6e-5 * spec.updates + each
    if options.exercise or options.variants is not None:
        from nineteen.verbs.exercise.command import make_exercise as make

        label, seconds = f"an exercise: {label}", seconds * (2 + 2 * (options.variants or 0))
    elif options.format != "py":
        from nineteen.verbs.lesson.command import make_lesson as make

        label, seconds = f"a lesson: {label}, and pictures", 3.0 + 4 * seconds
    elif options.math != "none":
        raise UsageError("--math goes with a lesson: add --format md, ipynb or html", "--math")
    else:
        make, seconds = _make_script, seconds + (options.seeds or 0) * each
    with waiting(label, seconds, options.quiet):
        made, place = make(options, spec)
    _tell(made, place, options)
    return {Status.LEARNED: 0, Status.NOT_LEARNED: 1}.get(made.verdict.status, 3)


def main_parser() -> Parser:
    """The parser of the main command: what to learn, how, and where to put it."""
    verbs = [f"  {name:<22}{about}" for name, about in VERBS.items()]
    parser = command_parser("make", "\n".join(["verbs, each with a --help of its own:", *verbs]))
    parser.add_argument("--version", action="version", version=f"nineteen {__version__}")
    return parser


def _make_script(options: Namespace, spec: ScriptSpec) -> tuple[Made, str]:
    """What was made of the options, and where it is, "" for nowhere."""

    def path_of(spec: ScriptSpec) -> Path:
        return output_path(options.output, GENERATED / f"{file_stem(spec)}.py", "py")

    to_stdout = options.output == "-"
    if not to_stdout:
        for path in {path_of(spec), path_of(replace(spec, keep=False))}:
            check_target(path, options.force)
    made = make_shared(choices_of(options), options.seeds)
    if not (made.verdict.ok or made.spec.keep):
        return made, ""
    if to_stdout:
        sys.stdout.write(made.source)
        return made, "-"
    write_atomically(path_of(made.spec), made.source)
    return made, options.output or str(path_of(made.spec))


def _tell(made: Made, place: str, options: Namespace) -> None:
    """Report what was made, and where it is."""
    from nineteen.verbs.make.report import as_data, report

    to_stdout = options.output == "-"
    if options.json:
        said = json.dumps(as_data(made, place))
        print(json.dumps(json.loads(said, parse_constant=lambda _: None)))  # JSON has no infinity
    elif not (options.quiet and made.verdict.ok):
        words = "on standard output" if to_stdout and place else place
        report(made, words, Terminal(stderr=to_stdout))
