"""The loss of a whole network and its gradient, put together from what the checks use."""

import numpy as np
from nineteen.script.spec import Activation
from nineteen.training.gradient import Array, Matrices, backward, forward, hidden, sigmoid


def loss(weights: Matrices, X: Array, y: Array, activation: Activation) -> float:
    """The binary cross-entropy of targets y (rows, outputs), summed over everything, in nats."""
    logits = forward(weights, X, hidden(activation).function)[1]
    return float((np.logaddexp(0, logits) - y * logits).sum())


def gradient(weights: Matrices, X: Array, y: Array, activation: Activation) -> Matrices:
    """The derivative of `loss` with respect to each matrix, shaped as the matrices."""
    function, slope = hidden(activation)
    layers, logits = forward(weights, X, function)
    return backward(weights, layers, sigmoid(logits) - y, slope)
