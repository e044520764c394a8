"""The hidden layers' activations: one row each in templates/activations.toml."""

from dataclasses import dataclass

from nineteen.script.templates import data


@dataclass(frozen=True)
class Activation:
    """A row of templates/activations.toml, which explains its keys; the output's is the sigmoid."""

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
