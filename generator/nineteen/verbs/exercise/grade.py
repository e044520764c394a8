"""Grading an exercise: the student's text runs alone, is watched, and `check` says what it does.

A line runs in the place of the solution's, so that no mistake costs the points of another step.
Nothing that was computed elsewhere counts, and there are no expected values to copy. What is wrong
is an AssertionError with one sentence, where it is one of the usual mistakes that of `check`.
"""

import inspect
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from textwrap import dedent

from nineteen.script.choices import command, read
from nineteen.script.ended import Ending
from nineteen.script.make import SECONDS
from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import parse
from nineteen.script.templates import data
from nineteen.training.examine import examine
from nineteen.verbs.exercise.assignment import Blank, Bug, blanks_of, bug_named

EPOCHS = 30  # that a line is tried for: enough to see whether the rows are shuffled


def exercise_code(spec: ScriptSpec, bug: Bug | None = None) -> str:
    """How an exercise names its script, and its bug, to the checks, unread by who solves it."""
    return urlsafe_b64encode(f"{command(spec)}\n{bug.name if bug else ''}".encode()).decode()


def check_step(code: str, name: str, answer: Callable[..., object] | str) -> None:
    """Check the step of that name: the student's function in a notebook, or the script's text."""
    __tracebackhide__ = True  # of pytest: the sentence is what helps
    spec, _ = _decoded(code)
    spec = replace(spec, epochs=min(spec.epochs, EPOCHS))
    blanks = blanks_of(spec)
    blank = next(one for one in blanks.blanks if one.name == name)
    before = "" if isinstance(answer, str) else dedent(inspect.getsource(answer))
    line = _statement(answer, blank) if isinstance(answer, str) else blank.call
    source = blanks.answered(blank, line, before)
    _require(not (problem := _problem(source, spec, blank.hint)), problem)


def check_whole(code: str, text: str | Sequence[str]) -> None:
    """Check a script, or the last of some cells that trains: its training and what it prints."""
    __tracebackhide__ = True
    texts = [text] if isinstance(text, str) else [one for one in text if "for epoch in" in one]
    _require(bool(texts), "no cell with a training loop was run")
    _require(not (problem := _problem(texts[-1], _decoded(code)[0], learned=True)), problem)


def check_answer(code: str, name: str, given: object) -> None:
    """Check the "line" of a bug, or the "letter" of what is wrong with it."""
    __tracebackhide__ = True
    _require(given not in (None, 0, ""), f"{name} is still to be written")
    right = str(getattr(bug_named(*_decoded(code)), name)) == str(given).strip().upper()
    _require(right, f"{name} {given}: this is not what is wrong: look further")


def _require(right: bool, sentence: str) -> None:
    __tracebackhide__ = True  # unlike assert, to which pytest adds
    if not right:
        raise AssertionError(sentence)


def _decoded(code: str) -> tuple[ScriptSpec, str]:
    words, mistake = urlsafe_b64decode(code).decode().split("\n")
    return read(f"# {words}"), mistake


def _problem(source: str, spec: ScriptSpec, hint: str = "", learned: bool = False) -> str:
    """What is wrong with a script, one sentence, or ""; the hint is for one that breaks off.

    It has to train as its command says; with `learned`, what it prints has to be right as well.
    """
    result, verdict, honesty = examine(source, spec, SECONDS)
    if result.ending is Ending.FINISHED:
        return honesty.reason or (verdict.reason if learned else "")
    hints = data("exercise/blanks.toml")["broke_off"].items()
    said = [hint] if hint else [hint for words, hint in hints if words in result.stderr]
    return ": ".join([verdict.reason.removesuffix(f" (line {verdict.line})"), *said])


def _statement(script: str, blank: Blank) -> str:
    """The student's statement for a blank, on one line or several."""
    __tracebackhide__ = True
    lines = script.partition("\nfor epoch in")[2].splitlines()
    found = [n for n, line in enumerate(lines) if line.strip().startswith(blank.start.rstrip())]
    enough = len(found) >= blank.nth
    _require(enough, f"a line of the training loop should begin with {blank.start.strip()}")
    first = found[blank.nth - 1]
    _require(f"{blank.start}..." not in lines[first], "still to be written")
    for last in range(first + 1, len(lines) + 1):
        text = "\n".join(lines[first:last]).strip()
        try:
            parse(f"{text}\n    pass" if blank.start.startswith("for") else text)
            return text
        except SyntaxError:
            continue  # it may go on in the next line
    raise AssertionError(f"this is not Python: {lines[first].strip()}")
