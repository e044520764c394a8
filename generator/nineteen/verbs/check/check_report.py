"""What a whole `check` found: results, what was passed over, the exit code; as text and JSON."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from nineteen.page.terminal import Terminal
from nineteen.script.choices import command
from nineteen.script.options import printable
from nineteen.verbs.check.found_script import Reading
from nineteen.verbs.check.four_checks import CheckOutcome, ScriptResult

_PLAIN_WIDTH = 200  # columns, where the output is no terminal
_STYLES = {
    CheckOutcome.PASS: "green",
    CheckOutcome.FAIL: "bold red",
    CheckOutcome.DIFFERS: "yellow",
    CheckOutcome.NOT_APPLICABLE: "dim",
}
_NAMES = ("learns", "honest", "form", "same")


@dataclass(frozen=True)
class CheckReport:
    """The results of all scripts in the files that were read.

    `empty` are files that the user named and that hold no script, `left_out` what was not read and
    why, `notes` what --fix or --adopt did, `diff` what they would do.
    """

    results: tuple[ScriptResult, ...]
    readings: tuple[Reading, ...]
    empty: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
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

    def headline(self) -> str:
        """How many scripts there are in how many files, and how their checks ended."""
        holding = len({result.found.path for result in self.results})
        passed = [result for result in self.results if not result.code]
        differ = sum(result.has(CheckOutcome.DIFFERS) for result in passed)
        counts = {
            "failed": len(self.results) - len(passed),
            f"differ{'s' * (differ == 1)} from what the generator renders": differ,
            "not checked in full (not applicable)": sum(
                result.has(CheckOutcome.NOT_APPLICABLE) for result in passed
            ),
        }
        said = [f"{count} {what}" for what, count in counts.items() if count]
        if not counts["failed"]:
            said.insert(0, "none failed" if said else "all passed")
        scripts, files = _count(len(self.results), "script"), _count(len(self.readings), "file")
        return f"{scripts} in {holding} of {files}: {', '.join(said)}"

    def remarks(self) -> list[str]:
        """What was passed over, a line each."""
        alike = self.alike
        s, places = "s" * (len(alike) == 1), ", ".join(alike)
        looks = f"look{s} like such a script and carr{'ies' if s else 'y'} no command: {places}"
        return [
            *[f"{_count(len(alike), 'block')} {looks}"] * bool(alike),
            *(f"{place}: there is no generated script in it" for place in self.empty),
            *(f"left out: {words}" for words in self.left_out),
        ]

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
            "notes": self.notes,
            "diff": self.diff,
        }


def _script(result: ScriptResult) -> dict[str, Any]:
    found = result.found
    return {
        "path": printable(str(found.path)),
        "line": found.block.line,
        "part": found.part,
        "command": command(found.spec) if found.spec else "",
        "code": result.code,
        "checks": {name: asdict(check) for name, check in result.checks.items()},
        "look": result.look,
        "fault": result.fault,
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def print_report(report: CheckReport, quiet: bool = False, verbose: bool = False) -> None:
    """Print the table, the report of every script that does not simply pass, and the count.

    `quiet` leaves out all but what fails, `verbose` reports on every script and file.
    """
    console = Terminal()
    if not console.is_terminal:
        console = Terminal(width=_PLAIN_WIDTH)

    def say(text: str, style: str = "", end: str = "\n") -> None:
        console.print(Text(text, style=style), soft_wrap=True, end=end)

    if report.results and not quiet:
        console.print(_table(report))
    for result in report.results:
        if result.code if quiet else verbose or not result.clean:
            say("")
            for line in result.report():
                style = {"-": "red", "+": "green"}.get(line.lstrip()[:1], "")
                say(line, style if line.startswith(" ") else "bold")
    if report.diff:
        say(f"\n{report.diff}", end="")
    if not quiet:
        say("")
    for reading in report.readings if verbose else ():
        say(printable(f"read: {reading.path}"))
    for note in [*report.notes, *report.remarks()]:
        say(printable(note))
    if report.code or not quiet:
        say(report.headline(), "bold red" if report.code else "bold green")


def _table(report: CheckReport) -> Table:
    grid = Table("script", *_NAMES, box=None, header_style="bold")
    for result in report.results:
        checks = [result.checks.get(name) for name in _NAMES]
        grid.add_row(
            Text(result.found.place(), overflow="fold"),
            *(
                Text(c.outcome, style=_STYLES[c.outcome]) if c else Text("not known")
                for c in checks
            ),
        )
    return grid
