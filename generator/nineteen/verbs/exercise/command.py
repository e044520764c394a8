"""`--exercise`: make a script as ever, and write the exercise on it, or one for each student."""

import re
import sys
from argparse import Namespace

from nineteen.errors import UsageError
from nineteen.page.document import write_all
from nineteen.script.choices import file_stem
from nineteen.script.files import GENERATED, check_folder, make_folder, output_path
from nineteen.script.make import Made
from nineteen.script.spec import ScriptSpec
from nineteen.training.seeds import make_first
from nineteen.verbs.exercise.exercise import (
    EXERCISE_FORMATS,
    TABLE,
    exercise_files,
    variant_files,
    variants,
)

EXERCISES = GENERATED / "exercises"


def make_exercise(options: Namespace, spec: ScriptSpec) -> tuple[Made, str]:
    """The verified script, and where the exercise on it was written: "" where it did not learn.

    Raises UsageError for options that do not go together or a place that cannot be written.
    """
    _check(options)
    name = f"{file_stem(spec)}{'_variants' if options.variants else ''}"
    folder = EXERCISES / name
    to_stdout = options.output == "-"
    if not to_stdout:
        folder = output_path(options.output, folder)
        if not re.fullmatch(r"[A-Za-z0-9_-]+", folder.name):  # which stands in checks and pages
            raise UsageError(
                f"-o {folder.name}: use letters, digits, _ and - in the name of the folder"
            )
        check_folder(folder)
    solutions = folder.with_name(f"{folder.name}_solution")
    made = make_first(spec, options.seed)
    if not made.verdict.ok:
        return made, ""
    if options.variants:
        every = variants(made, options.variants)
        texts = variant_files(every, options.format, folder, solutions)
        told = f"{len(every)} variants, all learned: {solutions / TABLE} says which is which"
    else:
        texts = exercise_files(made, options.format, folder, solutions)
        told = f"{folder}, and for the teacher {solutions}"
    if to_stdout:
        sys.stdout.write(next(iter(texts.values())))
        return made, str(folder)
    make_folder(folder)  # before the folders of the variants in it
    write_all(texts, options.force)
    return made, told


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
        raise UsageError("-o - cannot hold several files: name a folder for the exercise")
