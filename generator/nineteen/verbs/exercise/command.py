"""`--exercise`: make a script as ever, and write the exercise on it, or one for each student."""

import re
import sys
from argparse import Namespace
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.page.document import write_all
from nineteen.script.choices import file_stem
from nineteen.script.files import GENERATED, check_folder, check_target, output_path
from nineteen.script.make import Made
from nineteen.script.spec import ScriptSpec
from nineteen.training.seeds import make_first
from nineteen.verbs.exercise.exercise import EXERCISE_FORMATS, exercise_files
from nineteen.verbs.exercise.variants import TABLE, variant_files, variants

EXERCISES = GENERATED / "exercises"


def make_exercise(options: Namespace, spec: ScriptSpec) -> tuple[Made, str]:
    """The verified script, and where the exercise on it was written: "" where it did not learn.

    Raises UsageError for options that do not go together or a place that cannot be written.
    """
    _check(options)
    ending = "" if options.variants else f".{options.format}"
    name = f"{file_stem(spec)}{'_variants' if options.variants else ''}{ending}"
    path = EXERCISES / name
    to_stdout = options.output == "-"
    if not to_stdout:
        path = output_path(options.output, path, "" if options.variants else options.format)
        _check_name(path, ending)
        if options.variants:
            check_folder(path)
        else:
            check_target(path, force=True)
    made = make_first(spec, options.seed)
    if not made.verdict.ok:
        return made, ""
    if options.variants:
        every = variants(made, options.variants)
        write_all(variant_files(every, options.format, path), options.force)
        return made, f"{len(every)} variants, all learned: {path / TABLE} says which is which"
    texts = exercise_files(made, options.format, path)
    if to_stdout:
        sys.stdout.write(texts[path])
    else:
        write_all(texts, options.force)
    return made, str(path)


def _check(options: Namespace) -> None:
    if not options.exercise:
        raise UsageError("--variants goes with --exercise: add it")
    if options.format not in EXERCISE_FORMATS:
        raise UsageError(f"--exercise goes with --format {' or '.join(EXERCISE_FORMATS)}")
    if options.math != "none":
        raise UsageError("--math goes with a lesson, not with --exercise")
    if options.keep:
        raise UsageError("--keep: an exercise is made from a script that learned; leave it out")
    if options.output == "-" and (options.variants or options.format == "py"):
        raise UsageError("-o - cannot hold several files: name a place for the exercise")


def _check_name(path: Path, ending: str) -> None:
    """The names of the files stand in the checks and pages, so they have to be plain."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", path.stem if ending else path.name):
        raise UsageError(f"-o {path}: use letters, digits, _ and - in the name of an exercise")
