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
    """An equation in TeX, and in NumPy: `code` gives `name`, a derivative where that is dW2."""

    tex: str
    name: str
    code: str
    shape: tuple[int, ...]


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


@dataclass(frozen=True)
class Stage:
    """The weights between two layers in the script's names, and what one update does there.

    `bias` is empty where the last row of `weights` is the bias; `before` is what comes in, `Z` what
    comes out, and `D`, which `delta` computes, minus the derivative of the loss with respect to
    that. `gradients` and `updates` are those of weights and bias, `back` is the derivative with
    respect to what comes in.
    """

    weights: str
    bias: str
    before: str
    Z: str
    D: str
    forward: list[Formula]
    delta: Formula
    gradients: list[Formula]
    back: Formula
    updates: list[Formula]


def derive(spec: ScriptSpec) -> list[Stage]:
    """The stages of a script's network, from inputs to outputs, for one update from one batch."""
    rows = "" if spec.batch is Batch.FULL else "[rows]"
    names = [(f"W[{k}]", "", f"layers[{k}]", f"Z{k}", f"D{k}") for k in range(len(spec.sizes) - 1)]
    if len(spec.hidden) == 1:
        names = [
            ("W1", "b1", f"X{rows}", "Z1", "delta"),
            ("W2", "b2", "layer", "Z2", "error"),
        ]
    stages: list[Stage] = []
    for own, units in zip(reversed(names), reversed([*pairwise(spec.sizes)]), strict=True):
        stages.insert(0, _stage(spec, rows, own, units, stages[0] if stages else None))
    return stages


def _stage(
    spec: ScriptSpec, rows: str, names: tuple[str, ...], units: tuple[int, int], above: Stage | None
) -> Stage:
    weights, bias, before, Z, D = names
    came_in, out = (spec.batch_size, units[0] + (not bias)), (spec.batch_size, units[1])
    rate = "" if spec.lr == 1 else "lr * " if bias else f"{decimal(spec.lr)} * "
    changes = [(weights, f"{before}.T @ {D}", (came_in[1], units[1]))]
    biases = [(bias, f"{D}.sum(axis=0)", units[1:])] if bias else []
    first = [_equation(before, f"X{rows}", came_in)] if before == "layers[0]" else []
    sums = _equation(Z, f"{before} @ {weights}{f' + {bias}' if bias else ''}", out)
    result = Formula(f"{tex('output')} = {tex(f'sigma({Z})')}", "output", SIGMOID.of(Z), out)
    delta = _equation(D, f"y{rows} - output", out)
    if above:
        result, delta = _activated(spec, Z, bias, out, above), _delta(spec, D, bias, out, above)
    return Stage(
        *(weights, bias, before, Z, D),
        forward=[*first, sums, result],
        delta=delta,
        gradients=[_derivative(name, f"-{step}", size) for name, step, size in changes + biases],
        back=_derivative(before, f"-{D} @ {weights}.T", came_in),
        updates=[
            _equation(name, f"{name} + {rate}{step}", size, r"\leftarrow")
            for name, step, size in changes + biases
        ],
    )


def _activated(
    spec: ScriptSpec, Z: str, bias: str, shape: tuple[int, int], above: Stage
) -> Formula:
    said, code = f"f({Z})", spec.activation.of(Z)
    if not bias:  # a column of ones stands beside it
        said, code = rf"[{said} \quad 1]", f"np.c_[{code}, np.ones(len({Z}))]"
        shape = (shape[0], shape[1] + 1)
    return Formula(f"{tex(above.before)} = {tex(said)}", above.before, code, shape)


def _delta(spec: ScriptSpec, D: str, bias: str, shape: tuple[int, int], above: Stage) -> Formula:
    product, act = f"{above.D} @ {above.weights}.T", spec.activation
    code = f"{product} * {act.slope.format(a=above.before)}"
    said = rf"({tex(product)}) \odot {act.slope_tex.format(a=tex(above.before))}"
    if not bias:
        code, said = f"({code})[:, :-1]", rf"\left( {said} \right) \texttt{{[:, :-1]}}"
    return Formula(f"{tex(D)} = {said}", D, code, shape)


def _equation(name: str, code: str, shape: tuple[int, ...], sign: str = "=") -> Formula:
    return Formula(f"{tex(name)} {sign} {tex(code)}", name, code, shape)


def _derivative(name: str, code: str, shape: tuple[int, ...]) -> Formula:
    left = rf"\frac{{\partial L}}{{\partial {tex(name)}}}"
    return Formula(f"{left} = {tex(code)}", f"d{name}", code, shape)
