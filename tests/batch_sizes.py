"""XOR trained with any batch size by a few lines of NumPy, and what follows: nothing of ours."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

Array = NDArray[Any]
X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], float)
Y = np.array([[0], [1], [1], [0]], float)


def sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


@dataclass(frozen=True)
class Simulated:
    """What is seen of a training with all seeds, at some looks.

    `losses` and `within` (seeds, looks) are the mean loss, and whether each printed answer is
    within 0.1; `made` (looks,) how many updates there were before.
    """

    losses: Array
    within: Array
    made: Array
    size: int

    @property
    def needed(self) -> Array:
        """Updates until it stays within 0.1: counted back from the end."""
        found = []
        for inside in self.within:
            place = len(inside)
            while place and inside[place - 1]:
                place -= 1
            found.append(self.made[place] if place < len(inside) else np.inf)
        return np.array(found, float)

    @property
    def rows(self) -> Array:
        """Rows seen until then; four are an epoch, however they are batched."""
        whole = -(-4 // self.size)
        return np.array(
            [4 * (n // whole) + self.size * (n % whole) if n < np.inf else n for n in self.needed]
        )

    @property
    def stuck(self) -> Array:
        """Outside at the end, and at two thirds of the way the loss was not 1.25 times the last."""
        third = self.losses[:, np.flatnonzero(self.made >= 2 * self.made[-1] / 3)[0]]
        return np.asarray(~self.within[:, -1] & (third < 1.25 * self.losses[:, -1]))

    @property
    def uphill(self) -> Array:
        """The share of the updates looked at one by one that raise the loss, until learned."""
        shares = []
        for losses, needed in zip(self.losses, self.needed, strict=True):
            end = int(min(512, self.made[-1], needed))
            shares.append(np.mean(losses[1 : end + 1] > losses[:end]))
        return np.array(shares)


def train(size: int, lr: float, epochs: int, seeds: int, hidden: int = 8) -> Simulated:
    """All seeds in one array, looked at after the first 512 updates, then 512 times at most."""
    rngs = [np.random.default_rng(seed) for seed in range(seeds)]
    W1, W2 = (
        np.stack(arrays)
        for arrays in zip(
            *((rng.normal(size=(2, hidden)), rng.normal(size=(hidden, 1))) for rng in rngs),
            strict=True,
        )
    )
    b1, b2 = np.zeros((seeds, 1, hidden)), np.zeros((seeds, 1, 1))
    losses, within = [], []

    def look() -> None:
        z = sigmoid(X @ W1 + b1) @ W2 + b2
        losses.append(np.log1p(np.exp(np.where(Y == 1, -z, z))).mean(axis=(1, 2)))
        within.append((np.abs(np.round(sigmoid(z), 2) - Y) < 0.1 + 1e-9).all(axis=(1, 2)))

    look()
    for _ in range(epochs):
        order = np.stack([rng.permutation(4) if size < 4 else np.arange(4) for rng in rngs])
        for first in range(0, 4, size):
            rows = order[:, first : first + size]
            layer = sigmoid(X[rows] @ W1 + b1)
            error = Y[rows] - sigmoid(layer @ W2 + b2)
            delta = error @ W2.transpose(0, 2, 1) * layer * (1 - layer)
            W2 += lr * layer.transpose(0, 2, 1) @ error
            b2 += lr * error.sum(axis=1, keepdims=True)
            W1 += lr * X[rows].transpose(0, 2, 1) @ delta
            b1 += lr * delta.sum(axis=1, keepdims=True)
            look()
    last = len(losses) - 1
    step = -(-last // 512)
    made = np.array([k for k in range(last + 1) if k <= 512 or k % step == 0 or k == last])
    return Simulated(np.array(losses).T[:, made], np.array(within).T[:, made], made, size)


def middle(values: Array) -> tuple[float, float, float]:
    """The median, and the order statistics of its 95 % interval."""
    ordered, n = np.sort(values), len(values)
    d = int(binom.ppf(0.025, n, 0.5))
    while binom.cdf(d, n, 0.5) > 0.025:
        d -= 1
    with np.errstate(invalid="ignore"):
        halfway = ordered[(n - 1) // 2] / 2 + ordered[n // 2] / 2
    return float(halfway), float(ordered[d]), float(ordered[n - d - 1])


def wilson(k: int, n: int) -> tuple[float, float]:
    """The ends of Wilson's interval: the roots of (p - k/n)² = 1.96² p (1 - p) / n."""
    if not n:
        return 0.0, 1.0
    z = 1.959964
    a, b, c = 1 + z * z / n, -2 * k / n - z * z / n, (k / n) ** 2
    root = sqrt(max(0.0, b * b - 4 * a * c))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def verdict(low: float, high: float, limit: float) -> str:
    return "holds" if low > limit else "does not hold" if high < limit else "cannot be told here"
