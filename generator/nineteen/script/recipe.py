"""What a network of a given size needs to learn, from templates/recipe.toml."""

from dataclasses import dataclass

from nineteen.script.activations import ACTIVATIONS, Activation
from nineteen.script.spec import Batch
from nineteen.script.templates import data


@dataclass(frozen=True)
class Recipe:
    """The default layer size, learning rate and number of epochs."""

    hidden: int
    lr: float
    epochs: int


# By activation and number of inputs.
ONE_LAYER = {
    name: {int(inputs): Recipe(*row) for inputs, row in rows.items()}
    for name, rows in data("recipe.toml").items()
    if name in ACTIVATIONS
}


def default_hidden(inputs: int, activation: Activation) -> tuple[int, ...]:
    """The default layer sizes: one hidden layer."""
    return (ONE_LAYER[activation.name][inputs].hidden,)


def recipe(inputs: int, hidden: tuple[int, ...], batch: Batch, activation: Activation) -> Recipe:
    """The measured defaults for a network of these sizes."""
    if len(hidden) > 1:
        return _deep(inputs, max(hidden), activation.name)
    large = data("recipe.toml")["large_batches"].get(f"{activation} {inputs} {batch}")
    usual = Recipe(*large) if large else ONE_LAYER[activation.name][inputs]
    if hidden[0] < usual.hidden:  # a small layer takes longer, and gets stuck less in smaller steps
        return Recipe(hidden[0], min(usual.lr, 0.5), max(400, 2 * usual.epochs))
    return usual


def _deep(inputs: int, width: int, activation: str) -> Recipe:
    """The defaults of several layers, by the widest of them."""
    few = inputs <= 3
    if activation == "sigmoid":
        lr = 0.1 if width > 16 else 0.5 if few else 0.25
        return Recipe(width, lr if inputs <= 4 else 0.05, 500 if width <= 8 else 300)
    if activation == "tanh":
        lr = 0.25 if width <= 8 and few else 0.1
        return Recipe(width, lr if inputs <= 4 else 0.03, 300 if width <= 8 else 200)
    return Recipe(width, 0.03 if width <= 8 else 0.01 if width <= 16 else 0.001, 500)
