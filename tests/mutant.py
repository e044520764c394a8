"""A realistic mistake as an edit of a rendered script's text."""

from dataclasses import dataclass
from functools import cache

from nineteen.script.render import render
from space import spec

BASES = {
    "full": "xor --hidden 8 --lr 0.5 --epochs 300",
    "four": "xor --hidden 4 --lr 0.5 --epochs 300",
    "two": "and --hidden 2 --lr 0.5 --epochs 300",
    "loss": "xor --hidden 8 --lr 0.5 --epochs 300 --show loss",
    "mini": "xor --hidden 8 --batch mini --lr 0.5 --epochs 200",
    "mini8": "xor3 --hidden 8 --batch mini --lr 0.5 --epochs 300",
    "mini3": "xor3 --hidden 8 --batch mini --batch-size 3 --lr 0.5 --epochs 300",
    "adder": "full_adder --hidden 12 --batch mini --lr 0.5 --epochs 200",
    "sgd": "xor --hidden 8 --batch sgd --lr 0.5 --epochs 200",
    "tanh": "xor --hidden 8 --batch sgd --activation tanh --lr 0.5 --epochs 60",
    "relu": "xor --hidden 16 --activation relu --lr 0.1 --epochs 200",
    "deep": "xor --hidden 8,4 --lr 0.5 --epochs 600",
    "deep mini": "xor3 --hidden 7,8 --batch mini --lr 0.2 --epochs 300",
    "deep sgd": "xor --hidden 8,4 --batch sgd --activation tanh --lr 0.2 --epochs 100",
    "deeper": "xor --hidden 8,8,8 --activation tanh --lr 0.2 --epochs 200",
    "deep relu": "xor --hidden 16,8 --activation relu --lr 0.05 --epochs 200",
}


@dataclass(frozen=True)
class Mutant:
    """A base with mistakes in it: each edit replaces its first text, everywhere, by its second.

    `says` is what the reason has to mention, so that it sends a student to the right line; "" where
    the judge of the printed predictions catches the mistake, or nothing better can be said.
    `equivalent` is why no check can tell the edited script from an honest one.
    """

    name: str
    base: str
    edits: tuple[tuple[str, str], ...]
    says: str = ""
    equivalent: str = ""


def mutant(
    name: str, base: str, *edits: tuple[str, str], says: str = "", equivalent: str = ""
) -> Mutant:
    return Mutant(name, base, edits, says, equivalent)


@cache
def mutated(mutant: Mutant) -> str:
    """The mutant's text; each of its edits has to find something to change."""
    source = render(spec(*BASES[mutant.base].split()))
    for old, new in mutant.edits:
        assert old in source, f"{mutant.name}: nothing to edit: {old!r}"
        source = source.replace(old, new)
    return source
