"""Backpropagation for one network: the formulas of lesson/formulas.toml beside their NumPy."""

import re
from dataclasses import dataclass
from itertools import pairwise

from nineteen.script.options import decimal
from nineteen.script.spec import SIGMOID, Batch, ScriptSpec
from nineteen.script.templates import data

TABLE = "lesson/formulas.toml"


@dataclass(frozen=True)
class Formula:
    """An equation in TeX, and in NumPy: `code` gives `name`, a derivative where that is dW2."""

    tex: str
    name: str
    code: str
    shape: tuple[int, ...]


def tex(code: str) -> str:
    """NumPy, as the formulas use it, in TeX; names of the script are in typewriter letters."""
    for pattern, new in data(TABLE)["tex"]:
        code = re.sub(pattern, new, code)
    return code


@dataclass(frozen=True)
class Stage:
    """The weights between two layers in the script's names, and what one update does there.

    `bias` is empty where the last row of `weights` is the bias; `before` is what comes in, `Z` what
    comes out, and `D`, which `delta` computes, minus the derivative of the loss with respect to
    that. `back` is the derivative with respect to what comes in.
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
    stages: list[Stage] = []
    for k, units in reversed([*enumerate(pairwise(spec.sizes))]):
        stages.insert(0, _stage(spec, k, units, stages[:1]))
    return stages


def _stage(spec: ScriptSpec, k: int, units: tuple[int, int], above: list[Stage]) -> Stage:
    table = data(TABLE)["one" if len(spec.hidden) == 1 else "several"]
    words = {"k": str(k), "rows": "" if spec.batch is Batch.FULL else "[rows]"}
    row = table["names"][k % len(table["names"])]
    words |= (names := {name: text.format(**words) for name, text in row.items()})
    ones = not names["bias"]
    words["rate"] = "" if spec.lr == 1 else f"{decimal(spec.lr)} * " if ones else "lr * "
    words |= {"sigma": SIGMOID.of(names["Z"]), "f": spec.activation.of(names["Z"])}
    for up in above:
        slopes = (spec.activation.slope, spec.activation.slope_tex)
        words["slope"], words["slope_tex"] = (text.format(a=up.before) for text in slopes)
        words |= {"up": up.before, "up_W": up.weights, "up_D": up.D}
    size, came_in = spec.batch_size, units[0] + ones
    shapes = {"came_in": (size, came_in), "out": (size, units[1]), "bias": units[1:]}
    shapes |= {"out_and_ones": (size, units[1] + 1), "weights": (came_in, units[1])}

    def formula(
        name: str, code: str, shape: str, right: str = "", of: str = "", sign: str = "="
    ) -> Formula:
        name, code, right, of = (text.format(**words) for text in (name, code, right or code, of))
        left = rf"\frac{{\partial L}}{{\partial {tex(of)}}}" if of else tex(name)
        return Formula(f"{left} {sign} {tex(right)}", name, code, shapes[shape])

    def formulas(key: str) -> list[Formula]:
        return [formula(**row) for row in table[key]]

    first = formulas("first") if names["before"] == "layers[0]" else []
    return Stage(
        **names,
        forward=first + formulas("sums") + formulas("hidden" if above else "output"),
        delta=formula(**table["delta" if above else "error"]),
        gradients=formulas("gradients"),
        back=formula(**table["back"]),
        updates=formulas("updates"),
    )
