"""Every realistic mistake is caught by `learns` or `honest`, or known to be none."""

import re
import warnings
from functools import cache

import pytest
from environment import few
from harmless import HARMLESS, OTHERWISE
from lies import LIES
from mutant import BASES, mutated
from nineteen.script.choices import read
from nineteen.script.ended import Ending
from nineteen.script.judge import Verdict
from nineteen.script.render import render
from nineteen.training.diagnosis import Mistake, mistakes
from nineteen.training.examine import Honesty, examine, examine_here
from space import spec

MUTANTS = mistakes()
SCORE = "128 of 133 mistakes are caught, 5 are equivalent"


@cache
def checks(source: str) -> tuple[Verdict, Honesty]:
    """What `learns` and `honest` say, in this process; what crashes is no pass of either."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return examine_here(source, read(source.partition("\n")[0]))[1:]


def caught(mutant: Mistake) -> bool:
    verdict, honesty = checks(mutated(mutant))
    return not verdict.ok or honesty.status == "fail"


@pytest.mark.parametrize("name", BASES)
def test_without_a_mistake_both_checks_pass(name: str) -> None:
    verdict, honesty = checks(render(spec(*BASES[name].split())))
    assert verdict.ok, verdict.reason
    assert honesty == Honesty("pass")


@pytest.mark.parametrize("mutant", few(MUTANTS, 25), ids=lambda mutant: mutant.name)
def test_a_mistake_is_caught_and_explained(mutant: Mistake) -> None:
    assert caught(mutant) == (not mutant.equivalent), mutant.equivalent
    verdict, honesty = checks(mutated(mutant))
    assert mutant.sentence in honesty.reason
    assert verdict.ok == mutant.learns


@pytest.mark.parametrize("lie", few(LIES, 12), ids=lambda lie: lie.name)
def test_no_lie_passes(lie: Mistake) -> None:
    _, honesty = checks(mutated(lie))
    assert honesty.status == "fail"
    assert lie.sentence in honesty.reason


@pytest.mark.parametrize("mutant", few(HARMLESS, 10), ids=lambda mutant: mutant.name)
def test_another_way_to_write_it_is_no_mistake(mutant: Mistake) -> None:
    verdict, honesty = checks(mutated(mutant))
    assert verdict.ok, verdict.reason
    assert honesty == Honesty("pass")


@pytest.mark.parametrize("name", few(OTHERWISE, 25))
def test_a_harmless_edit_is_never_dishonest(name: str) -> None:
    base, edits = OTHERWISE[name]
    first, _, rest = render(spec(*BASES[base].split())).partition("\n")
    for pattern, other in edits:
        rest, found = re.subn(pattern, other, f"\n{rest}")
        assert found, f"{name}: {pattern} is not there"
        rest = rest.removeprefix("\n")
    verdict, honesty = checks(f"{first}\n{rest}")
    assert verdict.ok, verdict.reason
    assert honesty.status in ("pass", "not applicable"), honesty.reason
    assert len(HARMLESS) + len(OTHERWISE) >= 60


@pytest.mark.parametrize(
    "name",
    [
        "W2 goes up the gradient",
        "rows drawn with replacement",
        "deep: the derivative is missing",
        "rounds to whole targets",
        "crashes at the end",
    ],
)
def test_alone_in_a_process_the_same_is_found(name: str) -> None:
    [source] = [mutated(mutant) for mutant in MUTANTS if mutant.name == name]
    spec = read(source.partition("\n")[0])
    run, *there = examine(source, spec, 30)
    here = checks(source)
    assert [check.status for check in there] == [check.status for check in here]
    assert run.ending is Ending.CRASHED or there == [*here]


@pytest.mark.slow
def test_the_score() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert len({mutated(mutant) for mutant in MUTANTS}) == len(MUTANTS)
    assert {mutant.command for mutant in MUTANTS} == {*BASES.values()}
    found = [mutant for mutant in MUTANTS if caught(mutant)]
    equivalent = [mutant for mutant in MUTANTS if mutant.equivalent]
    score = f"{len(found)} of {len(MUTANTS)} mistakes are caught, {len(equivalent)} are equivalent"
    assert score == SCORE
    # Without the honest check a large part would pass: they learn in spite of the mistake.
    learned = [mutant for mutant in found if checks(mutated(mutant))[0].ok]
    assert len(learned) > len(found) / 3
