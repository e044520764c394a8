"""Nineteen: verified teaching scripts for neural networks, each under 20 lines.

The functions here are those of the command line; its options that say what to learn, and how, are
keyword arguments: `make("xor", batch="mini", hidden=(8, 4))`. They return what the command line
prints. What they refuse raises UsageError, in the command line's own words. NumPy, Jinja2 and black
are imported when a function needs them.
"""

from nineteen.errors import UsageError

# As in typing, which is not imported here: `python -m nineteen` reads this file while the current
# folder is still on the path.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from nineteen.script.annotate import Line
    from nineteen.script.make import Made
    from nineteen.script.spec import ScriptSpec
    from nineteen.training.one_update import OneUpdate
    from nineteen.verbs.check.check_report import CheckReport
    from nineteen.verbs.compare.command import Comparison
    from nineteen.verbs.sweep.sweep_result import SweepResult

__version__ = "0.2.0"
__all__ = ["UsageError", "check", "compare", "explain", "make", "steps", "sweep"]


def make(*gates: str, seeds: int | None = None, **options: object) -> "Made":
    """The script of these gates, or of table=… or expr=…, rendered, run alone, and judged.

    `seeds` is how many are tried for its `share`. It has `source`, `spec`, `run`, `verdict` (`ok`
    where it learned), `share` and `advice`, and shows itself in a notebook. Nothing is written.
    """
    from nineteen.script.choices import choose, words_of
    from nineteen.training.seeds import make_shared

    return make_shared(choose(words_of(gates, options)), seeds)


def check(*paths: "str | Path", workers: int = 1) -> "CheckReport":
    """The report of `check` on the scripts in files and folders, of which nothing is changed."""
    from pathlib import Path

    from nineteen.verbs.check.check_report import check_paths
    from nineteen.verbs.check.files_to_check import settings_of

    named = [Path(path) for path in paths]
    return check_paths(named, settings_of(named, workers=workers))


def sweep(*gates: str, **options: "Any") -> "SweepResult":
    """With how many seeds scripts learn, for every function, size and strategy (verbs/sweep)."""
    from nineteen.verbs.sweep.command import sweep

    return sweep(*gates, **options)


def compare(*gates: str, workers: int | None = None, **options: object) -> "Comparison":
    """What `compare` measured of several batch sizes: its findings and what they rest on."""
    from nineteen.script.choices import words_of
    from nineteen.verbs.compare.command import compare_options, compared, planned

    return compared(planned(compare_options(words_of(gates, options))), workers or -1)


def explain(*script: "str | Path", **options: object) -> "list[Line]":
    """Every line of a script with its meaning: of gates and options, or of the file at a Path."""
    from nineteen.script.annotate import explained, source_of

    return explained(source_of(_script(script, options), "explain"))


def steps(
    *script: "str | Path",
    update: int = 1,
    row: int | None = None,
    blank: bool = False,
    **options: object,
) -> "OneUpdate":
    """One update of a training, line by line, with its arrays; the script is as in `explain`."""
    from nineteen.training.one_update import one_update

    return one_update(_script(script, options), update=update, row=row, blank=blank)


def _script(script: "tuple[str | Path, ...]", options: dict[str, object]) -> "ScriptSpec | Path":
    """The spec of gates and options, or the Path of a file, which stands alone."""
    from pathlib import Path

    from nineteen.script.choices import choose, words_of
    from nineteen.training.seeds import first_spec

    if len(script) == 1 and isinstance(script[0], Path) and not options:
        return script[0]
    return first_spec(choose(words_of(script, options)))
