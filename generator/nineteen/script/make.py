"""The main path: render, run and judge a script, seed after seed, until one learns."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nineteen.script.judge import Status, Verdict, judge
from nineteen.script.recipe import default_hidden, recipe
from nineteen.script.render import confirm, render
from nineteen.script.run import Run, run
from nineteen.script.spec import ScriptSpec

SEEDS = range(20)
SECONDS = 60.0


@dataclass(frozen=True)
class Made:
    """A script with the evidence: its run, the verdict, and the seeds that did not learn."""

    spec: ScriptSpec
    source: str
    run: Run
    verdict: Verdict
    failed_seeds: tuple[int, ...]


def make(spec: ScriptSpec, seeds: Iterable[int] = SEEDS, seconds: float = SECONDS) -> Made:
    """The first script of `seeds` that learns; else the first tried, marked --keep if `spec` is.

    A script that crashes or runs out of time ends the search. Raises UsageError where the options
    cannot be rendered.
    """
    tried: list[Made] = []
    for seed in seeds:
        made = _try(
            replace(spec, seed=seed, keep=False),
            seconds,
            tuple(before.spec.seed for before in tried),
        )
        if made.verdict.status is not Status.NOT_LEARNED:
            return made
        tried.append(made)
    first = replace(tried[0], failed_seeds=tuple(made.spec.seed for made in tried))
    if not spec.keep:
        return first
    kept = replace(first.spec, keep=True)
    return replace(first, spec=kept, source=render(kept))


def advice(spec: ScriptSpec) -> list[str]:
    """What is known, from the measured recipes, to help a network that did not learn."""
    inputs, usual = spec.table.inputs, default_hidden(spec.table.inputs, spec.activation)
    defaults = recipe(inputs, usual, spec.batch, spec.activation)
    hints = []
    if len(spec.hidden) == 1 and spec.hidden < usual:
        hints.append(f"--hidden {usual[0]}, the default for {inputs} input{'s' * (inputs > 1)}")
    if len(spec.hidden) > 1:
        hints.append(f"one hidden layer: --hidden {usual[0]}")
    if spec.lr != defaults.lr:
        hints.append(f"the measured learning rate: leave out --lr ({defaults.lr:g})")
    if spec.epochs < defaults.epochs:
        hints.append(f"more epochs: leave out --epochs ({defaults.epochs})")
    return hints or [
        "another activation: --activation tanh",
        f"more epochs: --epochs {4 * spec.epochs}",
    ]


def _try(spec: ScriptSpec, seconds: float, before: tuple[int, ...]) -> Made:
    source = render(spec)
    result = run(source, seconds=seconds)
    verdict = judge(result, spec.table, show_loss=spec.show_loss)
    if verdict.ok:
        confirm(source)
    return Made(spec, source, result, verdict, before)
