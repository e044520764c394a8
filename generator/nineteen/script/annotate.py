"""What each line of a script means, from the same templates as the script, and the verb `explain`.

A comment `{#: … #}` on lines of its own in a template explains the line below it; several in a row
explain as many lines. Rendering a script drops them. Here they are rendered too, with the same
values and in the same branches, so that none can stand beside a line that is not there.
"""

import re
from collections import deque
from functools import cache
from typing import Any, NamedTuple

from jinja2 import Environment, FunctionLoader

from nineteen.script.render import environment, fit, template_name
from nineteen.script.spec import Activation, Batch, ScriptSpec

_COMMENT = re.compile(r"^[ \t]*\{#:(.*?)#\}\n", re.DOTALL | re.MULTILINE)
# Around an explanation in what is rendered; no script holds these characters.
_BEGIN, _END = "\x02", "\x03"
_PIECE = re.compile(f"{_BEGIN}([^{_END}]*){_END}\n|(.*)\n")


class Line(NamedTuple):
    """A line of a script and what it means, where `…` marks code; a blank line means nothing."""

    text: str
    meaning: str


def annotated(spec: ScriptSpec) -> list[Line]:
    """Every line of render(spec) in order, each that is not blank with its meaning.

    Raises UsageError where the options cannot be rendered, RuntimeError where a template has an
    explanation without a line or a line without an explanation.
    """
    _, values = fit(spec)
    text = _environment().get_template(template_name(spec)).render(values | _words(spec))
    waiting: deque[str] = deque()
    lines: list[Line] = []
    for piece in _PIECE.finditer(text):
        if piece[1] is not None:
            waiting.append(" ".join(piece[1].split()))
        elif not piece[2]:
            lines.append(Line("", ""))
        elif waiting:
            lines.append(Line(piece[2], waiting.popleft()))
        else:
            raise RuntimeError(f"no explanation of the line {piece[2]}")
    if waiting:
        raise RuntimeError(f"an explanation without a line: {waiting[0]}")
    return lines


@cache
def _environment() -> Environment:
    """The environment of the templates, in which their explanations are part of the output."""
    loader = environment().loader
    assert loader is not None

    def load(name: str) -> str:
        source, _, _ = loader.get_source(environment(), name)
        return _COMMENT.sub(rf"{_BEGIN}\1{_END}\n", source)

    return environment().overlay(loader=FunctionLoader(load))


def _words(spec: ScriptSpec) -> dict[str, Any]:
    """What only the explanations need."""
    rows, size = spec.table.rows, spec.batch_size
    return {
        "batch_size": size,
        "updates": -(-rows // size),
        "last": rows % size or size,
        "curve": {
            Activation.SIGMOID: "the sigmoid",
            Activation.TANH: "tanh",
            Activation.RELU: "ReLU",
        }[spec.activation],
        "added_up": {
            Batch.FULL: ", added up over all rows",
            Batch.MINI: ", added up over the batch",
            Batch.SGD: "",
        }[spec.batch],
    }
