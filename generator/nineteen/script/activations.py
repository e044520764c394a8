"""The hidden layers' activations: one row each in templates/activations.toml."""

from dataclasses import dataclass

from nineteen.script.templates import data


@dataclass(frozen=True)
class Activation:
    """What is known of an activation; the output's is always the sigmoid.

    `function` of a unit's sum {z}, and `slope`, its derivative by its own value {a}, as a factor,
    are expressions of NumPy; {z} stands in parentheses where an operator is beside it, and once, or
    the line of several layers is too wide. `slope_tex` is the slope in TeX. The function's values
    begin at `least`; with a `kink` it has no slope where z is 0. In words: `noun` is its name in a
    sentence, `formula` says what f is, `meaning` what it makes of a sum, `slope_meaning` what its
    slope is, and `slope_derived` that in TeX, and why.
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
        """The function of an expression; one without a plus needs no parentheses behind a minus."""
        function = self.function if "+" in sums else self.function.replace("-({z})", "-{z}")
        return function.format(z=sums)


ACTIVATIONS = {name: Activation(name, **row) for name, row in data("activations.toml").items()}
SIGMOID = ACTIVATIONS["sigmoid"]


def kinds() -> str:
    """The names of all activations, as in "sigmoid, tanh or relu"."""
    *names, last = ACTIVATIONS
    return f"{', '.join(names)} or {last}"
