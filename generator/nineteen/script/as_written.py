"""What a script's own text says of the values that its command may leave out.

Defaults change from version to version; a script that was made with older ones stays as right as
it was. So what its command does not name is read from its text, never from today's table.
"""

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.choices import choices_on, read, spec_of
from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import parse

_WEIGHTS = {"W1", "b1", "W2", "b2", "w"}


def spec_as_written(line: str, source: str, every: bool = False) -> ScriptSpec:
    """The ScriptSpec of a script by its first line, and by its text where that line is silent.

    From the text come the layer size, the learning rate and the epochs that the command does not
    name, and always the seed; with `every`, also those that it names otherwise. What the text does
    not say plainly has today's defaults. Raises UsageError as `read` does.
    """
    named = choices_on(line)
    values = {
        name: value
        for name, value in _values(source).items()
        if every or name == "seed" or getattr(named, name) is None
    }
    try:
        return spec_of(replace(named, **values))
    except UsageError:  # such as 0 epochs, which no command means
        return read(line)


def _values(source: str) -> dict[str, Any]:
    """The values that can be read from a script, by the names of the options."""
    try:
        body = parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    set_before = {name: value for line in body for name, value in _pairs(line)}
    loop = next((line for line in body if isinstance(line, ast.For) and _is(line, "epoch")), None)
    shape = next((n for n in _inside(set_before.get("W1")) if isinstance(n, ast.Tuple)), None)
    hidden = _number(shape.elts[1]) if shape and len(shape.elts) == 2 else None
    found = {
        "hidden": (hidden,) if isinstance(hidden, int) else None,
        "lr": _rate(loop, set_before),
        "epochs": _epochs(loop),
        "seed": _seed(body),
    }
    return {name: value for name, value in found.items() if value is not None}


def _pairs(line: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names that an assignment sets, each with its value, also where it sets several."""
    if isinstance(line, ast.Assign):
        for target in line.targets:
            both = (target, line.value)
            if all(isinstance(side, ast.Tuple) for side in both):
                sides = zip(target.elts, line.value.elts, strict=False)  # type: ignore[attr-defined]
            else:
                sides = zip((target,), (line.value,), strict=True)
            yield from ((name.id, value) for name, value in sides if isinstance(name, ast.Name))


def _rate(loop: ast.For | None, set_before: dict[str, ast.expr]) -> float | None:
    """The number that the first update of weights is multiplied by; 1 where there is none."""
    for line in (node for node in _inside(loop) if isinstance(node, ast.Assign | ast.AugAssign)):
        if isinstance(line, ast.AugAssign):
            change = [line.value] if _is(line, *_WEIGHTS) else []
        else:
            sums = (value for name, value in _pairs(line) if name in _WEIGHTS)
            change = [value.right for value in sums if isinstance(value, ast.BinOp)]
        if change:
            factor, first = change[0], change[0]
            while isinstance(first, ast.BinOp):
                factor, first = first, first.left
            named = isinstance(first, ast.Name) and first.id in set_before
            rate = _number(set_before[first.id] if named else first)  # type: ignore[attr-defined]
            by_it = isinstance(factor, ast.BinOp) and isinstance(factor.op, ast.Mult)
            return (float(rate) if by_it else None) if rate is not None else 1.0
    return None


def _epochs(loop: ast.For | None) -> int | None:
    """How often a loop such as `for epoch in range(300)` runs."""
    if loop is None or not isinstance(loop.iter, ast.Call) or not _is_call(loop.iter, "range"):
        return None
    ends = [_number(end) for end in loop.iter.args]
    whole = [end for end in ends if isinstance(end, int)]
    return whole[-1] - sum(whole[:-1]) if len(whole) == len(ends) in (1, 2) else None


def _seed(body: list[ast.stmt]) -> int | None:
    """The number in the first `default_rng(…)` before the loops."""
    for node in (node for line in body if isinstance(line, ast.Assign) for node in _inside(line)):
        if isinstance(node, ast.Call) and _is_call(node, "default_rng") and len(node.args) == 1:
            seed = _number(node.args[0])
            return seed if isinstance(seed, int) else None
    return None


def _inside(node: ast.AST | None) -> list[ast.AST]:
    """The nodes of a tree in the order of the text."""
    nodes = [] if node is None else [each for each in ast.walk(node) if hasattr(each, "lineno")]
    return sorted(nodes, key=lambda each: (each.lineno, each.col_offset))  # type: ignore[attr-defined]


def _is(line: ast.For | ast.AugAssign, *names: str) -> bool:
    return isinstance(line.target, ast.Name) and line.target.id in names


def _is_call(node: ast.Call, name: str) -> bool:
    return name in (getattr(node.func, "attr", ""), getattr(node.func, "id", ""))


def _number(node: ast.expr) -> int | float | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
