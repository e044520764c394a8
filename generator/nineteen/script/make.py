"""The main path: render, run and judge a script, seed after seed, until one learns."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nineteen.script.ended import Run
from nineteen.script.judge import Status, Verdict, judge
from nineteen.script.render import confirm, environment, render
from nineteen.script.run import run
from nineteen.script.spec import ScriptSpec

SEEDS = range(20)
SECONDS = 60.0


@dataclass(frozen=True)
class SeedShare:
    """With which of the seeds from 0 on a script does not learn; `tried` is 0 for large ones."""

    tried: int
    failed: tuple[int, ...]

    @property
    def learned(self) -> int:
        """With how many of them it learns."""
        return self.tried - len(self.failed)


@dataclass(frozen=True)
class Made:
    """A script with the evidence: its run, the verdict, the seeds before it that did not learn."""

    spec: ScriptSpec
    source: str
    run: Run
    verdict: Verdict
    failed_seeds: tuple[int, ...]
    share: SeedShare | None = None  # with how many seeds it learns
    advice: tuple[str, ...] = ()  # what was tried, and helps

    def _repr_html_(self) -> str:
        """The script, and its truth table beside what it predicts, for a notebook."""
        return environment().get_template("made.html.j2").render(made=self)


def make(spec: ScriptSpec, seeds: Iterable[int] = SEEDS, seconds: float = SECONDS) -> Made:
    """The first script of `seeds` that learns; else the first tried, marked --keep if `spec` is.

    A script that crashes or takes too long ends the search. Raises UsageError as `render`.
    """
    tried: list[Made] = []
    for seed in seeds:
        one = replace(spec, seed=seed, keep=False)
        source = render(one)
        result = run(source, seconds=seconds)
        verdict = judge(result, one.table, show_loss=one.show_loss)
        made = Made(one, source, result, verdict, tuple(before.spec.seed for before in tried))
        if verdict.ok:
            confirm(source)
        if verdict.status is not Status.NOT_LEARNED:
            return made
        tried.append(made)
    failed, kept = tuple(made.spec.seed for made in tried), replace(tried[0].spec, keep=spec.keep)
    return replace(tried[0], spec=kept, source=render(kept), failed_seeds=failed)
