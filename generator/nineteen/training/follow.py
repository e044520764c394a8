"""A script's tree with a call at every line, for the recorder."""

import ast
from typing import NamedTuple

from nineteen.script.syntax import parse
from nineteen.training import observe
from nineteen.training.execute import NotApplicable
from nineteen.training.observe import call, changed_names

_LOOPS = ast.For | ast.While


class Site(NamedTuple):
    """A line: its number in the script, and the names that it changes."""

    number: int
    names: list[str]
    moved: list[str]  # those that it adds to or takes away from: W1 += …
    appends: bool  # whether to a list
    level: int  # 1 for the head of the loop over the epochs, 2 for that inside it, 0 for others


def follow(source: str) -> tuple[ast.Module, list[Site], range, str]:
    """The script's tree with calls, their sites, the lines of the training, and what is missing.

    Without the names updates are the rounds of a loop that adds to something, or NotApplicable.
    """
    missing = ""
    try:
        tree = observe.instrument(source)
    except NotApplicable as error:
        tree, missing = parse(source), str(error)
        blocks = [b for loop in tree.body if isinstance(loop, _LOOPS) for b in observe.bodies(loop)]
        body = next((block for block in blocks if any(map(_moved, block))), None)
        if body is None:
            raise
        body.append(call("__updated__(())", body[-1]))
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


def _around(block: list[ast.stmt]) -> list[ast.stmt]:
    for line in block:
        if isinstance(line, _LOOPS):
            inner = _around(line.body)
            if inner or "__updated__" in map(_called, line.body):
                return [line, *inner]
    return []


def _with_calls(block: list[ast.stmt], sites: list[Site], loops: list[ast.stmt]) -> list[ast.stmt]:
    lines: list[ast.stmt] = []
    for line in block:
        if _called(line) in observe.CALLS:
            lines.append(line)
            continue
        heads, here = False, f"({len(sites)}, locals())"
        sites.append(site := _site(line, loops.index(line) + 1 if line in loops else 0))
        for part in (line, *getattr(line, "handlers", ()), *getattr(line, "cases", ())):
            for name in ("body", "orelse", "finalbody"):
                if inner := getattr(part, name, None):
                    setattr(part, name, _with_calls(inner, sites, loops))
                    heads = True
        if isinstance(line, _LOOPS):
            line.body.insert(0, call(f"__head__{here}", line))
            lines.append(line)
        elif heads or isinstance(line, ast.Break | ast.Continue | ast.Return | ast.Raise):
            lines += [call(f"__line__{here}", line), line]
        else:
            lines += [call(f"__before__{here}", line)] if site.moved else []
            lines += [line, call(f"__line__{here}", line)]
    return lines


def _called(line: ast.stmt) -> str:
    function = getattr(getattr(line, "value", None), "func", None)
    return function.id if isinstance(function, ast.Name) else ""


def _site(line: ast.stmt, level: int) -> Site:
    appends, changed = False, getattr(line, "targets", None) or [getattr(line, "target", None)]
    if isinstance(line, ast.Expr) and isinstance(line.value, ast.Call):
        method = line.value.func
        appends = getattr(method, "attr", "") == "append"
        # Any other may change an argument: rng.shuffle(order).
        changed = [getattr(method, "value", None), *([] if appends else line.value.args)]
    names = [name for target in changed for name in changed_names(target)]
    return Site(line.lineno, names, _moved(line), appends, level)


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
