"""A script's tree with a call at every line, for the recorder."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nineteen.script.syntax import parse
from nineteen.training.observe import NotApplicable, bodies, call, instrument

_LOOPS = ast.For | ast.While
_OURS = {"__started__", "__seen__", "__updated__"}


@dataclass(frozen=True)
class Site:
    """A line: its number in the script, and the names that it sets or changes.

    `moved` are those that it adds to or takes away from (`W1 += …`), `appends` says that it
    lengthens a list. The head of a loop around the updates has its `level`, 1 for the epochs.
    """

    number: int
    names: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    appends: bool = False
    level: int = 0


@dataclass(frozen=True)
class Followed:
    """The tree, the sites that its calls name by their index, and the names set before the training
    and used in it: it sets `given` again, but not `fixed`.

    The calls are those of `instrument`, `__ended__` after the training, `__head__` in each round of
    a loop, and `__before__` and `__line__` around each other line. `missing` says which part of the
    contract the script lacks: its updates are then the rounds of a loop that adds to something.
    """

    tree: ast.Module
    sites: tuple[Site, ...] = ()
    given: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    missing: str = ""


def follow(source: str) -> Followed:
    """The script's tree with the calls that a recorder needs.

    Raises NotApplicable where no loop changes anything step by step, or it is not Python.
    """
    missing = ""
    try:
        tree = instrument(source)
    except NotApplicable as error:
        tree, missing = _by_looks(source, error), str(error)
    except (SyntaxError, ValueError) as error:
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
        raise NotApplicable(f"it is not Python: {error.args[0]}{line}") from None
    except (RecursionError, MemoryError):
        raise NotApplicable("it is nested too deeply to be followed") from None
    loops = _around(tree.body)
    loop, sites = loops[0], list[Site]()
    tree.body = _with_calls(tree.body, sites, loops)
    tree.body.insert(tree.body.index(loop) + 1, call("__ended__()", loop))
    begin, end = loop.lineno, loop.end_lineno
    used = set(re.findall(r"\w+", "\n".join(source.splitlines()[begin - 1 : end])))
    names = dict.fromkeys(n for site in sites if site.number < begin for n in site.names)
    training = range(begin, (end or begin) + 1)
    changed = {name for site in sites if site.number in training for name in site.names}
    given = tuple(name for name in names if name in used & changed)
    fixed = tuple(name for name in names if name in used - changed)
    return Followed(tree, tuple(sites), given, fixed, missing)


def _by_looks(source: str, error: NotApplicable) -> ast.Module:
    """The tree with a call `__updated__` in the first loop that adds to something."""
    tree = parse(source)
    for loop in tree.body:
        for body in bodies(loop) if isinstance(loop, _LOOPS) else ():
            if any(_moved(line) for line in body):
                body.append(call("__updated__(())", body[-1]))
                return tree
    raise error


def _with_calls(block: list[ast.stmt], sites: list[Site], loops: list[ast.stmt]) -> list[ast.stmt]:
    """The block with a call after each line; before it where it heads a block, or leaves one."""
    lines: list[ast.stmt] = []
    for line in block:
        if _called(line) in _OURS:
            lines.append(line)
            continue
        index, heads = len(sites), False
        sites.append(_site(line, loops.index(line) + 1 if line in loops else 0))
        for part in (line, *getattr(line, "handlers", ()), *getattr(line, "cases", ())):
            for name in ("body", "orelse", "finalbody"):
                if inner := getattr(part, name, None):
                    setattr(part, name, _with_calls(inner, sites, loops))
                    heads = True
        if isinstance(line, _LOOPS):
            line.body.insert(0, _call("__head__", index, line))
            lines.append(line)
        elif heads or isinstance(line, ast.Break | ast.Continue | ast.Return | ast.Raise):
            lines += [_call("__line__", index, line), line]
        else:
            if sites[index].moved:
                lines.append(_call("__before__", index, line))
            lines += [line, _call("__line__", index, line)]
    return lines


def _call(name: str, index: int, beside: ast.stmt) -> ast.Expr:
    """The line `name(index, locals())` in the place of another one, ten times as fast as parsed."""
    place: Any = {"lineno": beside.lineno, "col_offset": beside.col_offset}
    function, here = (ast.Name(word, ast.Load(), **place) for word in (name, "locals"))
    arguments = [ast.Constant(index, **place), ast.Call(here, [], [], **place)]
    return ast.Expr(ast.Call(function, arguments, [], **place), **place)


def _site(line: ast.stmt, level: int) -> Site:
    if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call):
        method, arguments = line.value.func, line.value.args
        owner: list[ast.expr] = [method.value] if isinstance(method, ast.Attribute) else []
        appends = isinstance(method, ast.Attribute) and method.attr == "append"
        # Others may change an argument: rng.shuffle(order).
        return Site(line.lineno, _bases(owner if appends else owner + arguments), appends=appends)
    targets = getattr(line, "targets", None) or [getattr(line, "target", None)]
    return Site(line.lineno, _bases(targets), _moved(line), level=level)


def _moved(line: ast.stmt) -> tuple[str, ...]:
    """The names that a line adds to, or takes away from: in `W += …`, and in `W = W + …`."""
    if isinstance(line, ast.AugAssign):
        return _bases([line.target]) if isinstance(line.op, ast.Add | ast.Sub) else ()
    target, value = getattr(line, "targets", [None])[0], getattr(line, "value", None)
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=False))
    return tuple(
        value.left.id
        for target, value in pairs
        if isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.Add | ast.Sub)
        and isinstance(value.left, ast.Name)
        and value.left.id in _bases([target])
    )


def _bases(targets: Sequence[ast.expr | None]) -> tuple[str, ...]:
    """The names in targets, of `a[b]` only a, each once."""
    names: dict[str, None] = {}
    for target in targets:
        if isinstance(target, ast.Name):
            names[target.id] = None
        elif target is not None:
            inner = getattr(target, "elts", None) or [getattr(target, "value", None)]
            names |= dict.fromkeys(_bases(inner))
    return tuple(names)


def _around(block: list[ast.stmt]) -> list[ast.stmt]:
    """The loops around the end of an update, the outermost first; none where none ends there."""
    for line in block:
        if isinstance(line, _LOOPS):
            ends = any(_called(inner) == "__updated__" for inner in line.body)
            if ends or _around(line.body):
                return [line, *_around(line.body)]
    return []


def _called(line: ast.stmt) -> str:
    """The plain name that a line calls, or ""."""
    function = getattr(getattr(line, "value", None), "func", None)
    return function.id if isinstance(function, ast.Name) else ""
