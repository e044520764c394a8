"""What a script's own text says of the values that its command may leave out."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.choices import choose, command_words, read, spec_of
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data

_PATTERNS = data("check/as_written.toml")
_MEANINGS: dict[str, Callable[..., Any]] = {
    **{"seed": int, "samples": int, "noise": float, "hidden": lambda units: (int(units),)},
    "epochs": lambda first, end: int(end) - int(first or 0),
}


def spec_as_written(line: str, source: str, every: bool = False) -> ScriptSpec:
    """The ScriptSpec of a script by its first line, and by its text where that line is silent.

    Defaults change, and older scripts stay right: the layer size, rate and epochs that the command
    does not name come from the text, and always the seed; with `every`, also those that it names.
    What the text does not say plainly has today's defaults. Raises UsageError as `read` does.
    """
    named, text = choose(command_words(line)), re.sub(" *#.*", "", source)
    said: dict[str, Any] = {"lr": _rate(text)}
    for name, pattern in _PATTERNS["plain"].items():
        if found := re.search(pattern, text, re.MULTILINE):
            said[name] = _MEANINGS[name](*found.groups())
    silent = {"seed"} | {name for name in said if every or getattr(named, name) is None}
    values = {name: value for name, value in said.items() if name in silent and value is not None}
    try:
        return spec_of(replace(named, **values))
    except UsageError:  # such as 0 epochs, which no command means
        return read(line)


def _rate(source: str) -> float | None:
    """The number that the first update is multiplied by; 1 where there is none."""
    patterns = _PATTERNS["rate"]
    update, rate = (re.search(patterns[one], source, re.MULTILINE) for one in ("update", "named"))
    if not update or update[2] == "/":
        return None
    if update[1] == "lr":
        follows = source[update.end() :].startswith(("layer", "step", "X"))
        return float(rate[1]) if rate and follows else None
    return float(update[1]) if re.fullmatch(patterns["number"], update[1] or "") else 1.0
