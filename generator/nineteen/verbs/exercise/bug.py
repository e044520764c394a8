"""`--exercise bug`: a script with a mistake, which learns in spite of it, to find and to mend."""

import shlex
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from nineteen.errors import UsageError
from nineteen.script.choices import choose, command, spec_of
from nineteen.script.make import SECONDS
from nineteen.script.render import MAX_LINES, render
from nineteen.script.spec import ScriptSpec
from nineteen.training.examine import examine
from nineteen.training.mistakes import mistakes
from nineteen.verbs.exercise.variants import ordered

# The steps of mistakes that are made while a script trains, which nobody sees in what it prints.
STEPS = ("update", "backpropagation", "forward", "order", "deep")
LETTERS = "ABCD"


@dataclass(frozen=True)
class Bug:
    """A script with a mistake, `name` in the table of them; `line`, from 1, has it.

    `right` is what the line should be, or "" where it should not be there. `choices` say what may
    be wrong, and the one at `letter` is.
    """

    name: str
    script: str
    line: int
    right: str
    choices: tuple[str, ...]
    letter: str


def bug_of(spec: ScriptSpec, used: Counter[str]) -> tuple[Bug, str]:
    """A bug in the script of `spec`, with the mistake that was least `used`, which is counted.

    It still learns; what the honest check says of it comes second. Raises UsageError where no
    mistake of the table does that.
    """
    mistakes = sorted(_possible(spec), key=lambda name: (used[name], ordered(spec, name)))
    for name in mistakes:
        bug = bug_named(spec, name)
        _, verdict, honesty = examine(bug.script, spec, SECONDS)
        if verdict.ok and honesty.status == "fail":
            used[name] += 1
            return bug, honesty.reason
    raise UsageError(
        f"--exercise bug: {command(spec)} learns with no mistake that is known: take another size "
        "or strategy",
        "--exercise",
    )


@cache
def bug_named(spec: ScriptSpec, name: str) -> Bug:
    """The bug with the mistake of that name. Raises KeyError where it cannot be made."""
    possible = _possible(spec)
    script, line, right = possible[name]
    others = sorted(possible.keys() - {name}, key=lambda other: ordered(spec, name + other))
    named = sorted([name, *others[: len(LETTERS) - 1]], key=lambda one: ordered(spec, one))
    choices = tuple(one.rpartition(": ")[2] for one in named)
    return Bug(name, script, line, right, choices, LETTERS[named.index(name)])


@cache
def _possible(spec: ScriptSpec) -> dict[str, tuple[str, int, str]]:
    """The script with each mistake that spoils one line of it, that line's number, and the line.

    A mistake fits whose name says the right thing: one in a script as deep, with the same loop.
    """
    right, found = render(spec).splitlines(), dict[str, tuple[str, int, str]]()
    right[0] = right[0].partition("  # ")[0]
    for mistake in mistakes():
        own = spec_of(choose(shlex.split(mistake.command)))
        fits = (len(own.hidden) == 1) == (len(spec.hidden) == 1)
        fits &= mistake.step in STEPS and not mistake.equivalent
        if not fits or (mistake.step == "order" and own.batch is not spec.batch):
            continue
        lines = mistake.made_in("\n".join([*right, ""])).splitlines()
        opcodes = SequenceMatcher(None, right, lines, autojunk=False).get_opcodes()
        edits = [edit[1:] for edit in opcodes if edit[0] in ("replace", "insert")]
        script = "\n".join([*lines, ""])
        if len(edits) == 1 and script not in [one for one, _, _ in found.values()]:
            begin, end, place, after = edits[0]
            if after == place + 1 and len(lines) <= MAX_LINES:
                found[mistake.name] = script, after, "".join(right[begin:end])
    return found
