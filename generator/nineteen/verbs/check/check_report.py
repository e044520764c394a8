"""What a whole `check` found: results, what was passed over and why, and the exit code."""

from dataclasses import dataclass
from typing import Any

from nineteen.script.choices import command
from nineteen.script.options import printable
from nineteen.verbs.check.found_script import Reading
from nineteen.verbs.check.four_checks import CheckOutcome, ScriptResult


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
        return [
            f"{printable(str(reading.path))}:{line}"
            for reading in self.readings
            for line in reading.alike
        ]

    def headline(self) -> str:
        """How many scripts there are in how many files, and how their checks ended."""
        holding = len({result.found.path for result in self.results})
        passed = [result for result in self.results if not result.code]
        differ = sum(result.has(CheckOutcome.DIFFERS) for result in passed)
        unchecked = sum(result.has(CheckOutcome.NOT_APPLICABLE) for result in passed)
        counts = (
            (len(self.results) - len(passed), "failed"),
            (differ, f"differ{'s' * (differ == 1)} from what the generator renders"),
            (unchecked, "not checked in full (not applicable)"),
        )
        said = [f"{count} {what}" for count, what in counts if count] or ["all passed"]
        said = ["none failed"] * (
            len(passed) == len(self.results) and bool(differ + unchecked)
        ) + said
        scripts, files = _count(len(self.results), "script"), _count(len(self.readings), "file")
        return f"{scripts} in {holding} of {files}: {', '.join(said)}"

    def remarks(self) -> list[str]:
        """What was passed over, a line each."""
        alike = self.alike
        looks = ("look", "carry") if len(alike) > 1 else ("looks", "carries")
        looks_like = f"{looks[0]} like such a script and {looks[1]} no command"
        line = f"{_count(len(alike), 'block')} {looks_like}: {', '.join(alike)}"
        return [
            *[line] * bool(alike),
            *(f"{place}: there is no generated script in it" for place in self.empty),
            *(f"left out: {words}" for words in self.left_out),
        ]

    def as_json(self) -> dict[str, Any]:
        """The report as templates/check/report.schema.json describes it."""
        return {
            "version": 1,
            "code": self.code,
            "files": len(self.readings),
            "scripts": [_script(result) for result in self.results],
            "without_command": self.alike,
            "empty": [*self.empty],
            "left_out": [*self.left_out],
            "notes": [*self.notes],
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
        "checks": {
            name: {"outcome": check.outcome, "lines": [*check.lines]}
            for name, check in result.checks.items()
        },
        "look": result.look,
        "fault": result.fault,
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
