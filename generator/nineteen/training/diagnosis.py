"""Mistakes to be made in a script; and the likely one in what a script did, in plain words."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby, pairwise
from math import lgamma, log

import numpy as np

from nineteen.script.spec import ACTIVATIONS, Batch, ScriptSpec
from nineteen.script.templates import data
from nineteen.training import gradient as exact
from nineteen.training.gradient import Array, Function, parts
from nineteen.training.gradient_steps import GradientSteps

ALIKE = 1e-4  # two factors are the same mistake when they differ by at most this part
ENOUGH = 8  # updates, the first and the first wrong ones, that an explanation has to fit

# How improbable what is seen has to be, were it reshuffled, before a script is said not to: with
# three such tests a script, ten thousand honest ones raise a false alarm once in 30,000 times.
IMPROBABLE = 1e-9


def say(sentence: str, **facts: object) -> str:
    """A sentence of templates/honest.toml with these facts."""
    text: str = data("honest.toml")[sentence]
    return text.format(**facts)


@dataclass(frozen=True)
class Mistake:
    """A realistic mistake (templates/mistakes.toml), made in a script by exact replacements."""

    name: str
    step: str  # where it stands
    command: str  # of the script in which it is made
    change: tuple[tuple[str, str], ...]
    sentence: str = ""  # a part of what the honest check says; "" where what is printed tells
    learns: bool = False  # whether the script learns in spite of it
    equivalent: str = ""  # why it is none

    def made_in(self, source: str) -> str:
        """A script's text with the mistake in it; "" where there is nothing to change."""
        for old, new in self.change:
            if old not in source:
                return ""
            source = source.replace(old, new)
        return source


@cache
def mistakes() -> tuple[Mistake, ...]:
    """All of them, in the order of the table; every name is there once."""
    table, made = data("mistakes.toml"), []
    for step, rows in [*table.items()][1:]:
        for row in rows:
            change = tuple((old, new) for old, new in row["change"])
            command = table["commands"][row["command"]]
            made.append(Mistake(**row | {"step": step, "change": change, "command": command}))
    return tuple(made)


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
    wrong_parts = steps.wrong_parts(steps.wanted)
    if wrong_parts.any():  # seldom, and it takes long to tell what stands at a kink
        wrong_parts &= ~steps.at_kink[:, None]
    wrong = np.flatnonzero(wrong_parts.any(axis=1))[:ENOUGH]
    if not wrong.size:
        return ""
    first = np.flatnonzero(~steps.at_kink)[:ENOUGH]
    bad, looked = steps.at(wrong), steps.at([*wrong, *first])
    names, moved = [*parts(steps.spec)], looked.by_part(np.logical_or, looked.changed != 0)
    off = {i: names[i] for i in np.flatnonzero(wrong_parts[wrong[0]]).tolist()}
    for i, name in off.items():
        if not moved[:, i].any():
            return say("never", name=name)
    return f"update {bad.numbers[0]}: {_change(bad, looked, off)}"


def _change(bad: GradientSteps, looked: GradientSteps, off: dict[int, str]) -> str:
    ratios, rows, lr = bad.ratios(), bad.used.sum((1, 2)), bad.spec.lr
    if rows[0] > 1 and _alike(ratios, 1 / rows[:, None]):
        return say("all", factor=1 / rows[0], hint=say("mean", rows=rows[0]))
    if _alike(ratios, factor := ratios[0, 0]) and not _alike(ratios, 1):
        hint = say("signs") if factor < 0 else say("rate", found=factor * lr, meant=lr)
        return say("all", factor=factor, hint=hint)
    names = [*off.values()]
    for hint, changes in _changes(looked):
        if not looked.wrong_parts(changes).any():
            return say("usual", name=names[0], hint=hint)
    for i, name in off.items():
        if _alike(ratios[:, i], factor := ratios[0, i]) and not _alike(ratios[:, i], 1):
            hint = say("sign" if factor < 0 else "factors")
            return say("one", name=name, factor=factor, hint=hint)
    which = " and ".join(names[:2]) + " and more" * (len(off) > 2)
    return say("unknown", names=f"{which} {'do' if len(off) > 1 else 'does'}")


def _predictions(steps: GradientSteps) -> Iterator[tuple[str, Array]]:
    spec, logits, biases = steps.spec, steps.passed[1], [*parts(steps.spec)][1::2]
    layer, own = "layer" if len(biases) == 2 else "a layer", exact.hidden(spec.activation).function

    def through(function: Function, weights: Array = steps.before) -> Array:
        return exact.sigmoid(exact.forward(exact.split(weights, spec), steps.X, function)[1])

    def with_biases(factors: list[int]) -> Array:
        of_parts = [factor for bias in factors for factor in (1, bias)]
        return through(own, steps.before * np.repeat(of_parts, [*parts(spec).values()]))

    for other in ACTIVATIONS.values():
        if other != spec.activation:
            hint = say("other_activation", found=other, meant=spec.activation)
            yield hint, through(exact.hidden(other).function)
    yield say("bracket", name=layer), through(lambda x: 1 + np.exp(-x))
    yield say("exponent", name=layer), through(lambda x: exact.sigmoid(-x))
    yield say("no_activation", name=layer), through(lambda x: x)
    yield say("bracket", name="output"), 1 + np.exp(-logits)
    yield say("exponent", name="output"), exact.sigmoid(-logits)
    yield say("no_sigmoid"), logits
    for bias in biases:
        for factor, hint in ((0, "bias_missing"), (-1, "bias_sign")):
            yield say(hint, name=bias), with_biases([factor if b == bias else 1 for b in biases])
    yield say("no_ones"), with_biases([int(bias == biases[0]) for bias in biases])


def _changes(steps: GradientSteps) -> Iterator[tuple[str, Array]]:
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
    return bool((np.abs(factors - wanted) <= ALIKE * np.abs(wanted)).all())


def wrong_between(last: Array, steps: GradientSteps) -> str:
    """What changes the weights between updates, one sentence, or ""; `last` are those before."""
    kept = np.concatenate([last[None], steps.after[:-1]])
    # By their bytes: a NaN is not equal to itself.
    other = steps.by_part(np.logical_or, kept.view(np.int64) != steps.before.view(np.int64))
    for name, moved in zip(parts(steps.spec), other.T, strict=True):
        if moved.any():
            return say("between", name=name, number=steps.numbers[moved.argmax()])
    return ""


def wrong_order(steps: Sequence[tuple[int, tuple[int, ...]]], spec: ScriptSpec) -> str:
    """What is wrong with the epochs and rows of the updates, one sentence, or ""."""
    epochs = [[rows for _, rows in group] for _, group in groupby(steps, key=lambda step: step[0])]
    for number, batches in enumerate(epochs, 1):
        if problem := _wrong_rows(batches, spec):
            return f"epoch {number} {problem}"
    if len(epochs) != spec.epochs:
        more = len(epochs) > spec.epochs  # how many more, nobody has counted
        found = f"more than {spec.epochs} epochs" if more else _count(len(epochs), "epoch")
        return say("epochs", found=found, meant=spec.epochs)
    return _not_reshuffled(epochs, spec)


def _wrong_rows(batches: list[tuple[int, ...]], spec: ScriptSpec) -> str:
    taken, name = [*chain.from_iterable(batches)], spec.row_name
    if not len(taken) == len({*taken}) == spec.rows:
        used = Counter(taken)
        again = {name(row): n for row, n in sorted(used.items()) if n > 1}
        often = [f"uses {row} {'twice' if n == 2 else f'{n} times'}" for row, n in again.items()]
        never = [f"never uses {name(row)}" for row in range(spec.rows) if not used[row]]
        wrong, noun = often[:2] + never[:2], "samples" if spec.samples else "rows"
        if len(often) > 2 or len(never) > 2:
            wrong = [f"uses {len(used)} of the {spec.rows} {noun}", *often[:1], *never[:1]]
        return say("rows", rows=" and ".join(wrong))
    found, size = [len(batch) for batch in batches], spec.batch_size
    wanted = [min(size, spec.rows - first) for first in range(0, spec.rows, size)]
    return "" if found == wanted else say("sizes", found=_updates(found), meant=_updates(wanted))


def _not_reshuffled(epochs: list[list[tuple[int, ...]]], spec: ScriptSpec) -> str:
    """Whether too few different orders, or too few different ways to share out the rows, occur.

    Of m equally probable orders, at most d different ones occur in E epochs with a probability of
    at most C(m, d) (d / m)^E, because they then all lie in one of the C(m, d) sets of d; and k of
    the E - 1 that follow another repeat it with one of at most C(E - 1, k) / m^k. The order inside
    a batch does not count. Where E is too small to tell, nothing is said.
    """
    if spec.batch is Batch.FULL:
        return ""
    rows, size = spec.rows, spec.batch_size
    whole, rest = divmod(rows, size)
    sequences = lgamma(rows + 1) - whole * lgamma(size + 1) - lgamma(rest + 1)
    partitions = sequences - lgamma(whole + 1)
    ordered = [tuple(map(frozenset, batches)) for batches in epochs]
    shared = [frozenset(batches) for batches in ordered]
    orders, shares = len(set(ordered)), len(set(shared))
    if shares == 1 and orders > 2 and _improbable(shared, partitions):
        return say("one_share", epochs=len(epochs))
    kept = sum(order == next_one for order, next_one in pairwise(ordered))
    ways = lgamma(len(ordered)) - lgamma(kept + 1) - lgamma(len(ordered) - kept)
    if rare := ways - kept * sequences < log(IMPROBABLE):
        orders = len(ordered) - kept
    if rare or _improbable(ordered, sequences) or _improbable(shared, partitions):
        return say("few_orders", epochs=len(epochs), orders=_count(orders, "order"))
    return ""


def _improbable(seen: Sequence[Hashable], log_orders: float) -> bool:
    different = len(set(seen))
    log_sets = different * log_orders - lgamma(different + 1)  # at least log C(m, d)
    return log_sets + len(seen) * (log(different) - log_orders) < log(IMPROBABLE)


def _updates(sizes: list[int]) -> str:
    # "1 update of 4 rows", "3 updates of 3, 3 and 2 rows"
    if len(set(sizes)) == 1:
        each = " each" if len(sizes) > 1 else ""
        return f"{_count(len(sizes), 'update')} of {_count(sizes[0], 'row')}{each}"
    first = ", ".join(map(str, sizes[:-1] if len(sizes) <= 6 else [*sizes[:3], "…"]))
    return f"{len(sizes)} updates of {first} and {sizes[-1]} rows"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
