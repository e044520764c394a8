"""Mistakes that are easily made in a script, to be found: templates/mistakes.toml."""

from dataclasses import dataclass
from functools import cache

from nineteen.script.templates import data


@dataclass(frozen=True)
class Mistake:
    """A realistic mistake, made in the script of a command by exact replacements.

    `step` is where it stands: update, backpropagation, forward, data, start, order, print or deep
    (of several layers). The sentence of the honest check holds `sentence`; it is "" where the judge
    of the printed predictions catches the mistake, or nothing better can be said. A script that
    `learns` does so in spite of it. `equivalent` is why no check can tell it from an honest one.
    """

    name: str
    step: str
    command: str
    change: tuple[tuple[str, str], ...]
    sentence: str = ""
    learns: bool = False
    equivalent: str = ""

    def made_in(self, source: str) -> str:
        """A script's text with the mistake in it; "" where there is nothing to change."""
        for old, new in self.change:
            if old not in source:
                return ""
            source = source.replace(old, new)
        return source


@cache
def mistakes() -> tuple[Mistake, ...]:
    """All of them, in the order of the table; every name is there once."""
    steps = data("mistakes.toml")
    made = []
    for step, rows in steps.items():
        for row in rows if step != "commands" else ():
            change = tuple((old, new) for old, new in row["change"])
            fixed = {"step": step, "change": change, "command": steps["commands"][row["command"]]}
            made.append(Mistake(**row | fixed))
    return tuple(made)
