"""What the catalogue holds beside its scripts: failures, an index, a course and the reference."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nineteen.page import look
from nineteen.script import choices, options
from nineteen.script.judge import TOLERANCE, Status, read_predictions
from nineteen.script.make import SECONDS
from nineteen.script.render import environment, render
from nineteen.script.spec import ACTIVATIONS, ScriptSpec, default_hidden, recipe
from nineteen.script.templates import data, templates_folder
from nineteen.training.examine import examine
from nineteen.training.observe import Array
from nineteen.training.side_by_side import run_together
from nineteen.verbs import VERBS

# In the folder of the catalogue.
INDEX, COURSE, QUIZ = "README.md", "course.md", "quiz.gift"
FAILED, PICTURES, REFERENCE = "failures", "pictures", "reference"
PAGES = (INDEX, COURSE, QUIZ, f"{FAILED}/{INDEX}")  # each from the template of that name
TRIED = 200  # seeds of a script that does not learn
BINS = 50  # of the answers from 0 to 1, and one more for 1 itself
SAME = 0.02  # answers of all rows that are no farther apart are the same


@dataclass(frozen=True)
class Failure:
    """A script that does not learn, as an entry of catalogue/failures.toml says."""

    name: str
    title: str
    options: str
    mended: str
    see: str
    why: str
    mend: str
    edits: Sequence[Sequence[str]] = ()
    beside: Sequence[tuple[str, str, Sequence[Sequence[str]]]] = ()

    @property
    def spec(self) -> ScriptSpec:
        """What the first line of the script says."""
        return choices.read(f"# {options.PROGRAM} {self.options} --keep")

    @property
    def source(self) -> str:
        """The script. Raises RuntimeError where there is nothing to replace."""
        return _edited(self.spec, self.edits)

    def counted(self) -> dict[str, int]:
        """With how many seeds the mended script learns, and those beside it, by their words."""
        learned, mended = {}, (f"{options.PROGRAM} {self.mended}", self.mended, ())
        for words, command, edits in (mended, *self.beside):
            spec = choices.read(f"# {options.PROGRAM} {command}")
            learned[words] = seed_endings(spec, _edited(spec, edits)).learned
        return learned


def _edited(spec: ScriptSpec, edits: Sequence[Sequence[str]]) -> str:
    text = render(spec)
    for old, new in edits:
        if old not in text:
            raise RuntimeError(f"the script of {choices.command(spec)} has no {old!r}")
        text = text.replace(old, new)
    return text


FAILURES = tuple(Failure(**entry) for entry in data("catalogue/failures.toml")["failure"])


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


def fail(failure: Failure) -> tuple[str, str]:
    """What the script prints when it is run, and the reason that `check` finds.

    Raises RuntimeError where it does anything but not learn.
    """
    result, verdict, honesty = examine(failure.source, failure.spec, SECONDS)
    if verdict.status is not Status.NOT_LEARNED or not verdict.predictions:
        raise RuntimeError(f"{failure.name} should not learn: {verdict.reason or verdict.status}")
    return result.stdout, honesty.reason


@cache
def _failed() -> list[tuple[Failure, str, str, SeedEndings]]:
    return [(one, *fail(one), seed_endings(one.spec, one.source)) for one in FAILURES]


def catalogue_files(scripts: list[tuple[ScriptSpec, str]]) -> dict[str, str]:
    """The texts of all files: the `scripts`, in their order, those that fail, and the pages.

    Each that fails is run. Raises KeyError for a lesson's script that is not among them.
    """
    entries = [(f"{choices.file_stem(spec)}.py", spec, text) for spec, text in scripts]
    failed = [(f"{FAILED}/{one.name}.py", one.spec, one.source) for one in FAILURES]
    named = {Path(entry[0]).stem: entry for entry in [*entries, *failed]}
    index, course = data("catalogue/scripts.toml"), data("catalogue/course.toml")
    rest = iter(entries)
    chapters = [(one, list(islice(rest, len(one["scripts"])))) for one in index["chapter"]]
    lessons = [
        (one, [named[name] for name in one.get("scripts", []) + one.get("failures", [])])
        for one in course["lesson"]
    ]
    values = _facts() | {"chapters": chapters, "groups": index["groups"], "more": index["more"]}
    values |= {"lessons": lessons, "questions": course["question"], "failures": _failed()}
    references = (templates_folder() / REFERENCE).glob("*.md.j2")
    names = {page: f"catalogue/{page}.j2" for page in PAGES}
    names |= {f"{REFERENCE}/{one.stem}": f"{REFERENCE}/{one.name}" for one in references}
    template = environment().get_template
    texts = {page: template(name).render(values) for page, name in names.items()}
    drawn = {one["name"]: scripts[one.get("pictured", 0)][1] for one, scripts in chapters}
    for name, spec in (drawn | {FAILED: FAILURES[0].spec}).items():
        picture = template("catalogue/picture.svg.j2").render(values, spec=spec)
        texts[f"{PICTURES}/{name}.svg"] = picture
    for one, *_, endings in _failed():
        picture = template("catalogue/failure.svg.j2").render(values, one=one, endings=endings)
        texts[f"{FAILED}/{one.name}.svg"] = picture
    return texts | {link: text for link, _, text in named.values()}


def _facts() -> dict[str, object]:
    """What every page may show: the commands, the recipe, the figures, what `check` finds."""
    found: dict[str, list[str]] = {}
    for place in data("check/formats.toml")["found"]:
        found.setdefault(Path(place["file"]).suffix, []).append(place["in"])
    parsers = {verb: options.command_parser(verb) for verb in ("make", *VERBS)}
    schema = templates_folder() / REFERENCE / "results.schema.json"
    facts = {"program": options.PROGRAM, "command": choices.command, "decimal": options.decimal}
    facts |= {"render": render, "zip": zip, "look": look, "tried": TRIED, "parsers": parsers}
    facts |= {"activations": ACTIVATIONS, "recipe": recipe, "default_hidden": default_hidden}
    facts |= {"found": found, "figures": data(f"{REFERENCE}/figures.toml")["group"]}
    return facts | {"results": json.loads(schema.read_text(encoding="utf-8"))}
