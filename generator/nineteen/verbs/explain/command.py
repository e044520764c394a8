"""`explain`: a script in the terminal, every line beside its meaning."""

from collections import Counter
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from nineteen.errors import UsageError
from nineteen.script.annotate import annotated
from nineteen.script.choices import choices_of, read, spec_of
from nineteen.script.options import command_parser, printable, short
from nineteen.script.render import render

if TYPE_CHECKING:
    from rich.text import Text

    from nineteen.page.terminal import Terminal

WIDE = 100  # columns from which code and meaning stand side by side
LIMIT = 100_000  # bytes of a script that is read


class Explained(NamedTuple):
    """A line to show: its number in the script or "", its text, its meaning, what became of it."""

    number: str
    text: str
    meaning: str
    change: str = ""


def main(argv: list[str]) -> int:
    """Explain the script of a command, or the one in a file; returns 0."""
    given = command_parser("explain").read(argv)
    paths = [word for word in given.gate if set(word) & set("./\\")]
    if paths and argv != paths[:1]:
        raise UsageError(
            f"explain {short(paths[0])}: a script's path stands alone, without options"
        )
    rows = explained(_script(Path(paths[0])) if paths else render(spec_of(choices_of(given))))

    from nineteen.page.terminal import Terminal

    console = Terminal()
    (_beside if console.width >= WIDE else _below)(rows, console)
    if remark := _remark(rows):
        console.print(f"\n{remark}")
    return 0


def explained(text: str) -> list[Explained]:
    """A script's lines with their meanings; where it was edited, what became of each line.

    Raises UsageError where the first line has no command, or one that today's parser refuses.
    """
    lines = text.splitlines()
    wanted = annotated(read(lines[0] if lines else ""))
    matcher = SequenceMatcher(None, [line.text for line in wanted], lines, autojunk=False)
    rows: list[Explained] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        for line, number in zip_longest(wanted[i:j], range(k, m)):
            if number is None:
                meaning = "Taken out by hand: the script no longer has it."
                rows.append(Explained("", line.text, meaning, "taken out"))
                continue
            meaning, change = line.meaning if line else "Added by hand.", "" if line else "added"
            if line and kind != "equal":
                meaning = f"Changed by hand: the generator writes `{line.text.strip()}`."
                change = "changed"
            rows.append(Explained(str(number + 1), lines[number], meaning, change))
    return rows


def _script(path: Path) -> str:
    if path.is_dir():
        raise UsageError(f"explain {printable(str(path))}: it is a folder; name a script in it")
    with path.open("rb") as file:
        data = file.read(LIMIT + 1)
    try:
        if len(data) <= LIMIT:
            return data.decode()
    except UnicodeDecodeError:
        pass
    raise UsageError(f"explain {printable(str(path))}: it is no script: not UTF-8, or too large")


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
