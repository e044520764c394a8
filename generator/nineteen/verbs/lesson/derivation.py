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
    """The weights between two layers in the script's names, and what backpropagation does there.

    `bias` is empty where the last row of `weights` is the bias; `before` is what comes in, `Z` what
    comes out, and `D` minus the derivative of the loss with respect to that. `above` is the stage
    that comes next on the way forward.
    """

    spec: ScriptSpec
    weights: str
    bias: str
    before: str
    Z: str
    D: str
    units: tuple[int, int]
    above: "Stage | None"

    @property
    def forward(self) -> list[Formula]:
        """How its sums, and what the activation makes of them, come about."""
        spec, Z, rows = self.spec, self.Z, self.spec.batch_size
        sums = f"{self.before} @ {self.weights}{f' + {self.bias}' if self.bias else ''}"
        formulas = [_equation(Z, sums, (rows, self.units[1]))]
        if self.before == "layers[0]":
            formulas.insert(0, _equation("layers[0]", _rows("X", spec), (rows, self.units[0] + 1)))
        name, said = (self.above.before, f"f({Z})") if self.above else ("output", f"sigma({Z})")
        code = (spec.activation if self.above else SIGMOID).of(Z)
        ones = self.above is not None and not self.bias
        if ones:
            said, code = rf"[{said} \quad 1]", f"np.c_[{code}, np.ones(len({Z}))]"
        shape = (rows, self.units[1] + ones)
        return [*formulas, Formula(f"{tex(name)} = {tex(said)}", name, code, shape)]

    @property
    def delta(self) -> Formula:
        """How `D` is computed."""
        shape, act = (self.spec.batch_size, self.units[1]), self.spec.activation
        if self.above is None:
            return _equation(self.D, f"{_rows('y', self.spec)} - output", shape)
        product = f"{self.above.D} @ {self.above.weights}.T"
        code = f"{product} * {act.slope.format(a=self.above.before)}"
        said = rf"({tex(product)}) \odot {act.slope_tex.format(a=tex(self.above.before))}"
        if not self.bias:
            code, said = f"({code})[:, :-1]", rf"\left( {said} \right) \texttt{{[:, :-1]}}"
        return Formula(f"{tex(self.D)} = {said}", self.D, code, shape)

    @property
    def gradients(self) -> list[Formula]:
        """The derivatives of the loss with respect to weights and bias."""
        return [_derivative(name, f"-{step}", shape) for name, step, shape in self._changes()]

    @property
    def back(self) -> Formula:
        """The derivative with respect to what comes in."""
        shape = (self.spec.batch_size, self.units[0] + (not self.bias))
        return _derivative(self.before, f"-{self.D} @ {self.weights}.T", shape)

    @property
    def updates(self) -> list[Formula]:
        """The changes of weights and bias."""
        lr = decimal(self.spec.lr) if len(self.spec.hidden) > 1 else "lr"
        rate = "" if self.spec.lr == 1 else f"{lr} * "
        return [
            _equation(name, f"{name} + {rate}{step}", shape, r"\leftarrow")
            for name, step, shape in self._changes()
        ]

    def _changes(self) -> list[tuple[str, str, tuple[int, ...]]]:
        shape = (self.units[0] + (not self.bias), self.units[1])
        changes: list[tuple[str, str, tuple[int, ...]]]
        changes = [(self.weights, f"{self.before}.T @ {self.D}", shape)]
        return changes + [(self.bias, f"{self.D}.sum(axis=0)", shape[1:])] * bool(self.bias)


def derive(spec: ScriptSpec) -> list[Stage]:
    """The stages of a script's network, from inputs to outputs, for one update from one batch."""
    names = [(f"W[{k}]", "", f"layers[{k}]", f"Z{k}", f"D{k}") for k in range(len(spec.sizes) - 1)]
    if len(spec.hidden) == 1:
        names = [
            ("W1", "b1", _rows("X", spec), "Z1", "delta"),
            ("W2", "b2", "layer", "Z2", "error"),
        ]
    stages: list[Stage] = []
    for name, units in zip(reversed(names), reversed([*pairwise(spec.sizes)]), strict=True):
        stages.insert(0, Stage(spec, *name, units, stages[0] if stages else None))
    return stages


def _equation(name: str, code: str, shape: tuple[int, ...], sign: str = "=") -> Formula:
    return Formula(f"{tex(name)} {sign} {tex(code)}", name, code, shape)


def _derivative(name: str, code: str, shape: tuple[int, ...]) -> Formula:
    left = rf"\frac{{\partial L}}{{\partial {tex(name)}}}"
    return Formula(f"{left} = {tex(code)}", f"d{name}", code, shape)


def _rows(name: str, spec: ScriptSpec) -> str:
    return name if spec.batch is Batch.FULL else f"{name}[rows]"
