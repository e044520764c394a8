"""The likely mistake behind an update that is not the gradient step, in a student's words."""

from collections.abc import Iterator, Sequence

import numpy as np

from nineteen.script.activations import ACTIVATIONS
from nineteen.training.gradient import Array, Function, Matrices, forward, hidden, sigmoid
from nineteen.training.gradient_step import (
    GradientStep,
    change_ratio,
    is_error,
    matrix_names,
    parts,
    wrong_parts,
)

ALIKE = 1e-4  # two factors are the same mistake when they differ by at most this part
ENOUGH = 8  # updates, the first and the first wrong ones, that an explanation has to fit


def wrong_error(steps: Sequence[GradientStep]) -> str:
    """What is wrong with the error of some update, one sentence, or ""; either sign is right."""
    wrong = [step for step in steps if not is_error(step, step.prediction)][:ENOUGH]
    if not wrong:
        return ""
    start = f"update {wrong[0].number}: error is not y - output"
    looked = [*wrong, *steps[:ENOUGH]]
    for attempts in zip(*map(_predictions, looked), strict=True):
        fits = zip(looked, attempts, strict=True)
        if all(is_error(step, prediction) for step, (_, prediction) in fits):
            return f"{start}: {attempts[0][0]}"
    if all(set(np.round(step.error + step.prediction, 6).flat) <= {0.0, 1.0} for step in wrong):
        return f"{start} for the rows it takes: look at the rows of y in the line of error"
    return f"{start} at the weights before the update: look at layer, output and error"


def wrong_change(steps: Sequence[GradientStep]) -> str:
    """What is wrong with the change of the weights in some update, one sentence, or ""."""
    wrong = [step for step in steps if not step.at_kink and wrong_parts(step, step.wanted)][:ENOUGH]
    if not wrong:
        return ""
    named = [name for name, _ in parts(wrong[0].spec, wrong[0].changed)]
    off = wrong_parts(wrong[0], wrong[0].wanted)
    for i in off:
        if not any(parts(step.spec, step.changed)[i][1].any() for step in steps):
            return f"{named[i]} never changes: its update is missing"
    ratios = [[change_ratio(step, i) for i in range(len(named))] for step in wrong]
    looked = [*wrong, *(step for step in steps[:ENOUGH] if not step.at_kink)]
    which = " and ".join(named[i] for i in off[:2]) + (" and more" if len(off) > 2 else "")
    return f"update {wrong[0].number}: " + (
        _for_all(wrong, ratios)
        or _usual(named[off[0]], looked)
        or _for_one(named, off, ratios)
        or f"{which} {'do' if len(off) > 1 else 'does'} not change by the learning rate times the "
        "gradient: look at delta and at the update"
    )


def _for_all(steps: Sequence[GradientStep], ratios: list[list[float | None]]) -> str:
    """The mistake behind one factor in all the changes of an update, or ""."""
    rows, lr = len(steps[0].y), steps[0].spec.lr
    flat = [factor for factors in ratios for factor in factors]
    means = [1 / len(step.y) for step, factors in zip(steps, ratios, strict=True) for _ in factors]
    common = _one(flat)
    if rows > 1 and all(f is not None and _alike(f, m) for f, m in zip(flat, means, strict=True)):
        factor, hint = (
            1 / rows,
            f"a mean over the {rows} rows of the batch stands where a sum should",
        )
    elif common is None:
        return ""
    elif common < 0:
        factor, hint = common, "look at the signs of error and of the updates"
    else:
        factor, hint = common, f"the learning rate is {common * lr:.4g}, its command says {lr:g}"
    return f"all weights change by {factor:.3g} times the gradient step they should make: {hint}"


def _usual(name: str, steps: Sequence[GradientStep]) -> str:
    """The usual mistake that explains all the changes, or ""."""
    for attempts in zip(*map(_changes, steps), strict=True):
        fits = zip(steps, attempts, strict=True)
        if not any(wrong_parts(step, changes) for step, (_, changes) in fits):
            return f"{name} does not follow its gradient: {attempts[0][0]}"
    return ""


def _for_one(named: list[str], off: list[int], ratios: list[list[float | None]]) -> str:
    """The first array that changes by one factor times what it should, or ""."""
    for i in off:
        if (factor := _one([factors[i] for factors in ratios])) is not None:
            look = "the sign of its update" if factor < 0 else "the factors in its update"
            return (
                f"{named[i]} changes by {factor:.3g} times the gradient step it should make: "
                f"look at {look}"
            )
    return ""


def _one(factors: Sequence[float | None]) -> float | None:
    """The factor, where all are the same, else None."""
    first = factors[0]
    same = first is not None and all(f is not None and _alike(f, first) for f in factors)
    return first if same else None


def _predictions(step: GradientStep) -> Iterator[tuple[str, Array]]:
    """What a network with a usual mistake predicts, and where to look for the mistake."""
    said = step.spec.activation
    layer = "layer" if len(step.spec.hidden) == 1 else "a layer"
    functions: list[tuple[str, Function]] = [
        (f"the hidden activation is {other}, its command says {said}", hidden(other).function)
        for other in ACTIVATIONS.values()
        if other != said
    ]
    functions += [
        (f"{layer} is 1 + exp(-x): look at the brackets of 1 / (1 + np.exp(…))", _wrong_bracket),
        (f"{layer} is 1 / (1 + exp(x)): look at the sign inside np.exp", _wrong_sign),
        (f"{layer} has no activation: look at the line that sets it", lambda x: x),
    ]
    for hint, function in functions:
        yield hint, sigmoid(forward(step.before, step.X, function)[1])
    logits = step.passed[1]
    yield (
        "output is 1 + exp(-x): look at the brackets of 1 / (1 + np.exp(…))",
        _wrong_bracket(logits),
    )
    yield "output is 1 / (1 + exp(x)): look at the sign inside np.exp", _wrong_sign(logits)
    yield "output has no sigmoid: look at the line that sets it", logits
    yield from _biased(step)


def _biased(step: GradientStep) -> Iterator[tuple[str, Array]]:
    """What the network predicts where a bias is forgotten, or subtracted."""
    function = hidden(step.spec.activation).function
    for i, (_, bias) in enumerate(matrix_names(step.spec)):
        for factor, mistake in ((0, "is missing"), (-1, "has the wrong sign")):
            weights = list(step.before)
            weights[i] = np.vstack([weights[i][:-1], factor * weights[i][-1:]])
            prediction = sigmoid(forward(tuple(weights), step.X, function)[1])
            yield f"{bias} {mistake} in the forward pass", prediction
    weights = [step.before[0], *(matrix.copy() for matrix in step.before[1:])]
    for matrix in weights[1:]:
        matrix[-1] = 0
    prediction = sigmoid(forward(tuple(weights), step.X, function)[1])
    yield "there are no ones beside the hidden layers, for the bias", prediction


def _changes(step: GradientStep) -> Iterator[tuple[str, Matrices]]:
    """What a usual mistake makes of the changes, and where to look for the mistake."""
    said = step.spec.activation
    delta, slope = step.prediction - step.y, hidden(said).slope
    yield "the derivative of the activation is missing in delta", step.descent(delta, np.ones_like)
    yield "delta has the derivative twice", step.descent(delta, lambda a: slope(a) ** 2)
    for other in ACTIVATIONS.values():
        if other != said:
            hint = f"delta has the derivative of {other}, its command says {said}"
            yield hint, step.descent(delta, hidden(other).slope)
    yield (
        "delta goes back through weights that are updated already: compute it before the updates",
        step.descent(delta, slope, step.after),
    )
    output_slope = step.prediction * (1 - step.prediction)
    yield (
        "error is multiplied by the slope of the output: that is the gradient of the squared "
        "error, and the loss is the cross-entropy",
        step.descent(delta * output_slope, slope),
    )


def _alike(a: float, b: float) -> bool:
    return abs(a - b) <= ALIKE * abs(b)


def _wrong_bracket(x: Array) -> Array:
    return 1 + np.exp(-x)


def _wrong_sign(x: Array) -> Array:
    return sigmoid(-x)
