"""The pages beside the catalogue's scripts: their index, and lessons and a course that use them."""

from nineteen.script.choices import command, file_stem
from nineteen.script.options import PROGRAM
from nineteen.script.render import environment
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data
from nineteen.verbs.catalogue.failures import FAILED, FAILURES

INDEX, COURSE = "README.md", "course.md"  # in the folder of the catalogue


def pages(scripts: list[tuple[ScriptSpec, str]]) -> dict[str, str]:
    """The pages by the names of their files, from the catalogue's scripts in their order.

    Raises KeyError for a lesson's script that is not among them.
    """
    entries = {file_stem(spec): (f"{file_stem(spec)}.py", spec, text) for spec, text in scripts}
    failed = {one.name: (f"{FAILED}/{one.name}.py", one.spec, one.source) for one in FAILURES}
    rest, every = iter(entries.values()), entries | failed
    chapters = [
        (chapter["title"], [next(rest) for _ in chapter["scripts"]])
        for chapter in data("catalogue/scripts.toml")["chapter"]
    ]
    lessons = [
        (one, [every[name] for name in one.get("scripts", []) + one.get("failures", [])])
        for one in data("catalogue/course.toml")["lesson"]
    ]
    values = {"chapters": chapters, "lessons": lessons, "command": command}
    values |= {"program": PROGRAM, "course": COURSE, "failed": FAILED}
    return {
        name: environment().get_template(f"catalogue/{template}").render(values)
        for name, template in ((INDEX, "index.md.j2"), (COURSE, "course.md.j2"))
    }
