"""A rendered script with an edit in it: a mistake of data/mistakes.toml, or something harmless."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nineteen.script.render import render
from space import spec

TABLE = tomllib.loads(Path(__file__).with_name("data").joinpath("mistakes.toml").read_text("utf-8"))
BASES: dict[str, str] = TABLE["commands"]


@dataclass(frozen=True)
class Mistake:
    """A realistic mistake, made in the script of a command by exact replacements.

    `step` is where it stands. `sentence` is a part of what the honest check says, "" where what is
    printed tells. A script that `learns` does so in spite of it. `equivalent` is why it is none.
    """

    name: str
    step: str
    command: str
    change: tuple[tuple[str, str], ...]
    sentence: str = ""
    learns: bool = False
    equivalent: str = ""


def mistakes() -> list[Mistake]:
    """All of the table, in its order."""
    made = []
    for step, rows in [*TABLE.items()][1:]:
        for row in rows:
            change = tuple((old, new) for old, new in row["change"])
            command = BASES[row["command"]]
            made.append(Mistake(**row | {"step": step, "change": change, "command": command}))
    return made


def mutant(name: str, base: str, *edits: tuple[str, str], says: str = "") -> Mistake:
    """Edits of the script of a base, as a row of the table of mistakes has them."""
    return Mistake(name, "", BASES[base], edits, says)


@cache
def mutated(mutant: Mistake) -> str:
    """The mutant's text; each of its edits has to find something to change."""
    source = render(spec(*mutant.command.split()))
    for old, new in mutant.change:
        assert old in source, f"{mutant.name}: nothing to edit"
        source = source.replace(old, new)
    return source
