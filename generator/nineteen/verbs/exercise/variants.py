"""`--variants`: for each student another gate, size and strategy, as hard as the others by measure.

Each learns with its first seed and nearly all that are tried, in a similar number of updates.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from itertools import combinations, islice, product

from nineteen.errors import UsageError
from nineteen.script.choices import Choices, command, spec_of
from nineteen.script.gates import GATES, table_of
from nineteen.script.make import Made, make
from nineteen.script.options import PROGRAM
from nineteen.script.render import render
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.training.seeds import ALMOST_ALL, seed_share, seeds_to_try

QUARTERS = (4, 2, 3, 6, 8)  # of the units of each layer of the command
FACTOR = 4  # at most, between the updates of a variant and those of the command
TRIED = 100  # seeds of each, at most


def variants(own: Made, count: int) -> list[Made]:
    """`count` scripts with their shares of seeds: the command's own, and others that learn.

    They begin with the same for any `count`. Raises UsageError where there are not so many.
    """
    from joblib import Parallel, delayed

    found, waiting = [_measured(own.spec)], _in_turn(own.spec)
    with Parallel(n_jobs=-1) as parallel:
        while len(found) < count:
            specs = list(islice(waiting, count - len(found)))
            if not specs:
                few = f"{len(found)} of them for {command(own.spec).removeprefix(PROGRAM).strip()}"
                raise UsageError(f"--variants {count}: there are only {few}: take fewer")
            made = parallel(delayed(_measured)(spec) for spec in specs)
            shares = [(one, one.share) for one in made if one.share]
            found += [one for one, share in shares if share.learned >= ALMOST_ALL * share.tried]
    return found


def _measured(spec: ScriptSpec) -> Made:
    """The script of the first seed, with its share of seeds where it learns."""
    made, tried = make(spec, (spec.seed,)), min(TRIED, seeds_to_try(spec))
    return replace(made, share=seed_share(made, tried)) if made.verdict.ok else made


def candidates(spec: ScriptSpec) -> list[ScriptSpec]:
    """Every variant with as many inputs, outputs and layers as `spec`, which is none of them."""
    found: list[ScriptSpec] = []
    sizes = dict.fromkeys(
        tuple(max(2, units * quarters // 4) for units in spec.hidden) for quarters in QUARTERS
    )
    show = "loss" if spec.show_loss else None
    samples, noise = (spec.samples, spec.noise) if spec.samples else (None, None)
    for gates, hidden, batch in product(_gates(spec), sizes, Batch):
        with suppress(UsageError):  # such as mini for two rows, or a layer too large
            chosen = Choices(gates, hidden=hidden, batch=batch, activation=spec.activation)
            render(other := spec_of(replace(chosen, show=show, samples=samples, noise=noise)))
            similar = spec.updates <= FACTOR * other.updates <= FACTOR**2 * spec.updates
            if similar and _choice(other) != _choice(spec):
                found.append(other)
    return found


def _gates(spec: ScriptSpec) -> list[tuple[str, ...]]:
    """The gates to choose from: as many of them at once as `spec` has outputs.

    None copies one input or answers always the same, and no two are the same function.
    """
    inputs, outputs = spec.table.inputs, spec.table.outputs
    gates = reversed(GATES.values())
    names = [one.name + (str(inputs) if one.rule and inputs != 2 else "") for one in gates]
    tables = {table_of(name): name for name in names}  # of several names the first
    fit = [one for one in tables if (one.inputs, one.outputs) == (inputs, 1)]
    single = sorted(tables[one] for one in fit if not one.ignores_an_input())
    return list(combinations(single, outputs))


def ordered(spec: ScriptSpec, text: str) -> bytes:
    """A key to sort texts by, at random as it were, that depends on nothing but the command."""
    return sha256(f"{command(spec)}\n{text}".encode()).digest()


def _in_turn(spec: ScriptSpec) -> Iterator[ScriptSpec]:
    """The candidates, next always one whose gates, size and strategy were used least so far."""
    waiting = sorted(candidates(spec), key=lambda other: ordered(spec, command(other)))
    used = Counter(_choice(spec))
    while waiting:
        chosen = min(waiting, key=lambda other: sum(used[part] for part in _choice(other)))
        waiting.remove(chosen)
        used.update(_choice(chosen))
        yield chosen


def _choice(spec: ScriptSpec) -> tuple[object, object, object]:
    return spec.table, spec.hidden, spec.batch
