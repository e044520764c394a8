"""How a script that does not learn ends with many seeds: counted, with an example of each way."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from nineteen.script.judge import TOLERANCE, read_predictions
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data
from nineteen.training.observe import Array
from nineteen.training.side_by_side import run_together

TRIED = 200  # seeds
BINS = 50  # of the answers from 0 to 1, and one more for 1 itself
SAME = 0.02  # answers of all rows that are no farther apart are the same


class SeedEndings(NamedTuple):
    """How a script with one output ends with TRIED seeds; it learns with `learned` of them.

    `cases` are its endings in words, the most frequent first, each with its seeds and the answers
    of the first of them. `rows` have each the inputs, the target, how often which answer is given,
    in steps of 1 / BINS, and how often none that is a number.
    """

    learned: int
    cases: list[tuple[str, list[int], list[float]]]
    rows: list[tuple[str, int, list[int], int]]


def seed_endings(spec: ScriptSpec, source: str) -> SeedEndings:
    """How the script ends with other seeds in place of its own."""
    own, table = f"default_rng({spec.seed})", spec.table
    runs = run_together([source.replace(own, f"default_rng({seed})") for seed in range(TRIED)])
    answers = np.array([read_predictions(run.stdout, table) for run in runs])[:, :, 0]
    targets = np.array(table.targets())[:, 0]
    cases: dict[str, list[int]] = defaultdict(list)
    for seed, given in enumerate(answers):
        cases[_ending(given, targets)].append(seed)
    often = sorted(cases.items(), key=lambda case: -len(case[1]))
    rows = []
    for row, target in enumerate(targets.tolist()):
        numbers = answers[:, row][~np.isnan(answers[:, row])].clip(0, 1)
        counts = np.bincount(np.round(numbers * BINS).astype(int), minlength=BINS + 1)
        rows.append((table.inputs_of(row), target, counts.tolist(), len(answers) - len(numbers)))
    learned = (abs(answers - targets) <= TOLERANCE).all(axis=1).sum()
    shown = [(words, seeds, answers[seeds[0]].tolist()) for words, seeds in often]
    return SeedEndings(int(learned), shown, rows)


def _ending(answers: Array, targets: Array) -> str:
    """What the answers to all rows have in common, in words."""
    right = ((answers > 0.5) == targets).sum()
    kinds = {
        "nan": np.isnan(answers).any(),
        "learned": (abs(answers - targets) <= TOLERANCE).all(),
        "near": (abs(answers - 0.5) <= TOLERANCE).all(),
        "same": np.ptp(answers) <= SAME,
        "right": True,
    }
    kind = next(kind for kind, so in kinds.items() if so)
    words: str = data("catalogue/failures.toml")["ending"][kind]
    return words.format(right=right, rows=len(targets))
