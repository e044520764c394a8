"""The command line: the main command, the verbs, and the one place where errors become codes."""

import codecs
import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.gates import canonical
from nineteen.script.options import PROGRAM, printable, short
from nineteen.verbs import VERBS

# What one may look for among the verbs.
MEANT = {"help": "--help", "lesson": "xor --format html", "exercise": "xor --exercise"}


def main(argv: Sequence[str]) -> int:
    """Run a command line; returns its exit code: 0 verified, 1 not learned or a check failed,
    2 usage, 3 a script crashed or timed out, 130 interrupted.
    """
    if sys.stdout is None:
        return _fail("standard output is closed: there is no place for the report", 2)
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="plain")
    # NumPy reads it when it is imported: one thread, as in the workers and in an isolated run.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    verb, rest = (argv[0], argv[1:]) if argv and argv[0] in VERBS else ("make", argv)
    try:
        if verb == "make":
            _check_first(argv[0] if argv else "")
        code = int(import_module(f"nineteen.verbs.{verb}.command").main(list(rest)))
        sys.stdout.flush()
        return code
    except UsageError as error:
        return _fail(str(error), 2)
    except ModuleNotFoundError as missing:
        if not missing.name or missing.name.startswith("nineteen"):
            raise
        remedy = "'pip install .' in Nineteen's folder installs it"
        return _fail(f"{missing.name}: not installed, and Nineteen needs it; {remedy}", 2)
    except BrokenPipeError:  # the reader of a pipe has had enough
        sys.stdout = None
        return 0
    except OSError as error:
        kept = "; nothing was written" if error.filename else ""  # else the report was not
        return _fail(f"{error.filename or 'output'}: {error.strerror or error}{kept}", 2)
    except KeyboardInterrupt as stop:
        return _fail(str(stop) or "interrupted, nothing was written", 130)


def entry() -> None:
    """The console command `nineteen`."""
    os.environ["PYTHONSAFEPATH"] = "1"  # workers import nothing from the current folder either
    sys.exit(main(sys.argv[1:]))


def _check_first(word: str) -> None:
    """Raise UsageError where the first word is nearly a verb, or a script's path, and no gate."""
    near = get_close_matches(word, [*VERBS, *MEANT], n=1, cutoff=0.75)
    if word.endswith(".py"):
        near = [f"check {word}"]
    if near and not word.startswith("-"):
        try:
            canonical(word.partition(",")[0])
        except UsageError:
            meant = printable(f"{PROGRAM} {MEANT.get(near[0], near[0])}")
            raise UsageError(f"unknown command {short(word)}: did you mean '{meant}'?") from None


def _plain(error: Any) -> tuple[str, int]:
    """What a terminal that does not know a character is shown in its place; for `codecs`."""
    return "..." if error.object[error.start] == "…" else "?", error.start + 1


def _fail(message: str, code: int) -> int:
    if sys.stderr is not None:
        print(printable(message), file=sys.stderr)
    return code
