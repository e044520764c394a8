"""The likely mistake behind an update that is not the gradient step, in a student's words."""

from collections.abc import Iterator, Sequence

import numpy as np

from generator.gradient import HIDDEN, Array, Function, Matrices, forward, sigmoid
from generator.step import Step, is_error, names, parts, ratio, wrong_parts

ALIKE = 1e-4  # two factors are the same mistake when they differ by at most this part


def wrong_error(step: Step) -> str:
    """What is wrong with the error of an update, one sentence, or ""; either sign is right."""
    if is_error(step, step.prediction):
        return ""
    start = f"update {step.number}: error is not y - output"
    for hint, prediction in _predictions(step):
        if is_error(step, prediction):
            return f"{start}: {hint}"
    target = step.error + step.prediction
    if set(np.round(target, 6).flat) <= {0.0, 1.0}:
        return f"{start} for the rows it takes: look at the rows of y in the line of error"
    return f"{start} at the weights before the update: look at layer, output and error"


def wrong_change(step: Step, others: Sequence[Step]) -> str:
    """What is wrong with the change of the weights, one sentence, or "".

    `others` are all the updates looked at: they tell what changes in none of them.
    """
    wrong = wrong_parts(step, step.wanted)
    if not wrong or step.at_kink:
        return ""
    named = [name for name, _ in parts(step.spec, step.changed)]
    for i in wrong:
        if not any(parts(other.spec, other.changed)[i][1].any() for other in others):
            return f"{named[i]} never changes: its update is missing"
    factors = [ratio(step, i) for i in range(len(named))]
    common = factors[wrong[0]]
    if common is not None and all(f is not None and _alike(f, common) for f in factors):
        return f"update {step.number}: {_for_all(step, common)}"
    for hint, changes in _changes(step):
        if not wrong_parts(step, changes):
            return f"update {step.number}: {named[wrong[0]]} does not follow its gradient: {hint}"
    for i in wrong:
        if (factor := factors[i]) is not None:
            look = "the sign of its update" if factor < 0 else "the factors in its update"
            return (
                f"update {step.number}: {named[i]} changes by {factor:.3g} times the gradient step "
                f"it should make: look at {look}"
            )
    which = " and ".join(named[i] for i in wrong[:2]) + (" and more" if len(wrong) > 2 else "")
    return (
        f"update {step.number}: {which} {'do' if len(wrong) > 1 else 'does'} not change by the "
        "learning rate times the gradient: look at delta and at the update"
    )


def _for_all(step: Step, factor: float) -> str:
    """The mistake behind one and the same factor in all the changes."""
    all_by = f"all weights change by {factor:.3g} times the gradient step they should make"
    rows, lr = len(step.y), step.spec.lr
    if factor < 0:
        return f"{all_by}: look at the signs of error and of the updates"
    if rows > 1 and _alike(factor, 1 / rows):
        return f"{all_by}: a mean over the {rows} rows of the batch stands where a sum should"
    return f"{all_by}: the learning rate is {factor * lr:.4g}, its command says {lr:g}"


def _predictions(step: Step) -> Iterator[tuple[str, Array]]:
    """What a network with a usual mistake predicts, and where to look for the mistake."""
    said = step.spec.activation
    layer = "layer" if len(step.spec.hidden) == 1 else "a layer"
    functions: list[tuple[str, Function]] = [
        (f"the hidden activation is {name}, its command says {said}", other.function)
        for name, other in HIDDEN.items()
        if name is not said
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


def _biased(step: Step) -> Iterator[tuple[str, Array]]:
    """What the network predicts where a bias is forgotten, or subtracted."""
    function = HIDDEN[step.spec.activation].function
    for i, (_, bias) in enumerate(names(step.spec)):
        for factor, mistake in ((0, "is missing"), (-1, "has the wrong sign")):
            weights = list(step.before)
            weights[i] = np.vstack([weights[i][:-1], factor * weights[i][-1:]])
            prediction = sigmoid(forward(tuple(weights), step.X, function)[1])
            yield f"{bias} {mistake} in the forward pass", prediction


def _changes(step: Step) -> Iterator[tuple[str, Matrices]]:
    """What a usual mistake makes of the changes, and where to look for the mistake."""
    said = step.spec.activation
    delta, slope = step.prediction - step.y, HIDDEN[said].slope
    yield "the derivative of the activation is missing in delta", step.descent(delta, np.ones_like)
    yield "delta has the derivative twice", step.descent(delta, lambda a: slope(a) ** 2)
    for name, other in HIDDEN.items():
        if name is not said:
            hint = f"delta has the derivative of {name}, its command says {said}"
            yield hint, step.descent(delta, other.slope)
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
