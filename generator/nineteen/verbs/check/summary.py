"""What `check` shows: a table, what a student can act on, and what was passed over."""

from rich.table import Table
from rich.text import Text

from nineteen.page.terminal import Terminal
from nineteen.script.options import printable
from nineteen.verbs.check.check_report import CheckReport
from nineteen.verbs.check.four_checks import CheckOutcome, CheckResult

_PLAIN_WIDTH = 200  # columns, where the output is no terminal

_STYLES = {
    CheckOutcome.PASS: "green",
    CheckOutcome.FAIL: "bold red",
    CheckOutcome.DIFFERS: "yellow",
    CheckOutcome.NOT_APPLICABLE: "dim",
}
_NAMES = ("learns", "honest", "form", "same")


def print_summary(report: CheckReport, quiet: bool = False, verbose: bool = False) -> None:
    """Print the table, the report of every script that does not simply pass, and the count.

    `quiet` leaves out all but what fails, `verbose` reports on every script and file.
    """
    console = Terminal()
    if not console.is_terminal:
        console = Terminal(width=_PLAIN_WIDTH)
    if report.results and not quiet:
        console.print(_table(report))
    for result in report.results:
        if result.code if quiet else verbose or not result.clean:
            console.print()
            for line in result.report():
                console.print(Text(line, style=_style(line)), soft_wrap=True)
    if report.diff:
        console.print(Text(f"\n{report.diff}"), soft_wrap=True, end="")
    if not quiet:
        console.print()
    notes = [f"read: {reading.path}" for reading in report.readings] if verbose else []
    for note in [*notes, *report.notes, *report.remarks()]:
        console.print(Text(printable(note)), soft_wrap=True)
    if report.code or not quiet:
        style = "bold red" if report.code else "bold green"
        console.print(Text(report.headline(), style=style), soft_wrap=True)


def _table(report: CheckReport) -> Table:
    grid = Table("script", *_NAMES, box=None, header_style="bold")
    for result in report.results:
        cells = [_cell(result.checks.get(name)) for name in _NAMES]
        grid.add_row(Text(result.found.place(), overflow="fold"), *cells)
    return grid


def _cell(check: CheckResult | None) -> Text:
    return Text(check.outcome, style=_STYLES[check.outcome]) if check else Text("not known")


def _style(line: str) -> str:
    if not line.startswith(" "):
        return "bold"
    return {"-": "red", "+": "green"}.get(line.lstrip()[:1], "")
