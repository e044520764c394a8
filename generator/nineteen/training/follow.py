"""A script's tree with a call at every line, for the recorder."""

import ast
from typing import Any, NamedTuple

from nineteen.script.syntax import parse
from nineteen.training.observe import CALLS, NotApplicable, bodies, call, changed_names, instrument

_LOOPS = ast.For | ast.While


class Site(NamedTuple):
    """A line: its number in the script, and the names that it changes.

    `moved` are those that it adds to or takes away from (`W1 += …`), a list it `appends` to. The
    head of a loop around the updates has its `level`, 1 for the epochs.
    """

    number: int
    names: list[str]
    moved: list[str]
    appends: bool = False
    level: int = 0


def follow(source: str) -> tuple[ast.Module, list[Site], range, str]:
    """The script's tree with calls, their sites, the lines of the training, and what is missing.

    The calls are those of `instrument`, `__ended__` after the training, `__head__` in each round of
    a loop, and `__before__` and `__line__` around each other line. Where names are missing, updates
    are the rounds of a loop that adds to something; NotApplicable where none does.
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
    loops, sites = _around(tree.body), list[Site]()
    tree.body = _with_calls(tree.body, sites, loops)
    tree.body.insert(tree.body.index(loops[0]) + 1, call("__ended__()", loops[0]))
    begin = loops[0].lineno
    return tree, sites, range(begin, (loops[0].end_lineno or begin) + 1), missing


def _by_looks(source: str, error: NotApplicable) -> ast.Module:
    tree = parse(source)
    for loop in tree.body:
        for body in bodies(loop) if isinstance(loop, _LOOPS) else ():
            if any(_moved(line) for line in body):
                body.append(call("__updated__(())", body[-1]))
                return tree
    raise error


def _around(block: list[ast.stmt]) -> list[ast.stmt]:
    for line in block:
        if isinstance(line, _LOOPS):
            ends = any(_called(inner) == "__updated__" for inner in line.body)
            if ends or _around(line.body):
                return [line, *_around(line.body)]
    return []


def _with_calls(block: list[ast.stmt], sites: list[Site], loops: list[ast.stmt]) -> list[ast.stmt]:
    # After each line; before it where it heads a block, or leaves one.
    lines: list[ast.stmt] = []
    for line in block:
        if _called(line) in CALLS:
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


def _called(line: ast.stmt) -> str:
    function = getattr(getattr(line, "value", None), "func", None)
    return function.id if isinstance(function, ast.Name) else ""


def _site(line: ast.stmt, level: int) -> Site:
    if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call):
        method = line.value.func
        owner = changed_names(getattr(method, "value", None))
        if appends := getattr(method, "attr", "") == "append":
            return Site(line.lineno, owner, [], appends)
        # Any other may change an argument: rng.shuffle(order).
        return Site(
            line.lineno, owner + [n for node in line.value.args for n in changed_names(node)], []
        )
    targets = getattr(line, "targets", None) or [getattr(line, "target", None)]
    names = [name for target in targets for name in changed_names(target)]
    return Site(line.lineno, names, _moved(line), level=level)


def _moved(line: ast.stmt) -> list[str]:
    """The names that a line adds to, or takes away from: in `W += …`, and in `W = W + …`."""
    if isinstance(line, ast.AugAssign):
        return changed_names(line.target) if isinstance(line.op, ast.Add | ast.Sub) else []
    target, value = getattr(line, "targets", [None])[0], getattr(line, "value", None)
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=False))
    sums = [(t, v) for t, v in pairs if isinstance(v, ast.BinOp)]
    sums = [(t, v) for t, v in sums if isinstance(v.op, ast.Add | ast.Sub)]
    return [name for t, v in sums for name in changed_names(t) if changed_names(v.left) == [name]]
