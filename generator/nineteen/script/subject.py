"""What is to be learned: gate names, truth tables or expressions, as one truth table."""

import ast
import re
from functools import reduce
from itertools import product
from operator import and_, or_, xor
from string import ascii_lowercase

from nineteen.errors import UsageError
from nineteen.script import gates
from nineteen.script.gates import MAX_INPUTS, TruthTable, linearly_separable
from nineteen.script.options import PROGRAM, short
from nineteen.script.spec import Batch
from nineteen.script.syntax import parse_expression

MAX_CHARACTERS = 400
MAX_LEVELS = 100
USE = "use and, or, not, ^, &, |, ~, ==, != and parentheses"
_NEGATED = (ast.Eq, ast.Not, ast.Invert)  # the opposite of all operands' xor
_OPERATIONS = {ast.And: and_, ast.BitAnd: and_, ast.Or: or_, ast.BitOr: or_}
_OPERATIONS |= dict.fromkeys((ast.BitXor, ast.NotEq, *_NEGATED), xor)


def subject_table(
    words: tuple[str, ...], table: str | None, expression: str | None, inputs: int | None
) -> tuple[TruthTable, tuple[str, ...], str]:
    """The truth table of gate words, bits or an expression, with the gates' names or its text.

    Raises UsageError unless exactly one of the three is there.
    """
    for word in words:
        _check_word(word)
    what = f"name gates (such as xor), or --table, or --expr ({PROGRAM} --help)"
    if bool(words) + (table is not None) + (expression is not None) > 1:
        raise UsageError(f"more than one thing to learn: {what}")
    if words:
        names = tuple(gates.canonical(word, inputs) for word in words)
        return gates.combine(names), names, ""
    if inputs is not None:
        reason = "goes with gate names: a table or an expression has its own number of inputs"
        raise UsageError(f"--inputs {reason}", "--inputs")
    if table is not None:
        return _table(table), (), ""
    if expression is not None:
        text, meant = expression_table(expression)
        return meant, (), text
    raise UsageError(f"nothing to learn: {what}")


def _check_word(word: str) -> None:
    """Refuse what is no gate's name, but was meant for the option before it."""
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]+", word):
        joined = "hidden layers (--hidden 8,4), columns of a table (--table 0110,0001) and sizes"
        reason = f"a comma joins {joined} in compare; a space separates networks, in sweep"
        raise UsageError(f"{short(word)} is no gate: {reason}")
    if word in set(Batch):
        reason = f"a script has one strategy (--batch {word}); commas separate several, in sweep"
        raise UsageError(f"{short(word)} is no gate: {reason}")


def check_learnable(
    table: TruthTable, hidden: tuple[int, ...], names: tuple[str, ...], otherwise: str = ""
) -> None:
    """Refuse what no weights can represent: one unit a layer draws only one line."""
    if set(hidden) != {1}:
        return
    for index, column in enumerate(table.columns):
        if not linearly_separable(column, table.inputs):
            name = names[index] if len(names) == table.outputs else f"output {index + 1}"
            reason = "is not linearly separable, and one hidden unit can only draw one line"
            raise UsageError(f"{name} {reason}: use --hidden 2 or more{otherwise}", "--hidden")


def _table(text: str) -> TruthTable:
    try:
        columns = tuple(map(_column, text[:1000].split(",")))
        return TruthTable((len(columns[0]) - 1).bit_length(), columns)
    except UsageError as error:
        raise UsageError(f"--table {short(text)}: {error}", "--table") from None


def _column(word: str) -> str:
    bits = word
    if re.fullmatch(r"0x[0-9a-fA-F]+", word):
        bits = f"{int(word, 16):0{4 * (len(word) - 2)}b}"
    if not re.fullmatch(r"[01]+", bits):
        raise UsageError("write the rows as 0 and 1 (0110), or in hexadecimal (0x6996)")
    if len(bits) < 2 or len(bits) & (len(bits) - 1):
        raise UsageError(f"it has {len(bits)} rows; a truth table has 2, 4, 8, … 256")
    return bits


def expression_table(text: str) -> tuple[str, TruthTable]:
    """The canonical text (as ast.unparse writes it, columns joined by ", ") and the truth table.

    The inputs are the variables in alphabetical order. The canonical text parses to itself. Nothing
    is executed: Python's syntax tree is walked, the value of a node being an integer with one bit
    for every row. Raises UsageError for whatever is no Boolean expression, or too large.
    """
    try:
        _check_length(text)
        columns = _columns(text)
        table = _evaluated(columns, text.strip())
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
    if odd := re.search(r"[^ -~]|#", text):
        raise UsageError(f"the character {short(odd[0])} is not allowed: {USE}")
    if not text.strip():
        raise UsageError("it is empty: write an expression such as 'a != b'")
    try:
        tree = parse_expression(text.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply")
        raise UsageError(f"Python cannot read it ({reason}): {USE}") from None
    return tree.elts if isinstance(tree, ast.Tuple) else [tree]


def _evaluated(columns: list[ast.expr], text: str) -> TruthTable:
    nodes = [node for column in columns for node in ast.walk(column)]
    letters = {node.id for node in nodes if isinstance(node, ast.Name)} & {*ascii_lowercase}
    inputs, rows = len(letters), 2 ** len(letters)
    miscounted = UsageError(f"it has {inputs} variables: use 1 to {MAX_INPUTS}")
    if inputs > MAX_INPUTS:
        raise miscounted
    # The first row is the highest bit: a value written in binary is a column in row order.
    bits = zip(sorted(letters), zip(*product("01", repeat=inputs), strict=True), strict=True)
    variables = {letter: int("".join(column), 2) for letter, column in bits}
    values = [_value(column, text, variables, 2**rows - 1) for column in columns]
    if not inputs:
        raise miscounted
    return TruthTable(inputs, tuple(f"{value:0{rows}b}" for value in values))


def _value(node: ast.expr, text: str, variables: dict[str, int], ones: int, level: int = 1) -> int:
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
            parts = (_value(part, text, variables, ones, level + 1) for part in operands)
            value = reduce(_OPERATIONS[type(op)], parts)
            return ones ^ value if isinstance(op, _NEGATED) else value
        case ast.BinOp() | ast.Compare():
            left, right = operands
            operator = text[left.end_col_offset : right.col_offset].strip(" ()")
            raise UsageError(f"the operator {operator} is not a Boolean one: {USE}")
    raise UsageError(f"{short(text[node.col_offset : node.end_col_offset])} {fault}")
