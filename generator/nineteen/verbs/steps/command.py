"""`steps`: one update, line by line, in the terminal or as a page, or as a worksheet."""

import sys
from argparse import Namespace
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.page.array_text import ROOM, update_rows
from nineteen.page.document import Document, document_files, write_all
from nineteen.script.annotate import script_of
from nineteen.script.choices import file_stem
from nineteen.script.files import LESSONS, check_target, output_path
from nineteen.script.options import command_parser, printable
from nineteen.script.render import environment
from nineteen.script.spec import ScriptSpec
from nineteen.training.one_update import OneUpdate, one_update
from nineteen.training.worksheet import TOLERANCE


def main(argv: list[str]) -> int:
    """Show an update, or write its page; returns 0, or 3 where the script broke off."""
    given = command_parser("steps").read(argv)
    if given.format is None and (given.output is not None or given.force):
        raise UsageError("-o and --force go with a page: add --format md or html", "--format")
    if given.blank and given.row is not None:
        raise UsageError("--row leaves out what a worksheet needs: leave out --blank", "--row")
    script, update = script_of(given, "steps"), given.update or 1
    path = _default_path(script, update, given)
    if given.format and given.output != "-":
        path = output_path(given.output, path, given.format)
        check_target(path, force=True)
    shown = one_update(script, update=update, row=given.row, blank=given.blank)
    if given.format is None:
        _print(shown)
    else:
        files = document_files(page(shown), given.format, path)
        if given.output == "-":
            sys.stdout.write(files[path])
        else:
            write_all(files, given.force)
            print(path)
    return 3 if shown.recording.problem else 0


def page(shown: OneUpdate) -> Document:
    """The update as a page: what it starts from, its lines, and the key of a worksheet."""
    text = _render("page.md.j2", shown)
    return Document(text.partition("\n")[0].removeprefix("# "), text, ())


def _render(name: str, shown: OneUpdate) -> str:
    rows, key = (update_rows(shown, ROOM, key) for key in (False, True))
    template = environment().get_template(f"steps/{name}")
    return template.render(shown=shown, rows=rows, key=key, tolerance=TOLERANCE)


def _print(shown: OneUpdate) -> None:
    """The same in the terminal, as a table."""
    from rich.box import HORIZONTALS
    from rich.table import Table
    from rich.text import Text

    from nineteen.page.terminal import Terminal

    console = Terminal(markup=False)
    console.print(" ".join(_render("intro.j2", shown).split()))
    for key in (False, True)[: 1 + shown.sheet]:
        if key:
            console.print(f"The key: each number is right within {TOLERANCE}.")
        table = Table("line", "code, meaning and arrays", box=HORIZONTALS, show_lines=True)
        for number, *texts in update_rows(shown, max(40, console.width - 12), key):
            styled = zip(map(printable, texts[:2]), ("bold", "dim"), strict=True)
            parts = [*(Text(text, style) for text, style in styled), Text(texts[2])]
            table.add_row(number, Text("\n").join(part for part in parts if part))
        console.print(table)
    for remark in shown.remarks:
        console.print(remark)


def _default_path(script: ScriptSpec | Path, update: int, given: Namespace) -> Path:
    stem = script.stem if isinstance(script, Path) else file_stem(script)
    row = f"_row{given.row}" if given.row else ""
    return LESSONS / f"steps_{stem}_{update}{row}{'_blank' * given.blank}.{given.format}"
