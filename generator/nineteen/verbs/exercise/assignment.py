"""What a student gets: a script with blanks to write, or one with a mistake to find and to mend."""

import ast
import shlex
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from hashlib import sha256

from nineteen.errors import UsageError
from nineteen.script.annotate import Line, annotated
from nineteen.script.choices import choose, command, spec_of
from nineteen.script.make import SECONDS
from nineteen.script.render import MAX_LINES, render
from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import parse
from nineteen.script.templates import data
from nineteen.training.diagnosis import mistakes
from nineteen.training.examine import examine

POINTS = 15  # of every exercise, whatever its strategy and size
# The steps of mistakes that are made while a script trains, which nobody sees in what it prints.
STEPS = ("update", "backpropagation", "forward", "order", "deep")
LETTERS = "ABCD"


@dataclass(frozen=True)
class Blank:
    """A line for the student to write.

    `name` is its function in a notebook; `at` is its place in the script, from 0. `start` is what
    the script keeps before the blank; the line is the `nth` of the training loop that begins so.
    `text` is the solution as a statement of its own, which uses `parameters` and sets `results`:
    the head of a loop becomes `batches = …`. `hint` is for a script that breaks off.
    """

    number: int
    at: int
    step: str
    name: str
    title: str
    points: int
    start: str
    nth: int
    text: str
    meaning: str
    parameters: tuple[str, ...]
    results: tuple[str, ...]
    hint: str = ""

    @property
    def call(self) -> str:
        """The script's line with a call of the student's function in the place of the blank."""
        call = f"{self.name}({', '.join(self.parameters)})"
        if self.step == "batches":
            return f"{self.start}{call}:"
        start = self.start if self.start.endswith(" = ") else f"{', '.join(self.results)} = "
        return f"{start}{call}"


@dataclass(frozen=True)
class Blanks:
    """The blanks of a script, in order, the script with `...` there, and its lines as they are."""

    blanks: tuple[Blank, ...]
    script: str
    solution: tuple[str, ...]

    @property
    def script_points(self) -> int:
        """The points for the whole script, once it trains as it should and learns."""
        return POINTS - sum(blank.points for blank in self.blanks)

    def answered(self, blank: Blank, answer: str, before: str = "") -> str:
        """The solution with another line in the place of one, and text before its training."""
        lines = list(self.solution)
        lines[blank.at] = lines[blank.at].replace(lines[blank.at].strip(), answer)
        loop = next(i for i, line in enumerate(lines) if line.startswith("for epoch"))
        return "\n".join([*lines[:loop], *before.splitlines(), *lines[loop:], ""])


def blanks_of(spec: ScriptSpec) -> Blanks:
    """The blanks in the script of `spec`; its command, which would make the solution, is left out.

    Raises UsageError where the options cannot be rendered.
    """
    solution = annotated(spec)
    steps = [line.step for line in solution]
    lines = [line.text for line in solution]
    lines[0] = lines[0].partition("  # ")[0]
    found: list[Blank] = []
    for at in range(steps.index("epochs") + 1, steps.index("inference")):
        if blank := _blank(at, solution[at], found):
            found.append(blank)
            lines[at] = _left_blank(lines[at], f"{blank.number}: {blank.title}")
    again = next(blank.number for blank in found if blank.step == "feedforward")
    # After the training feedforward comes once more, and would give that step away.
    at = steps.index("inference")
    lines[at] = _left_blank(lines[at], f"{again} again, for the whole table")
    return Blanks(tuple(found), "\n".join([*lines, ""]), tuple(line.text for line in solution))


def _blank(at: int, line: Line, before: list[Blank]) -> Blank | None:
    """The blank that a line of the training loop becomes, after the blanks before it; or None."""
    table = data("exercise/blanks.toml")
    start, _, text = _parts(line.text)
    names = [node for node in ast.walk(parse(text)) if isinstance(node, ast.Name)]
    used = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    stored = {name.id for name in names if isinstance(name.ctx, ast.Store)} or {"layers"}
    results = tuple(name for name in table["names"] if name in stored)
    step = line.step
    kind = table["kind"].get(" ".join([step, *results]) if step == "update" else step)
    if kind is None:
        return None
    used |= stored if "+=" in text else set()
    meaning = line.meaning.removeprefix(f"{step.capitalize()}: ")  # which is the heading
    return Blank(
        **kind,
        number=len(before) + 1,
        at=at,
        step=step,
        start=start,
        nth=1 + sum(blank.start == start for blank in before),
        text=text,
        meaning=meaning[0].upper() + meaning[1:],
        parameters=tuple(name for name in table["names"] if name in used),
        results=results,
    )


def _parts(line: str) -> tuple[str, str, str]:
    """What stands before and behind a student's part of a line, and all of it as a statement."""
    code = line.strip().partition("  # ")[0]
    match parse(f"{code} pass" if code.endswith(":") else code).body[0]:
        case ast.For(iter=value):
            text = f"batches = {code[value.col_offset : value.end_col_offset]}"
        case ast.Assign(targets=[first, *_], value=value):  # a second target is given
            text = f"{code[: first.end_col_offset]} = {code[value.col_offset :]}"
        case ast.AugAssign(value=value) | ast.Expr(value=ast.Call(args=[value])):
            text = code
        case _:
            return "", "", ""
    return code[: value.col_offset], code[value.end_col_offset :], text


def _left_blank(line: str, comment: str) -> str:
    start, end, _ = _parts(line)
    return line.replace(line.strip(), f"{start}...{end}  # {comment}")


@dataclass(frozen=True)
class Bug:
    """A script with a mistake, `name` in the table of them; `line`, from 1, has it.

    `right` is what it should be, "" for no line at all. What is wrong is the choice at `letter`.
    """

    name: str
    script: str
    line: int
    right: str
    choices: tuple[str, ...]
    letter: str


def bug_of(spec: ScriptSpec, used: Counter[str]) -> tuple[Bug, str]:
    """A bug in the script of `spec`, with the mistake that was least `used`, which is counted.

    It still learns; what the honest check says comes second. Raises UsageError where none does.
    """
    for name in sorted(_possible(spec), key=lambda name: (used[name], ordered(spec, name))):
        bug = bug_named(spec, name)
        _, verdict, honesty = examine(bug.script, spec, SECONDS)
        if verdict.ok and honesty.status == "fail":
            used[name] += 1
            return bug, honesty.reason
    why = f"{command(spec)} learns with no mistake that is known: take another size or strategy"
    raise UsageError(f"--exercise bug: {why}", "--exercise")


def ordered(spec: ScriptSpec, text: str) -> bytes:
    """A key to sort texts by, at random as it were, that depends on nothing but the command."""
    return sha256(f"{command(spec)}\n{text}".encode()).digest()


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
    """The script with each mistake that spoils one line of it, that line's number, and the line."""
    right, found = render(spec).splitlines(), dict[str, tuple[str, int, str]]()
    right[0] = right[0].partition("  # ")[0]
    for mistake in mistakes():
        own = spec_of(choose(shlex.split(mistake.command)))
        fits = (len(own.hidden) == 1) == (len(spec.hidden) == 1)  # so that its name is right
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
