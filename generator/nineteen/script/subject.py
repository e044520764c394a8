"""What is to be learned: gate names, truth tables or expressions, as one truth table."""

import re

from nineteen.errors import UsageError
from nineteen.script import expr, gates
from nineteen.script.options import PROGRAM, short
from nineteen.script.spec import Batch
from nineteen.script.table import TruthTable, linearly_separable


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
        text, meant = expr.parse(expression)
        return meant, (), text
    raise UsageError(f"nothing to learn: {what}")


def _check_word(word: str) -> None:
    """Refuse what is no gate's name, but was meant for the option before it."""
    reason = ""
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]+", word):
        reason = (
            "a comma joins hidden layers (--hidden 8,4), columns of a table (--table 0110,0001) "
            "and sizes in compare; a space separates networks, in sweep"
        )
    elif word in set(Batch):
        reason = f"a script has one strategy (--batch {word}); commas separate several, in sweep"
    if reason:
        raise UsageError(f"{short(word)} is no gate: {reason}")


def check_learnable(
    table: TruthTable,
    hidden: tuple[int, ...],
    names: tuple[str, ...],
    otherwise: str = " (--keep makes the script all the same)",
) -> None:
    """Refuse what no weights can represent: one unit a layer draws one line (see table.py)."""
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
