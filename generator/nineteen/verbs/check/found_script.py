"""Generated scripts in files of code, pages of several formats and notebooks; and their form."""

import ast
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import islice, pairwise, takewhile, zip_longest
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.script.choices import COMMAND, file_stem, read, spec_as_written
from nineteen.script.options import printable
from nineteen.script.render import MAX_COLUMNS, MAX_LINES, formatted
from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import parse
from nineteen.verbs.check.text_blocks import FORMATS, Block

MAX_FIRST_LINE = 4096  # characters
MAX_SIZE = 16  # megabytes of a file

READERS: dict[str, str] = {end.lower(): name for end, name in FORMATS["readers"].items()}
_BUILTINS = {"__import__", "eval", "exec", "input", "open"}
_FIRST_LINE = re.compile(r"import numpy as np\b[^#\n\\]*" + COMMAND.pattern)
_MAYBE = re.compile(rb"(?:generator|nineteen)[ \t]|# *learns ")
_CLAIM = re.compile(r"^# *learns ([\w,]+)[ \t]*$", re.MULTILINE)
_RANDOM = re.compile(r"^[ \t]*(?:import|from) .*\b(?:numpy|random|torch)\b", re.MULTILINE)
_ABOVE = re.compile(FORMATS["above"]["lines"], re.VERBOSE)
_TEXT = re.compile(r"(\"\"\"|''').*?\1", re.DOTALL)
_ALIKE = [re.compile(sign, re.MULTILINE) for sign in FORMATS["alike"]["signs"]]


@dataclass(frozen=True)
class FoundScript:
    """A script in a file: its block, and what it says it is.

    `spec` is what it is checked by: its command, and what its own text says where the command is
    silent (see as_written.py); without one, `problem` says why. `named` is the command alone, with
    today's defaults; `claim` the gate that a script of any origin is said to learn; `order` counts
    the scripts of a block from 0; `text` is the file's; the blocks `next`, up to those with another
    script, may hold its rest.
    """

    path: Path
    block: Block
    spec: ScriptSpec | None = None
    problem: str = ""
    named: ScriptSpec | None = None
    claim: str = ""
    order: int = 0
    text: str = field(default="", repr=False, compare=False)
    next: tuple[Block, ...] = field(default=(), repr=False, compare=False)

    @property
    def meant(self) -> tuple[ScriptSpec, ScriptSpec]:
        """`spec` and `named` of a script that has them."""
        assert self.spec is not None
        assert self.named is not None
        return self.spec, self.named

    @property
    def name(self) -> str:
        """An identifier that no other script of the file has."""
        other = self.claim.replace(",", "_") or ("refused" if self.block.source else "broken")
        stem = file_stem(self.named) if self.named else other
        again = f"_{self.order + 1}" if self.order else ""
        return f"{self.block.part.replace(' ', '')}_{stem}{again}".lstrip("_")

    def place(self, line: int = 1) -> str:
        """Where a line of the script stands, such as "page.md:12 (block 2)"."""
        block, inside = self.block, min(line, len(self.block.numbers)) - 1
        number = block.numbers[inside] + line - 1 - inside
        within = f", line {block.above + line}" if block.json and block.above + line > 1 else ""
        part = f" ({block.part}{within})" if block.part else ""
        return f"{printable(os.fspath(self.path))}:{number}{part}"


@dataclass(frozen=True)
class Reading:
    """A file's scripts, the lines of blocks that look like one, or why it was `left_out`."""

    path: Path
    scripts: tuple[FoundScript, ...] = ()
    alike: tuple[int, ...] = ()
    left_out: str = ""


def reading(path: Path, claim: str = "", whole: bool = False, adopt: bool = False) -> Reading:
    """What a file holds. One that cannot be taken apart is one FoundScript, without a spec.

    What looks like a script and has no command is one where there is a `claim`, and with `whole` so
    is a whole Python file; a comment in it, such as "# learns xor", comes before that. With `adopt`
    a script's spec is what its text says, also where its command says otherwise.
    """
    if not (reader := READERS.get(path.suffix.lower())):
        return Reading(path)
    maybe, line = True, 1
    try:
        content = _content(path)
        if isinstance(content, str):
            return Reading(path, left_out=content)
        maybe = _MAYBE.search(content.replace(b"\0", b"")) is not None
        if not (maybe or (claim and whole) or b"numpy" in content):
            return Reading(path)
        if maybe and not _MAYBE.search(content):
            raise ValueError("the file is UTF-16: save it as UTF-8")
        return _reading(path, content.decode(), reader, claim, whole, adopt)
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or error}"
    except UnicodeDecodeError as error:
        byte, line = error.object[error.start], error.object.count(b"\n", 0, error.start) + 1
        problem = f"byte 0x{byte:02x} on line {line} is not UTF-8: save the file as UTF-8"
    except ValueError as error:
        problem = str(error)
    broken = FoundScript(path, Block("", (line,), (), ()), problem=problem)
    return Reading(path, (broken,) * (maybe or bool(claim and whole)))


def _content(path: Path) -> bytes | str:
    """The bytes of a regular file, or why it is left out; a pipe is never waited for."""
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(number, "rb", buffering=0) as file:
        about = os.fstat(number)
        if not stat.S_ISREG(about.st_mode):
            return "it is not a regular file"
        if about.st_size > MAX_SIZE * 2**20:
            return f"it has {about.st_size / 2**20:.0f} MB, and {MAX_SIZE} MB is the limit"
        return file.readall()


def _reading(path: Path, text: str, reader: str, claim: str, whole: bool, adopt: bool) -> Reading:
    """What a text holds, by a reader that is named as module.function."""
    module, _, function = reader.partition(".")
    blocks = [*getattr(import_module(f"nineteen.verbs.check.{module}"), function)(text)]
    scripts, alike = list[FoundScript](), list[int]()
    for number, block in enumerate(blocks, 1):
        above = _ABOVE.match(block.source + "\n")
        begin = above[0].count("\n") if above else 0
        parts = list(_parts(block, begin))
        for order, part in enumerate(parts):
            rest = islice(blocks, number, None) if part is parts[-1] else ()
            behind = tuple(takewhile(lambda one: not _FIRST_LINE.search(one.source), rest))
            scripts.append(replace(_found(path, part, adopt), order=order, text=text, next=behind))
        code = "" if parts else _TEXT.sub("", block.source)
        said = _CLAIM.search(code) if _RANDOM.search(code) else None
        looks = all(pattern.search(code) for pattern in _ALIKE)
        if said or (claim and (looks or (whole and code and not block.part))):
            scripts.append(FoundScript(path, block, claim=said[1] if said else claim, text=text))
        elif looks:
            alike.append(block.numbers[min(begin, len(block.lines) - 1)])
    return Reading(path, tuple(scripts), tuple(alike))


def _parts(block: Block, begin: int) -> Iterator[Block]:
    """The scripts of a block: where its code begins with a first line, and at each that follows."""
    lines = block.lines
    edges = [i for i in range(begin, len(lines)) if _FIRST_LINE.match(lines[i])]
    for first, behind in pairwise([*edges, len(lines)] if edges[:1] == [begin] else []):
        while behind < len(lines) and re.match(r"\s*(#|$)", lines[behind - 1]):
            behind -= 1
        cut = {name: getattr(block, name)[first:behind] for name in ("numbers", "lines", "spans")}
        end = block.end if behind == len(lines) else "\n"
        yield replace(block, **cut, end=end, above=first)


def _found(path: Path, block: Block, adopt: bool) -> FoundScript:
    """The script of a block whose first line carries a command, which may be refused."""
    line = block.lines[0]
    problem = f"its first line has {len(line)} characters"
    try:
        block.source.encode()
        if len(line) <= MAX_FIRST_LINE:
            spec = spec_as_written(line, block.source, every=adopt)
            return FoundScript(path, block, spec, named=read(line))
    except UnicodeEncodeError:
        problem = "it holds half a character (a lone surrogate)"
    except UsageError as error:
        problem = f"the command on its first line is refused: {error}"
    return FoundScript(path, block, problem=problem)


def form_problems(source: str) -> list[str]:
    """What is wrong with a script's form, a line each: at most 19 lines, formatted, NumPy only."""
    # The costly checks are left out where a cheap one fails: a hostile script costs nothing.
    lines = source.splitlines()
    if len(lines) > MAX_LINES:
        return [f"it has {len(lines)} lines, and {MAX_LINES} is the limit"]
    limits = [MAX_FIRST_LINE, *[MAX_COLUMNS] * MAX_LINES]
    wide = [
        f"line {number} has {len(line)} columns, and {limit} is the limit"
        for number, (line, limit) in enumerate(zip(lines, limits, strict=False), 1)
        if len(line) > limit
    ]
    return wide or _uses(source) or _layout(source)


def _uses(source: str) -> list[str]:
    """What it uses of Python that a script does without: modules, built-in functions."""
    try:
        tree = parse(source)
    except SyntaxError as error:
        return [f"line {error.lineno} is not Python: {error.msg}"]
    except (ValueError, MemoryError, RecursionError) as error:
        return [f"it is not Python: {error or 'too deeply nested'}"]
    used: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                used += [(node.lineno, module.name) for module in node.names]
            case ast.ImportFrom():
                used.append((node.lineno, "." * node.level + (node.module or "")))
            case ast.Name() if node.id in _BUILTINS:
                used.append((node.lineno, f"{node.id}()"))
    return [
        f"line {line} uses {name}: NumPy only"
        for line, name in sorted(used)
        if name.partition(".")[0] != "numpy"
    ]


def _layout(source: str) -> list[str]:
    if switch := re.search(r"#\s*(fmt|yapf):.*", source):
        return [f"'{switch.group()}' switches the formatter off"]
    try:
        wanted = formatted(source, fast=True)
    except (ValueError, RecursionError) as error:
        return [f"black cannot read it: {str(error).partition(chr(10))[0]}"]
    if wanted == source:
        return []
    if wanted.rstrip() == source.rstrip():
        return ["its last line has no end, or blanks follow it"]
    should = wanted.splitlines()
    pairs = enumerate(zip_longest(source.splitlines(), should, fillvalue=""), 1)
    number, line = next((number, line) for number, (has, line) in pairs if has != line)
    size = f", and needs {len(should)} lines then: {MAX_LINES} is the limit"
    said = f"black would change line {number}, to '{line.strip()[:MAX_COLUMNS]}'"
    return [said + size * (len(should) > MAX_LINES)]
