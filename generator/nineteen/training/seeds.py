"""For how many seeds a script learns: many of them side by side, in this process."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.choices import Choices, choices_of, command, spec_of
from nineteen.script.ended import Run
from nineteen.script.judge import Status, judge
from nineteen.script.make import SEEDS, Made, SeedShare, make
from nineteen.script.options import short
from nineteen.script.render import fit
from nineteen.script.spec import (
    ACTIVATIONS,
    MAX_EPOCHS,
    MAX_SAMPLES,
    Batch,
    ScriptSpec,
    default_hidden,
)

ALMOST_ALL = 0.95  # a script that learns with fewer of the seeds is handed out with advice
_STEPS = (1000, 500, 200, 100, 50, 20, 10)  # how many seeds are tried
_BUDGET = 150_000.0  # microseconds for all of them
_HINTS = 2  # pieces of advice that are enough
_LONG, _UPDATE = 4.0, 1e-4  # seconds of a training too long to be tried, and of an update of few


def expected_seconds(spec: ScriptSpec) -> float:
    """A rough guess of what one seed costs among many, the same on every machine."""
    # An update has a fixed cost, and two that grow with the products: for each row, and weight.
    products = sum(a * b for a, b in pairwise(spec.sizes))
    update = 1 + 0.003 * spec.batch_size * products + 0.006 * products
    return 1e-6 * spec.updates * update * (2.5 if len(spec.hidden) > 1 else 1.0)


def seeds_to_try(spec: ScriptSpec) -> int:
    """How many seeds take about 0.15 seconds, by a fixed rule; 0 where not even ten do."""
    affordable = _BUDGET / (1e6 * expected_seconds(spec))
    return next((step for step in _STEPS if step <= affordable), 0)


def seed_share(made: Made, tried: int) -> SeedShare:
    """The first seeds with which it fails; RuntimeError where alone it prints something else."""
    spec, runs = made.spec, _runs(made.spec, range(tried))
    if spec.seed < tried and (beside := runs[spec.seed].stdout) != made.run.stdout:
        prints = f"{made.run.stdout!r} alone, and {beside!r} beside others"
        raise RuntimeError(f"{command(spec)}: it prints {prints}")
    return SeedShare(tried, tuple(failing_seeds(spec, range(tried), runs)))


def make_first(spec: ScriptSpec, seed: int | None) -> Made:
    """The script with this seed, or the first of `SEEDS` that learns, or is kept; UsageError."""
    made = make(spec, SEEDS[:1] if seed is None else (seed,))
    if seed is not None or spec.keep or made.verdict.status is not Status.NOT_LEARNED:
        return made
    if not seeds_to_try(spec):
        return make(spec)
    failed = failing_seeds(spec, SEEDS)  # side by side; what learns is then made alone
    learns = next((other for other in SEEDS[1:] if other not in failed), None)
    if learns is None:
        return replace(made, failed_seeds=tuple(SEEDS))
    found = make(spec, (learns,))
    return replace(found, failed_seeds=tuple(SEEDS[:learns])) if found.verdict.ok else make(spec)


def first_spec(choices: Choices) -> ScriptSpec:
    """The spec of the script that the choices make, with the seed that learns; 0 if it is long."""
    spec = spec_of(choices)
    known = choices.seed is not None and not spec.keep
    return spec if known or _is_long(spec) else make_first(spec, choices.seed).spec


def script_of(given: Namespace, verb: str) -> ScriptSpec | Path:
    """What a verb is to show: the script of its options, or the one in a file, which has none."""
    paths = [word for word in given.gate if set(word) & set("./\\")]
    if not paths:
        return first_spec(choices_of(given))
    if len(given.gate) > 1 or replace(choices_of(given), gates=()) != Choices():
        raise UsageError(f"{verb} {short(paths[0])}: a path goes without the options of a script")
    return Path(paths[0])


def make_shared(choices: Choices, tried: int | None = None) -> Made:
    """The script, its share of so many seeds (None: a fixed rule), and advice if it is low."""
    spec = spec_of(choices)
    made = make_first(spec, choices.seed)
    if made.verdict.status not in (Status.LEARNED, Status.NOT_LEARNED):
        return made
    share = None if tried == 0 else seed_share(made, seeds_to_try(spec) if tried is None else tried)
    few = share is not None and share.learned < ALMOST_ALL * share.tried
    hints = advice(choices) if few or not made.verdict.ok else []
    return replace(made, share=share, advice=tuple(hints))


def advice(choices: Choices) -> list[str]:
    """What helps a script that does not learn: each piece was tried, and learns more often."""
    now, hints = _learned(choices), list[str]()
    for hint, changes in _candidates(choices):
        other = replace(choices, **changes)
        learned, tried = _learned(other)
        if learned * now[1] > now[0] * tried:
            seeds = f"{learned} of {tried} seeds" if tried > 1 else f"seed {other.seed or 0}"
            hints.append(f"{hint} (learns with {seeds})")
        if len(hints) == _HINTS:
            break
    return hints


def _candidates(choices: Choices) -> Iterator[tuple[str, dict[str, Any]]]:
    spec = spec_of(replace(choices, keep=True))
    usual = default_hidden(spec.table.inputs, spec.activation, spec.samples)
    for name in ("seed", "lr", "epochs"):
        if getattr(choices, name) is not None:
            yield f"leave out --{name}", {name: None}
    if choices.hidden is not None and (len(spec.hidden) > 1 or spec.hidden < usual):
        yield f"leave out --hidden, for the default of {usual[0]} units", {"hidden": None}
    others: list[dict[str, Any]] = [{"activation": ACTIVATIONS["tanh"]}]
    if 4 * spec.epochs <= MAX_EPOCHS:
        others.append({"epochs": 4 * spec.epochs})
    if spec.samples:  # more of them and less noise both help at times where neither does alone
        more = {"samples": min(MAX_SAMPLES, 4 * spec.samples)}
        less = {"noise": round(min(0.5, spec.noise / 2), 4)}
        others += [more, less, more | less, more | less | {"batch": Batch.MINI}]
    for new in others:
        if all(value != getattr(spec, name) for name, value in new.items()):
            yield "use " + " ".join(f"--{name} {value}" for name, value in new.items()), new


def _learned(choices: Choices) -> tuple[int, int]:
    spec = spec_of(replace(choices, keep=True))
    if _is_long(spec):
        return 0, 1
    seeds: Sequence[int] = SEEDS if choices.seed is None else (choices.seed,)
    seeds = seeds[: max(1, int(1 / expected_seconds(spec)))]
    return len(seeds) - len(failing_seeds(spec, seeds)), len(seeds)


def _is_long(spec: ScriptSpec) -> bool:
    return max(expected_seconds(spec), _UPDATE * spec.updates) > _LONG


def failing_seeds(spec: ScriptSpec, seeds: Sequence[int], runs: Sequence[Run] = ()) -> list[int]:
    """The seeds with which the spec's script does not learn, by its runs if they are there."""
    pairs, show_loss = zip(seeds, runs or _runs(spec, seeds), strict=True), spec.show_loss
    return [seed for seed, run in pairs if not judge(run, spec.table, show_loss=show_loss).ok]


def _runs(spec: ScriptSpec, seeds: Sequence[int]) -> list[Run]:
    from nineteen.training.side_by_side import run_together  # and NumPy, only where it is needed

    return run_together([fit(replace(spec, seed=seed, keep=False))[0] for seed in seeds])
