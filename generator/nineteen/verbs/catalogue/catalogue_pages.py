"""What the catalogue holds beside its scripts: failures, an index, a course and the reference."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from nineteen.page import look
from nineteen.script import choices, options, recipe
from nineteen.script.activations import ACTIVATIONS
from nineteen.script.judge import Status
from nineteen.script.make import SECONDS
from nineteen.script.render import environment, render
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data, templates_folder
from nineteen.training.examine import examine
from nineteen.verbs import VERBS
from nineteen.verbs.catalogue.failure_seeds import TRIED, SeedEndings, seed_endings

# In the folder of the catalogue.
INDEX, COURSE, QUIZ = "README.md", "course.md", "quiz.gift"
FAILED, PICTURES, REFERENCE = "failures", "pictures", "reference"
PAGES = {
    INDEX: "catalogue/index.md.j2",
    COURSE: "catalogue/course.md.j2",
    QUIZ: "catalogue/quiz.gift.j2",
    f"{FAILED}/{INDEX}": "catalogue/failures.md.j2",
}


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
        learned = {}
        mended = (f"{options.PROGRAM} {self.mended}", self.mended, ())
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
    rest, course = iter(entries), data("catalogue/course.toml")
    index = data("catalogue/scripts.toml")
    chapters = [(one, list(islice(rest, len(one["scripts"])))) for one in index["chapter"]]
    values = _facts() | {
        **{"chapters": chapters, "groups": index["groups"], "more": index["more"]},
        "lessons": [
            (one, [named[name] for name in one.get("scripts", []) + one.get("failures", [])])
            for one in course["lesson"]
        ],
        "questions": course["question"],
        **{"failures": _failed(), "tried": TRIED},
    }
    references = (templates_folder() / REFERENCE).glob("*.md.j2")
    names = PAGES | {f"{REFERENCE}/{one.stem}": f"{REFERENCE}/{one.name}" for one in references}
    texts = {page: environment().get_template(names[page]).render(values) for page in names}
    drawn = {one["name"]: scripts[one.get("pictured", 0)][1] for one, scripts in chapters}
    for name, spec in (drawn | {FAILED: FAILURES[0].spec}).items():
        picture = environment().get_template("catalogue/picture.svg.j2")
        texts[f"{PICTURES}/{name}.svg"] = picture.render(values, spec=spec)
    for one, *_, endings in _failed():
        picture = environment().get_template("catalogue/failure.svg.j2")
        texts[f"{FAILED}/{one.name}.svg"] = picture.render(values, one=one, endings=endings)
    return texts | {link: text for link, _, text in named.values()}


def _facts() -> dict[str, object]:
    """What every page may show: the commands, the recipe, the figures, what `check` finds."""
    found: dict[str, list[str]] = {}
    for place in data("check/formats.toml")["found"]:
        found.setdefault(Path(place["file"]).suffix, []).append(place["in"])
    schema = templates_folder() / REFERENCE / "results.schema.json"
    return {
        **{"program": options.PROGRAM, "command": choices.command, "decimal": options.decimal},
        **{"render": render, "zip": zip, "bits": look.BITS, "ink": look.INK, "grey": look.GREY},
        **{"parsers": {verb: options.command_parser(verb) for verb in ("make", *VERBS)}},
        **{"activations": ACTIVATIONS, "recipes": recipe},
        "found": found,
        "figures": data(f"{REFERENCE}/figures.toml")["group"],
        "results": json.loads(schema.read_text(encoding="utf-8")),
    }
