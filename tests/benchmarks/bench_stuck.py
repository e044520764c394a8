"""What a stuck network is stuck in: python tests/benchmarks/bench_stuck.py [seeds]

XOR with two hidden units and full batch, by the defaults of the main command. Of each seed that
gets stuck: the norm of the gradient and the eigenvalues of the Hessian (central differences of the
exact gradient) where its script ends; the loss and the weights after many more epochs; and whether
kicks of growing size, new weights, or the noise of SGD, free it. templates/compare/stuck.toml
quotes what it prints; some minutes.
"""

import sys
from dataclasses import replace

import numpy as np
from nineteen.script.choices import choose, spec_of
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.training.gradient import Array, backward, forward, hidden, sigmoid
from nineteen.training.observe import Update, observe
from nineteen.verbs.compare.measuring import watch_seeds

MORE, KICKED, KICKS, STEP = 100_000, 4_000, 20, 1e-5
SPREADS, RATES = (0.1, 0.3, 1.0, 3.0, 5.0), (0.25, 0.5, 1.0, 2.0, 4.0)
X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], float)
Y = np.array([[0], [1], [1], [0]], float)
SHAPES = (2, 2), (2,), (2, 1), (1,)


def unpacked(flat: Array) -> list[Array]:
    """W1, b1, W2, b2 of networks (…, 9)."""
    ends = np.cumsum([np.prod(shape) for shape in SHAPES])[:-1]
    parts = np.split(flat, ends, axis=-1)
    return [part.reshape(*flat.shape[:-1], *s) for part, s in zip(parts, SHAPES, strict=True)]


def gradient(flat: Array, rows: Array | None = None) -> Array:
    """The gradient of the summed loss of networks (networks, 9), over all rows or one row each."""
    W1, b1, W2, b2 = unpacked(flat)
    x, y = (X, Y) if rows is None else (X[rows][:, None], Y[rows][:, None])
    layer = sigmoid(x @ W1 + b1[..., None, :])
    delta2 = sigmoid(layer @ W2 + b2[..., None, :]) - y
    delta1 = delta2 @ W2.swapaxes(-1, -2) * layer * (1 - layer)
    parts = (
        x.swapaxes(-1, -2) @ delta1,
        delta1.sum(axis=-2),
        layer.swapaxes(-1, -2) @ delta2,
        delta2.sum(axis=-2),
    )
    return np.concatenate([part.reshape(len(flat), -1) for part in parts], axis=1)


def loss(flat: Array) -> Array:
    """The summed loss, (networks,)."""
    W1, b1, W2, b2 = unpacked(flat)
    z = sigmoid(X @ W1 + b1[..., None, :]) @ W2 + b2[..., None, :]
    return np.asarray(np.logaddexp(0, (1 - 2 * Y) * z).sum(axis=(-1, -2)))


def descended(flat: Array, lr: float, epochs: int, noisy: bool = False) -> Array:
    """The networks after so many epochs more, with full batch or with SGD."""
    rng = np.random.default_rng(0)
    for _ in range(epochs):
        if noisy:
            order = rng.permuted(np.tile(np.arange(4), (len(flat), 1)), axis=1)
            for rows in order.T:
                flat = flat - lr * gradient(flat, rows)
        else:
            flat = flat - lr * gradient(flat)
    return flat


def hessian(flat: Array) -> Array:
    """(networks, 9, 9), by central differences of the gradient."""
    steps = STEP * np.eye(flat.shape[1])
    columns = [(gradient(flat + step) - gradient(flat - step)) / (2 * STEP) for step in steps]
    return np.stack(columns, axis=-1)


def ends(spec: ScriptSpec, seeds: list[int]) -> Array:
    """The weights where the scripts end, (seeds, 9)."""
    found = []
    for seed in seeds:
        seen: list[Update] = []
        observe(render(replace(spec, seed=seed)), seen.append)
        found.append(np.concatenate([array.ravel() for array in seen[-1].after]))
    return np.array(found)


def main(tried: int) -> None:
    spec = spec_of(choose(["xor", "--hidden", "2"]))
    seeds = np.flatnonzero(watch_seeds(spec, range(tried)).stuck).tolist()
    stuck = ends(spec, seeds)
    check_gradient(stuck)
    count, slope = len(seeds), np.linalg.norm(gradient(stuck), axis=1)
    eigenvalues = np.linalg.eigvalsh(hessian(stuck))
    convex = eigenvalues[:, 0] > 0
    print(f"rate {spec.lr:g}, {spec.epochs} epochs: {count} of {tried} seeds get stuck.")
    print(f"gradient norm: median {np.median(slope):.2g}, at most {slope.max():.2g}")
    print(
        f"Hessian positive definite at {convex.sum()}; there its eigenvalues are "
        f"{eigenvalues[convex].min():.1g} to {eigenvalues[convex].max():.2g}"
    )
    late = descended(stuck, spec.lr, MORE)
    sizes = [np.median(np.linalg.norm(flat, axis=1)) for flat in (stuck, late)]
    free = (loss(late) < 1).sum()
    print(
        f"after {MORE:,} epochs more {free} are free; the median loss goes from "
        f"{np.median(loss(stuck)):.6f} to {np.median(loss(late)):.6f} "
        f"(2 ln 2 is {2 * np.log(2):.6f}), the median norm of the weights "
        f"from {sizes[0]:.3g} to {sizes[1]:.3g}"
    )
    rng = np.random.default_rng(1)
    for spread in SPREADS:
        many = np.repeat(stuck, KICKS, axis=0)
        kicked = descended(many + spread * rng.normal(size=many.shape), spec.lr, KICKED)
        freed = (loss(kicked) < 0.5).sum()
        print(f"kicks of standard deviation {spread:g} free {freed} of {len(many)}")
    anew = np.random.default_rng(2).normal(size=many.shape)
    anew[:, [4, 5, 8]] = 0  # biases begin as zero
    learned = (loss(descended(anew, spec.lr, KICKED)) < 0.5).sum()
    print(f"of {len(anew)} networks with new weights {learned} learn in as many epochs")
    for lr in RATES:
        freed = (loss(descended(stuck, lr, KICKED, noisy=True)) < 0.5).sum()
        print(f"SGD at rate {lr:g} for {KICKED:,} epochs frees {freed} of {count}")


def check_gradient(stuck: Array) -> None:
    """That the stacked gradient is the package's exact one."""
    function, slope = hidden(spec_of(choose(["xor"])).activation)
    for flat in stuck[:3]:
        W1, b1, W2, b2 = unpacked(flat)
        network = np.vstack([W1, b1]), np.vstack([W2, b2])
        layers, logits = forward(network, X, function)
        first, second = backward(network, layers, sigmoid(logits) - Y, slope)
        exact = np.concatenate([first[:-1].ravel(), first[-1], second[:-1].ravel(), second[-1]])
        np.testing.assert_allclose(gradient(flat[None])[0], exact, atol=1e-12)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
