"""Lines of NumPy with their numbers filled in, in TeX: the first element of what each computes."""

import ast
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.syntax import parse
from nineteen.training.one_update import OneUpdate, UpdateLine

MOST = 4  # terms of a sum that are written out

Arrays = dict[str, NDArray[Any]]

_FUNCTIONS = {"exp": r"e^{{{}}}", "tanh": r"\tanh({})", "maximum": r"\max({}, {})"}
_TIMES = r"{} \cdot {}"
_SIGNS = {
    ast.Add: "{} + {}",
    ast.Sub: "{} - {}",
    ast.Mult: _TIMES,
    ast.Div: r"\frac{{{}}}{{{}}}",
    ast.Pow: "{}^{{{}}}",
    ast.Gt: "[{} > {}]",
}


def filled_in(update: OneUpdate) -> list[str]:
    """For each line of the update its formulas, or "" where it computes nothing that is known."""
    names: Arrays = {value.name: value.new for value in update.given}
    formulas = []
    for line in update.lines:
        formulas.append("$$ $$".join(_formulas(line, names)))
        for value in line.values:
            names |= {value.name: value.new, value.alias or value.name: value.new}
    return formulas


def _formulas(line: UpdateLine, names: Arrays) -> Iterator[str]:
    results = {value.name: value.new for value in line.values}
    try:
        [statement] = parse(line.text.strip()).body
        for name, node in _computed(statement, names):
            place, value = ",".join("1" * results[name].ndim), results[name].flat[0]
            yield rf"\texttt{{{name}}}_{{{place}}} = {_tex(node, names)} = {value:.2f}"
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


def _tex(node: ast.expr, names: Arrays) -> str:
    """The first element of an expression. Raises KeyError and others for what is not known."""
    match node:
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            column = map(_number, _array(right, names)[:, 0])
            return _sum(map(_TIMES.format, _row(left, names), column))
        case ast.BinOp(left=left, op=op, right=right) | ast.Compare(
            left=left, ops=[op], comparators=[right]
        ):
            first = _closed(left, names, isinstance(op, ast.Mult | ast.Pow))
            second = _closed(right, names, not isinstance(op, ast.Add | ast.Div))
            return _SIGNS[type(op)].format(first, second)
        case ast.Constant(value=int() | float() as value):
            return f"{value:g}"
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return f"-{_closed(inner, names)}"
        case ast.Call(func=ast.Attribute(value=inner, attr="sum")):
            array = _array(inner, names)
            return _sum(map(_number, array.reshape(len(array), -1)[:, 0]))
        case ast.Call(func=ast.Attribute(attr=function), args=arguments):
            return _FUNCTIONS[function].format(*(_tex(each, names) for each in arguments))
        case ast.Subscript(value=ast.Attribute(attr="c_"), slice=ast.Tuple(elts=[inner, _])):
            return _tex(inner, names)  # the column of ones stands behind it
        case ast.Subscript(value=ast.BinOp() as inner):
            return _tex(inner, names)  # what is cut off is the column of ones
    return _number(_array(node, names).flat[0])


def _row(node: ast.expr, names: Arrays) -> Iterator[str]:
    """The first row of an array, before which the learning rate may stand."""
    if isinstance(node, ast.BinOp):
        rate = _tex(node.left, names)
        return (_TIMES.format(rate, number) for number in _row(node.right, names))
    return map(_number, _array(node, names)[0])


def _closed(node: ast.expr, names: Arrays, brackets: bool = True) -> str:
    """The first element, in brackets where it is a sum."""
    of, function = getattr(node, "op", None), getattr(getattr(node, "func", None), "attr", "")
    added = isinstance(of, ast.Add | ast.Sub | ast.MatMult) or function == "sum"
    return f"({_tex(node, names)})" if added and brackets else _tex(node, names)


def _array(node: ast.expr, names: Arrays) -> NDArray[Any]:
    """What is named, transposed, negative or some rows of it. Raises KeyError for all else."""
    match node:
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_array(inner, names)
        case ast.Attribute(value=inner, attr="T"):
            return _array(inner, names).T
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=rows)):
            return names[name][names[rows]]
        case ast.Subscript(value=ast.Name(id=name), slice=index):
            return names[f"{name}[{ast.literal_eval(index) % _count(name, names)}]"]
    raise KeyError(ast.dump(node))


def _number(x: float) -> str:
    number = f"{np.round(x + 0.0, 2) + 0.0:.2f}".removesuffix(".00")
    return f"({number})" if number.startswith("-") else number


def _sum(terms: Iterable[str]) -> str:
    first = list(islice(terms, MOST + 1))
    return " + ".join([*first[:MOST], *[r"\dots"] * (len(first) > MOST)])
