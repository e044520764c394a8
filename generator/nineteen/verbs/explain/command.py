"""`explain`: a script in the terminal, every line beside its meaning."""

from collections import Counter
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from nineteen.errors import UsageError
from nineteen.script.annotate import Explained, explained, read_script
from nineteen.script.choices import choices_of, spec_of
from nineteen.script.options import command_parser, printable, short
from nineteen.script.render import render

if TYPE_CHECKING:
    from rich.text import Text

    from nineteen.page.terminal import Terminal

WIDE = 100  # columns from which code and meaning stand side by side


def main(argv: list[str]) -> int:
    """Explain the script of a command, or the one in a file; returns 0."""
    given = command_parser("explain").read(argv)
    paths = [word for word in given.gate if set(word) & set("./\\")]
    if paths and argv != paths[:1]:
        raise UsageError(
            f"explain {short(paths[0])}: a script's path stands alone, without options"
        )
    rows = explained(
        read_script(Path(paths[0]), "explain") if paths else render(spec_of(choices_of(given)))
    )

    from nineteen.page.terminal import Terminal

    console = Terminal()
    (_beside if console.width >= WIDE else _below)(rows, console)
    if remark := _remark(rows):
        console.print(f"\n{remark}")
    return 0


def _remark(rows: list[Explained]) -> str:
    changes = Counter(row.change for row in rows if row.change)
    if not changes:
        return ""
    counted = ", ".join(
        f"{count} line{'s' * (count > 1)} {change}" for change, count in changes.items()
    )
    return (
        f"Edited since it was generated: {counted}. The other lines are explained as they were "
        "generated; the shapes and numbers they mention may have changed with the edited ones."
    )


def _beside(rows: list[Explained], console: "Terminal") -> None:
    """Print code and meaning in two columns."""
    from rich.table import Table
    from rich.text import Text

    code = [_fold(row.text, console.width * 3 // 5) for row in rows]
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=2, justify="right", style="dim")
    grid.add_column(width=max(len(line) for folded in code for line in folded), no_wrap=True)
    grid.add_column(ratio=1)
    for row, folded in zip(rows, code, strict=True):
        grid.add_row(row.number, Text("\n".join(folded), "bold"), _meaning(row, console))
    console.print(grid)


def _below(rows: list[Explained], console: "Terminal") -> None:
    """Print each meaning under its line, for a narrow terminal."""
    from rich.text import Text

    for row in rows:
        folded = "\n    ".join(_fold(row.text, max(40, console.width - 4)))
        console.print(Text.assemble((f"{row.number:>2}  ", "dim"), (folded, "bold")))
        for line in _meaning(row, console).wrap(console, max(40, console.width - 8)):
            if line:
                console.print(Text(" " * 8) + line)


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
