"""A rendered script with an edit in it: a mistake, or something harmless."""

from functools import cache

from nineteen.script.render import render
from nineteen.script.templates import data
from nineteen.training.diagnosis import Mistake
from space import spec

BASES: dict[str, str] = data("mistakes.toml")["commands"]


def mutant(name: str, base: str, *edits: tuple[str, str], says: str = "") -> Mistake:
    """Edits of the script of a base, as a row of the table of mistakes has them."""
    return Mistake(name, "", BASES[base], edits, says)


@cache
def mutated(mutant: Mistake) -> str:
    """The mutant's text; each of its edits has to find something to change."""
    source = mutant.made_in(render(spec(*mutant.command.split())))
    assert source, f"{mutant.name}: nothing to edit"
    return source
