"""Arrays as text, aligned; and lines of NumPy in TeX, with the numbers of their first element."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from math import floor, log10

import numpy as np

from nineteen.script.syntax import parse
from nineteen.training.observe import Array, Mask, NamedArrays
from nineteen.training.one_update import FULL, OneUpdate, UpdateLine
from nineteen.training.snapshots import Value

_ROWS, _COLUMNS = 4, 6  # of the corner that is shown of an array with too many numbers
ROOM = 88  # columns of the arrays on a page
MOST = 4  # terms of a sum that are written out
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


def values_text(
    values: Sequence[Value],
    blanks: Sequence[Mask] = (),
    room: int = ROOM,
    places: int = 0,
    full: int = FULL,
) -> str:
    """Values with their names and shapes, side by side as the room, in columns, allows.

    One that was added to is shown as it was, with the step. Numbers that are True in `blanks`, none
    or one for each, are left out. There are `places` decimals, or else at least two, and so many
    that the largest number, or step, has two digits. Of an array with more than `full` numbers only
    a corner is shown.
    """
    rows: list[list[str]] = [[]]
    for value, blank in zip_longest(values, blanks):
        text = _value_text(value, room, blank, places, full)
        if rows[-1] and _width(_beside([*rows[-1], text])) > room:
            rows.append([])
        rows[-1].append(text)
    return "\n\n".join(map(_beside, rows))


def _value_text(value: Value, room: int, blank: Mask | None, places: int, full: int) -> str:
    new, old = value.new, value.old
    title = f"{value.name} = {value.alias}" if value.alias else value.name
    if not new.shape:
        return f"{title} = {new.item():g}"
    title += f"  {new.shape}\n"
    if old is None or old.shape != new.shape:
        return title + _rows(new, places or _places(new), room, blank, full)
    step = new.astype(float) - old
    places = places or _places(step)
    parts = (("old", old, None), ("+ step", step, blank), ("= new", new, blank))
    blocks = [(name, _rows(array, places, room, hidden, full)) for name, array, hidden in parts]
    fits = sum(_width(text) for _, text in blocks) + 8 <= room
    headed = [f"{name.center(_width(text) * fits)}\n{text}" for name, text in blocks]
    return title + (_beside(headed) if fits else "\n".join(headed))


def _beside(blocks: Sequence[str]) -> str:
    widths = list(map(_width, blocks))
    rows = zip_longest(*(block.split("\n") for block in blocks), fillvalue="")
    return "\n".join("    ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _width(text: str) -> int:
    return max(map(len, text.split("\n")))


def _rows(array: Array, places: int, room: int, blank: Mask | None, full: int) -> str:
    """The rows of an array, each in brackets and folded to the room."""

    def number(x: float) -> str:  # whole ones and truth values without decimals, and no -0.00
        return f"{round(x, places) + 0.0:.{places}f}" if isinstance(x, float) else f"{int(x)}"

    numbers = np.frompyfunc(number, 1, 1)(np.atleast_2d(array))
    cells = np.where(False if blank is None else blank, "____", numbers).tolist()
    if array.size > full:
        more = [["…"]] * (len(cells) > _ROWS)
        cells = [[*row[:_COLUMNS], *["…"] * (len(row) > _COLUMNS)] for row in cells[:_ROWS]] + more
    wide = max(len(cell) for row in cells for cell in row)
    fit = max(1, (room - 2) // (wide + 2))
    lines = []
    for row in cells:
        padded = [cell.rjust(wide) for cell in row]
        pieces = ["  ".join(padded[i : i + fit]) for i in range(0, len(padded), fit)]
        lines.append("[ " + "\n  ".join(pieces) + " ]")
    return "\n".join(lines)


def _places(array: Array) -> int:
    """How many decimals show two digits of the largest number, from 2 to 6."""
    largest = float(np.abs(array[np.isfinite(array)]).max(initial=0))
    return min(6, max(2, 1 - floor(log10(largest)))) if largest else 2


def filled_in(update: OneUpdate) -> list[str]:
    """For each line of the update its formulas, or "" where it computes nothing that is known."""
    names: NamedArrays = {value.name: value.new for value in update.given}
    formulas = []
    for line in update.lines:
        formulas.append("$$ $$".join(_formulas(line, names)))
        for value in line.values:
            names |= {value.name: value.new, value.alias or value.name: value.new}
    return formulas


def _formulas(line: UpdateLine, names: NamedArrays) -> Iterator[str]:
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


def _computed(line: ast.stmt, names: NamedArrays) -> Iterator[tuple[str, ast.expr]]:
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


def _count(name: str, names: NamedArrays) -> int:
    return sum(label.startswith(f"{name}[") for label in names)


def _filled(code: str, names: NamedArrays) -> str:
    """The code in TeX, with the numbers of which its first element is made."""

    def product(found: re.Match[str]) -> str:
        rate = rf"{_filled(found[1], names)} \cdot " if found[1] else ""
        left, right = _array(found[2], names)[0], _array(found[3], names)[:, 0]
        pairs = zip(left, right, strict=True)
        return _sum((rf"{rate}{_number(a)} \cdot {_number(b)}" for a, b in pairs), found)

    def added(found: re.Match[str]) -> str:
        array = _array(found[1], names)
        return _sum(map(_number, array.reshape(len(array), -1)[:, 0]), found)

    code = _SUM.sub(added, _PRODUCT.sub(product, _ONES.sub(r"\1\2", code)))
    code = _ALONE.sub(lambda found: _number(_array(found[0], names).flat[0]), code)
    for pattern, new in _TEX:
        code = re.sub(pattern, new, code)
    return code


def _array(code: str, names: NamedArrays) -> Array:
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
