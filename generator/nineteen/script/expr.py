"""Boolean expressions: from text such as "a != b, a and b" to a truth table."""

import ast
from functools import reduce
from operator import and_, or_
from string import ascii_lowercase

from nineteen.errors import UsageError
from nineteen.script.options import short
from nineteen.script.syntax import parse_expression
from nineteen.script.table import MAX_INPUTS, TruthTable

MAX_CHARACTERS = 400
MAX_LEVELS = 100
USE = "use and, or, not, ^, &, |, ~, ==, != and parentheses"


def parse(text: str) -> tuple[str, TruthTable]:
    """The canonical text (as ast.unparse writes it, columns joined by ", ") and the truth table.

    The inputs are the variables of all columns in alphabetical order. The canonical text parses to
    itself. Nothing is executed: Python's syntax tree (module ast) is checked against a whitelist
    and then walked, the value of a node being an integer with one bit for every row. Raises
    UsageError for whatever is not on the whitelist or too large.
    """
    try:
        _check_length(text)
        columns = _columns(text)
        canonical = ", ".join(map(ast.unparse, columns))
        _check_length(canonical)
        return canonical, _table(columns)
    except UsageError as error:
        raise UsageError(f"--expr {short(text)}: {error}", "--expr") from None


def _check_length(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        size = f"{len(text)} characters, spaces included, are more than {MAX_CHARACTERS}"
        raise UsageError(f"{size}: shorten it or give its bits with --table")


def _columns(text: str) -> list[ast.expr]:
    """The syntax trees of the columns, every node of them on the whitelist."""
    for character in text:
        if not (character.isascii() and character.isprintable()) or character == "#":
            raise UsageError(f"the character {short(character)} is not allowed: {USE}")
    source = text.strip()
    if not source:
        raise UsageError("it is empty: write an expression such as 'a != b'")
    try:
        tree = parse_expression(source)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply")
        raise UsageError(f"Python cannot read it ({reason}): {USE}") from None

    columns = tree.elts if isinstance(tree, ast.Tuple) else [tree]
    level = columns
    for _ in range(MAX_LEVELS):
        for node in level:
            if fault := _fault(node, source):
                raise UsageError(fault)
        level = [operand for node in level for operand in _operands(node)]
    if level:
        raise UsageError(f"operators are nested over {MAX_LEVELS} deep: simplify it")
    return columns


def _operands(node: ast.expr) -> list[ast.expr]:
    return [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]


def _fault(node: ast.expr, source: str) -> str | None:
    """What is wrong with a node, its operands aside; None if it is on the whitelist."""
    part = short(source[node.col_offset : node.end_col_offset])
    match node:
        case ast.BoolOp() | ast.UnaryOp(op=ast.Not() | ast.Invert()):
            return None
        case ast.BinOp(op=ast.BitXor() | ast.BitAnd() | ast.BitOr()):
            return None
        case ast.Compare(ops=[ast.Eq() | ast.NotEq()]):
            return None
        case ast.Name(id=name):
            is_letter = len(name) == 1 and name in ascii_lowercase
            return None if is_letter else f"{part} is no letter from a to z: rename it"
        case ast.Constant(value=value):
            is_bit = type(value) is int and value in (0, 1)
            return None if is_bit else f"{part} is no bit: write 0 or 1"
        case ast.Compare(ops=[_, _, *_]):
            return f"{part} chains comparisons: put one of them in parentheses"
        case ast.BinOp() | ast.Compare():
            left, right = _operands(node)
            operator = source[left.end_col_offset : right.col_offset].strip(" ()")
            return f"the operator {operator} is not a Boolean one: {USE}"
        case _:
            return f"{part} is no variable, bit or Boolean operation: {USE}"


def _table(columns: list[ast.expr]) -> TruthTable:
    nodes = [node for column in columns for node in ast.walk(column)]
    names = sorted({node.id for node in nodes if isinstance(node, ast.Name)})
    inputs, rows = len(names), 2 ** len(names)
    if not 1 <= inputs <= MAX_INPUTS:
        raise UsageError(f"it has {inputs} variables: use 1 to {MAX_INPUTS}")

    # The first row is the highest bit: a value written in binary is a column in row order.
    variables = {}
    half = rows
    for name in names:
        half //= 2
        variables[name] = int(("0" * half + "1" * half) * (rows // half // 2), 2)
    values = [_value(column, variables, 2**rows - 1) for column in columns]
    return TruthTable(inputs, tuple(f"{value:0{rows}b}" for value in values))


def _value(node: ast.expr, variables: dict[str, int], ones: int) -> int:
    """The value of a whitelisted node in all rows, one bit a row; ones is the constant 1."""
    values = [_value(operand, variables, ones) for operand in _operands(node)]
    match node:
        case ast.Name(id=name):
            return variables[name]
        case ast.Constant(value=bit):
            return ones if bit else 0
        case ast.UnaryOp():
            return ones ^ values[0]
        case ast.BoolOp(op=ast.And()) | ast.BinOp(op=ast.BitAnd()):
            return reduce(and_, values)
        case ast.BoolOp(op=ast.Or()) | ast.BinOp(op=ast.BitOr()):
            return reduce(or_, values)
        case ast.BinOp(op=ast.BitXor()) | ast.Compare(ops=[ast.NotEq()]):
            return values[0] ^ values[1]
        case _:  # ==, all that is left of the whitelist
            return ones ^ values[0] ^ values[1]
