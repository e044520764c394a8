"""Lines of NumPy with their numbers filled in, in TeX: the first element of what each computes."""

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.syntax import parse
from nineteen.training.one_update import OneUpdate, UpdateLine

MOST = 4  # terms of a sum that are written out

Arrays = dict[str, NDArray[Any]]

# An array, perhaps negative, some rows of it or one of a list, or transposed.
_ARRAY = r"-?\b(?!np\b)[A-Za-z_]\w*(?:\[(?:\w+|-\d)\])?(?:\.T)?"
_PRODUCT = re.compile(rf"(?:(\w+|\d[\d.e-]*) \* )?({_ARRAY}) @ ({_ARRAY})")
_SUM = re.compile(rf"({_ARRAY})\.sum\(axis=0\)")
_ALONE = re.compile(rf"(?<![\w.\\]){_ARRAY}(?![\w(])")
# What is no number: the column of ones, which stands behind the others, and where it is cut off.
_ONES = re.compile(r"np\.c_\[(.*), np\.ones\(.*\)\]|^\((.*)\)\[:, :-1\]$")
# From NumPy to TeX, one after the other, and what may be there in the end.
_TEX = (
    (r"1 / \(1 \+ np\.exp\((.*)\)\)$", r"\\frac{1}{1 + e^{\1}}"),
    (r"np\.tanh", r"\\tanh"),
    (r"np\.maximum", r"\\max"),
    (r" \*\* (\w+)", r"^{\1}"),
    (r" \* ", r" \\cdot "),
)
_KNOWN = re.compile(r"(?:[\d.(){}+,>^ -]|\de-\d|\be\^|\\(?:cdot|dots|frac|tanh|max)\b)+")


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
            tex, new = _filled(ast.unparse(node), names), results[name]
            if _KNOWN.fullmatch(tex):
                place = ",".join("1" * new.ndim)
                yield rf"\texttt{{{name}}}_{{{place}}} = {tex} = {new.flat[0]:.2f}"
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


def _filled(code: str, names: Arrays) -> str:
    """The code in TeX, with the numbers of which its first element is made."""

    def product(found: re.Match[str]) -> str:
        rate = rf"{_filled(found[1], names)} \cdot " if found[1] else ""
        left, right = _array(found[2], names)[0], _array(found[3], names)[:, 0]
        terms = (
            rf"{rate}{_number(a)} \cdot {_number(b)}" for a, b in zip(left, right, strict=True)
        )
        return _sum(terms, found)

    def added(found: re.Match[str]) -> str:
        array = _array(found[1], names)
        return _sum(map(_number, array.reshape(len(array), -1)[:, 0]), found)

    code = _SUM.sub(added, _PRODUCT.sub(product, _ONES.sub(r"\1\2", code)))
    code = _ALONE.sub(lambda found: _number(_array(found[0], names).flat[0]), code)
    for pattern, new in _TEX:
        code = re.sub(pattern, new, code)
    return code


def _array(code: str, names: Arrays) -> NDArray[Any]:
    """An array by its code. Raises KeyError for an unknown name."""
    name, _, place = code.removeprefix("-").removesuffix(".T").rstrip("]").partition("[")
    if place.lstrip("-").isdigit():
        array = names[f"{name}[{int(place) % _count(name, names)}]"]
    else:
        array = names[name][names[place]] if place else names[name]
    array = -array if code.startswith("-") else array
    return array.T if code.endswith(".T") else array


def _number(x: float) -> str:
    number = f"{np.round(x + 0.0, 2) + 0.0:.2f}".removesuffix(".00")
    return f"({number})" if number.startswith("-") else number


def _sum(terms: Iterable[str], found: re.Match[str]) -> str:
    """A sum, in the place of what was found; in brackets where that is a factor."""
    first = list(islice(terms, MOST + 1))
    text = " + ".join([*first[:MOST], *[r"\dots"] * (len(first) > MOST)])
    factor = found.string[: found.start()].endswith("* ") or found.string[found.end() :][:2] == " *"
    return f"({text})" if factor else text
