"""What a network of a given size needs to learn, from templates/recipe.toml."""

from math import ceil, sqrt
from typing import NamedTuple

from nineteen.script.activations import Activation
from nineteen.script.spec import MAX_EPOCHS, Batch
from nineteen.script.templates import data

RECIPES = data("recipe.toml")


class Recipe(NamedTuple):
    """The default learning rate and number of epochs."""

    lr: float
    epochs: int


def default_hidden(inputs: int, activation: Activation, samples: int = 0) -> tuple[int, ...]:
    """The default layer sizes: one hidden layer."""
    rows = RECIPES[activation.name]
    return ((rows["samples"] if samples else rows)[str(inputs)][0],)


def recipe(
    inputs: int,
    hidden: tuple[int, ...],
    batch: Batch,
    activation: Activation,
    samples: int = 0,
    batch_size: int = 0,
) -> Recipe:
    """The measured defaults for a network of these sizes; with samples, by the size of a batch."""
    rows, width = RECIPES[activation.name], max(hidden)
    if len(hidden) > 1:
        fitting = (row for row in rows["deep"] if inputs <= row[0] and width <= row[1])
        _, _, lr, epochs = next(fitting, rows["deep"][-1])
        lr = _one_digit(lr * 2**inputs / samples) if samples else lr
        return Recipe(lr, epochs)
    if samples:
        # By the square root, the noise of an update's sum is the same for every batch (Krizhevsky
        # 2014, arXiv:1404.5997, section 5). Where many are added up, the largest step has a limit.
        size = max(1, batch_size)  # what is less is refused later
        units, rate, most, travel = rows["samples"][str(inputs)]
        lr = _one_digit(min(rate / sqrt(size), most / size))
        epochs = ceil((2 if width < units else 1) * travel / (lr * samples))
        return Recipe(lr, min(MAX_EPOCHS, epochs))
    large = RECIPES["large_batches"].get(f"{activation} {inputs} {batch}")
    units, lr, epochs = large or rows[str(inputs)]
    if width < units:  # a small layer takes longer, and gets stuck less in smaller steps
        return Recipe(min(lr, 0.5), max(400, 2 * epochs))
    return Recipe(lr, epochs)


def _one_digit(rate: float) -> float:
    return float(f"{rate:.0e}")
