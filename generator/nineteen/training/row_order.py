"""Whether a script takes the rows in the order that its batch strategy means."""

from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import groupby
from math import lgamma, log

from nineteen.script.spec import Batch, ScriptSpec
from nineteen.training.diagnosis import say

Batches = list[tuple[int, ...]]  # of one epoch: the rows of each of its updates

# How improbable what is seen has to be, were it reshuffled, before a script is said not to: with
# two such tests a script, ten thousand honest ones raise a false alarm once in 50,000 times.
IMPROBABLE = 1e-9


def wrong_order(steps: Sequence[tuple[int, tuple[int, ...]]], spec: ScriptSpec) -> str:
    """What is wrong with the epochs and rows of the updates, one sentence, or ""."""
    epochs = [[rows for _, rows in group] for _, group in groupby(steps, key=lambda step: step[0])]
    for number, batches in enumerate(epochs, 1):
        if problem := _wrong_rows(batches, spec) or _wrong_sizes(batches, spec):
            return f"epoch {number} {problem}"
    if len(epochs) != spec.epochs:
        more = len(epochs) > spec.epochs  # how many more, nobody has counted
        found = f"more than {spec.epochs} epochs" if more else _count(len(epochs), "epoch")
        return say("epochs", found=found, meant=spec.epochs)
    return _not_reshuffled(epochs, spec)


def _wrong_rows(batches: Batches, spec: ScriptSpec) -> str:
    taken = [row for rows in batches for row in rows]
    if len(taken) == len(set(taken)) == spec.rows:
        return ""
    used, name = Counter(taken), spec.row_name
    times = {row: "twice" if n == 2 else f"{n} times" for row, n in sorted(used.items()) if n > 1}
    often = [f"uses {name(row)} {how_often}" for row, how_often in times.items()]
    never = [f"never uses {name(row)}" for row in range(spec.rows) if not used[row]]
    wrong, noun = often[:2] + never[:2], "samples" if spec.samples else "rows"
    if len(often) > 2 or len(never) > 2:
        wrong = [f"uses {len(used)} of the {spec.rows} {noun}", *often[:1], *never[:1]]
    return say("rows", rows=" and ".join(wrong))


def _wrong_sizes(batches: Batches, spec: ScriptSpec) -> str:
    rows, size = spec.rows, spec.batch_size
    wanted = [min(size, rows - first) for first in range(0, rows, size)]
    if [len(batch) for batch in batches] == wanted:
        return ""
    found = _updates([len(batch) for batch in batches])
    return say("sizes", found=found, meant=_updates(wanted))


def _not_reshuffled(epochs: list[Batches], spec: ScriptSpec) -> str:
    """Whether too few different orders, or too few different ways to share out the rows, occur.

    Of m equally probable orders, at most d different ones occur in E epochs with a probability of
    at most C(m, d) (d / m)^E, because they then all lie in one of the C(m, d) sets of d. The order
    inside a batch does not count. Where E is too small to tell, nothing is said.
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
    if _improbable(ordered, sequences) or _improbable(shared, partitions):
        return say("few_orders", epochs=len(epochs), orders=_count(orders, "order"))
    return ""


def _improbable(seen: Sequence[Hashable], log_orders: float) -> bool:
    """Whether this little variety has a probability below IMPROBABLE, by the bound above."""
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
