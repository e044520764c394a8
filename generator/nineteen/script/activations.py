"""The hidden layers' activations: one row each in templates/activations.toml."""

import re
from dataclasses import dataclass

from nineteen.script.templates import data


@dataclass(frozen=True)
class Activation:
    """What is known of an activation; the output's is always the sigmoid.

    `function` of a unit's sum z, and `slope`, its derivative by its own value a, as a factor, are
    expressions of NumPy, and `slope_tex` is the slope in TeX. A function that names z twice makes
    the line of several layers too wide. Its values begin at `least`; with a `kink` it has no slope
    where z is 0. In words: `noun` is its name in a sentence, `formula` says what f is, `meaning`
    what it makes of a sum, `slope_meaning` what its slope is, `slope_derived` that in TeX, and why.
    """

    name: str
    function: str
    slope: str
    slope_tex: str
    least: float
    noun: str
    formula: str
    meaning: str
    slope_meaning: str
    slope_derived: str
    kink: bool = False

    def __str__(self) -> str:
        return self.name

    def of(self, sums: str) -> str:
        """The function of an expression, in parentheses where an operator beside it needs them."""

        def put(found: re.Match[str]) -> str:
            before, after = self.function[: found.start()], self.function[found.end() :]
            alone = before.endswith(("(", ", ")) and after.startswith((")", ","))
            negated = before.endswith("-") and "+" not in sums  # -a @ b is -(a @ b)
            return sums if alone or negated or " " not in sums else f"({sums})"

        return re.sub(r"\bz\b", put, self.function)

    def slope_at(self, value: str) -> str:
        """The slope where the function has the value of that name, as a factor."""
        return re.sub(r"\ba\b", value, self.slope)


ACTIVATIONS = {name: Activation(name, **row) for name, row in data("activations.toml").items()}
SIGMOID = ACTIVATIONS["sigmoid"]


def kinds() -> str:
    """The names of all activations, as in "sigmoid, tanh or relu"."""
    *names, last = ACTIVATIONS
    return f"{', '.join(names)} or {last}"
