"""The lines of a script that an exercise leaves blank: the steps that the student writes."""

import ast
import re
from dataclasses import dataclass
from typing import NamedTuple

from nineteen.script.annotate import Line, annotated
from nineteen.script.choices import MARK
from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import parse

SCRIPT_POINTS = 3  # for the whole script, once it learns


class Step(NamedTuple):
    """A kind of blank: its function in a notebook, its heading, its points."""

    name: str
    title: str
    points: int


# What a line of the training loop begins with, and the step it is. All other lines are given.
STEPS: dict[str, Step] = {
    "for rows in ": Step("make_batches", "Batches", 2),
    "layer = ": Step("feedforward", "Feedforward", 2),
    "layers.append(": Step("feedforward", "Feedforward", 2),
    "error = errors[rows] = ": Step("find_error", "The error", 1),
    "error = ": Step("find_error", "The error", 1),
    "delta = y": Step("find_error", "The error", 1),
    "step = ": Step("find_step", "How the weights should change", 2),
    "delta = ": Step("backpropagate", "Backpropagation", 3),
    "delta, step = ": Step("backpropagate", "Backpropagation", 3),
    "W2 += ": Step("update_W2", "Update the weights to the output", 2),
    "W2, b2 = ": Step("update_W2", "Update the weights and biases of the output", 2),
    "W1 += ": Step("update_W1", "Update the weights from the inputs", 2),
    "W1, b1 = ": Step("update_W1", "Update the weights and biases of the hidden layer", 2),
    "w += ": Step("update", "Update", 1),
}
# After the training feedforward comes once more, and would give that step away.
_AGAIN = ("layer = ", "    X = ")
# In the order in which a script sets them.
_NAMES = (
    *("rng", "X", "y", "rows", "layers", "layer", "output", "error", "errors", "delta"),
    *("step", "W", "w", "W1", "b1", "W2", "b2", "lr"),
)


@dataclass(frozen=True)
class Blank:
    """A line for the student to write.

    `start` is what the script keeps before the blank, without indentation; the line is the `nth`
    of the training loop that begins so. `text` is the solution as a statement of its own: the head
    of the loop over the batches becomes `batches = …`. It uses `parameters` and sets `results`.
    """

    number: int
    step: Step
    start: str
    nth: int
    text: str
    meaning: str
    parameters: tuple[str, ...]
    results: tuple[str, ...]


@dataclass(frozen=True)
class Blanks:
    """The blanks of a script, in order, and the script's lines with `...` in their places.

    `end` is the index of the first line after the training loop.
    """

    blanks: tuple[Blank, ...]
    lines: tuple[str, ...]
    end: int

    @property
    def points(self) -> int:
        """The points of the whole exercise."""
        return SCRIPT_POINTS + sum(blank.step.points for blank in self.blanks)

    @property
    def script(self) -> str:
        """The script with its blanks; its first line is not that of a finished script."""
        first, *rest = self.lines
        return "\n".join([first.replace(MARK, "# exercise: "), *rest, ""])


def blanks_of(spec: ScriptSpec) -> Blanks:
    """The blanks in the script of `spec`.

    Raises UsageError where the options cannot be rendered.
    """
    explained = annotated(spec)
    lines = [line.text for line in explained]
    loop = next(place for place, line in enumerate(lines) if line.startswith("for epoch in "))
    end = next(place for place in range(loop + 1, len(lines)) if lines[place][0] != " ")
    found: list[Blank] = []
    for place in range(loop + 1, end):
        if head := _head(lines[place]):
            found.append(_blank(head, explained[place], found))
            lines[place] = _left_blank(lines[place], found[-1])
    again = next(blank.number for blank in found if blank.step.name == "feedforward")
    for place in range(end, len(lines)):
        for head in _AGAIN:
            if lines[place].startswith(head):
                lines[place] = f"{head}...  # {again} again, for the whole table"
    return Blanks(tuple(found), tuple(lines), end)


def _head(line: str) -> str:
    return next((head for head in STEPS if line.lstrip().startswith(head)), "")


def _blank(head: str, line: Line, before: list[Blank]) -> Blank:
    """The blank that a line becomes, by what it begins with and the blanks before it."""
    code = line.text.strip().partition("  # ")[0]
    start = head.removesuffix("y")
    text = code.replace(" = errors[rows] = ", " = ")  # a copy for --show loss, which is given
    if STEPS[head].name == "make_batches":
        text = f"batches = {code.removeprefix(start).removesuffix(':')}"
    names = [node for node in ast.walk(parse(text)) if isinstance(node, ast.Name)]
    used = {name.id for name in names if isinstance(name.ctx, ast.Load)}
    results = {name.id for name in names if isinstance(name.ctx, ast.Store)} or {"layers"}
    if "+=" in text:
        used |= results
    return Blank(
        number=len(before) + 1,
        step=STEPS[head],
        start=start,
        nth=1 + sum(blank.start == start for blank in before),
        text=text,
        meaning=_plain(line.meaning),
        parameters=tuple(name for name in _NAMES if name in used),
        results=tuple(name for name in ("batches", *_NAMES) if name in results),
    )


def _plain(meaning: str) -> str:
    """The meaning without the name of the step, which stands above it."""
    text = re.sub("^(Feedforward|Backpropagation|Update): ", "", meaning)
    return text[0].upper() + text[1:]


def _left_blank(line: str, blank: Blank) -> str:
    indentation = line[: len(line) - len(line.lstrip())]
    end = {"for rows in ": ":", "layers.append(": ")"}.get(blank.start, "")
    return f"{indentation}{blank.start}...{end}  # {blank.number}: {blank.step.title}"
