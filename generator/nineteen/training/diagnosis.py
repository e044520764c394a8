"""The likely mistake behind an update that is not the gradient step, in a student's words."""

from collections.abc import Iterator

import numpy as np

from nineteen.script.activations import ACTIVATIONS
from nineteen.script.templates import data
from nineteen.training import gradient as exact
from nineteen.training.gradient import Array, Function, Matrices, part_names
from nineteen.training.gradient_steps import GradientSteps, parts

ALIKE = 1e-4  # two factors are the same mistake when they differ by at most this part
ENOUGH = 8  # updates, the first and the first wrong ones, that an explanation has to fit


def say(sentence: str, **facts: object) -> str:
    """A sentence of templates/honest.toml with these facts."""
    text: str = data("honest.toml")[sentence]
    return text.format(**facts)


def wrong_error(steps: GradientSteps) -> str:
    """What is wrong with the error of some update, one sentence, or ""; either sign is right."""
    wrong = np.flatnonzero(~steps.is_error(steps.prediction))[:ENOUGH]
    if not wrong.size:
        return ""
    start = f"update {steps.numbers[wrong[0]]}: error is not y - output"
    looked = steps.at([*wrong, *range(len(steps.numbers))[:ENOUGH]])
    for hint, prediction in _predictions(looked):
        if looked.is_error(prediction).all():
            return start + say("error_hint", hint=hint)
    off = steps.at(wrong)
    of_rows = set(np.round(off.error + off.prediction * off.used, 6).flat) <= {0.0, 1.0}
    return start + say("error_rows" if of_rows else "error_else")


def wrong_change(steps: GradientSteps) -> str:
    """What is wrong with the change of the weights in some update, one sentence, or ""."""
    wrong = np.flatnonzero(steps.wrong.any(axis=1))[:ENOUGH]
    if not wrong.size:
        return ""
    first = np.flatnonzero(~steps.at_kink)[:ENOUGH]
    bad, looked = steps.at(wrong), steps.at([*wrong, *first])
    off, names = np.flatnonzero(steps.wrong[wrong[0]]).tolist(), part_names(steps.spec)
    for i in off:
        if not parts(looked.changed)[i].any():
            return say("never", name=names[i])
    which = " and ".join(names[i] for i in off[:2]) + " and more" * (len(off) > 2)
    verb = "do" if len(off) > 1 else "does"
    return f"update {bad.numbers[0]}: " + (
        _for_all(bad)
        or _usual(names[off[0]], looked)
        or _for_one(bad, off)
        or say("unknown", names=f"{which} {verb}")
    )


def _for_all(steps: GradientSteps) -> str:
    ratios, rows, lr = steps.ratios(), steps.used.sum((1, 2)), steps.spec.lr
    if rows[0] > 1 and _alike(ratios, 1 / rows[:, None]):
        return say("all", factor=1 / rows[0], hint=say("mean", rows=rows[0]))
    if not _alike(ratios, factor := ratios[0, 0]):
        return ""
    hint = say("signs") if factor < 0 else say("rate", found=factor * lr, meant=lr)
    return say("all", factor=factor, hint=hint)


def _usual(name: str, steps: GradientSteps) -> str:
    for hint, changes in _changes(steps):
        if not steps.wrong_parts(changes).any():
            return say("usual", name=name, hint=hint)
    return ""


def _for_one(steps: GradientSteps, off: list[int]) -> str:
    ratios = steps.ratios()
    for i in off:
        if _alike(ratios[:, i], factor := ratios[0, i]):
            hint = say("sign" if factor < 0 else "factors")
            return say("one", name=part_names(steps.spec)[i], factor=factor, hint=hint)
    return ""


def _predictions(steps: GradientSteps) -> Iterator[tuple[str, Array]]:
    """What a network with a usual mistake predicts, and where to look for the mistake."""
    said, logits, before = steps.spec.activation, steps.passed[1], steps.before
    layer, own = "layer" if len(before) == 2 else "a layer", exact.hidden(said).function

    def through(function: Function, weights: Matrices = before) -> Array:
        return exact.sigmoid(exact.forward(weights, steps.X, function)[1])

    for other in ACTIVATIONS.values():
        if other != said:
            hint = say("other_activation", found=other, meant=said)
            yield hint, through(exact.hidden(other).function)
    yield say("bracket", name=layer), through(lambda x: 1 + np.exp(-x))
    yield say("exponent", name=layer), through(lambda x: exact.sigmoid(-x))
    yield say("no_activation", name=layer), through(lambda x: x)
    yield say("bracket", name="output"), 1 + np.exp(-logits)
    yield say("exponent", name="output"), exact.sigmoid(-logits)
    yield say("no_sigmoid"), logits
    for i, bias in enumerate(part_names(steps.spec)[1::2]):
        for factor, hint in ((0, "bias_missing"), (-1, "bias_sign")):
            factors = [factor if i == k else 1 for k in range(len(before))]
            yield say(hint, name=bias), through(own, _with_biases(before, factors))
    factors = [int(k == 0) for k in range(len(before))]
    yield say("no_ones"), through(own, _with_biases(before, factors))


def _with_biases(weights: Matrices, factors: list[int]) -> Matrices:
    pairs = zip(weights, factors, strict=True)
    return tuple(np.concatenate([w[:, :-1], factor * w[:, -1:]], axis=1) for w, factor in pairs)


def _changes(steps: GradientSteps) -> Iterator[tuple[str, Matrices]]:
    """What a usual mistake makes of the changes, and where to look for the mistake."""
    said, output = steps.spec.activation, steps.prediction
    delta, slope = output - steps.y, exact.hidden(said).slope
    yield say("no_slope"), steps.descent(delta, np.ones_like)
    yield say("slope_twice"), steps.descent(delta, lambda a: slope(a) ** 2)
    for other in ACTIVATIONS.values():
        if other != said:
            hint = say("other_slope", found=other, meant=said)
            yield hint, steps.descent(delta, exact.hidden(other).slope)
    yield say("updated"), steps.descent(delta, slope, steps.after)
    yield say("squared"), steps.descent(delta * output * (1 - output), slope)


def _alike(factors: Array, wanted: Array | float) -> bool:
    """Whether all factors are as wanted; a nan is not."""
    return bool((np.abs(factors - wanted) <= ALIKE * np.abs(wanted)).all())
