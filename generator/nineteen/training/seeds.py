"""For how many seeds a script learns: many of them side by side, in this process."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from nineteen.script.activations import ACTIVATIONS
from nineteen.script.choices import Choices, command, spec_of
from nineteen.script.judge import Status, judge
from nineteen.script.make import SEEDS, Made, SeedShare, make
from nineteen.script.recipe import default_hidden
from nineteen.script.render import fit
from nineteen.script.run import Run
from nineteen.script.spec import MAX_EPOCHS, MAX_SAMPLES, ScriptSpec

ALMOST_ALL = 0.95  # a script that learns with fewer of the seeds is handed out with advice
_STEPS = (1000, 500, 200, 100, 50, 20, 10)  # how many seeds are tried
_BUDGET = 150_000.0  # microseconds for all of them
_HINTS = 2  # pieces of advice that are enough
_LONG = 4.0  # seconds of one training that is too long to be tried


def expected_seconds(spec: ScriptSpec) -> float:
    """A rough guess of what one seed costs among many, the same on every machine."""
    # An update has a fixed cost, and two that grow with the products: for each row, and weight.
    products = sum(a * b for a, b in zip(spec.sizes, spec.sizes[1:], strict=False))
    update = 1 + 0.003 * spec.batch_size * products + 0.006 * products
    return 1e-6 * spec.updates * update * (2.5 if len(spec.hidden) > 1 else 1.0)


def seeds_to_try(spec: ScriptSpec) -> int:
    """How many seeds take about 0.15 seconds, by a fixed rule; 0 where not even ten do."""
    affordable = _BUDGET / (1e6 * expected_seconds(spec))
    return next((step for step in _STEPS if step <= affordable), 0)


def seed_share(made: Made, tried: int) -> SeedShare:
    """With which of the first `tried` seeds the script does not learn.

    Raises RuntimeError where its own seed is among them and prints something else than alone.
    """
    runs = _runs(made.spec, range(tried))
    own = made.spec.seed
    if own < tried and runs[own].stdout != made.run.stdout:
        raise RuntimeError(
            f"{command(made.spec)}: it prints {made.run.stdout!r} alone, and {runs[own].stdout!r} "
            "beside others"
        )
    return SeedShare(tried, tuple(failing_seeds(made.spec, range(tried), runs)))


def make_first(spec: ScriptSpec, seed: int | None) -> Made:
    """The script with this seed, or, without one, with the first of `SEEDS` that learns.

    Raises UsageError where the options cannot be rendered.
    """
    if seed is not None:
        return make(spec, (seed,))
    made = make(spec, SEEDS[:1])
    if made.verdict.status is not Status.NOT_LEARNED:
        return made
    if not seeds_to_try(spec):
        return make(spec)
    failed = failing_seeds(spec, SEEDS)  # side by side; what learns is then made alone
    learns = next((other for other in SEEDS[1:] if other not in failed), None)
    if learns is None:
        return replace(made, failed_seeds=tuple(SEEDS))
    found = make(spec, (learns,))
    before = tuple(SEEDS[:learns])
    return replace(found, failed_seeds=before) if found.verdict.ok else make(spec)


def make_shared(choices: Choices, tried: int | None = None) -> Made:
    """The script that was chosen, made, with its share of seeds, and with advice where that is low.

    `tried` is how many seeds are tried; without it a fixed rule decides, and 0 leaves it out.
    Raises UsageError where the choices are refused.
    """
    spec = spec_of(choices)
    made = make_first(spec, choices.seed)
    if made.verdict.status not in (Status.LEARNED, Status.NOT_LEARNED):
        return made
    share = None if tried == 0 else seed_share(made, seeds_to_try(spec) if tried is None else tried)
    few = share is not None and share.learned < ALMOST_ALL * share.tried
    hints = advice(choices) if few or not made.verdict.ok else []
    return replace(made, share=share, advice=tuple(hints))


def advice(choices: Choices) -> list[str]:
    """What helps a script that does not learn: each piece of it was tried, and learns more often.

    Empty where nothing that was tried helps, or where trying takes long.
    """
    now, hints = _learned(choices), list[str]()
    for hint, other in _candidates(choices):
        learned, tried = _learned(other)
        if learned * now[1] > now[0] * tried:
            seeds = f"{learned} of {tried} seeds" if tried > 1 else f"seed {other.seed or 0}"
            hints.append(f"{hint} (learns with {seeds})")
        if len(hints) == _HINTS:
            break
    return hints


def _candidates(choices: Choices) -> Iterator[tuple[str, Choices]]:
    spec = spec_of(replace(choices, keep=True))
    usual = default_hidden(spec.table.inputs, spec.activation, spec.samples)
    for name in ("seed", "lr", "epochs"):
        if getattr(choices, name) is not None:
            without: dict[str, Any] = {name: None}
            yield f"leave out --{name}", replace(choices, **without)
    if choices.hidden is not None and (len(spec.hidden) > 1 or spec.hidden < usual):
        hint = f"leave out --hidden, for the default of {usual[0]} units"
        yield hint, replace(choices, hidden=None)
    if spec.activation.name != "tanh":
        yield "use --activation tanh", replace(choices, activation=ACTIVATIONS["tanh"])
    if 4 * spec.epochs <= MAX_EPOCHS:
        yield f"use --epochs {4 * spec.epochs}", replace(choices, epochs=4 * spec.epochs)
    more = {"samples": min(MAX_SAMPLES, 4 * spec.samples)}
    less = {"noise": round(min(0.5, spec.noise / 2), 4)}
    # Both help at times where neither does alone.
    sampled: list[dict[str, Any]] = [more, less, more | less] if spec.samples else []
    for new in sampled:
        if all(value != getattr(spec, name) for name, value in new.items()):
            hint = " ".join(f"--{name} {value}" for name, value in new.items())
            yield f"use {hint}", replace(choices, **new)


def _learned(choices: Choices) -> tuple[int, int]:
    spec = spec_of(replace(choices, keep=True))
    seeds: Sequence[int] = SEEDS if choices.seed is None else (choices.seed,)
    cost = expected_seconds(spec)
    if cost > _LONG:
        return 0, 1
    seeds = seeds[: max(1, int(1 / cost))]
    return len(seeds) - len(failing_seeds(spec, seeds)), len(seeds)


def _runs(spec: ScriptSpec, seeds: Sequence[int]) -> list[Run]:
    from nineteen.training.side_by_side import run_together

    return run_together([fit(replace(spec, seed=seed, keep=False))[0] for seed in seeds])


def failing_seeds(spec: ScriptSpec, seeds: Sequence[int], runs: Sequence[Run] = ()) -> list[int]:
    """The seeds with which the spec's script does not learn, by its runs if they are there."""
    pairs, show_loss = zip(seeds, runs or _runs(spec, seeds), strict=True), spec.show_loss
    return [seed for seed, run in pairs if not judge(run, spec.table, show_loss=show_loss).ok]
