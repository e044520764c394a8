"""Every array of an update, computed again by other words than the scripts'."""

from collections.abc import Callable

import numpy as np

CURVES: dict[str, tuple[Callable[..., np.ndarray], Callable[..., np.ndarray]]] = {
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "relu": (lambda z: np.maximum(0, z), lambda a: 1.0 * (a > 0)),
}


def one_layer(before: dict, rows: list[int], lr: float, curve: str) -> dict[str, np.ndarray]:
    """Every array of an update, by other words than the script's."""
    f, slope = CURVES[curve]
    X, y = before["X"][rows], before["y"][rows]
    layer = f(np.einsum("ri,ih->rh", X, before["W1"]) + before["b1"])
    output = CURVES["sigmoid"][0](np.einsum("rh,ho->ro", layer, before["W2"]) + before["b2"])
    error = y - output
    delta = np.einsum("ro,ho->rh", error, before["W2"]) * slope(layer)
    return {
        "layer": layer,
        "output": output,
        "error": error,
        "delta": delta,
        "W2": before["W2"] + lr * np.einsum("rh,ro->ho", layer, error),
        "b2": before["b2"] + lr * error.sum(0),
        "W1": before["W1"] + lr * np.einsum("ri,rh->ih", X, delta),
        "b1": before["b1"] + lr * delta.sum(0),
    }


def several(before: dict, rows: list[int], lr: float, curve: str) -> dict[str, np.ndarray]:
    """The same for a list of matrices; the last error and weights of each are left."""
    f, slope = CURVES[curve]
    W = [before[f"W[{i}]"] for i in range(sum(name[0] == "W" for name in before))]
    layers = [before["X"][rows]]
    for w in W[:-1]:
        hidden = f(np.einsum("ri,ih->rh", layers[-1], w))
        layers.append(np.concatenate([hidden, np.ones((len(rows), 1))], axis=1))
    output = CURVES["sigmoid"][0](np.einsum("ri,io->ro", layers[-1], W[-1]))
    made = {f"layers[{i}]": layer for i, layer in enumerate(layers)} | {"output": output}
    delta = made["delta"] = before["y"][rows] - output
    for i in reversed(range(len(W))):
        made[f"W[{i}]"] = W[i] + lr * np.einsum("ri,ro->io", layers[i], delta)
        delta = (np.einsum("ro,io->ri", delta, W[i]) * slope(layers[i]))[:, :-1]
    return made
