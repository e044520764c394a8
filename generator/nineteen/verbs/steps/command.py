"""`steps`: one update, line by line, in the terminal or as a page, or as a worksheet."""

from functools import partial
from pathlib import Path

import numpy as np
from rich.markdown import Markdown

from nineteen.page.array_text import ROOM, values_text
from nineteen.page.document import Document, document_files, write_all
from nineteen.page.terminal import Terminal
from nineteen.script.choices import file_stem
from nineteen.script.files import LESSONS, STDOUT, check_target, output_path
from nineteen.script.options import command_parser, printable
from nineteen.script.render import environment
from nineteen.training.one_update import PLACES, TOLERANCE, OneUpdate, one_update
from nineteen.training.seeds import script_of


def main(argv: list[str]) -> int:
    """Show an update, or write its page; returns 0, or 3 where the script broke off."""
    given = command_parser("steps").read(argv)
    script, update = script_of(given, "steps"), given.update or 1
    stem = script.stem if isinstance(script, Path) else file_stem(script)
    row = f"_row{given.row}" if given.row else ""
    path = LESSONS / f"steps_{stem}_{update}{row}{'_blank' * given.blank}.{given.format}"
    if given.format:
        path = output_path(given.output, path, given.format)
        check_target(path, force=True)
    shown = one_update(script, update=update, row=given.row, blank=given.blank)
    if given.format is None:
        console = Terminal()
        lines = page(shown, max(40, console.width - 4)).text.split("\n")
        console.print(Markdown("\n".join(map(printable, lines)), code_theme="ansi_dark"))
    else:
        files = document_files(page(shown, format=given.format), given.format, path)
        write_all(files, given.force)
        if path != STDOUT and not given.quiet:
            print(path)
    return 3 if shown.recording.problem else 0


def page(shown: OneUpdate, room: int = ROOM, format: str = "md") -> Document:
    """The update as a page: what it starts from, its lines, and the key of a worksheet.

    Arrays are laid out in `room` columns. In the format gift it is a worksheet's questions for
    Moodle.
    """
    kind = "gift" if format == "gift" else "md"
    arrays = partial(values_text, room=room, places=PLACES if shown.sheet else 0)
    values = {"arrays": arrays, "room": room, "tolerance": TOLERANCE, "argwhere": np.argwhere}
    text = environment().get_template(f"steps/page.{kind}.j2").render(values, shown=shown)
    return Document(text.partition("\n")[0].removeprefix("# "), text, ())
