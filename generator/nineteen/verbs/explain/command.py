"""`explain`: a script in the terminal, every line beside its meaning."""

from collections import Counter
from textwrap import wrap

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nineteen.page.terminal import Terminal
from nineteen.script.annotate import Line, explained, source_of
from nineteen.script.options import command_parser, printable
from nineteen.script.render import environment
from nineteen.training.seeds import script_of

WIDE = 100  # columns from which code and meaning stand side by side


def main(argv: list[str]) -> int:
    """Explain the script of a command, or the one in a file; returns 0."""
    given = command_parser("explain").read(argv)
    rows = explained(source_of(script_of(given, "explain"), "explain"))
    console = Terminal()
    console.print(_grid(rows, console))
    changes = Counter(row.change for row in rows if row.change)
    if changes and not given.quiet:
        console.print(environment().get_template("explain/edited.j2").render(changes=changes))
    return 0


def _grid(rows: list[Line], console: Terminal) -> Table:
    """Code and meaning in two columns; on a narrow terminal each meaning under its line."""
    wide = console.width >= WIDE
    room = console.width * 3 // 5 if wide else max(40, console.width - 4)
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=2, justify="right", style="dim")
    grid.add_column(no_wrap=wide)
    for row in rows:
        indent = " " * (len(row.text) - len(row.text.lstrip()) + 4)  # of what is folded
        folded = wrap(printable(row.text), room, subsequent_indent=indent, break_on_hyphens=False)
        code = Text("\n".join(folded), "bold", no_wrap=True)
        meaning = Text(printable(row.meaning), "red" if row.change else "")
        meaning.highlight_regex("`[^`]*`", "bold")
        below = Group(code, Padding(meaning, (0, 0, 0, 4))) if row.meaning else code
        grid.add_row(row.number, *([code, meaning] if wide else [below]))
    return grid
