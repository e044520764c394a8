"""What stands beside the catalogue's scripts: failures, an index, a course and the reference."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nineteen.script import recipe
from nineteen.script.activations import ACTIVATIONS
from nineteen.script.choices import command, file_stem, read
from nineteen.script.judge import Status
from nineteen.script.make import SECONDS
from nineteen.script.options import PROGRAM, command_parser, decimal
from nineteen.script.render import environment, render
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data, templates_folder
from nineteen.training.examine import examine
from nineteen.verbs import VERBS

# In the folder of the catalogue.
INDEX, COURSE, FAILED, REFERENCE = "README.md", "course.md", "failures", "reference"


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

    @property
    def spec(self) -> ScriptSpec:
        """What the first line of the script says."""
        return read(f"# {PROGRAM} {self.options} --keep")

    @property
    def source(self) -> str:
        """The script. Raises RuntimeError where there is nothing to replace."""
        text = render(self.spec)
        for old, new in self.edits:
            if old not in text:
                raise RuntimeError(f"{self.name}: the script of {self.options} has no {old!r}")
            text = text.replace(old, new)
        return text

    def changed(self) -> list[tuple[str, str]]:
        """The lines that the edits changed: what each says, and what it should say."""
        pairs = zip(self.source.splitlines(), render(self.spec).splitlines(), strict=True)
        return [(line.strip(), right.strip()) for line, right in pairs if line != right]


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
def failure_files() -> dict[str, str]:
    """The scripts that fail and their page, by the names of their files; each script was run."""
    scripts = {f"{FAILED}/{failure.name}.py": failure.source for failure in FAILURES}
    lessons = [(failure, *fail(failure)) for failure in FAILURES]
    return scripts | {f"{FAILED}/{INDEX}": _filled("catalogue/failures.md.j2", lessons=lessons)}


def pages(scripts: list[tuple[ScriptSpec, str]]) -> dict[str, str]:
    """The pages by the names of their files, from the catalogue's scripts in their order.

    Raises KeyError for a lesson's script that is not among them.
    """
    entries = {file_stem(spec): (f"{file_stem(spec)}.py", spec, text) for spec, text in scripts}
    failed = {one.name: (f"{FAILED}/{one.name}.py", one.spec, one.source) for one in FAILURES}
    rest, every = iter(entries.values()), entries | failed
    chapters = [
        (chapter, [next(rest) for _ in chapter["scripts"]])
        for chapter in data("catalogue/scripts.toml")["chapter"]
    ]
    questions = data("catalogue/course.toml")["question"]
    lessons = [
        (one, [every[name] for name in one.get("scripts", []) + one.get("failures", [])])
        for one in data("catalogue/course.toml")["lesson"]
    ]
    reference = environment().list_templates(filter_func=lambda name: name.startswith(REFERENCE))
    return {
        INDEX: _filled("catalogue/index.md.j2", chapters=chapters),
        COURSE: _filled("catalogue/course.md.j2", lessons=lessons, questions=questions),
        **{name[:-3]: _filled(name) for name in reference if name.endswith(".j2")},
    }


def _filled(template: str, **values: object) -> str:
    """A page; all of them know the commands, the recipe, the figures and where things are."""
    found: dict[str, list[str]] = {}
    for place in data("check/formats.toml")["found"]:
        found.setdefault(Path(place["file"]).suffix, []).append(place["in"])
    schema = templates_folder() / REFERENCE / "results.schema.json"
    shared = {
        "program": PROGRAM,
        "command": command,
        "course": COURSE,
        "failed": FAILED,
        "reference": REFERENCE,
        "parsers": {verb: command_parser(verb) for verb in ("make", *VERBS)},
        "activations": ACTIVATIONS,
        "recipes": recipe,
        "decimal": decimal,
        "found": found,
        "figures": data(f"{REFERENCE}/figures.toml")["group"],
        "results": json.loads(schema.read_text(encoding="utf-8")),
    }
    return environment().get_template(template).render(shared | values)
