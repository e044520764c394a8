"""Many scripts at once print, to the byte, what each prints alone."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from nineteen.script.render import render
from nineteen.script.run import Ending
from nineteen.training.execute import execute
from nineteen.training.observe import Update, observe
from nineteen.training.side_by_side import LaneUpdate, observe_together, run_together, together
from space import spec


@pytest.mark.parametrize(
    "words",
    [
        "xor",
        "xor --batch sgd",
        "xor3 --batch mini --batch-size 3",
        "xor --hidden 8,4 --batch mini",
        "majority --hidden 4,4 --activation tanh",
        "full_adder --batch mini --show loss",
        "xor --show loss --activation relu",
    ],
)
def test_seeds(words: str) -> None:
    chosen = replace(spec(*words.split()), epochs=5)
    sources = [render(replace(chosen, seed=seed)) for seed in (5, 0, 12345, 7)]
    done = together(sources)
    assert not done.one_by_one
    assert [run.stdout for run in done.runs] == list(map(execute, sources))
    assert {run.ending for run in done.runs} == {Ending.FINISHED}


def test_a_crash_in_one_lane_is_its_own() -> None:
    sources = [render(replace(spec("xor"), seed=seed)) for seed in range(4)]
    sources[2] = sources[2].replace("default_rng(2)", "default_rng(-2)")
    sources[3] = sources[3].replace("y = np.array(", "y = 1 / 0 + np.array(")
    runs = run_together(sources)
    assert [run.ending for run in runs] == [Ending.FINISHED] * 2 + [Ending.CRASHED] * 2
    assert [run.stdout for run in runs[:2]] == list(map(execute, sources[:2]))
    assert 'script.py", line 4' in runs[3].stderr
    assert runs[3].stderr.endswith("ZeroDivisionError: division by zero\n")


def test_observed_they_tell_what_each_tells_alone() -> None:
    chosen = replace(spec("xor3", "--batch", "mini", "--batch-size", "3"), epochs=3)
    sources = [render(replace(chosen, seed=seed)) for seed in (5, 0, 12345)]
    sources.append(render(replace(spec("xor"), epochs=3)))  # by itself
    told: dict[int, list[tuple[Any, ...]]] = defaultdict(list)

    def each(places: tuple[int, ...], update: LaneUpdate) -> None:
        arrays = (update.rows, update.error, *update.before, *update.after)
        for lane, place in enumerate(places):
            told[place].append((update.epoch, *(array[lane].tolist() for array in arrays)))

    printed = observe_together(sources, each)
    for place, source in enumerate(sources):
        updates: list[Update] = []
        assert observe(source, updates.append) == printed[place]
        assert told[place] == [
            (update.epoch, list(update.rows), *(array.tolist() for array in arrays))
            for update in updates
            for arrays in [(update.error, *update.before, *update.after)]
        ]
