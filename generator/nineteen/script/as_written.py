"""What a script's own text says of the values that its command may leave out."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.choices import choose, command_words, read, spec_of
from nineteen.script.spec import ScriptSpec

_COMMENT = re.compile(r" *#.*")
_NUMBER = r"(\d+(?:\.\d*)?(?:e-?\d+)?)"
# Each finds a value where a script says it plainly, and what its groups mean; what is not found has
# today's default.
_PLAIN: dict[str, tuple[str, Callable[..., Any]]] = {
    "hidden": (r"^W1\b.*?\(?size=\(\d+, *(\d+)\)", lambda units: (int(units),)),
    "epochs": (r"^for epoch in range\((?:(\d+), *)?(\d+)\):", lambda a, b: int(b) - int(a or 0)),
    "seed": (r"^\w.*\bdefault_rng\((\d+)\)", int),
    "samples": (r"^samples = rng\.integers\(\d+, size=(\d+)\)", int),
    "noise": (r"^X, y = table\[samples\] \+ rng\.normal\(0, \[?(\d(?:\.\d+)?)\b", float),
}
_RATE = re.compile(rf"^lr *= *{_NUMBER}$|^rng, lr *=.*\), *{_NUMBER}$", re.MULTILINE)
# The first update of weights, and what its change is multiplied by, if it is.
_UPDATE = re.compile(r"^ +(?:W2|w)\b[^=+]*(?:\+=|=[^+]*\+) *(?:([\w.]+) *([*/]) )?", re.MULTILINE)


def spec_as_written(line: str, source: str, every: bool = False) -> ScriptSpec:
    """The ScriptSpec of a script by its first line, and by its text where that line is silent.

    Defaults change, and older scripts stay right: the layer size, rate and epochs that the command
    does not name come from the text, and always the seed; with `every`, also those that it names.
    What the text does not say plainly has today's defaults. Raises UsageError as `read` does.
    """
    named, text = choose(command_words(line)), _COMMENT.sub("", source)
    said: dict[str, Any] = {"lr": _rate(text)}
    for name, (pattern, meaning) in _PLAIN.items():
        if found := re.search(pattern, text, re.MULTILINE):
            said[name] = meaning(*found.groups())
    silent = {"seed"} | {name for name in said if every or getattr(named, name) is None}
    values = {name: value for name, value in said.items() if name in silent and value is not None}
    try:
        return spec_of(replace(named, **values))
    except UsageError:  # such as 0 epochs, which no command means
        return read(line)


def _rate(source: str) -> float | None:
    """The number that the first update is multiplied by; 1 where there is none."""
    update, rate = _UPDATE.search(source), _RATE.search(source)
    if not update or update[2] == "/":
        return None
    if update[1] == "lr":
        follows = source[update.end() :].startswith(("layer", "step", "X"))
        return float(rate[1] or rate[2]) if rate and follows else None
    return float(update[1]) if re.fullmatch(_NUMBER, update[1] or "") else 1.0
