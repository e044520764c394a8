"""A script's form: how long, how wide, how it is laid out, and what it uses beside NumPy."""

import ast
import re
from itertools import zip_longest

from nineteen.script.render import MAX_COLUMNS, MAX_LINES
from nineteen.script.syntax import LOCK, parse
from nineteen.verbs.check.found_script import MAX_FIRST_LINE

_BUILTINS = {"__import__", "eval", "exec", "input", "open"}


def form_problems(source: str) -> list[str]:
    """What is wrong with a script's form, a line each: at most 19 lines, formatted, NumPy only.

    The costly checks are left out where a cheap one fails, so that a hostile script costs nothing.
    """
    lines = source.splitlines()
    if len(lines) > MAX_LINES:
        return [f"it has {len(lines)} lines, and {MAX_LINES} is the limit"]
    limits = [MAX_FIRST_LINE, *[MAX_COLUMNS] * MAX_LINES]
    wide = [
        f"line {number} has {len(line)} columns, and {limit} is the limit"
        for number, (line, limit) in enumerate(zip(lines, limits, strict=False), 1)
        if len(line) > limit
    ]
    with LOCK:  # black parses too, and scripts are checked side by side
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
        names: list[str] = []
        match node:
            case ast.Import(names=modules):
                names = [one.name for one in modules if one.name.split(".")[0] != "numpy"]
            case ast.ImportFrom(module=module, level=level):
                name = "." * level + (module or "")
                names = [name] * (name.split(".")[0] != "numpy")
            case ast.Name(id=name) if name in _BUILTINS:
                names = [f"{name}()"]
        used += [(getattr(node, "lineno", 0), name) for name in names]
    return [f"line {line} uses {name}: NumPy only" for line, name in sorted(used)]


def _layout(source: str) -> list[str]:
    import black

    if switch := re.search(r"#\s*(fmt|yapf):.*", source):
        return [f"'{switch.group()}' switches the formatter off"]
    try:
        wanted = black.format_file_contents(
            source, fast=True, mode=black.Mode(line_length=MAX_COLUMNS)
        )
    except black.report.NothingChanged:
        return []
    except (ValueError, RecursionError) as error:
        return [f"black cannot read it: {str(error).partition(chr(10))[0]}"]
    if wanted.rstrip() == source.rstrip():
        return ["its last line has no end, or blanks follow it"]
    pairs = zip_longest(source.splitlines(), wanted.splitlines(), fillvalue="")
    number, line = next(
        (number, line) for number, (has, line) in enumerate(pairs, 1) if has != line
    )
    total = len(wanted.splitlines())
    size = f", and needs {total} lines then: {MAX_LINES} is the limit" if total > MAX_LINES else ""
    return [f"black would change line {number}, to '{line.strip()[:MAX_COLUMNS]}'{size}"]
