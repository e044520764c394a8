"""What each line of a script means and which step it belongs to, from the script's own templates.

A comment `{#: [step] … #}` in a template is of the line below it; several in a row are of as many
lines. Here they are rendered with the script, so that none stands beside a line that is not there.
"""

import re
from contextlib import suppress
from difflib import SequenceMatcher
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from jinja2 import Template

from nineteen.errors import UsageError
from nineteen.script.choices import read
from nineteen.script.options import printable
from nineteen.script.render import environment, fit, render
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data, templates_folder

STEPS = data("explain/steps.toml")
LIMIT = 100_000  # bytes of a script that is read
_COMMENT = re.compile(r"^[ \t]*\{#: \[(\w+)\](.*?)#\}\n", re.DOTALL | re.MULTILINE)
# Around an explanation in what is rendered; no script holds these characters.
_BEGIN, _END = "\x02", "\x03"
_PIECE = re.compile(f"{_BEGIN}(\\w+) ([^{_END}]*){_END}\n|(.*)\n")


class Line(NamedTuple):
    """A line of a script, what it means, where `…` marks code, and its step, a key of STEPS.

    Of a script that is shown, its number too, and whether it was "added", "changed", "taken out".
    """

    text: str
    meaning: str = ""
    step: str = ""
    number: str = ""
    change: str = ""


def annotated(spec: ScriptSpec) -> list[Line]:
    """Every line of render(spec) in order, each that is not blank with its meaning.

    Raises UsageError as `render`, RuntimeError where a template's lines and explanations differ.
    """
    _, values = fit(spec)
    waiting: list[tuple[str, str]] = []
    lines: list[Line] = []
    for step, meaning, line in _PIECE.findall(_template(values["template"]).render(values)):
        if step:
            waiting.append((" ".join(meaning.split()), step))
        elif waiting and line:
            lines.append(Line(line, *waiting.pop(0)))
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


def source_of(script: ScriptSpec | Path, verb: str) -> str:
    """The text of a script. Raises UsageError, or OSError, where its file cannot be read."""
    if not isinstance(script, Path):
        return render(script)
    name = f"{verb} {printable(str(script))}"
    if script.is_dir():
        raise UsageError(f"{name}: it is a folder; name a script in it")
    with script.open("rb") as file, suppress(UnicodeDecodeError):
        text = file.read(LIMIT + 1)
        if len(text) <= LIMIT:
            return text.decode()
    raise UsageError(f"{name}: it is no script: not UTF-8, or too large")


def explained(text: str) -> list[Line]:
    """A script's lines with their meanings, and which were edited. Raises UsageError as `read`."""
    lines = text.splitlines()
    wanted = annotated(read(lines[0] if lines else ""))
    matcher = SequenceMatcher(None, [line.text for line in wanted], lines, autojunk=False)
    shown: list[Line] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        for line, number in zip_longest(wanted[i:j], range(k, m)):
            text = line.text if number is None else lines[number]
            meaning, change = line.meaning if line else "Added by hand.", "" if line else "added"
            if number is None:
                change, meaning = "taken out", "Taken out by hand: the script no longer has it."
            elif line and kind != "equal":
                change = "changed"
                meaning = f"Changed by hand: the generator writes `{line.text.strip()}`."
            shown.append(Line(text, meaning, "", "" if number is None else str(number + 1), change))
    return shown
