"""Boolean expressions: from text such as "a != b, a and b" to a truth table."""

import ast
from functools import reduce
from operator import and_, or_, xor
from string import ascii_lowercase

from nineteen.errors import UsageError
from nineteen.script.options import short
from nineteen.script.syntax import parse_expression
from nineteen.script.table import MAX_INPUTS, TruthTable

MAX_CHARACTERS = 400
MAX_LEVELS = 100
USE = "use and, or, not, ^, &, |, ~, ==, != and parentheses"
_OPERATIONS = {
    **{ast.And: and_, ast.BitAnd: and_, ast.Or: or_, ast.BitOr: or_},
    **{ast.BitXor: xor, ast.NotEq: xor, ast.Eq: xor, ast.Not: xor, ast.Invert: xor},
}
_NEGATED = (ast.Eq, ast.Not, ast.Invert)


def parse(text: str) -> tuple[str, TruthTable]:
    """The canonical text (as ast.unparse writes it, columns joined by ", ") and the truth table.

    The inputs are the variables of all columns in alphabetical order. The canonical text parses to
    itself. Nothing is executed: Python's syntax tree (module ast) is walked, the value of a node
    being an integer with one bit for every row. Raises UsageError for whatever is no variable, bit
    or Boolean operation, or too large.
    """
    try:
        _check_length(text)
        columns = _columns(text)
        table = _table(columns, text.strip())
        canonical = ", ".join(map(ast.unparse, columns))
        _check_length(canonical)
        return canonical, table
    except UsageError as error:
        raise UsageError(f"--expr {short(text)}: {error}", "--expr") from None


def _check_length(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        size = f"{len(text)} characters, spaces included, are more than {MAX_CHARACTERS}"
        raise UsageError(f"{size}: shorten it or give its bits with --table")


def _columns(text: str) -> list[ast.expr]:
    for character in text:
        if not (character.isascii() and character.isprintable()) or character == "#":
            raise UsageError(f"the character {short(character)} is not allowed: {USE}")
    if not text.strip():
        raise UsageError("it is empty: write an expression such as 'a != b'")
    try:
        tree = parse_expression(text.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply")
        raise UsageError(f"Python cannot read it ({reason}): {USE}") from None
    return tree.elts if isinstance(tree, ast.Tuple) else [tree]


def _table(columns: list[ast.expr], source: str) -> TruthTable:
    nodes = [node for column in columns for node in ast.walk(column)]
    letters = {node.id for node in nodes if isinstance(node, ast.Name)} & {*ascii_lowercase}
    inputs, rows = len(letters), 2 ** len(letters)
    miscounted = UsageError(f"it has {inputs} variables: use 1 to {MAX_INPUTS}")
    if inputs > MAX_INPUTS:
        raise miscounted
    # The first row is the highest bit: a value written in binary is a column in row order.
    variables, half = {}, rows
    for letter in sorted(letters):
        half //= 2
        variables[letter] = int(("0" * half + "1" * half) * (rows // half // 2), 2)
    values = [_value(column, source, variables, 2**rows - 1) for column in columns]
    if not inputs:
        raise miscounted
    return TruthTable(inputs, tuple(f"{value:0{rows}b}" for value in values))


def _value(
    node: ast.expr, source: str, variables: dict[str, int], ones: int, level: int = 1
) -> int:
    """The value of a node in all rows, one bit a row; `ones` is the constant 1."""
    if level > MAX_LEVELS:
        raise UsageError(f"operators are nested over {MAX_LEVELS} deep: simplify it")
    operands = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
    fault = f"is no variable, bit or Boolean operation: {USE}"
    match node:
        case ast.Name(id=name):
            if name in variables:
                return variables[name]
            fault = "is no letter from a to z: rename it"
        case ast.Constant(value=value):
            if type(value) is int and value in (0, 1):
                return ones * value
            fault = "is no bit: write 0 or 1"
        case ast.Compare(ops=[_, _, *_]):
            fault = "chains comparisons: put one of them in parentheses"
        case ast.BoolOp(op=op) | ast.UnaryOp(op=op) | ast.BinOp(op=op) | ast.Compare(ops=[op]) if (
            type(op) in _OPERATIONS
        ):
            parts = (_value(part, source, variables, ones, level + 1) for part in operands)
            value = reduce(_OPERATIONS[type(op)], parts)
            return ones ^ value if isinstance(op, _NEGATED) else value
        case ast.BinOp() | ast.Compare():
            left, right = operands
            operator = source[left.end_col_offset : right.col_offset].strip(" ()")
            raise UsageError(f"the operator {operator} is not a Boolean one: {USE}")
    raise UsageError(f"{short(source[node.col_offset : node.end_col_offset])} {fault}")
