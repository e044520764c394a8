"""What each line of a script means and which step it belongs to, from the script's own templates.

A comment `{#: [step] … #}` on lines of its own in a template is of the line below it; several in a
row are of as many lines. Rendering a script drops them. Here they are rendered too, with the same
values and in the same branches, so that none can stand beside a line that is not there. A script
that was edited is shown beside the lines that its command makes.
"""

import re
from argparse import Namespace
from collections import deque
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from jinja2 import Template

from nineteen.errors import UsageError
from nineteen.script.choices import Choices, choices_of, read, spec_of
from nineteen.script.options import printable, short
from nineteen.script.render import environment, fit, render, template_name
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.script.templates import data, templates_folder

STEPS = data("explain/steps.toml")
LIMIT = 100_000  # bytes of a script that is read
_COMMENT = re.compile(r"^[ \t]*\{#: \[(\w+)\](.*?)#\}\n", re.DOTALL | re.MULTILINE)
# Around an explanation in what is rendered; no script holds these characters.
_BEGIN, _END = "\x02", "\x03"
_PIECE = re.compile(f"{_BEGIN}(\\w+) ([^{_END}]*){_END}\n|(.*)\n")


class Line(NamedTuple):
    """A line of a script, what it means, where `…` marks code, and its step, a key of STEPS.

    A blank line means nothing and is no step.
    """

    text: str
    meaning: str = ""
    step: str = ""


def annotated(spec: ScriptSpec) -> list[Line]:
    """Every line of render(spec) in order, each that is not blank with its meaning.

    Raises UsageError where the options cannot be rendered, RuntimeError where a template has an
    explanation without a line, a line without an explanation, or an unknown step.
    """
    _, values = fit(spec)
    rows, size, noun = spec.rows, spec.batch_size, "samples" if spec.samples else "rows"
    of = {Batch.FULL: f", added up over all {noun}", Batch.MINI: ", added up over the batch"}
    more = {
        "updates": spec.updates_per_epoch,
        "last": rows % size or size,
        "noun": noun,
        "added_up": of.get(spec.batch, ""),
    }
    text = _template(template_name(spec)).render(values | more)
    waiting: deque[tuple[str, str]] = deque()
    lines: list[Line] = []
    for step, meaning, line in _PIECE.findall(text):
        if step:
            waiting.append((" ".join(meaning.split()), step))
        elif waiting and line:
            lines.append(Line(line, *waiting.popleft()))
        elif line:
            raise RuntimeError(f"no explanation of the line {line}")
        else:
            lines.append(Line(""))
    if waiting:
        raise RuntimeError(f"an explanation without a line: {waiting[0][0]}")
    if unknown := {line.step for line in lines} - {"", *STEPS}:
        raise RuntimeError(f"an unknown step: {', '.join(unknown)}")
    return lines


@cache
def _template(name: str) -> Template:
    """A script's template, with its explanations as a part of what it renders."""
    source = (templates_folder() / name).read_text(encoding="utf-8")
    return environment().from_string(_COMMENT.sub(rf"{_BEGIN}\1 \2{_END}\n", source))


class Explained(NamedTuple):
    """A line to show: its number in the script or "", its text, its meaning, what became of it."""

    number: str
    text: str
    meaning: str
    change: str = ""


def script_of(given: Namespace, verb: str) -> ScriptSpec | Path:
    """What a verb is to show: the script of its options, or the one in a file, which has none."""
    paths = [word for word in given.gate if set(word) & set("./\\")]
    if not paths:
        return spec_of(choices_of(given))
    if len(given.gate) > 1 or replace(choices_of(given), gates=()) != Choices():
        raise UsageError(
            f"{verb} {short(paths[0])}: a script's path goes without the options of a script"
        )
    return Path(paths[0])


def source_of(script: ScriptSpec | Path, verb: str) -> str:
    """The text of a script. Raises UsageError, or OSError, where its file cannot be read."""
    if not isinstance(script, Path):
        return render(script)
    path = script
    if path.is_dir():
        raise UsageError(f"{verb} {printable(str(path))}: it is a folder; name a script in it")
    with path.open("rb") as file:
        data = file.read(LIMIT + 1)
    try:
        if len(data) <= LIMIT:
            return data.decode()
    except UnicodeDecodeError:
        pass
    raise UsageError(f"{verb} {printable(str(path))}: it is no script: not UTF-8, or too large")


def explained(text: str) -> list[Explained]:
    """A script's lines with their meanings; where it was edited, what became of each line.

    Raises UsageError where the first line has no command, or one that today's parser refuses.
    """
    lines = text.splitlines()
    wanted = annotated(read(lines[0] if lines else ""))
    matcher = SequenceMatcher(None, [line.text for line in wanted], lines, autojunk=False)
    rows: list[Explained] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        for line, number in zip_longest(wanted[i:j], range(k, m)):
            if number is None:
                meaning = "Taken out by hand: the script no longer has it."
                rows.append(Explained("", line.text, meaning, "taken out"))
                continue
            meaning, change = line.meaning if line else "Added by hand.", "" if line else "added"
            if line and kind != "equal":
                meaning = f"Changed by hand: the generator writes `{line.text.strip()}`."
                change = "changed"
            rows.append(Explained(str(number + 1), lines[number], meaning, change))
    return rows
