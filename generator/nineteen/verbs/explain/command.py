"""`explain`: a script in the terminal, every line beside its meaning."""

from collections import Counter
from textwrap import wrap
from typing import TYPE_CHECKING

from nineteen.script.annotate import Explained, explained, script_of, source_of
from nineteen.script.options import command_parser, printable

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from nineteen.page.terminal import Terminal

WIDE = 100  # columns from which code and meaning stand side by side


def main(argv: list[str]) -> int:
    """Explain the script of a command, or the one in a file; returns 0."""
    script = script_of(command_parser("explain").read(argv), "explain")
    rows = explained(source_of(script, "explain"))

    from nineteen.page.terminal import Terminal

    console = Terminal()
    console.print(_grid(rows, console))
    if changes := Counter(row.change for row in rows if row.change):
        counted = (f"{count} line{'s' * (count > 1)} {what}" for what, count in changes.items())
        console.print(
            f"\nEdited since it was generated: {', '.join(counted)}. The other lines are explained "
            "as they were generated; the shapes and numbers they mention may have changed with the "
            "edited ones."
        )
    return 0


def _grid(rows: list[Explained], console: "Terminal") -> "Table":
    """Code and meaning in two columns; on a narrow terminal each meaning under its line."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    wide = console.width >= WIDE
    room = console.width * 3 // 5 if wide else max(40, console.width - 4)
    code = [_fold(row.text, room) for row in rows]
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=2, justify="right", style="dim")
    grid.add_column(width=max(len(line) for folded in code for line in folded) if wide else None)
    for row, folded in zip(rows, code, strict=True):
        line, meaning = Text("\n".join(folded), "bold", no_wrap=True), _meaning(row, console)
        below = [Padding(meaning, (0, 0, 0, 4))] * bool(row.meaning)
        grid.add_row(row.number, *((line, meaning) if wide else [Group(line, *below)]))
    return grid


def _fold(line: str, room: int) -> list[str]:
    """The line folded to the room, what is folded indented by 4 more; at least one line."""
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    folded = wrap(printable(line), room, subsequent_indent=indent, break_on_hyphens=False)
    return folded or [""]


def _meaning(row: Explained, console: "Terminal") -> "Text":
    """The meaning, code in bold, or in backticks where there is no terminal; a change in red."""
    from rich.text import Text

    style = "red" if row.change else ""
    mark = "" if console.is_terminal else "`"
    pieces = [
        (f"{mark}{piece}{mark}", f"bold {style}") if i % 2 else (piece, style)
        for i, piece in enumerate(printable(row.meaning).split("`"))
    ]
    return Text.assemble(*pieces)
