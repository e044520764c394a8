"""The formulas of a lesson are those of its script: as NumPy, as TeX, and against differences."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from exact import gradient
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.training.gradient import matrices
from nineteen.training.observe import Start, Update, observe
from nineteen.verbs.lesson.derivation import Formula, Stage, derive
from space import spec

STEP = 1e-5
CASES = [
    (*sizes, *batch, "--activation", activation, *rate)
    for sizes in (
        ("xor", "--hidden", "3"),
        ("full_adder", "--hidden", "4,3"),
        ("xor3", "--hidden", "3,4,2"),
    )
    for batch in (("--batch", "full"), ("--batch", "sgd"), ("--batch", "mini", "--batch-size", "3"))
    for activation in ("sigmoid", "tanh", "relu")
    for rate in (("--lr", "1"), ("--lr", "0.3"))
]


class Seen:
    """The first update of a script, and a namespace of its arrays as they were before it."""

    def __init__(self, wanted: ScriptSpec) -> None:
        updates: list[Update] = []
        starts: list[Start] = []
        observe(render(replace(wanted, epochs=1)), updates.append, starts.append)
        self.update, self.start = updates[0], starts[0]
        X, weights = self.start.X, self.update.before
        rows = list(self.update.rows)
        self.names: dict[str, Any] = {
            "np": np,
            "X": X,
            "y": self.start.y,
            "rows": rows,
            "lr": wanted.lr,
        }
        if len(wanted.hidden) == 1:
            self.names |= dict(zip(("W1", "b1", "W2", "b2"), weights, strict=True))
        else:
            ones = X if X.shape[1] > wanted.table.inputs else np.c_[X, np.ones(len(X))]
            self.names |= {"X": ones, "W": list(weights), "layers": [None] * len(weights)}

    def after(self, name: str) -> Any:
        index = re.fullmatch(r"W\[(.)\]", name)
        return self.update.after[int(index[1]) if index else ("W1", "b1", "W2", "b2").index(name)]


def forward(derivation: list[Stage]) -> list[Formula]:
    return [formula for stage in derivation for formula in stage.forward]


def evaluated(
    derivation: list[Stage], names: dict[str, Any], code: Callable[[Formula], str]
) -> dict[str, Any]:
    """Every formula's value by its name, each computed from the ones before it."""
    values: dict[str, Any] = {}

    def add(formula: Formula, assign: bool) -> None:
        values[formula.name] = eval(code(formula), names)
        if assign:
            names["value_"] = values[formula.name]
            exec(f"{formula.name} = value_", names)

    for formula in forward(derivation):
        add(formula, True)
    for step in reversed(derivation):
        add(step.delta, True)
        for formula in (*step.gradients, step.back):
            add(formula, False)
    for step in reversed(derivation):  # the updates all use the weights from before
        for formula in step.updates:
            add(formula, False)
    return values


def formulas(derivation: list[Stage]) -> list[Formula]:
    steps = [
        formula
        for step in reversed(derivation)
        for formula in (step.delta, *step.gradients, step.back, *step.updates)
    ]
    return [*forward(derivation), *steps]


@pytest.mark.parametrize("words", CASES, ids=" ".join)
def test_the_expressions_are_the_gradient_and_the_update(words: tuple[str, ...]) -> None:
    wanted = spec(*words)
    seen, derivation = Seen(wanted), derive(wanted)
    values = evaluated(derivation, dict(seen.names), lambda formula: formula.code)
    for formula in formulas(derivation):
        assert values[formula.name].shape == formula.shape, formula
    top = derivation[-1].delta.name
    np.testing.assert_allclose(values[top], seen.update.error, rtol=1e-12)
    rows = list(seen.update.rows)
    X = seen.start.X[rows][:, : wanted.table.inputs]
    exact = gradient(matrices(seen.update.before, wanted), X, seen.start.y[rows], wanted.activation)
    for k, step in enumerate(derivation):
        parts = [np.atleast_2d(values[formula.name]) for formula in step.gradients]
        np.testing.assert_allclose(np.vstack(parts), exact[k], rtol=1e-9, atol=1e-12)
        for formula in step.updates:
            np.testing.assert_allclose(values[formula.name], seen.after(formula.name), rtol=1e-12)


@pytest.mark.parametrize("words", CASES[::2], ids=" ".join)
def test_the_derivatives_are_those_of_the_loss(words: tuple[str, ...]) -> None:
    wanted = spec(*words)
    seen, derivation = Seen(wanted), derive(wanted)
    values = evaluated(derivation, dict(seen.names), lambda formula: formula.code)
    y = seen.start.y[list(seen.update.rows)]

    def loss(changed: str, array: Any) -> float:
        """The cross-entropy with one array put in the place of what the script has there."""
        names = dict(seen.names) | {
            key: list(seen.names[key]) for key in ("W", "layers") if key in seen.names
        }
        names["array_"] = array
        for formula in (Formula("", "", "", ()), *forward(derivation)):
            if formula.name:
                exec(f"{formula.name} = {formula.code}", names)
            if formula.name == changed or (not formula.name and changed[0] in "Wb"):
                exec(f"{changed} = array_", names)
        output = names["output"]
        return float(-(y * np.log(output) + (1 - y) * np.log(1 - output)).sum())

    names = dict(seen.names)
    evaluated(derivation, names, lambda formula: formula.code)
    for step in reversed(derivation):
        wanted_derivatives = {f.name[1:]: values[f.name] for f in (*step.gradients, step.back)}
        wanted_derivatives[step.Z] = -values[step.delta.name]
        for name, derivative in wanted_derivatives.items():
            if name.startswith("X"):
                continue  # the data: nothing is to be changed there
            array = eval(name, names)
            numeric = np.empty(array.shape)
            for index in np.ndindex(array.shape):
                nudge = np.zeros(array.shape)
                nudge[index] = STEP
                numeric[index] = (loss(name, array + nudge) - loss(name, array - nudge)) / (
                    2 * STEP
                )
            np.testing.assert_allclose(derivative, numeric, rtol=1e-4, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("words", CASES, ids=" ".join)
def test_the_tex_says_what_the_expression_says(words: tuple[str, ...]) -> None:
    wanted = spec(*words)
    derivation = derive(wanted)
    functions = {
        "sigma": lambda z: 1 / (1 + np.exp(-z)),
        "f": {
            "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
            "tanh": np.tanh,
            "relu": lambda z: np.maximum(0, z),
        }[wanted.activation.name],
        "ones": lambda layer: np.c_[layer, np.ones(len(layer))],
    }
    seen = Seen(wanted)
    by_code = evaluated(derivation, dict(seen.names), lambda formula: formula.code)
    by_tex = evaluated(derivation, dict(seen.names) | functions, lambda formula: right(formula.tex))
    for formula in formulas(derivation):
        np.testing.assert_allclose(by_tex[formula.name], by_code[formula.name], rtol=1e-12)
        left = re.split(r" = | \\leftarrow ", formula.tex)[0]
        left = re.sub(r"\\frac\{\\partial L\}\{\\partial (.*)\}", r"d\1", left)
        assert plain(left) == formula.name


def right(tex: str) -> str:
    """The right side of an equation as an expression."""
    code = plain(re.split(r" = | \\leftarrow ", tex)[1])
    assert not re.search(r"[\\{}$&]", code), code
    return code


def plain(tex: str) -> str:
    """TeX in the derivation's vocabulary as Python; `A \\enspace B` is a product of matrices."""
    for pattern, new in (
        (r"\\mathbf\{1\}\^\{\\top\} (\\texttt\{\w+\})", r"\1.sum(axis=0)"),
        (r"(?<=\+ )(\\texttt\{lr\}|[0-9.]+) \\enspace", r"\1 *"),
        (r"\\texttt\{([^}]*)\}", r"\1"),
        (r"\\left\(|\\right\)", lambda found: found[0][-1]),
        (r"\^\{\\top\}", ".T"),
        (r"\\Delta_(.)", r"D\1"),
        (r"Z_(.)", r"Z\1"),
        (r"\\sigma", "sigma"),
        (r"\[(f\(Z.\)) \\quad 1\]", r"ones(\1)"),
        (r"\\enspace", "@"),
        (r"\\odot", "*"),
        (r"\^2", "**2"),
        (r"\) \[", ")["),
    ):
        tex = re.sub(pattern, new, tex)
    return tex


def test_a_wrong_formula_is_noticed() -> None:
    wanted = spec("xor", "--hidden", "3", "--batch", "mini")
    derivation = derive(wanted)
    wrong = derivation[-2].delta.code.replace("1 - layer", "2 - layer")
    assert wrong != derivation[-2].delta.code
    names = Seen(wanted).names
    values = evaluated(derivation, dict(names), lambda formula: formula.code)
    others = evaluated(
        derivation, dict(names), lambda formula: wrong if formula.name == "delta" else formula.code
    )
    assert not np.allclose(values["dW1"], others["dW1"])
    np.testing.assert_array_equal(values["dW2"], others["dW2"])


def test_a_small_learning_rate_is_written_as_a_power() -> None:
    wanted = spec("xor", "--hidden", "3,2", "--lr", "0.00002")
    [update] = derive(wanted)[-1].updates
    assert r"+ 2 \cdot 10^{-5} \enspace" in update.tex
    assert "2e-05 * " in update.code
