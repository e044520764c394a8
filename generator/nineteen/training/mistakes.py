"""Mistakes that are easily made in a script, to be found: templates/mistakes.toml."""

from dataclasses import dataclass
from functools import cache

from nineteen.script.templates import data


@dataclass(frozen=True)
class Mistake:
    """A realistic mistake, made in the script of a command by exact replacements."""

    name: str
    step: str  # where it stands
    command: str
    change: tuple[tuple[str, str], ...]
    sentence: str = ""  # a part of what the honest check says; "" where what is printed tells
    learns: bool = False  # whether the script learns in spite of it
    equivalent: str = ""  # why it is none

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
    table, made = data("mistakes.toml"), []
    for step, rows in [*table.items()][1:]:
        for row in rows:
            change = tuple((old, new) for old, new in row["change"])
            command = table["commands"][row["command"]]
            made.append(Mistake(**row | {"step": step, "change": change, "command": command}))
    return tuple(made)
