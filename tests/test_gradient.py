"""The checker's gradient, and the scripts' own updates, against differences of the loss."""

import math
from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
import pytest
from exact import gradient, loss
from nineteen.script.render import render
from nineteen.script.spec import ACTIVATIONS, Activation, ScriptSpec
from nineteen.training.gradient import Array, Matrices, hidden, kink_distance, matrices, predict
from nineteen.training.observe import Update, observe
from space import spec

STEP = 1e-5  # of the central differences: their own error is about STEP**2
CLOSE = 1e-6
LAYERS = ("3", "4,3", "3,4,3")
RELU = ACTIVATIONS["relu"]


def plain_loss(weights: Matrices, rows: Array, targets: Array, activation: Activation) -> float:
    """The binary cross-entropy in plain Python, written a second time: one number at a time."""
    hidden = {
        "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
        "tanh": math.tanh,
        "relu": lambda z: max(z, 0.0),
    }[activation.name]
    total = 0.0
    for row, wanted in zip(rows.tolist(), targets.tolist(), strict=True):
        units = row
        for depth, matrix in enumerate(weights):
            *inner, bias = matrix.tolist()
            sums = [
                math.fsum(unit * line[i] for unit, line in zip(units, inner, strict=True)) + bias[i]
                for i in range(len(bias))
            ]
            last = depth == len(weights) - 1
            units = sums if last else [hidden(z) for z in sums]
        for target, logit in zip(wanted, units, strict=True):
            probability = 1 / (1 + math.exp(-logit))
            total -= math.log(probability if target else 1 - probability)
    return total


def differences(weights: Matrices, rows: Array, targets: Array, activation: Activation) -> Matrices:
    """The gradient of `plain_loss` by central differences, weight after weight."""

    def nudged(place: int, index: tuple[int, ...], by: float) -> float:
        copies = [matrix.copy() for matrix in weights]
        copies[place][index] += by
        return plain_loss(tuple(copies), rows, targets, activation)

    slopes = tuple(np.zeros_like(matrix) for matrix in weights)
    for place, matrix in enumerate(weights):
        for index in np.ndindex(matrix.shape):
            rise = nudged(place, index, STEP) - nudged(place, index, -STEP)
            slopes[place][index] = rise / (2 * STEP)
    return slopes


def off(found: Matrices, wanted: Matrices) -> float:
    """The largest difference, as a part of the largest number wanted."""
    size = max(float(np.abs(matrix).max()) for matrix in wanted)
    return max(float(np.abs(a - b).max()) for a, b in zip(found, wanted, strict=True)) / size


def some_network(sizes: tuple[int, ...], seed: int) -> tuple[Matrices, Array, Array]:
    rng = np.random.default_rng(seed)
    weights = tuple(rng.normal(size=(before + 1, after)) for before, after in pairwise(sizes))
    rows = rng.choice([-1.0, 1.0], size=(5, sizes[0]))
    return weights, rows, rng.integers(0, 2, size=(5, sizes[-1])).astype(float)


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=str)
@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 4, 1), (3, 4, 3, 2), (2, 3, 4, 3, 3)])
def test_gradient_is_the_slope_of_the_loss(sizes: tuple[int, ...], activation: Activation) -> None:
    networks = (some_network(sizes, seed) for seed in range(20))
    weights, rows, targets = next(net for net in networks if kink_distance(*net[:2], RELU) > 1e-2)
    wanted = differences(weights, rows, targets, activation)
    found = gradient(weights, rows, targets, activation)
    assert off(found, wanted) < CLOSE
    assert loss(weights, rows, targets, activation) == pytest.approx(
        plain_loss(weights, rows, targets, activation), rel=1e-12
    )


def test_a_prediction_that_is_certain_keeps_its_loss_and_its_gradient_finite() -> None:
    weights = (np.array([[1.0], [0.0]]), np.array([[1e4], [0.0]]))
    rows, targets = np.array([[1.0], [1.0]]), np.array([[0.0], [1.0]])
    assert predict(weights, rows, RELU).tolist() == [[1.0], [1.0]]
    assert loss(weights, rows, targets, RELU) == pytest.approx(1e4)
    assert gradient(weights, rows, targets, RELU)[1].tolist() == [[1.0], [1.0]]


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=str)
def test_a_row_says_one_function_and_its_slope(activation: Activation) -> None:
    z = np.array([-800.0, -3.0, -0.5, 0.25, 2.0, 800.0])
    exact = {"sigmoid": lambda x: 1 / (1 + math.exp(-x)), "tanh": math.tanh}
    wanted = [exact.get(activation.name, lambda x: max(x, 0.0))(x) for x in z.tolist()[1:]]
    function, slope = hidden(activation)
    np.testing.assert_allclose(function(z)[1:], wanted, rtol=1e-12)
    rise = (function(z + STEP) - function(z - STEP)) / (2 * STEP)
    np.testing.assert_allclose(slope(function(z)), rise, rtol=1e-8, atol=1e-9)
    assert np.all(function(z) >= activation.least)


def test_the_distance_to_a_kink() -> None:
    weights = (np.array([[0.5, 1.0], [0.25, 1.0]]), np.ones((3, 1)))
    assert kink_distance(weights, np.array([[-1.0], [1.0]]), RELU) == 0.25  # the other unit is at 0


def updates(command: str, activation: Activation) -> Iterator[tuple[ScriptSpec, Update]]:
    """The updates of a script, without those where ReLU has no derivative near by."""
    script = spec(*command.split(), "--activation", activation.name, "--epochs", "3", "--lr", "0.3")
    seen: list[Update] = []
    observe(render(script), seen.append)
    for update in seen:
        rows = inputs(script)[list(update.rows)]
        before = matrices(update.before, script)
        if not activation.kink or kink_distance(before, rows, activation) > 1e-3:
            yield script, update


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=str)
@pytest.mark.parametrize(
    ("subject", "hidden", "batch"),
    [
        *product(("xor",), LAYERS, ("full", "mini", "sgd")),
        ("full_adder", "4", "mini"),
        ("half_adder", "3,2", "full"),
    ],
)
def test_an_update_of_a_script_is_the_learning_rate_times_the_gradient(
    subject: str, hidden: str, batch: str, activation: Activation
) -> None:
    command = f"{subject} --hidden {hidden} --batch {batch}"
    looked = [pair for i, pair in enumerate(updates(command, activation)) if i % 4 == 0][:2]
    assert looked
    for script, update in looked:
        assert off(descent(update, script), wanted_descent(update, script)) < CLOSE


@pytest.mark.parametrize("hidden", ["3", "4,3"])
def test_a_script_without_the_derivative_is_far_from_the_gradient(hidden: str) -> None:
    script = spec("xor", "--hidden", hidden, "--epochs", "1", "--lr", "0.3")
    source = render(script)
    wrong = source.replace(" * layer * (1 - layer)", "")
    assert wrong != source
    seen: list[Update] = []
    observe(wrong, seen.append)
    assert off(descent(seen[0], script), wanted_descent(seen[0], script)) > 1000 * CLOSE


def descent(update: Update, script: ScriptSpec) -> Matrices:
    pairs = zip(matrices(update.before, script), matrices(update.after, script), strict=True)
    return tuple((before - after) / script.lr for before, after in pairs)


def wanted_descent(update: Update, script: ScriptSpec) -> Matrices:
    rows = list(update.rows)
    targets = np.array(script.table.targets(), float)[rows]
    weights = matrices(update.before, script)
    return differences(weights, inputs(script)[rows], targets, script.activation)


def inputs(script: ScriptSpec) -> Array:
    rows = range(script.table.rows)
    return np.array([[2.0 * int(bit) - 1 for bit in script.table.inputs_of(row)] for row in rows])
