"""A script's command in both directions: options to ScriptSpec, and that to canonical text."""

import argparse
import re
import shlex

from nineteen.errors import UsageError
from nineteen.script import expr, gates
from nineteen.script.options import PROGRAM, parser, short
from nineteen.script.recipe import default_hidden, recipe
from nineteen.script.separable import linearly_separable
from nineteen.script.spec import (
    Activation,
    Batch,
    ScriptSpec,
    default_batch_size,
    shorten,
    table_name,
)
from nineteen.script.table import MAX_OUTPUTS, TruthTable

MARK = f"# {PROGRAM} "


def spec_of(options: argparse.Namespace) -> ScriptSpec:
    """The validated ScriptSpec of parsed options, every default filled in; the seed's is 0."""
    table, names, text = _what(options)
    hidden = options.hidden or default_hidden(table.inputs, options.activation)
    if options.batch_size is not None and options.batch is not Batch.MINI:
        raise UsageError(
            f"--batch-size goes with --batch mini, not {options.batch}: leave it out or say mini"
        )
    _check_learnable(table, hidden, names, options.keep)
    size = options.batch_size
    defaults = recipe(table.inputs, hidden, options.batch, options.activation)
    return ScriptSpec(
        table=table,
        hidden=hidden,
        batch=options.batch,
        batch_size=default_batch_size(options.batch, table.rows) if size is None else size,
        activation=options.activation,
        lr=defaults.lr if options.lr is None else options.lr,
        epochs=defaults.epochs if options.epochs is None else options.epochs,
        seed=options.seed or 0,
        show_loss=options.show == "loss",
        keep=options.keep,
        gates=names,
        expr=text,
    )


def read(line: str) -> ScriptSpec:
    """The ScriptSpec that a script's first line names.

    Raises UsageError where the line carries no command, or one that today's parser refuses.
    """
    _, mark, words = line.partition(MARK)
    if not mark:
        raise UsageError(f"no command on the first line: it should end with '{MARK}…'")
    try:
        return spec_of(parser().parse_intermixed_args(shlex.split(words)))
    except ValueError as error:  # UsageError, and shlex's own
        raise UsageError(str(error)) from None


def command(spec: ScriptSpec) -> str:
    """The canonical command: only what differs from the defaults, in a fixed order."""
    return " ".join(
        [
            PROGRAM,
            _subject(spec),
            *(f"{option} {value}".strip() for option, value, _ in _choices(spec)),
        ]
    )


def file_stem(spec: ScriptSpec) -> str:
    """The name of the script's file without its ending: an identifier, the seed left out."""
    subject = list(spec.gates) or [table_name(spec.table)]
    parts = [re.sub(r"[^a-z0-9]", "_", part) for _, _, part in _choices(spec) if part]
    return shorten("_".join([*subject, *parts, spec.batch]))


def number(value: float) -> str:
    """A learning rate as it is written: 1, 0.5, 1e-05."""
    return repr(float(value)).removesuffix(".0")


def _choices(spec: ScriptSpec) -> list[tuple[str, str, str]]:
    """What differs from the defaults, in order: option, value, part of the file's name or ""."""
    rows, inputs = spec.table.rows, spec.table.inputs
    defaults = recipe(inputs, spec.hidden, spec.batch, spec.activation)
    sizes = ",".join(map(str, spec.hidden))
    every = [
        (
            spec.hidden != default_hidden(inputs, spec.activation),
            "--hidden",
            sizes,
            f"h{sizes.replace(',', 'x')}",
        ),
        (spec.batch is not Batch.FULL, "--batch", spec.batch, ""),
        (
            spec.batch_size != default_batch_size(spec.batch, rows),
            "--batch-size",
            str(spec.batch_size),
            f"k{spec.batch_size}",
        ),
        (
            spec.activation is not Activation.SIGMOID,
            "--activation",
            spec.activation,
            spec.activation,
        ),
        (spec.lr != defaults.lr, "--lr", number(spec.lr), f"lr{number(spec.lr)}"),
        (spec.epochs != defaults.epochs, "--epochs", str(spec.epochs), f"e{spec.epochs}"),
        (spec.seed != 0, "--seed", str(spec.seed), ""),
        (spec.show_loss, "--show", "loss", "loss"),
        (spec.keep, "--keep", "", "keep"),
    ]
    return [(option, value, part) for differs, option, value, part in every if differs]


def _subject(spec: ScriptSpec) -> str:
    if spec.gates:
        return " ".join(spec.gates)
    if spec.expr:
        return f'--expr "{spec.expr}"'
    return f"--table {','.join(map(_bits, [spec.table] * spec.table.outputs, spec.table.columns))}"


def _bits(table: TruthTable, column: str) -> str:
    if table.rows * table.outputs <= 16:
        return column
    return f"0x{int(column, 2):0{table.rows // 4}x}"


def _what(options: argparse.Namespace) -> tuple[TruthTable, tuple[str, ...], str]:
    given = [bool(options.gate), options.table is not None, options.expr is not None]
    if sum(given) != 1:
        problem = "nothing to learn" if not any(given) else "more than one thing to learn"
        raise UsageError(
            f"{problem}: name gates (such as xor), or --table, or --expr ({PROGRAM} --help)"
        )
    if options.gate:
        names = tuple(gates.canonical(name, options.inputs) for name in options.gate)
        if len(names) > MAX_OUTPUTS:
            raise UsageError(
                f"{len(names)} gates: one network has at most {MAX_OUTPUTS} output columns"
            )
        return gates.combine(names), names, ""
    if options.inputs is not None:
        raise UsageError(
            "--inputs goes with gate names: a table or an expression has its own number of inputs"
        )
    if options.expr is not None:
        text, table = expr.parse(options.expr)
        return table, (), text
    return _table(options.table), (), ""


def _check_learnable(
    table: TruthTable, hidden: tuple[int, ...], names: tuple[str, ...], keep: bool
) -> None:
    """Refuse what no weights can represent: one unit a layer draws one line (see separable.py)."""
    if keep or set(hidden) != {1}:
        return
    for index, column in enumerate(table.columns):
        if not linearly_separable(column, table.inputs):
            name = names[index] if len(names) == table.outputs else f"output {index + 1}"
            raise UsageError(
                f"{name} is not linearly separable, and one hidden unit can only draw one line: "
                "use --hidden 2 or more (--keep makes the script all the same)"
            )


def _table(text: str) -> TruthTable:
    columns = [_column(word) for word in text[:1000].split(",")]
    if len({len(column) for column in columns}) > 1:
        raise UsageError(
            f"--table {short(text)}: its columns have different lengths; each needs as many rows"
        )
    return TruthTable((len(columns[0]) - 1).bit_length(), tuple(columns))


def _column(word: str) -> str:
    if re.fullmatch(r"0x[0-9a-fA-F]+", word):
        bits = f"{int(word, 16):0{4 * (len(word) - 2)}b}"
    elif re.fullmatch(r"[01]+", word):
        bits = word
    else:
        raise UsageError(
            f"--table {short(word)}: write the rows as 0 and 1 (0110), or in hexadecimal (0x6996)"
        )
    if len(bits) < 2 or len(bits) & (len(bits) - 1):
        raise UsageError(
            f"--table {short(word)}: it has {len(bits)} rows; a truth table has 2, 4, 8, … 256"
        )
    return bits
