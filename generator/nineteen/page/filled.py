"""Lines of NumPy with their numbers filled in, in TeX: the first element of what each computes."""

import ast
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.syntax import parse
from nineteen.training.one_update import OneUpdate

MOST = 4  # terms of a sum that are written out

Term = tuple[NDArray[Any], NDArray[Any]]  # what an expression is worth, and each element in TeX
Arrays = dict[str, NDArray[Any]]

_FUNCTIONS = {"exp": r"e^{{{}}}", "tanh": r"\tanh({})", "maximum": r"\max({}, {})"}
_TIMES = r"{} \cdot {}"
_SIGNS = {
    ast.Add: (np.add, "{} + {}"),
    ast.Sub: (np.subtract, "{} - {}"),
    ast.Mult: (np.multiply, _TIMES),
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
            array, tex = _read(node, names)
            first = (0,) * array.ndim
            place = ",".join("1" for _ in first)
            yield rf"\texttt{{{name}}}_{{{place}}} = {tex[first]} = {array[first]:.2f}"
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
            return np.asarray(value), np.array(f"{value:g}", object)
        case ast.Name(id=name):
            return _named(names[name])
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            array, tex = _in_brackets(inner, names)
            return -array, _each("-{}", tex)
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            (a, rows), (b, columns) = _read(left, names), _read(right, names)
            sums = [[_sum(map(_TIMES.format, row, column)) for column in columns.T] for row in rows]
            return a @ b, np.array(sums, object)
        case ast.BinOp(left=a, op=op, right=b) | ast.Compare(left=a, ops=[op], comparators=[b]):
            return _both(op, a, b, names)
        case ast.Attribute(value=inner, attr="T"):
            array, tex = _read(inner, names)
            return array.T, tex.T
        case ast.Call(func=ast.Attribute(value=inner, attr="sum")):
            array, tex = _read(inner, names)
            added = [_sum(column) for column in tex.reshape(len(tex), -1).T]
            return array.sum(axis=0), np.array(added, object).reshape(array.shape[1:])
        case ast.Call(func=ast.Attribute(attr=function), args=inners):
            form, terms = _FUNCTIONS[function], [_read(inner, names) for inner in inners]
            array = getattr(np, function)(*(array for array, _ in terms))
            return array, _each(form, *(tex for _, tex in terms))
        case ast.Subscript(value=ast.Attribute(attr="c_"), slice=ast.Tuple(elts=[left, _])):
            array, tex = _read(left, names)
            ones = np.ones((len(array), 1))
            return np.hstack([array, ones]), np.hstack([tex, ones.astype(object)])
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=rows)):
            return _named(names[name][names[rows]])
        case ast.Subscript(value=ast.Name(id=name), slice=index):
            place = ast.literal_eval(index) % _count(name, names)
            return _named(names[f"{name}[{place}]"])
        case ast.Subscript(value=inner):  # without the column of ones
            array, tex = _in_brackets(inner, names)
            return array[:, :-1], tex[:, :-1]
    raise KeyError(ast.dump(node))


def _both(op: ast.operator | ast.cmpop, left: ast.expr, right: ast.expr, names: Arrays) -> Term:
    of, form = _SIGNS[type(op)]
    a, first = (_in_brackets if isinstance(op, ast.Mult | ast.Pow) else _read)(left, names)
    b, second = (_read if isinstance(op, ast.Add | ast.Div) else _in_brackets)(right, names)
    return of(a, b), _each(form, first, second)


def _in_brackets(node: ast.expr, names: Arrays) -> Term:
    """The term of an expression, in brackets where it is a sum."""
    array, tex = _read(node, names)
    added = getattr(getattr(node, "func", None), "attr", "") == "sum"
    if isinstance(getattr(node, "op", None), ast.Add | ast.Sub | ast.MatMult) or added:
        return array, _each("({})", tex)
    return array, tex


def _named(array: NDArray[Any]) -> Term:
    def written(x: float) -> str:
        number = f"{np.round(x + 0.0, 2) + 0.0:.2f}".removesuffix(".00")
        return f"({number})" if number.startswith("-") else number

    return array, np.asarray(np.frompyfunc(written, 1, 1)(array), object)


def _each(form: str, *arrays: NDArray[Any]) -> NDArray[Any]:
    """Text for every element of arrays, which broadcast as in arithmetic."""
    return np.asarray(np.frompyfunc(form.format, len(arrays), 1)(*arrays), object)


def _sum(terms: Iterable[str]) -> str:
    first = list(islice(terms, MOST + 1))
    return " + ".join([*first[:MOST], *[r"\dots"] * (len(first) > MOST)])
