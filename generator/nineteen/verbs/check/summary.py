"""What `check` shows: a table, and what a student can act on."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from nineteen.page.terminal import Terminal
from nineteen.script.options import printable
from nineteen.verbs.check.four_checks import CheckResult, Outcome, ScriptResult

_PLAIN_WIDTH = 200  # columns, where the output is no terminal

_STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.DIFFERS: "yellow",
    Outcome.NOT_APPLICABLE: "dim",
}
_NAMES = ("learns", "honest", "form", "same")


def print_summary(results: Sequence[ScriptResult], notes: Sequence[str]) -> None:
    """Print the table, the report of every script that does not simply pass, and the count."""
    console = Terminal()
    if not console.is_terminal:
        console = Terminal(width=_PLAIN_WIDTH)
    console.print(_table(results))
    for result in results:
        if not result.clean:
            console.print()
            for line in result.report():
                console.print(Text(line, style=_style(line)), soft_wrap=True)
    console.print()
    for note in notes:
        console.print(Text(printable(note)), soft_wrap=True)
    failed = sum(result.code > 0 for result in results)
    differ = sum(result.differs for result in results)
    text = f"{len(results)} script{'s' * (len(results) != 1)}: "
    text += f"{failed} failed" if failed else "all passed"
    text += f", {differ} differ{'s' * (differ == 1)} from what the generator renders" * bool(differ)
    console.print(Text(text, style="bold red" if failed else "bold green"), soft_wrap=True)


def _table(results: Sequence[ScriptResult]) -> Table:
    grid = Table("script", *_NAMES, box=None, header_style="bold")
    for result in results:
        cells = [_cell(result.checks.get(name)) for name in _NAMES]
        grid.add_row(Text(result.found.place(), overflow="fold"), *cells)
    return grid


def _cell(check: CheckResult | None) -> Text:
    return Text(check.outcome, style=_STYLES[check.outcome]) if check else Text("not known")


def _style(line: str) -> str:
    if not line.startswith(" "):
        return "bold"
    return {"-": "red", "+": "green"}.get(line.lstrip()[:1], "")
