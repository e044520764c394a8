"""What a blank is tried on: small made-up numbers, and what has to come out of them.

The results come from the formulas of `nineteen.training.gradient`, not from the script's own line.
"""

from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np

from nineteen.script.annotate import ScriptStep
from nineteen.script.options import decimal
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.training.gradient import Array, hidden, sigmoid
from nineteen.verbs.exercise.blanks import Blank

UNITS = 3  # of a hidden layer, whatever the script's
DECIMALS = 6

State = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """The arguments of a blank and its results, by name, as Python expressions."""

    given: dict[str, str]
    wanted: dict[str, str]


def trial(blank: Blank, spec: ScriptSpec, seed: int) -> Trial:
    """The numbers that `seed` draws for a blank other than the batches, and what they lead to."""
    state = _state(spec, seed)
    if blank.step is ScriptStep.FEEDFORWARD and len(spec.hidden) > 1 and spec.batch is Batch.FULL:
        rows = spec.table.rows  # the script's line counts them
        state["layers"] = [np.tile(state["layer"][:2], (rows // 2, 1))]
    results = _results(blank, spec, state)
    return Trial(
        {name: _expression(state[name]) for name in blank.parameters},
        {name: _expression(results[name]) for name in blank.results},
    )


def _state(spec: ScriptSpec, seed: int) -> State:
    """All that a blank may use, with numbers of one decimal, in the shapes of a small batch.

    With several layers `layer` is any of them, with its column of ones, and `w` what follows it;
    their learning rate stands in the line, so that `step` has to be as large as that is small.
    """
    rng = np.random.default_rng(seed)
    rows = {Batch.SGD: [2], Batch.MINI: [3, 1], Batch.FULL: [0, 1, 2]}[spec.batch]
    some, every = len(rows), 3 if spec.batch is Batch.FULL else 4
    inputs, outputs = spec.table.inputs, spec.table.outputs

    def positive(*shape: int) -> Array:
        tenths: Array = rng.integers(1, 10, shape) / 10
        return tenths

    def signed(*shape: int) -> Array:
        tenths: Array = positive(*shape) * rng.choice([-1, 1], shape)
        return tenths

    deep = len(spec.hidden) > 1
    least, kink = spec.activation.least, spec.activation.kink
    layer = positive(some, UNITS) if least == 0 and not kink else signed(some, UNITS)
    layer = np.maximum(layer, least)
    layer = np.column_stack([layer, np.ones(some)]) if deep else layer
    return {
        "X": signed(every, inputs),
        "y": rng.integers(0, 2, (every, outputs)),
        "rows": np.array(rows),
        "layers": [layer],
        "layer": layer,
        "output": positive(some, outputs),
        "error": signed(some, outputs),
        "delta": signed(some, outputs if deep else UNITS),
        "step": signed(UNITS + 1, outputs) * 10 ** max(0, -floor(log10(spec.lr))),
        "W": [signed(UNITS + 1, outputs)],
        "w": signed(UNITS + 1, outputs),
        "W1": signed(inputs, UNITS),
        "b1": signed(UNITS),
        "W2": signed(UNITS, outputs),
        "b2": signed(outputs),
        "lr": 0.5,
    }


def _results(blank: Blank, spec: ScriptSpec, state: State) -> State:
    """What every step makes of the state; of several layers, "layers" is the last one."""
    function, slope = hidden(spec.activation)
    rows = slice(None) if spec.batch is Batch.FULL else state["rows"]
    X, y = state["X"][rows], state["y"][rows]
    layer, error, delta = (state[name] for name in ("layer", "error", "delta"))
    if len(spec.hidden) == 1:
        changes = {
            **{"W1": X.T @ delta, "b1": delta.sum(axis=0)},
            **{"W2": layer.T @ error, "b2": error.sum(axis=0)},
        }
        lr = state["lr"] if "lr" in blank.parameters else spec.lr
        return {
            "layer": function(X @ state["W1"] + state["b1"]),
            "error": y - state["output"],
            "delta": error @ state["W2"].T * slope(layer),
        } | {name: state[name] + lr * change for name, change in changes.items()}
    before = state["layers"][-1]
    if blank.step is ScriptStep.ERROR:
        given = "output" in blank.parameters
        return {"delta": y - (state["output"] if given else sigmoid(before @ state["W"][-1]))}
    sums = before @ state["w"]
    return {
        "layers": np.column_stack([function(sums), np.ones(len(sums))]),
        "delta": (delta @ state["w"].T * slope(layer))[:, :-1],
        "step": layer.T @ delta,
        "w": state["w"] + spec.lr * state["step"],
    }


def _expression(value: Any) -> str:
    """A value as Python text, exact for numbers of at most 6 decimals."""
    if isinstance(value, list):
        return f"[{', '.join(map(_expression, value))}]"
    if isinstance(value, float):
        return decimal(value)
    rounded = np.round(value, DECIMALS) + 0  # which makes 0 of -0
    times = len(rounded) // 2
    if times > 2 and np.array_equal(rounded, np.tile(rounded[:2], (times, 1))):
        return f"np.tile({rounded[:2].tolist()}, ({times}, 1))"
    return f"np.array({rounded.tolist()})"
