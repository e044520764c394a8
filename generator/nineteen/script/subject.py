"""What is to be learned: gate names, truth tables or expressions, as one truth table."""

import re

from nineteen.errors import UsageError
from nineteen.script import expr, gates
from nineteen.script.options import PROGRAM, short
from nineteen.script.spec import Batch
from nineteen.script.table import MAX_OUTPUTS, TruthTable, linearly_separable


def subject_table(
    words: tuple[str, ...], table: str | None, expression: str | None, inputs: int | None
) -> tuple[TruthTable, tuple[str, ...], str]:
    """The truth table of gate words, bits or an expression, with the gates' names or its text.

    Raises UsageError unless exactly one of the three is there.
    """
    for name in words:
        _check_word(name)
    if bool(words) + (table is not None) + (expression is not None) > 1:
        raise UsageError(
            "more than one thing to learn: name gates (such as xor), or --table, or --expr "
            f"({PROGRAM} --help)"
        )
    if words:
        names = tuple(gates.canonical(name, inputs) for name in words)
        if len(names) > MAX_OUTPUTS:
            raise UsageError(
                f"{len(names)} gates: one network has at most {MAX_OUTPUTS} output columns"
            )
        return gates.combine(names), names, ""
    if inputs is not None:
        raise UsageError(
            "--inputs goes with gate names: a table or an expression has its own number of inputs",
            "--inputs",
        )
    if table is not None:
        return _table(table), (), ""
    if expression is not None:
        text, meant = expr.parse(expression)
        return meant, (), text
    raise UsageError(
        f"nothing to learn: name gates (such as xor), or --table, or --expr ({PROGRAM} --help)"
    )


def _check_word(word: str) -> None:
    """Refuse what is no gate's name, but was meant for the option before it."""
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]+", word):
        raise UsageError(
            f"{short(word)} is no gate: a comma joins hidden layers (--hidden 8,4), columns of a "
            "table (--table 0110,0001) and sizes in compare; a space separates networks, in sweep"
        )
    if word in set(Batch):
        raise UsageError(
            f"{short(word)} is no gate: a script has one strategy (--batch {word}); "
            "commas separate several, in sweep"
        )


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
            raise UsageError(
                f"{name} is not linearly separable, and one hidden unit can only draw one line: "
                f"use --hidden 2 or more{otherwise}",
                "--hidden",
            )


def _table(text: str) -> TruthTable:
    columns = [_column(word) for word in text[:1000].split(",")]
    if len({len(column) for column in columns}) > 1:
        raise UsageError(
            f"--table {short(text)}: its columns have different lengths; each needs as many rows",
            "--table",
        )
    return TruthTable((len(columns[0]) - 1).bit_length(), tuple(columns))


def _column(word: str) -> str:
    if re.fullmatch(r"0x[0-9a-fA-F]+", word):
        bits = f"{int(word, 16):0{4 * (len(word) - 2)}b}"
    elif re.fullmatch(r"[01]+", word):
        bits = word
    else:
        raise UsageError(
            f"--table {short(word)}: write the rows as 0 and 1 (0110), or in hexadecimal (0x6996)",
            "--table",
        )
    if len(bits) < 2 or len(bits) & (len(bits) - 1):
        raise UsageError(
            f"--table {short(word)}: it has {len(bits)} rows; a truth table has 2, 4, 8, … 256",
            "--table",
        )
    return bits
