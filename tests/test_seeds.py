"""For how many seeds a script learns: the share in a report, the search, and advice that helps."""

from dataclasses import replace

import pytest
from environment import few
from nineteen.page.estimates import seeds_in_words
from nineteen.script.choices import choose
from nineteen.script.ended import Run
from nineteen.script.judge import judge
from nineteen.script.make import SEEDS, SeedShare, make
from nineteen.script.options import command_parser
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.training import seeds as training_seeds
from nineteen.training.execute import run_here
from nineteen.training.seeds import (
    advice,
    make_first,
    make_shared,
    script_of,
    seed_share,
    seeds_to_try,
)
from space import spec


def one_by_one(script: ScriptSpec, tried: int) -> tuple[int, ...]:
    """The seeds that fail, each script run on its own: the oracle."""
    sources = [render(replace(script, seed=seed)) for seed in range(tried)]
    verdicts = [judge(run_here(source), script.table) for source in sources]
    return tuple(seed for seed, verdict in enumerate(verdicts) if not verdict.ok)


@pytest.mark.parametrize(
    "words", few(["xor --hidden 2", "xor --hidden 3 --batch sgd", "full_adder"], 1)
)
def test_the_share_is_what_the_scripts_say_one_by_one(words: str) -> None:
    script = spec(*words.split())
    share = seed_share(make(script, (0,)), 40)
    assert share == SeedShare(40, one_by_one(script, 40))
    assert share.learned == 40 - len(share.failed)


def test_what_is_printed_beside_others_has_to_be_what_is_printed_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = make(spec("xor"), (0,))
    other = replace(made, run=replace(made.run, stdout="[[0.01]\n [0.98]\n [0.98]\n [0.03]]\n"))
    with pytest.raises(RuntimeError, match="beside others"):
        seed_share(other, 3)
    seed_share(replace(other, spec=replace(made.spec, seed=3)), 3)  # its own seed is not among them


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("xor", 1000),
        ("xor --batch mini", 500),
        ("xor --batch sgd", 200),
        ("xor4", 100),
        ("xor --hidden 8,4", 50),
        ("xor8", 0),
    ],
)
def test_how_many_seeds_are_tried_is_a_fixed_rule(words: str, count: int) -> None:
    assert seeds_to_try(spec(*words.split())) == count


def test_the_first_seed_that_learns_is_found_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    script = spec("xor", "--lr", "900")
    found = make_first(script, None)
    one = make(script, SEEDS)
    assert (found.spec, found.failed_seeds) == (one.spec, one.failed_seeds)
    assert found.failed_seeds
    alone: list[int] = []
    monkeypatch.setattr(
        training_seeds, "make", lambda spec, seeds: alone.extend(seeds) or make(spec, seeds)
    )
    make_first(script, None)
    assert alone == [0, found.spec.seed]


def test_a_seed_that_is_asked_for_is_not_searched() -> None:
    made = make_first(spec("xor", "--hidden", "2", "--seed", "2"), 2)
    assert (made.spec.seed, made.verdict.ok) == (2, False)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("xor --hidden 2 --seed 2", "leave out --seed (learns with 15 of 20 seeds)"),
        ("xor --lr 900", "leave out --lr (learns with 20 of 20 seeds)"),
        ("xor --epochs 10", "leave out --epochs (learns with 20 of 20 seeds)"),
        (
            "xor --hidden 1 --keep",
            "leave out --hidden, for the default of 8 units (learns with 20 of 20 seeds)",
        ),
    ],
)
def test_advice_was_tried_and_helps(words: str, first: str) -> None:
    assert advice(choose(words.split()))[0] == first


def test_advice_that_does_not_help_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    hints = training_seeds._candidates(choose(["xor", "--hidden", "2", "--seed", "2"]))
    assert not any("--lr" in hint for hint, _ in hints)  # nobody gave a learning rate
    wrong = Run("[[0.5]\n [0.5]\n [0.5]\n [0.5]]\n", "", 0.1, run_here("").ending)
    monkeypatch.setattr(training_seeds, "_runs", lambda _, seeds: [wrong for _ in seeds])
    assert advice(choose(["xor", "--hidden", "2", "--seed", "2"])) == []
    assert advice(choose(["xor8", "--seed", "2"])) == []  # to try it takes long


def test_few_seeds_come_with_advice_and_many_without() -> None:
    assert make_shared(choose(["xor"]), 100).advice == ()
    few = make_shared(choose(["xor", "--hidden", "2"]), 100)
    assert few.verdict.ok
    assert few.share is not None
    assert few.share.learned < 90
    assert few.advice
    assert make_shared(choose(["xor"]), 0).share is None
    large = choose(["xor8", "--epochs", "40", "--seed", "0"])
    assert make_shared(large).share == SeedShare(0, ())


def test_advice_runs_no_training_that_is_long_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    tried, really = list[int](), training_seeds._runs

    def runs(spec: ScriptSpec, seeds: range) -> list[Run]:
        tried.append(spec.updates)
        return really(spec, seeds)

    monkeypatch.setattr(training_seeds, "_runs", runs)
    hints = training_seeds.advice(choose(["xor", "--batch", "sgd", "--epochs", "100000"]))
    assert "leave out --epochs" in hints[0]
    assert max(tried) <= 40_000


def test_the_share_in_words() -> None:
    assert seeds_in_words(SeedShare(500, ())) == "learns with 500 of 500 seeds (99.2 to 100 %)"
    assert seeds_in_words(SeedShare(100, tuple(range(20)))).endswith(
        ", not with 0, 1, 2, 3, 4, 5, …"
    )
    assert "the training is long: --seeds N" in seeds_in_words(SeedShare(0, ()))


@pytest.mark.parametrize(
    ("words", "seed"),
    [
        ("xor --hidden 2 --batch mini", 1),
        ("xor --hidden 2 --batch mini --keep", 0),
        ("xor --hidden 2 --batch mini --seed 0", 0),
        ("xor8 --batch sgd", 0),  # not tried, for it takes long
    ],
)
def test_what_is_shown_is_what_the_command_makes(words: str, seed: int) -> None:
    shown = script_of(command_parser("explain").read(words.split()), "explain")
    assert isinstance(shown, ScriptSpec)
    assert shown.seed == seed
