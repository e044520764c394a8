"""XOR trained with any batch size by a few lines of NumPy, and what follows: nothing of ours."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], float)
Y = np.array([[0], [1], [1], [0]], float)


def sigmoid(z: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-z)))


@dataclass(frozen=True)
class Simulated:
    """What is seen of a training with all seeds, at some looks.

    `losses` and `within` (seeds, looks) are the mean loss, and whether each printed answer is
    within 0.1; `made` (looks,) how many updates there were before; `size` and `count` the rows of
    an update and of an epoch; `right` (seeds,) the share of 4,000 fresh samples answered rightly.
    """

    losses: Array
    within: Array
    made: Array
    size: int
    count: int
    right: Array

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
        """Rows seen until then; an epoch has `count`, however they are batched."""
        whole = -(-self.count // self.size)
        return np.array(
            [
                self.count * (n // whole) + self.size * (n % whole) if n < np.inf else n
                for n in self.needed
            ]
        )

    @property
    def stuck(self) -> Array:
        """Outside at the end, and at two thirds of the way the loss was not 1.25 times the last."""
        third = self.losses[:, np.flatnonzero(self.made >= 2 * self.made[-1] / 3)[0]]
        return np.asarray(~self.within[:, -1] & (third < 1.25 * self.losses[:, -1]))

    @property
    def uphill(self) -> Array:
        """The share of updates with a look on both sides that raise the loss, until learned."""
        single = np.diff(self.made) == 1
        shares = []
        for losses, needed in zip(self.losses, self.needed, strict=True):
            until = single & (self.made[1:] <= needed)
            shares.append(np.mean(losses[1:][until] > losses[:-1][until]))
        return np.array(shares)


def train(
    size: int, lr: float, epochs: int, seeds: int, hidden: int = 8, samples: int = 0
) -> Simulated:
    """All seeds in one array, looked at after the first 512 updates, then 512 times at most.

    With samples, X is as many rows of the table with noise of 0.5, drawn before the weights.
    """
    rngs = [np.random.default_rng(seed) for seed in range(seeds)]
    begun = [drawn(rng, hidden, samples) for rng in rngs]
    inputs, targets, W1, W2 = (np.stack(arrays) for arrays in zip(*begun, strict=True))
    b1, b2 = np.zeros((seeds, 1, hidden)), np.zeros((seeds, 1, 1))
    count, lanes = inputs.shape[1], np.arange(seeds)[:, None]
    losses, within = [], []

    def look() -> None:
        z = sigmoid(X @ W1 + b1) @ W2 + b2
        losses.append(np.log1p(np.exp(np.where(Y == 1, -z, z))).mean(axis=(1, 2)))
        within.append((np.abs(np.round(sigmoid(z), 2) - Y) < 0.1 + 1e-9).all(axis=(1, 2)))

    look()
    for _ in range(epochs):
        whole = np.arange(count)
        order = np.stack([rng.permutation(count) if size < count else whole for rng in rngs])
        for first in range(0, count, size):
            rows = order[:, first : first + size]
            x, y = inputs[lanes, rows], targets[lanes, rows]
            layer = sigmoid(x @ W1 + b1)
            error = y - sigmoid(layer @ W2 + b2)
            delta = error @ W2.transpose(0, 2, 1) * layer * (1 - layer)
            W2 = W2 + lr * layer.transpose(0, 2, 1) @ error
            b2 = b2 + lr * error.sum(axis=1, keepdims=True)
            W1 = W1 + lr * x.transpose(0, 2, 1) @ delta
            b1 = b1 + lr * delta.sum(axis=1, keepdims=True)
            look()
    last = len(losses) - 1
    step = -(-last // 512)
    made = np.array([k for k in range(last + 1) if k <= 512 or k % step == 0 or k == last])
    fresh, wanted, *_ = drawn(np.random.default_rng(2**32), 1, 4000)
    right = ((sigmoid(fresh @ W1 + b1) @ W2 + b2 > 0) == (wanted == 1)).mean(axis=(1, 2))
    losses, within = np.array(losses).T[:, made], np.array(within).T[:, made]
    return Simulated(losses, within, made, size, count, right)


def drawn(rng: np.random.Generator, hidden: int, samples: int) -> tuple[Array, ...]:
    """Inputs, targets and the first weights, in the order in which a script draws them."""
    inputs, targets = X, Y
    if samples:
        rows = rng.integers(4, size=samples)
        inputs, targets = X[rows] + rng.normal(0, 0.5, (samples, 2)), Y[rows]
    return inputs, targets, rng.normal(size=(2, hidden)), rng.normal(size=(hidden, 1))


def middle(values: Array) -> tuple[float, float, float]:
    """The median, and the order statistics of its 95 % interval."""
    ordered, n = np.sort(values), len(values)
    from scipy.stats import binom  # it takes half a second

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
