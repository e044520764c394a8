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

    `bias` is empty where the last row of `weights` is the bias; `before` is what comes in, `Z` what
    comes out, and `D` minus the derivative of the loss with respect to that.
    """

    weights: str
    bias: str
    before: str
    Z: str
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


# From NumPy to TeX, one after the other.
_TEX = (
    (r"(\w+)\.sum\(axis=0\)", r"\\mathbf{1}^{\\top} \1"),
    (r"(lr|[0-9][0-9.e-]*) \*|@", r"\1 \\enspace"),  # a number times, or a product of matrices
    (r" +\\enspace", r" \\enspace"),
    (r"e-0*([0-9]+)", r" \\cdot 10^{-\1}"),
    (r"\b((layers|W|X|y)\[\w+\]|layer|output|error|delta|lr|[Wb][12]|[Xy]\b)", r"\\texttt{\1}"),
    (r"\.T", r"^{\\top}"),
    (r"\bZ", "Z_"),
    (r"\bD", r"\\Delta_"),
    ("sigma", r"\\sigma"),
)


def tex(code: str) -> str:
    """NumPy, as the formulas use it, in TeX; names of the script are in typewriter letters."""
    for pattern, new in _TEX:
        code = re.sub(pattern, new, code)
    return code


def derive(spec: ScriptSpec) -> Derivation:
    """The derivation for the network of a script, for one update from one batch."""
    stages = _stages(spec)
    above = [*stages[1:], None]
    back = [_backward(spec, stage, over) for stage, over in zip(stages, above, strict=True)]
    return Derivation(tuple(_forward(spec, stages)), tuple(reversed(back)))


def _stages(spec: ScriptSpec) -> list[Stage]:
    """The weights from the inputs to the output."""
    size, units = spec.batch_size, list(pairwise(spec.sizes))
    if len(spec.hidden) == 1:
        return [
            Stage("W1", "b1", _rows("X", spec), "Z1", "delta", size, units[0]),
            Stage("W2", "b2", "layer", "Z2", "error", size, units[1]),
        ]
    return [
        Stage(f"W[{k}]", "", f"layers[{k}]", f"Z{k}", f"D{k}", size, pair)
        for k, pair in enumerate(units)
    ]


def _forward(spec: ScriptSpec, stages: list[Stage]) -> list[Formula]:
    formulas = []
    if len(spec.hidden) > 1:
        shape = (spec.batch_size, spec.table.inputs + 1)
        formulas.append(_equation("layers[0]", _rows("X", spec), shape))
    for stage, above in zip(stages, [*stages[1:], None], strict=True):
        bias, Z = f" + {stage.bias}" if stage.bias else "", stage.Z
        shape = (stage.rows, stage.units[1])
        formulas.append(_equation(Z, f"{stage.before} @ {stage.weights}{bias}", shape))
        name, said = (above.before, f"f({Z})") if above else ("output", f"sigma({Z})")
        code = (spec.activation if above else SIGMOID).of(Z)
        if above and not stage.bias:
            said, code = rf"[{said} \quad 1]", f"np.c_[{code}, np.ones(len({Z}))]"
            shape = (stage.rows, stage.units[1] + 1)
        formulas.append(Formula(f"{tex(name)} = {tex(said)}", name, code, shape))
    return formulas


def _backward(spec: ScriptSpec, stage: Stage, above: Stage | None) -> Backpropagation:
    """What happens at a stage; `above` is the stage that comes after it on the way forward."""
    before, D = stage.before, stage.D
    shape = (stage.units[0] + (not stage.bias), stage.units[1])
    changes: list[tuple[str, str, tuple[int, ...]]] = [
        (stage.weights, f"{before}.T @ {D}", shape),
        (stage.bias, f"{D}.sum(axis=0)", shape[1:]),
    ]
    rate = "" if spec.lr == 1 else f"{decimal(spec.lr) if len(spec.hidden) > 1 else 'lr'} * "
    return Backpropagation(
        stage,
        _delta(spec, stage, above),
        tuple(_derivative(name, f"-{step}", size) for name, step, size in changes if name),
        _derivative(before, f"-{D} @ {stage.weights}.T", (stage.rows, shape[0])),
        tuple(
            _equation(name, f"{name} + {rate}{step}", size, r"\leftarrow")
            for name, step, size in changes
            if name
        ),
    )


def _delta(spec: ScriptSpec, stage: Stage, above: Stage | None) -> Formula:
    shape = (stage.rows, stage.units[1])
    if above is None:
        return _equation(stage.D, f"{_rows('y', spec)} - output", shape)
    product, act = f"{above.D} @ {above.weights}.T", spec.activation
    code = f"{product} * {act.slope.format(a=above.before)}"
    said = rf"({tex(product)}) \odot {act.slope_tex.format(a=tex(above.before))}"
    if not stage.bias:
        code, said = f"({code})[:, :-1]", rf"\left( {said} \right) \texttt{{[:, :-1]}}"
    return Formula(f"{tex(stage.D)} = {said}", stage.D, code, shape)


def _equation(name: str, code: str, shape: tuple[int, ...], sign: str = "=") -> Formula:
    return Formula(f"{tex(name)} {sign} {tex(code)}", name, code, shape)


def _derivative(name: str, code: str, shape: tuple[int, ...]) -> Formula:
    left = rf"\frac{{\partial L}}{{\partial {tex(name)}}}"
    return Formula(f"{left} = {tex(code)}", f"d{name}", code, shape)


def _rows(name: str, spec: ScriptSpec) -> str:
    return name if spec.batch is Batch.FULL else f"{name}[rows]"
