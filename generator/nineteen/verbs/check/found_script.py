"""Finding generated scripts in Python files, Markdown pages and notebooks."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.script.as_written import spec_as_written
from nineteen.script.choices import MARK, file_stem, read
from nineteen.script.options import printable
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.check.blocks import Block, lines_of, newline_of, plain
from nineteen.verbs.check.first_line import MAX_FIRST_LINE, SUFFIXES, marked

_SKIPPED = {"__pycache__", "node_modules", "build", "dist", "venv"}


@dataclass(frozen=True)
class FoundScript:
    """A script in a file: its block, and what it says it is.

    `spec` is what it is checked by: its command, and what its own text says where the command is
    silent (see as_written.py). `named` is the command alone, with today's defaults. Without a spec,
    `problem` says why: the command is refused, or the file cannot be read.
    """

    path: Path
    block: Block
    spec: ScriptSpec | None
    problem: str = ""
    named: ScriptSpec | None = None

    @property
    def part(self) -> str:
        """The part of the file, such as "block 2" or "cell 3"; empty for a Python file."""
        kind = "cell" if self.path.suffix.lower() == ".ipynb" else "block"
        return f"{kind} {self.block.number}" if self.block.number else ""

    @property
    def name(self) -> str:
        """An identifier that no other script of the file has."""
        stem = file_stem(self.named) if self.named else "refused" if self.block.source else "broken"
        return f"{self.part.replace(' ', '')}_{stem}".lstrip("_")

    def place(self, line: int = 1) -> str:
        """Where a line of the script stands, such as "page.md:12 (block 2)"."""
        path = printable(os.fspath(self.path))
        if not self.block.number:
            return f"{path}:{self.block.line + line - 1}"
        if self.part.startswith("cell"):
            within = f", line {line}" if line > 1 else ""
            return f"{path}:{self.block.line} ({self.part}{within})"
        return f"{path}:{self.block.line + line - 1} ({self.part})"


def scripts_in(path: Path) -> list[FoundScript]:
    """The scripts of a .py, .md or .ipynb file, in order.

    A file with a script that cannot be taken apart is one FoundScript, without a spec.
    """
    try:
        if not marked(path):
            return []
        data = path.read_bytes()
        if MARK.encode() not in data:
            return [_broken(path, "the file is UTF-16: save it as UTF-8")]
        text = data.decode()
        return [_found(path, block) for block in _blocks(path, text) if _has_mark(block)]
    except OSError as error:
        return [_broken(path, f"the file cannot be read: {error.strerror or error}")]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{error.object[error.start]:02x}"
        reason = f"{byte} on line {line} is not UTF-8: save the file as UTF-8"
        return [_broken(path, reason, line)]
    except ValueError as error:
        return [_broken(path, str(error))]


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files that may hold scripts: those named, and those in the folders named, each once.

    Hidden folders, build folders and virtual environments are left out. Raises UsageError for a
    path that does not exist or has another ending.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(_walk(path))
        elif not path.is_file():
            raise UsageError(f"{printable(str(path))}: there is no such file or folder")
        elif path.suffix.lower() not in SUFFIXES:
            raise UsageError(f"{printable(str(path))}: scripts are in {', '.join(SUFFIXES)} files")
        else:
            inside = [path]
        for file in inside:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _walk(folder: Path) -> Iterator[Path]:
    seen: set[str] = set()
    for name, folders, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(name)) in seen:  # a link may lead back
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [
            inner
            for inner in folders
            if not inner.startswith(".")
            and inner not in _SKIPPED
            and not os.path.exists(os.path.join(name, inner, "pyvenv.cfg"))
        ]
        for file in names:
            path = Path(name, file)
            if path.suffix.lower() in SUFFIXES and path.is_file():
                yield path


def _blocks(path: Path, text: str) -> list[Block]:
    match path.suffix.lower():
        case ".md":
            from nineteen.verbs.check.markdown_blocks import code_blocks

            return code_blocks(text)
        case ".ipynb":
            from nineteen.verbs.check.notebook_cells import code_cells

            return code_cells(text)
    start = int(text.startswith("\ufeff"))
    newline = newline_of((lines_of(text) or [""])[0])
    return [Block(0, 1, plain(text[start:]), start, len(text), newline=newline)]


def _has_mark(block: Block) -> bool:
    return MARK in block.source.partition("\n")[0]


def _found(path: Path, block: Block) -> FoundScript:
    line = block.source.partition("\n")[0]
    if len(line) > MAX_FIRST_LINE:
        return FoundScript(path, block, None, f"its first line has {len(line)} characters")
    try:
        block.source.encode()
        spec = spec_as_written(line, block.source)
        return FoundScript(path, block, spec, named=read(line))
    except UnicodeEncodeError:
        return FoundScript(path, block, None, "it holds half a character (a lone surrogate)")
    except UsageError as error:
        return FoundScript(path, block, None, f"the command on its first line is refused: {error}")


def _broken(path: Path, problem: str, line: int = 1) -> FoundScript:
    return FoundScript(path, Block(0, line, "", 0, 0), None, problem)
