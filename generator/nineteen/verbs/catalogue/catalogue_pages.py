"""The pages beside the catalogue's scripts: their index, a course that uses them, the reference."""

import json
from pathlib import Path

from nineteen.script.activations import ACTIVATIONS
from nineteen.script.choices import command, file_stem
from nineteen.script.options import PROGRAM, command_parser, decimal
from nineteen.script.recipe import default_hidden, recipe
from nineteen.script.render import environment
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data, templates_folder
from nineteen.verbs import VERBS
from nineteen.verbs.catalogue.failures import FAILED, FAILURES

INDEX, COURSE, REFERENCE = "README.md", "course.md", "reference"  # in the folder of the catalogue


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
    lessons = [
        (one, [every[name] for name in one.get("scripts", []) + one.get("failures", [])])
        for one in data("catalogue/course.toml")["lesson"]
    ]
    values = {"chapters": chapters, "lessons": lessons, "command": command}
    values |= {"program": PROGRAM, "course": COURSE, "failed": FAILED, "reference": REFERENCE}
    return {
        name: environment().get_template(f"catalogue/{template}").render(values)
        for name, template in ((INDEX, "index.md.j2"), (COURSE, "course.md.j2"))
    }


def reference_pages() -> dict[str, str]:
    """The reference by the names of its files, each from a template of that name in reference/."""
    found: dict[str, list[str]] = {}
    for place in data("check/formats.toml")["found"]:
        found.setdefault(Path(place["file"]).suffix, []).append(place["in"])
    values = {
        "program": PROGRAM,
        "parsers": {verb: command_parser(verb) for verb in ("make", *VERBS)},
        "activations": ACTIVATIONS,
        "default_hidden": default_hidden,
        "recipe": recipe,
        "decimal": decimal,
        "found": found,
        "figures": data("reference/figures.toml")["group"],
        "results": json.loads(
            (templates_folder() / f"{REFERENCE}/results.schema.json").read_text()
        ),
    }
    templates = environment().list_templates(filter_func=lambda name: name.startswith(REFERENCE))
    return {
        name.removesuffix(".j2"): environment().get_template(name).render(values)
        for name in templates
        if name.endswith(".j2")
    }
