"""Backpropagation for exactly one network: each formula beside the NumPy expression that it means.

The derivation follows Rumelhart, Hinton & Williams, "Learning representations by back-propagating
errors", Nature 323 (1986), and for the cross-entropy Bishop, "Pattern Recognition and Machine
Learning" (2006), section 5.3. Names in typewriter letters are the script's own. The TeX uses no
backslash before a punctuation mark, which some readers of Markdown would swallow.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from nineteen.script.activations import SIGMOID
from nineteen.script.options import decimal
from nineteen.script.spec import Batch, ScriptSpec


@dataclass(frozen=True)
class Formula:
    """An equation in TeX, and what it says in NumPy: `code` gives `name`, which has `shape`.

    A name such as dW2 is the derivative of the loss with respect to W2.
    """

    tex: str
    name: str
    code: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Stage:
    """The weights between two layers, in the script's names.

    `bias` is empty where the last row of `weights` is the bias; `before` is what comes in. `sums`
    and `delta` are TeX: what comes out of the weights, and minus the derivative of the loss with
    respect to it; the names of their arrays are `Z` and `D`.
    """

    weights: str
    bias: str
    before: str
    sums: str
    Z: str
    delta: str
    D: str
    rows: int
    units: tuple[int, int]


@dataclass(frozen=True)
class Backpropagation:
    """What backpropagation does at one stage.

    `delta` says how the stage's delta is computed; `gradients` are the derivatives of the loss with
    respect to weights and bias, `back` is the one with respect to what came in; `updates` are the
    changes of weights and bias.
    """

    stage: Stage
    delta: Formula
    gradients: tuple[Formula, ...]
    back: Formula
    updates: tuple[Formula, ...]


@dataclass(frozen=True)
class Derivation:
    """The formulas of one update: forward to the output, then back from the output."""

    forward: tuple[Formula, ...]
    backward: tuple[Backpropagation, ...]


def derive(spec: ScriptSpec) -> Derivation:
    """The derivation for the network of a script, for one update from one batch."""
    stages = _stages(spec)
    above = [*stages[1:], None]
    back = [_backward(spec, stage, over) for stage, over in zip(stages, above, strict=True)]
    return Derivation(tuple(_forward(spec, stages)), tuple(reversed(back)))


def tt(name: str) -> str:
    """A name of the script in TeX."""
    return rf"\texttt{{{name}}}"


def _stages(spec: ScriptSpec) -> list[Stage]:
    """The weights from the inputs to the output."""
    size, units = spec.batch_size, list(pairwise(spec.sizes))
    if len(spec.hidden) == 1:
        X = _rows("X", spec)
        return [
            Stage("W1", "b1", X, "Z_1", "Z1", tt("delta"), "delta", size, units[0]),
            Stage("W2", "b2", "layer", "Z_2", "Z2", tt("error"), "error", size, units[1]),
        ]
    return [
        Stage(f"W[{k}]", "", f"layers[{k}]", f"Z_{k}", f"Z{k}", rf"\Delta_{k}", f"D{k}", size, pair)
        for k, pair in enumerate(units)
    ]


def _forward(spec: ScriptSpec, stages: list[Stage]) -> list[Formula]:
    formulas = []
    if len(spec.hidden) > 1:
        X = _rows("X", spec)
        shape = (spec.batch_size, spec.table.inputs + 1)
        formulas.append(Formula(f"{tt('layers[0]')} = {tt(X)}", "layers[0]", X, shape))
    for stage, above in zip(stages, [*stages[1:], None], strict=True):
        product = rf"{tt(stage.before)} \enspace {tt(stage.weights)}"
        code = f"{stage.before} @ {stage.weights}"
        if stage.bias:
            product, code = f"{product} + {tt(stage.bias)}", f"{code} + {stage.bias}"
        shape = (stage.rows, stage.units[1])
        formulas.append(Formula(f"{stage.sums} = {product}", stage.Z, code, shape))
        if above is None:
            tex, code = rf"\sigma({stage.sums})", SIGMOID.of(stage.Z)
            formulas.append(Formula(f"{tt('output')} = {tex}", "output", code, shape))
            continue
        tex, code = f"f({stage.sums})", spec.activation.of(stage.Z)
        if not stage.bias:
            tex, code = rf"[{tex} \quad 1]", f"np.c_[{code}, np.ones(len({stage.Z}))]"
            shape = (stage.rows, stage.units[1] + 1)
        formulas.append(Formula(f"{tt(above.before)} = {tex}", above.before, code, shape))
    return formulas


def _backward(spec: ScriptSpec, stage: Stage, above: Stage | None) -> Backpropagation:
    """What happens at a stage; `above` is the stage that comes after it on the way forward."""
    W, before, extra = stage.weights, stage.before, int(not stage.bias)
    step, code = rf"{tt(before)}^{{\top}} \enspace {stage.delta}", f"{before}.T @ {stage.D}"
    shape: tuple[int, ...] = (stage.units[0] + extra, stage.units[1])
    back = Formula(
        rf"{_derivative(before)} = -{stage.delta} \enspace {tt(W)}^{{\top}}",
        f"d{before}",
        f"-{stage.D} @ {W}.T",
        (stage.rows, shape[0]),
    )
    gradients = [Formula(f"{_derivative(W)} = -{step}", f"d{W}", f"-{code}", shape)]
    rate, times = _rate(spec)
    updates = [_update(W, rate + step, times + code, shape)]
    if b := stage.bias:
        total, code = rf"\mathbf{{1}}^{{\top}} {stage.delta}", f"{stage.D}.sum(axis=0)"
        gradients.append(Formula(f"{_derivative(b)} = -{total}", f"d{b}", f"-{code}", shape[1:]))
        updates.append(_update(b, rate + total, times + code, shape[1:]))
    return Backpropagation(
        stage, _delta(spec, stage, above), tuple(gradients), back, tuple(updates)
    )


def _delta(spec: ScriptSpec, stage: Stage, above: Stage | None) -> Formula:
    shape = (stage.rows, stage.units[1])
    if above is None:
        y = _rows("y", spec)
        return Formula(f"{stage.delta} = {tt(y)} - {tt('output')}", stage.D, f"{y} - output", shape)
    value = tt(above.before)
    slope = re.sub(r"\ba\b", lambda _: value, spec.activation.slope_tex)
    tex = rf"({above.delta} \enspace {tt(above.weights)}^{{\top}}) \odot {slope}"
    code = f"{above.D} @ {above.weights}.T * {spec.activation.slope_at(above.before)}"
    if stage.bias:
        return Formula(f"{stage.delta} = {tex}", stage.D, code, shape)
    tex = rf"\left( {tex} \right) {tt('[:, :-1]')}"
    return Formula(f"{stage.delta} = {tex}", stage.D, f"({code})[:, :-1]", shape)


def _derivative(name: str) -> str:
    return rf"\frac{{\partial L}}{{\partial {tt(name)}}}"


def _update(name: str, step: str, code: str, shape: tuple[int, ...]) -> Formula:
    return Formula(rf"{tt(name)} \leftarrow {tt(name)} + {step}", name, f"{name} + {code}", shape)


def _rate(spec: ScriptSpec) -> tuple[str, str]:
    """The learning rate as a factor in TeX and in NumPy: by name, or as the number itself."""
    if spec.lr == 1:
        return "", ""
    if len(spec.hidden) == 1:
        return rf"{tt('lr')} \enspace ", "lr * "
    written = decimal(spec.lr)
    power = re.sub("e-?0*([1-9][0-9]*)", r" \\cdot 10^{-\1}", written)
    return rf"{power} \enspace ", f"{written} * "


def _rows(name: str, spec: ScriptSpec) -> str:
    return name if spec.batch is Batch.FULL else f"{name}[rows]"
