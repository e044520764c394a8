"""`--format md|ipynb|html`: make a script as ever, and write a lesson around it."""

import sys
from argparse import Namespace
from pathlib import Path

from nineteen.errors import UsageError, extra
from nineteen.page.document import document_files, write_all
from nineteen.script.choices import file_stem
from nineteen.script.files import LESSONS, check_target, output_path
from nineteen.script.make import Made
from nineteen.script.spec import ScriptSpec
from nineteen.training.seeds import make_first


def make_lesson(options: Namespace, spec: ScriptSpec) -> tuple[Made, str]:
    """The verified script, and where the lesson on it was written: "" where it did not learn.

    Raises UsageError for options that do not go together, a place that cannot be written, or a
    library that is missing, each before any training.
    """
    if options.keep:
        raise UsageError(
            "--keep goes with --format py: a lesson is made from a script that learned"
        )
    to_stdout = options.output == "-"
    if to_stdout and options.format == "md":
        raise UsageError("-o - cannot hold the pictures of --format md: name a file, or use html")
    path = default_path(spec, options.math, options.format)
    if not to_stdout:
        path = output_path(options.output, path, options.format)
        check_target(path, force=True)
    extra("matplotlib")
    if options.format == "html" and options.math != "none":
        extra("latex2mathml")
    made = make_first(spec, options.seed)
    if not made.verdict.ok:
        return made, ""
    from nineteen.verbs.lesson.lesson import lesson

    texts = document_files(lesson(made, options.math, options.format), options.format, path)
    if to_stdout:
        sys.stdout.write(texts[path])
    else:
        write_all(texts, options.force)
    return made, str(path)


def default_path(spec: ScriptSpec, math: str, format: str) -> Path:
    """Where a lesson goes: generated/lessons/, named as the script, with the level of formulas."""
    level = f"_math_{math}" if math != "none" else ""
    return LESSONS / f"{file_stem(spec)}{level}.{format}"
