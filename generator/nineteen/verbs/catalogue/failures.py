"""Lessons in failure: scripts that do not learn, each for one reason, and the page about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from nineteen.script.choices import command, read
from nineteen.script.judge import Status
from nineteen.script.make import SECONDS
from nineteen.script.options import PROGRAM
from nineteen.script.render import environment, render
from nineteen.script.spec import ScriptSpec
from nineteen.script.templates import data
from nineteen.training.examine import examine

FAILED = "failures"  # the folder inside that of the catalogue


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
    """The scripts and their page, by the names of their files; each script was run."""
    lessons = [(failure, *fail(failure)) for failure in FAILURES]
    page = environment().get_template("catalogue/failures.md.j2")
    scripts = {f"{failure.name}.py": failure.source for failure in FAILURES}
    return scripts | {"README.md": page.render(lessons=lessons, command=command, program=PROGRAM)}
