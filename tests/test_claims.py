"""The claims about batch sizes: their figures and verdicts, from made-up counts."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nineteen.page.estimates import Estimate, difference, median, ratio, share
from nineteen.script.render import render
from nineteen.script.templates import data
from nineteen.training.execute import execute
from nineteen.training.gradient import Array
from nineteen.verbs.compare.batch_advice import advise
from nineteen.verbs.compare.claims import all_findings
from nineteen.verbs.compare.findings import ClaimVerdict, Finding, combined, over
from nineteen.verbs.compare.trainings import MeasuredSizes, Trainings, Truths
from nineteen.verbs.compare.wording import update_bytes
from scipy.stats import binom
from space import spec

HOLDS, FAILS, UNSEEN = ClaimVerdict
EPOCHS = 100
Course = tuple[Array, Truths]


def course(
    needed: float, uphill: float = 0.0, stuck_at: float = 0.0, early: bool = False
) -> Course:
    """The losses of a training of 400 updates, and whether it was within 0.1: after `needed`.

    `uphill` of its updates raise the loss; one that never learns is stuck at a loss, or falls on.
    `early` had learned for a moment before.
    """
    end = 4 * EPOCHS if needed == inf else int(needed)
    steps = np.full(4 * EPOCHS, -1e-3)
    steps[: round(uphill * end)] = 1e-3
    losses = 3 + np.concatenate([[0], np.cumsum(steps)])
    if needed == inf:
        losses = np.full(401, stuck_at) if stuck_at else np.geomspace(3, 0.01, 401)
    within = np.arange(4 * EPOCHS + 1) >= needed
    within[1] = early
    return losses, within


def trainings(words: str, courses: list[Course]) -> Trainings:
    losses, within = map(np.array, zip(*courses, strict=True))
    printed = ("",) * len(courses)
    return Trainings(spec("xor", *words.split()), printed, np.arange(401), losses, within)


def measured(
    sgd: list[Course], mini: list[Course], full: list[Course], times: tuple[float, ...] = (4, 2, 1)
) -> MeasuredSizes:
    courses = {"sgd": sgd, "mini": mini, "full": full}
    main = tuple(trainings(f"--batch {batch}", own) for batch, own in courses.items())
    seconds = {
        one.spec: (taken,) * len(one.printed) for one, taken in zip(main, times, strict=True)
    }
    return MeasuredSizes(main, (), (), (), seconds)


def found(of: MeasuredSizes) -> dict[str, Finding]:
    return {finding.key: finding for finding in all_findings(of)}


def verdicts(of: MeasuredSizes) -> dict[str, ClaimVerdict]:
    return {key: finding.verdict for key, finding in found(of).items()}


def times_each(values: list[float], uphill: float = 0.0, stuck_at: float = 0.0) -> list[Course]:
    return [course(value, uphill, stuck_at) for value in values]


TWENTY = [float(value) for value in range(100, 180, 4)]
# Updates of a row, of two rows and of four that need as many rows as TWENTY.
EQUAL_SGD = times_each(TWENTY, uphill=0.4)
EQUAL_MINI = times_each([value / 2 for value in TWENTY], uphill=0.2)
EQUAL = measured(EQUAL_SGD, EQUAL_MINI, times_each([value / 4 for value in TWENTY]))


def test_every_claim_has_its_words_and_they_explain_every_verdict_that_is_found() -> None:
    stuck = times_each([inf] * 20, stuck_at=1.4)
    words, seen = data("compare/claims.toml"), set()
    for of in (EQUAL, measured(stuck, stuck, stuck), measured(EQUAL_SGD, stuck, stuck)):
        assert ["more_seeds", *found(of)] == list(words)
        for finding in all_findings(of):
            why = words[finding.key].get(finding.verdict.name.lower(), "")
            assert len(why) > 20 or finding.verdict is UNSEEN
            assert finding.figures
            seen.add(finding.verdict)
    assert seen == set(ClaimVerdict)


def test_equal_rows_are_not_faster_and_not_slower() -> None:
    said = verdicts(EQUAL)
    assert said["sgd faster"] is said["full slower"] is FAILS
    assert said["mini between"] is HOLDS


def test_twice_the_rows_are_slower() -> None:
    slow = measured(EQUAL_SGD, EQUAL_MINI, times_each([v / 2 for v in TWENTY]))
    said = verdicts(slow)
    assert said["sgd faster"] is said["full slower"] is HOLDS
    assert "2.00 times (2.00 to 2.00)" in found(slow)["sgd faster"].figures[-1]


def test_a_handful_of_seeds_that_disagree_tell_nothing() -> None:
    mixed = [value / 4 * (3 if i % 2 else 0.5) for i, value in enumerate(TWENTY)]
    assert verdicts(measured(EQUAL_SGD, EQUAL_SGD, times_each(mixed)))["sgd faster"] is UNSEEN


def test_noise() -> None:
    said = verdicts(EQUAL)
    assert said["sgd noisy"] is said["full stable"] is HOLDS
    calm = measured(times_each(TWENTY), times_each(TWENTY), times_each(TWENTY))
    assert verdicts(calm)["sgd noisy"] is verdicts(calm)["full stable"] is FAILS


def pairs(caught: int, freed: int, of: int = 20) -> MeasuredSizes:
    """SGD stuck on the first `caught` seeds, full batch on the last `freed`."""
    good, bad = course(100), course(inf, stuck_at=1.4)
    sgd = [bad] * caught + [good] * (of - caught)
    full = [good] * (of - freed) + [bad] * freed
    return measured(sgd, sgd, full)


@pytest.mark.parametrize(
    ("caught", "freed", "said"), [(12, 1, FAILS), (1, 12, HOLDS), (4, 3, UNSEEN), (0, 0, UNSEEN)]
)
def test_escaping_minima_is_seen_in_pairs(caught: int, freed: int, said: ClaimVerdict) -> None:
    finding = found(pairs(caught, freed))["sgd minima"]
    assert finding.verdict is said
    assert f"{caught} seeds, only with full batch: {freed}" in finding.figures[2]


def test_late_is_not_stuck() -> None:
    three = [course(inf), course(inf, stuck_at=1.4), course(100)]
    assert trainings("", three).stuck.tolist() == [False, True, False]


def test_getting_stuck_needs_a_stuck_seed() -> None:
    assert verdicts(pairs(0, 3))["full minima"] is HOLDS
    assert verdicts(pairs(0, 0))["full minima"] is UNSEEN
    many = [course(100)] * 600
    assert verdicts(measured(many, many, many))["full minima"] is FAILS


def test_settling_counts_those_that_had_learned() -> None:
    away, stays = course(inf, stuck_at=0.3, early=True), course(100, early=True)
    said = [
        verdicts(measured(sgd, sgd, [course(25)] * len(sgd)))["sgd settles"]
        for sgd in ([away] * 20, [stays] * 200, [stays] * 20)
    ]
    assert said == [HOLDS, FAILS, UNSEEN]


def test_seconds_need_a_larger_factor() -> None:
    slower = measured(EQUAL_SGD, EQUAL_SGD, times_each(TWENTY), times=(1.4, 1, 1))
    assert verdicts(slower)["sgd laborious"] is FAILS
    assert verdicts(EQUAL)["sgd laborious"] is verdicts(EQUAL)["full efficient"] is HOLDS
    assert verdicts(EQUAL)["mini efficient"] is HOLDS
    assert verdicts(slower)["full efficient"] is verdicts(slower)["mini efficient"] is FAILS
    unsure = {EQUAL.sgd.spec: tuple(1.4 if i % 2 else 1.6 for i in range(20))}
    assert verdicts(replace(EQUAL, seconds=EQUAL.seconds | unsure))["sgd laborious"] is UNSEEN
    assert {finding.key for finding in all_findings(EQUAL) if finding.timed} == {
        "sgd laborious",
        "full efficient",
        "mini efficient",
    }


def test_a_table_of_two_rows_has_no_mini_batch() -> None:
    said = verdicts(replace(EQUAL, main=(EQUAL.sgd, EQUAL.full)))
    assert {key for key in said if key.startswith("mini")} == {
        key for key, verdict in said.items() if key.startswith("mini") and verdict is UNSEEN
    } | {"mini choice"}


def test_the_advice_follows_the_verdicts() -> None:
    def said(of: MeasuredSizes) -> list[str]:
        return [line.partition("**")[2].partition("**")[0] for line in advise(of, all_findings(of))]

    stuck = times_each([inf] * 20, stuck_at=1.4)
    slow, as_slow = times_each([v / 2 for v in TWENTY]), times_each(TWENTY)
    mixed = [v / 4 * (3 if i % 2 else 0.5) for i, v in enumerate(TWENTY)]
    equal = replace(EQUAL, seconds={one.spec: (1.0,) * 20 for one in EQUAL.main})
    for of in (EQUAL, equal):
        assert said(of)[0] == "Take full batch for this table."
        assert ("far less time" in advise(of, all_findings(of))[0]) is (of is EQUAL)
    assert said(measured(stuck, stuck, stuck))[0] == "First make it learn."
    assert said(measured(EQUAL_SGD, EQUAL_MINI, slow))[0] == "Take batches of 2 for this table."
    assert said(measured(EQUAL_SGD, as_slow, slow))[0] == "Count seconds, not rows."
    assert said(measured(EQUAL_SGD, as_slow, slow, (1, 9, 9)))[0] == "Take SGD for this table."
    assert said(measured(EQUAL_SGD, EQUAL_SGD, times_each(mixed)))[0] == "Run more seeds."
    assert said(pairs(12, 1))[1].startswith("Do not hope")
    assert said(pairs(1, 12))[1].startswith("If a network gets stuck, take smaller batches")
    assert said(EQUAL)[-1] == "With more rows take some at a time."


def test_the_last_bits_of_a_loss_change_nothing() -> None:
    rng = np.random.default_rng(0)

    def shaken(one: Trainings) -> Trainings:
        return replace(one, losses=one.losses * (1 + 1e-9 * rng.normal(size=one.losses.shape)))

    assert found(replace(EQUAL, main=tuple(map(shaken, EQUAL.main)))) == found(EQUAL)


@pytest.mark.parametrize("batch", ["sgd", "mini", "full"])
@pytest.mark.parametrize("words", ["xor", "full_adder --hidden 5", "xor5 --activation tanh"])
def test_update_bytes_are_those_of_the_arrays_in_the_script(words: str, batch: str) -> None:
    one = replace(spec(*words.split(), "--batch", batch), epochs=1)
    lines = render(one).splitlines()
    end = next(i for i, line in enumerate(lines) if line.startswith("layer"))
    seen: list[int] = []
    source = "\n".join([*lines[:end], "see(layer, output, error, delta)"])
    execute(source, see=lambda *arrays: seen.append(sum(array.nbytes for array in arrays)))
    assert seen == [update_bytes(one)]


def test_thirty_two_is_compared_with_every_other_size() -> None:
    def of(sgd: float, full: float) -> ClaimVerdict:
        needed = {"sgd": sgd, "mini --batch-size 32": 320 / 32, "full": full / 64}
        main = tuple(
            replace(
                trainings("", [course(updates)] * 20), spec=spec("xor6", "--batch", *how.split())
            )
            for how, updates in needed.items()
        )
        seconds = {one.spec: (1.0,) * 20 for one in main}
        return verdicts(MeasuredSizes(main, (), (), (), seconds))["advice 32"]

    assert of(320, 640) is HOLDS
    assert of(64, 640) is FAILS
    assert verdicts(EQUAL)["advice 32"] is UNSEEN


def test_rules() -> None:
    ends = ((1.1, 2), (0, 0.9), (0.9, 2))
    assert [over(Estimate(1, *both, 9), 1) for both in ends] == list(ClaimVerdict)
    several = ([HOLDS], [FAILS], [HOLDS, FAILS], [HOLDS, UNSEEN], [FAILS, UNSEEN], [])
    all_of = [HOLDS, FAILS, FAILS, UNSEEN, FAILS, UNSEEN]
    any_of = [HOLDS, FAILS, HOLDS, HOLDS, UNSEEN, UNSEEN]
    assert [combined(said, FAILS) for said in several] == all_of
    assert [combined(said, HOLDS) for said in several] == any_of


@given(st.integers(0, 400))
def test_the_interval_of_a_median_is_the_widest_pair_that_misses_in_one_of_twenty(
    runs: int,
) -> None:
    estimate = median([float(value) for value in range(1, runs + 1)])
    if estimate.low == -inf:
        assert runs < 6
        assert estimate.high == inf
        return
    d = int(estimate.low)
    assert estimate.high == runs + 1 - d
    assert binom.cdf(d - 1, runs, 0.5) <= 0.025 < binom.cdf(d, runs, 0.5)


def test_never_is_larger_than_anything() -> None:
    assert ratio([inf, 1, inf], [1, inf, inf]).runs == 2
    assert ratio([inf] * 9, [1.0] * 9).value == inf
    assert ratio([1.0] * 9, [inf] * 9).times == "0.00 times (0.00 to 0.00)"
    assert median([1, 2, inf]).value == 2
    assert median([1, inf]).count == "1 (0 to never)"
    assert difference([3, 4], [1, 1]).value == 2.5


def test_no_runs_say_nothing() -> None:
    assert (share(0, 0).low, share(0, 0).high) == (0, 1)
    assert median([]).high == inf
