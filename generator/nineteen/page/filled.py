"""Lines of NumPy with their numbers filled in, in TeX: the first element of what each computes."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.syntax import parse
from nineteen.training.one_update import OneUpdate

MOST = 4  # terms of a sum that are written out

Show = Callable[[tuple[int, ...]], str]
Term = tuple[NDArray[Any], Show]  # what an expression is worth, and one element of it in TeX
Arrays = dict[str, NDArray[Any]]

_FUNCTIONS = {"exp": r"e^{{{}}}", "tanh": r"\tanh({})", "maximum": r"\max({})"}
_SIGNS = {
    ast.Add: (np.add, "{} + {}"),
    ast.Sub: (np.subtract, "{} - {}"),
    ast.Mult: (np.multiply, r"{} \cdot {}"),
    ast.Div: (np.divide, r"\frac{{{}}}{{{}}}"),
    ast.Pow: (np.power, "{}^{{{}}}"),
    ast.Gt: (np.greater, "[{} > {}]"),
}


def filled_in(update: OneUpdate) -> list[str]:
    """For each line of the update its formulas, or "" where it computes nothing that is known."""
    names: Arrays = {value.name: value.new for value in update.given}
    formulas = []
    for line in update.lines:
        formulas.append("$$ $$".join(_formulas(line.text.strip(), names)))
        for value in line.values:
            names |= {value.name: value.new, value.alias or value.name: value.new}
    return formulas


def _formulas(text: str, names: Arrays) -> Iterator[str]:
    try:
        [line] = parse(text).body
        for name, node in _computed(line, names):
            array, show = _read(node, names)
            first = (0,) * array.ndim
            place = ",".join("1" for _ in first)
            yield rf"\texttt{{{name}}}_{{{place}}} = {show(first)} = {array[first]:.2f}"
    except (SyntaxError, KeyError, ValueError, IndexError, TypeError):
        return  # the head of a loop, or what somebody wrote by hand


def _computed(line: ast.stmt, names: Arrays) -> Iterator[tuple[str, ast.expr]]:
    """What a line sets, each name with its expression."""
    match line:
        case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
            yield name, ast.BinOp(ast.Name(name, ast.Load()), op, value)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)), args=[value])):
            yield f"{name}[{_count(name, names)}]", value
        case ast.Assign(targets=[ast.Tuple(elts=targets), *_], value=ast.Tuple(elts=values)):
            yield from zip(map(ast.unparse, targets), values, strict=True)
        case ast.Assign(targets=[ast.Name(id=name), *_], value=value):
            yield name, value


def _count(name: str, names: Arrays) -> int:
    return sum(label.startswith(f"{name}[") for label in names)


def _read(node: ast.expr, names: Arrays) -> Term:
    """The term of an expression. Raises KeyError, and what NumPy raises, for what is not known."""
    match node:
        case ast.Constant(value=int() | float() as value):
            return np.asarray(value), lambda _: f"{value:g}"
        case ast.Name(id=name):
            return _named(names[name])
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            array, show = _in_brackets(inner, names)
            return -array, lambda i: f"-{show(i)}"
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return _product(_read(left, names), _read(right, names))
        case ast.BinOp(left=a, op=op, right=b) | ast.Compare(left=a, ops=[op], comparators=[b]):
            return _both(op, a, b, names)
        case ast.Attribute(value=inner, attr="T"):
            array, show = _read(inner, names)
            return array.T, lambda i: show(i[::-1])
        case ast.Call(func=ast.Attribute(value=inner, attr="sum")):
            array, show = _read(inner, names)
            return array.sum(axis=0), lambda i: _sum(show((k, *i)) for k in range(len(array)))
        case ast.Call(func=ast.Attribute(attr=function), args=inners):
            terms = [_read(inner, names) for inner in inners]
            array = getattr(np, function)(*(array for array, _ in terms))
            form = _FUNCTIONS[function]
            return array, lambda i: form.format(", ".join(show(i) for _, show in terms))
        case ast.Subscript(value=ast.Attribute(attr="c_"), slice=ast.Tuple(elts=[left, _])):
            array, show = _read(left, names)  # the column of ones is the last
            return np.column_stack([array, np.ones(len(array))]), show
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=rows)):
            return _named(names[name][names[rows]])
        case ast.Subscript(value=ast.Name(id=name), slice=index):
            place = ast.literal_eval(index) % _count(name, names)
            return _named(names[f"{name}[{place}]"])
        case ast.Subscript(value=inner):  # without the column of ones
            array, show = _in_brackets(inner, names)
            return array[:, :-1], show
    raise KeyError(ast.dump(node))


def _named(array: NDArray[Any]) -> Term:
    def show(index: tuple[int, ...]) -> str:
        number = f"{np.round(array[_inside(array, index)] + 0.0, 2) + 0.0:.2f}".removesuffix(".00")
        return f"({number})" if number.startswith("-") else number

    return array, show


def _inside(array: NDArray[Any], index: tuple[int, ...]) -> tuple[int, ...]:
    """The element of an array that broadcasting takes for an element of the result."""
    own = index[len(index) - array.ndim :]
    return tuple(0 if size == 1 else i for size, i in zip(array.shape, own, strict=True))


def _both(op: ast.operator | ast.cmpop, left: ast.expr, right: ast.expr, names: Arrays) -> Term:
    of, form = _SIGNS[type(op)]
    a, show_a = (_in_brackets if isinstance(op, ast.Mult | ast.Pow) else _read)(left, names)
    b, show_b = (_read if isinstance(op, ast.Add | ast.Div) else _in_brackets)(right, names)
    return of(a, b), lambda i: form.format(show_a(_inside(a, i)), show_b(_inside(b, i)))


def _in_brackets(node: ast.expr, names: Arrays) -> Term:
    """The term of an expression, in brackets where it is a sum."""
    array, show = _read(node, names)
    added = getattr(getattr(node, "func", None), "attr", "") == "sum"
    if isinstance(getattr(node, "op", None), ast.Add | ast.Sub | ast.MatMult) or added:
        return array, lambda i: f"({show(i)})"
    return array, show


def _product(left: Term, right: Term) -> Term:
    (a, show_a), (b, show_b) = left, right

    def show(index: tuple[int, ...]) -> str:
        row, column = index
        return _sum(rf"{show_a((row, k))} \cdot {show_b((k, column))}" for k in range(len(b)))

    return a @ b, show


def _sum(terms: Iterator[str]) -> str:
    every = list(terms)
    return " + ".join([*every[:MOST], *[r"\dots"] * (len(every) > MOST)])
