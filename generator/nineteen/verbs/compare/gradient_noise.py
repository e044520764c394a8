"""How noisy the gradient of a batch is, measured on the gradient itself."""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.training.gradient import Array, backward, forward, hidden, matrices, sigmoid
from nineteen.training.observe import Start, observe

SEEDS, BATCHES = 5, 200


def noise_in_theory(size: float, rows: int) -> float:
    """The noise of a batch beside that of one row, where rows are drawn without putting back.

    The standard error of a mean, 1 / sqrt(size), with the correction for a finite population
    (Cochran, "Sampling Techniques", 3rd edition, 1977, section 2.6).
    """
    return sqrt((rows - size) / (size * (rows - 1)))


def gradient_noise(spec: ScriptSpec, sizes: Sequence[int]) -> Array:
    """The root mean square distance of a batch's mean gradient from that of all rows, by size.

    At the weights that the first seeds start from, as a multiple of that of single rows.
    """
    rng, squares = np.random.default_rng(0), np.zeros(len(sizes) + 1)
    for seed in range(SEEDS):
        begun: list[Start] = []
        observe(render(replace(spec, seed=seed, epochs=1)), lambda _: None, begun.append)
        [start] = begun
        whole = _mean_gradient(spec, start, np.arange(len(start.y)))
        for place, size in enumerate([1, *sizes]):
            for _ in range(BATCHES):
                batch = rng.permutation(len(start.y))[:size]
                squares[place] += np.square(_mean_gradient(spec, start, batch) - whole).sum()
    noise: Array = np.sqrt(squares[1:] / squares[0])
    return noise


def _mean_gradient(spec: ScriptSpec, start: Start, rows: NDArray[np.int64]) -> Array:
    """The exact gradient of some rows, averaged, as one vector."""
    network, function = matrices(start.weights, spec), hidden(spec.activation)
    layers, logits = forward(network, start.X[rows, : spec.table.inputs], function.function)
    delta = (sigmoid(logits) - start.y[rows]) / len(rows)
    found = backward(network, layers, delta, function.slope)
    return np.concatenate([array.ravel() for array in found])
