"""What a network of a given size needs to learn: one table, measured (see README, "Figures")."""

from dataclasses import dataclass

from generator.spec import Activation, Batch


@dataclass(frozen=True)
class Recipe:
    """The default learning rate and number of epochs."""

    lr: float
    epochs: int


def default_hidden(inputs: int, activation: Activation) -> tuple[int, ...]:
    """The default layer size for a number of inputs."""
    return (_HIDDEN[inputs],)


def recipe(inputs: int, hidden: tuple[int, ...], batch: Batch, activation: Activation) -> Recipe:
    """The measured defaults for a network."""
    lr, epochs = _ONE_LAYER[activation][inputs]
    return Recipe(lr, epochs)


_HIDDEN = {1: 4, 2: 8, 3: 8, 4: 16, 5: 32, 6: 64, 7: 64, 8: 128}

_ONE_LAYER: dict[Activation, dict[int, tuple[float, int]]] = {
    Activation.SIGMOID: {
        1: (1, 50),
        2: (1, 100),
        3: (0.5, 300),
        4: (0.5, 300),
        5: (0.1, 300),
        6: (0.1, 300),
        7: (0.05, 300),
        8: (0.02, 300),
    },
    Activation.TANH: {
        1: (0.5, 50),
        2: (0.5, 50),
        3: (0.5, 50),
        4: (0.5, 50),
        5: (0.25, 50),
        6: (0.1, 100),
        7: (0.1, 100),
        8: (0.05, 100),
    },
    Activation.RELU: {
        1: (0.5, 50),
        2: (0.1, 100),
        3: (0.1, 100),
        4: (0.1, 100),
        5: (0.1, 100),
        6: (0.1, 100),
        7: (0.1, 100),
        8: (0.05, 100),
    },
}
