"""What a network of a given size needs to learn: one table, measured (README, "Defaults")."""

from dataclasses import dataclass

from nineteen.script.activations import Activation
from nineteen.script.spec import Batch


@dataclass(frozen=True)
class Recipe:
    """The default layer size, learning rate and number of epochs."""

    hidden: int
    lr: float
    epochs: int


# For each number of inputs: few updates, and up to four inputs 99.9 % of the seeds and more learn.
ONE_LAYER: dict[str, dict[int, Recipe]] = {
    "sigmoid": {
        1: Recipe(4, 1, 50),
        2: Recipe(8, 1, 100),
        3: Recipe(12, 0.5, 100),
        4: Recipe(24, 0.25, 200),
        5: Recipe(64, 0.1, 200),
        6: Recipe(64, 0.1, 300),
        7: Recipe(128, 0.05, 300),
        8: Recipe(128, 0.05, 400),
    },
    "tanh": {
        1: Recipe(4, 0.5, 50),
        2: Recipe(8, 0.5, 60),
        3: Recipe(12, 0.5, 50),
        4: Recipe(16, 0.5, 60),
        5: Recipe(32, 0.2, 60),
        6: Recipe(64, 0.1, 60),
        7: Recipe(128, 0.05, 80),
        8: Recipe(128, 0.05, 100),
    },
    "relu": {
        1: Recipe(16, 0.2, 100),
        2: Recipe(16, 0.2, 150),
        3: Recipe(16, 0.2, 150),
        4: Recipe(32, 0.1, 100),
        5: Recipe(32, 0.05, 200),
        6: Recipe(64, 0.03, 200),
        7: Recipe(128, 0.015, 200),
        8: Recipe(128, 0.02, 200),
    },
}

# From six inputs on a batch sums so many rows that it wants smaller steps, and more of them.
LARGE_BATCHES: dict[tuple[str, int, Batch], Recipe] = {
    ("sigmoid", 6, Batch.FULL): Recipe(64, 0.03, 600),
    ("sigmoid", 7, Batch.FULL): Recipe(128, 0.02, 800),
    ("sigmoid", 8, Batch.FULL): Recipe(128, 0.005, 3000),
    ("sigmoid", 8, Batch.MINI): Recipe(128, 0.02, 600),
    ("relu", 8, Batch.FULL): Recipe(128, 0.005, 800),
}


def default_hidden(inputs: int, activation: Activation) -> tuple[int, ...]:
    """The default layer sizes: one hidden layer."""
    return (ONE_LAYER[activation.name][inputs].hidden,)


def recipe(inputs: int, hidden: tuple[int, ...], batch: Batch, activation: Activation) -> Recipe:
    """The measured defaults for a network of these sizes."""
    if len(hidden) > 1:
        return _deep(inputs, max(hidden), activation.name)
    usual = LARGE_BATCHES.get((activation.name, inputs, batch), ONE_LAYER[activation.name][inputs])
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
