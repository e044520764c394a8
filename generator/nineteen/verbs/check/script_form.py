"""A script's form: how long, how wide, how it is laid out, and what it uses beside NumPy."""

import ast
import re
from itertools import zip_longest

from nineteen.script.render import MAX_COLUMNS, MAX_LINES, formatted
from nineteen.script.syntax import parse
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
