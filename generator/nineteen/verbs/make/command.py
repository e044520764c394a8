"""The main command: one script, rendered, run, judged, and only then kept."""

import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from shutil import get_terminal_size
from textwrap import fill
from typing import Any

from rich.markup import escape

from nineteen import __version__
from nineteen.page.document import write_all
from nineteen.page.estimates import seeds_in_words, wilson
from nineteen.page.terminal import Terminal, share_bar, sparkline, waiting
from nineteen.script.choices import choices_of, command, file_stem, spec_of
from nineteen.script.files import GENERATED, check_target, output_path
from nineteen.script.judge import TOLERANCE, Status
from nineteen.script.make import Made
from nineteen.script.options import Parser, command_parser
from nineteen.script.render import environment
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.training.seeds import expected_seconds, make_shared
from nineteen.verbs import VERBS

MAX_SECONDS = 0.5  # of a training, by the rule of thumb, that is watched once more for its losses


def main(argv: list[str]) -> int:
    """Make what the options ask for, a script or what stands around one; returns the exit code."""
    options = main_parser().read(argv)
    spec = spec_of(choices_of(options))
    # By rule of thumb; an update in a process of its own has the price of NumPy's calls.
    each = expected_seconds(spec)
    label, seconds = f"training, {spec.updates:,} updates", 0.5 + 6e-5 * spec.updates + each
    if options.exercise:
        from nineteen.verbs.exercise.command import make_exercise as make

        label, seconds = f"an exercise: {label}", seconds * (2 + 2 * (options.variants or 0))
    elif options.format != "py":
        from nineteen.verbs.lesson.command import make_lesson as make

        label, seconds = f"a lesson: {label}, and pictures", 3.0 + 4 * seconds
    else:
        make, seconds = _make_script, seconds + (options.seeds or 0) * each
    with waiting(label, seconds, options.quiet):
        made, place = make(options, spec)
    if options.json:
        said = json.dumps(as_data(made, place))
        print(json.dumps(json.loads(said, parse_constant=lambda _: None)))  # JSON has no infinity
    elif not (options.quiet and made.verdict.ok):
        _report(made, place, options)
    return {Status.LEARNED: 0, Status.NOT_LEARNED: 1}.get(made.verdict.status, 3)


def main_parser() -> Parser:
    """The parser of the main command: what to learn, how, and where to put it."""
    width, behind = get_terminal_size().columns - 2, " " * 24
    verbs = [fill(f"  {verb:<22}{VERBS[verb]}", width, subsequent_indent=behind) for verb in VERBS]
    parser = command_parser("make", "\n".join(["verbs, each with a --help of its own:", *verbs]))
    parser.add_argument("--version", action="version", version=f"nineteen {__version__}")
    return parser


def _make_script(options: Namespace, spec: ScriptSpec) -> tuple[Made, str]:
    """What was made of the options, and where it is, "" for nowhere."""

    def path_of(spec: ScriptSpec) -> Path:
        return output_path(options.output, GENERATED / f"{file_stem(spec)}.py", "py")

    for path in {path_of(spec), path_of(replace(spec, keep=False))}:
        check_target(path, options.force)
    made = make_shared(choices_of(options), options.seeds)
    if not (made.verdict.ok or made.spec.keep):
        return made, ""
    write_all({path_of(made.spec): made.source}, force=True)
    return made, options.output or str(path_of(made.spec))


def _report(made: Made, place: str, options: Namespace) -> None:
    """Print the truth table beside the predictions, the verdict, pictures, figures, the place."""
    from nineteen.page.look import STRATEGIES  # here, for it needs NumPy, and --help does not

    to_stdout, share, batch = options.output == "-", made.share, made.spec.batch
    console = Terminal(stderr=to_stdout)
    said = as_data(made, "on standard output" if to_stdout and place else place)
    # The colour of the strategy; that of full batch, black, is not seen on black.
    colour = "default" if batch is Batch.FULL else STRATEGIES[batch].colour
    bar = share_bar(share.learned, share.tried, console.encoding) if share else ""
    values = {"said": said, "spec": made.spec, "tolerance": TOLERANCE, "escape": escape}
    values |= {"colour": colour, "bar": bar, "curve": sparkline(said["losses"], console.encoding)}
    values |= {"shares": seeds_in_words(share) if share else ""}
    values |= {"key": f"{place}_solution" if options.exercise and place and not to_stdout else ""}
    text = environment().get_template("make/report.j2").render(values)
    console.print(text, soft_wrap=True, end="")


def as_data(made: Made, place: str) -> dict[str, Any]:
    """What was made, and where it is, as templates/reference/results.schema.json describes it."""
    from nineteen.training.observe import losses_of

    spec, share, verdict, losses = made.spec, made.share, made.verdict, list[float]()
    if verdict.predictions and expected_seconds(spec) <= MAX_SECONDS:
        losses = losses_of(made.source, spec.rows * spec.table.outputs)[0]
    low, high = wilson(share.learned, share.tried) if share and share.tried else (0.0, 1.0)
    return {
        "version": 1,
        "kind": "make",
        "command": command(spec),
        "status": verdict.status,
        "reason": verdict.reason,
        "file": place,
        "lines": made.source.count("\n"),
        "updates": spec.updates,
        "seconds": made.run.seconds,
        "targets": spec.table.targets(),
        "predictions": verdict.predictions,
        "losses": losses,
        "seed": spec.seed,
        "failed_seeds": made.failed_seeds,
        "share": share and {"tried": share.tried, "failed": share.failed, "low": low, "high": high},
        "advice": made.advice,
    }
