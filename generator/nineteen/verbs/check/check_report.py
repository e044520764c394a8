"""What a whole `check` found: results, what was passed over, the exit code; as text and JSON."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from nineteen.page.estimates import wilson
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

    def counts(self) -> str:
        """How many scripts there are in how many files."""
        scripts = _count(sum(len(one.scripts) for one in self.readings), "script")
        holding = sum(bool(one.scripts) for one in self.readings)
        return f"{scripts} in {holding} of {_count(len(self.readings), 'file')}"

    def headline(self) -> str:
        """The counts, and how the checks ended."""
        passed = [result for result in self.results if not result.code]
        failed = len(self.results) - len(passed)
        differ = sum(result.has(CheckOutcome.DIFFERS) for result in passed)
        unseen = sum(result.has(CheckOutcome.NOT_APPLICABLE) for result in passed)
        passing = "none failed" if differ + unseen else "all passed"
        said = [f"{failed} failed" if failed else passing]
        if differ:
            said.append(f"{differ} differ{'s' * (differ == 1)} from what the generator renders")
        if unseen:
            said.append(f"{unseen} not checked in full (not applicable)")
        return f"{self.counts()}: {', '.join(said)}"

    def remarks(self) -> list[str]:
        """What was passed over, a line each."""
        alike = self.alike
        s, places = "s" * (len(alike) == 1), ", ".join(alike)
        looks = f"look{s} like such a script and carr{'ies' if s else 'y'} no command: {places}"
        return [
            *[self.sandbox] * bool(self.sandbox),
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
        if result.code if quiet else verbose or result.found.claim or not result.clean:
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
    for note in [*report.notes, *report.remarks()[quiet and bool(report.sandbox) :]]:
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
                (
                    Text(c.outcome, style=_STYLES[c.outcome])
                    if c
                    else Text("" if result.found.claim else "not known")
                )
                for c in checks
            ),
        )
    return grid
