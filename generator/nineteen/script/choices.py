"""A script's command in both directions: choices to ScriptSpec, and that to canonical text."""

import re
import shlex

from nineteen.errors import UsageError
from nineteen.script import expr, gates
from nineteen.script.activations import SIGMOID
from nineteen.script.options import PROGRAM, Choices, choose, short
from nineteen.script.recipe import default_hidden, recipe
from nineteen.script.separable import linearly_separable
from nineteen.script.spec import (
    Batch,
    ScriptSpec,
    default_batch_size,
    shorten,
    table_name,
)
from nineteen.script.table import MAX_OUTPUTS, TruthTable

MARK = f"# {PROGRAM} "


def spec_of(choices: Choices) -> ScriptSpec:
    """The validated ScriptSpec of what was chosen, every default filled in; the seed's is 0."""
    table, names, text = _what(choices)
    batch, activation = choices.batch or Batch.FULL, choices.activation or SIGMOID
    hidden = choices.hidden or default_hidden(table.inputs, activation)
    size = choices.batch_size
    if size is not None and batch is not Batch.MINI:
        raise UsageError(
            f"--batch-size goes with --batch mini, not {batch}: leave it out or say mini",
            "--batch-size",
        )
    if not choices.keep:
        check_learnable(table, hidden, names)
    defaults = recipe(table.inputs, hidden, batch, activation)
    return ScriptSpec(
        table=table,
        hidden=hidden,
        batch=batch,
        batch_size=default_batch_size(batch, table.rows) if size is None else size,
        activation=activation,
        lr=defaults.lr if choices.lr is None else choices.lr,
        epochs=defaults.epochs if choices.epochs is None else choices.epochs,
        seed=choices.seed or 0,
        show_loss=choices.show == "loss",
        keep=choices.keep,
        gates=names,
        expr=text,
    )


def canonical_choices(spec: ScriptSpec) -> Choices:
    """What has to be chosen for a spec: only what differs from the defaults."""
    rows, inputs = spec.table.rows, spec.table.inputs
    defaults = recipe(inputs, spec.hidden, spec.batch, spec.activation)
    size = default_batch_size(spec.batch, rows)
    return Choices(
        gates=spec.gates,
        table=None if spec.gates or spec.expr else ",".join(_bits(spec.table)),
        expr=spec.expr or None,
        hidden=None if spec.hidden == default_hidden(inputs, spec.activation) else spec.hidden,
        batch=None if spec.batch is Batch.FULL else spec.batch,
        batch_size=None if spec.batch_size == size else spec.batch_size,
        activation=None if spec.activation == SIGMOID else spec.activation,
        lr=None if spec.lr == defaults.lr else spec.lr,
        epochs=None if spec.epochs == defaults.epochs else spec.epochs,
        seed=spec.seed or None,
        show="loss" if spec.show_loss else None,
        keep=spec.keep,
    )


def read(line: str) -> ScriptSpec:
    """The ScriptSpec that a script's first line names, with today's defaults.

    Raises UsageError where the line carries no command, or one that today's parser refuses.
    """
    return spec_of(choices_of(line))


def choices_of(line: str) -> Choices:
    """What the command on a script's first line chooses. Raises UsageError as `read`."""
    _, mark, words = line.partition(MARK)
    if not mark:
        raise UsageError(f"no command on the first line: it should end with '{MARK}…'")
    try:
        return choose(shlex.split(words))
    except UsageError:
        raise
    except ValueError as error:  # shlex's own
        raise UsageError(str(error)) from None


def command(spec: ScriptSpec) -> str:
    """The canonical command: only what differs from the defaults, in a fixed order."""
    return f"{PROGRAM} {canonical_choices(spec).line}"


def file_stem(spec: ScriptSpec) -> str:
    """The name of the script's file without its ending: an identifier, the seed left out."""
    subject = list(spec.gates) or [table_name(spec.table)]
    stems = [option.stem.format(value) for option, value in canonical_choices(spec).given]
    parts = [re.sub(r"[^a-z0-9]", "_", stem.replace(",", "x")) for stem in stems if stem]
    return shorten("_".join([*subject, *parts, spec.batch]))


def _bits(table: TruthTable) -> list[str]:
    """The columns as they are written: in hexadecimal where they are long."""
    if table.rows * table.outputs <= 16:
        return list(table.columns)
    return [f"0x{int(column, 2):0{table.rows // 4}x}" for column in table.columns]


def _what(choices: Choices) -> tuple[TruthTable, tuple[str, ...], str]:
    for name in choices.gates:
        _check_word(name)
    if bool(choices.gates) + (choices.table is not None) + (choices.expr is not None) > 1:
        raise UsageError(
            "more than one thing to learn: name gates (such as xor), or --table, or --expr "
            f"({PROGRAM} --help)"
        )
    if choices.gates:
        names = tuple(gates.canonical(name, choices.inputs) for name in choices.gates)
        if len(names) > MAX_OUTPUTS:
            raise UsageError(
                f"{len(names)} gates: one network has at most {MAX_OUTPUTS} output columns"
            )
        return gates.combine(names), names, ""
    if choices.inputs is not None:
        raise UsageError(
            "--inputs goes with gate names: a table or an expression has its own number of inputs",
            "--inputs",
        )
    if choices.table is not None:
        return _table(choices.table), (), ""
    if choices.expr is not None:
        text, table = expr.parse(choices.expr)
        return table, (), text
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
    """Refuse what no weights can represent: one unit a layer draws one line (see separable.py)."""
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
