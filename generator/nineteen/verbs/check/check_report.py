"""What a whole `check` found: results, what was passed over, the exit code; as text and JSON."""

from dataclasses import asdict, dataclass
from typing import Any

from jinja2 import Template
from rich.markup import escape
from rich.text import Text

from nineteen.page.estimates import wilson
from nineteen.page.terminal import Terminal
from nineteen.script.choices import command
from nineteen.script.options import printable
from nineteen.script.render import environment
from nineteen.verbs.check.found_script import Reading
from nineteen.verbs.check.four_checks import ScriptResult


@dataclass(frozen=True)
class CheckReport:
    """The results of all scripts in the files that were read.

    `empty` are files that the user named and that hold no script, `left_out` what was not read and
    why, `sandbox` says whether they ran in one, `notes` what --fix or --adopt did, `diff` what they
    would do.
    """

    results: tuple[ScriptResult, ...]
    readings: tuple[Reading, ...]
    empty: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    sandbox: str = ""
    notes: tuple[str, ...] = ()
    diff: str = ""

    @property
    def code(self) -> int:
        """The exit code: the highest of the results', at least 1 where something is missing."""
        missing = int(bool(self.empty or self.left_out))
        return max([missing, *(result.code for result in self.results)])

    @property
    def alike(self) -> list[str]:
        """The places of blocks that look like a script and carry no command."""
        return [f"{printable(str(one.path))}:{line}" for one in self.readings for line in one.alike]

    def as_json(self) -> dict[str, Any]:
        """The report as templates/reference/results.schema.json describes it."""
        return {
            "version": 1,
            "kind": "check",
            "code": self.code,
            "files": len(self.readings),
            "scripts": [_script(result) for result in self.results],
            "without_command": self.alike,
            "empty": self.empty,
            "left_out": self.left_out,
            "sandbox": self.sandbox,
            "notes": self.notes,
            "diff": self.diff,
        }


def _script(result: ScriptResult) -> dict[str, Any]:
    found, share = result.found, result.share
    low, high = wilson(share.learned, share.tried) if share else (0.0, 1.0)
    return {
        "path": printable(str(found.path)),
        "line": found.block.line,
        "part": found.part,
        "command": command(found.spec) if found.spec else "",
        "as": found.claim,
        "seeds": share and {**asdict(share), "low": low, "high": high},
        "code": result.code,
        "checks": {name: asdict(check) for name, check in result.checks.items()},
        "look": result.look,
        "fault": result.fault,
    }


def _template() -> Template:
    """The template, where `shown` makes text harmless for the terminal."""
    own = {"escape": escape, "shown": lambda text: escape(printable(str(text)))}
    return environment().get_template("check/report.j2", globals=own)


def script_lines(result: ScriptResult) -> list[str]:
    """The lines that a student acts on."""
    return _plain(_template().module.script(result))  # type: ignore[attr-defined]


def seen_lines(report: CheckReport) -> list[str]:
    """How many scripts there are in how many files, and what was passed over, a line each."""
    parts: Any = _template().module
    return _plain(f"{parts.counts(report)}\n{parts.remarks(report)}")


def _plain(markup: str) -> list[str]:
    return Text.from_markup(markup, emoji=False).plain.splitlines()


def print_report(report: CheckReport, quiet: bool = False, verbose: bool = False) -> None:
    """Print the table, the report of every script that does not simply pass, and the count.

    `quiet` leaves out all but what fails, `verbose` reports on every script and file.
    """
    passed = [result for result in report.results if not result.code]
    values = {
        "width": max((len(result.found.place()) for result in report.results), default=0),
        "failed": len(report.results) - len(passed),
        "differ": sum(result.has("differs") for result in passed),
        "unseen": sum(result.has("not applicable") for result in passed),
    }
    text = _template().render(report=report, quiet=quiet, verbose=verbose, **values)
    Terminal().print(Text.from_markup(text, emoji=False), soft_wrap=True, end="")
