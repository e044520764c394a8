"""Truth tables, and the gates, whose truth tables have a name: a row each in gates.toml."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from operator import add, mul

from nineteen.errors import UsageError
from nineteen.script.templates import data

MAX_INPUTS = 8
MAX_OUTPUTS = 8
MAX_BITS = 256


@dataclass(frozen=True)
class TruthTable:
    """One bit string per output, the row of zeros first; the first input is the highest bit."""

    inputs: int
    columns: tuple[str, ...]

    def __post_init__(self) -> None:
        wrong = ""
        if not 1 <= self.inputs <= MAX_INPUTS or not 1 <= self.outputs <= MAX_OUTPUTS:
            wrong = f"it has 1 to {MAX_INPUTS} inputs here, and 1 to {MAX_OUTPUTS} outputs"
        elif self.predictions > MAX_BITS:
            wrong = f"rows times outputs is at most {MAX_BITS}, so that it fits in a script"
        elif any(len(column) != self.rows or set(column) - {*"01"} for column in self.columns):
            wrong = f"each column is {self.rows} bits, 0 or 1"
        if wrong:
            sizes = f"{self.inputs} inputs and {self.outputs} outputs"
            raise UsageError(f"a truth table of {sizes}: {wrong}")

    @property
    def rows(self) -> int:
        return 1 << self.inputs

    @property
    def outputs(self) -> int:
        return len(self.columns)

    @property
    def predictions(self) -> int:
        """How many numbers a network answers with: rows times outputs."""
        return self.rows * self.outputs

    @property
    def name(self) -> str:
        """The table as an identifier, its columns in hexadecimal: table3_96."""
        return "_".join([f"table{self.inputs}", *(f"{int(one, 2):x}" for one in self.columns)])

    def targets(self) -> tuple[tuple[int, ...], ...]:
        """The wanted outputs, row by row: (rows, outputs), each 0 or 1."""
        return tuple(tuple(map(int, row)) for row in zip(*self.columns, strict=True))

    def ignores_an_input(self) -> bool:
        """Whether some input never makes a difference, as in a copy of one input."""
        wanted, rows, places = self.targets(), range(self.rows), range(self.inputs)
        return any(all(wanted[row] == wanted[row ^ 1 << at] for row in rows) for at in places)

    def inputs_of(self, row: int) -> str:
        """The inputs of a row as bits, such as "01"."""
        return f"{row:0{self.inputs}b}"


def linearly_separable(column: str, inputs: int) -> bool:
    """True if a hyperplane parts the rows of ones from the rows of zeros; True for a constant.

    A perceptron in whole numbers decides it exactly: where there is a hyperplane, it finds one
    (Novikoff 1962); where there is none, its weights stay bounded (Minsky and Papert 1969), so it
    comes back to weights that it had before a round, and would go round for ever.
    """
    points = []  # with an input that is always 1, and negated where the column has a zero
    for bit, values in zip(column, product((-1, 1), repeat=inputs), strict=True):
        points.append(tuple(value if bit == "1" else -value for value in (1, *values)))
    weights, seen = (0,) * (inputs + 1), set[tuple[int, ...]]()
    while weights not in seen:
        seen.add(weights)
        for point in points:
            if sum(map(mul, weights, point)) <= 0:
                weights = tuple(map(add, weights, point))
    return all(sum(map(mul, weights, point)) > 0 for point in points)


@dataclass(frozen=True)
class Gate:
    """A function that has a name: a row of templates/gates.toml, which explains its keys."""

    name: str
    meaning: str
    bits: Sequence[str] = ()
    rule: str = ""
    y: str = ""
    y_meaning: str = ""
    inputs: Sequence[str] = ()
    outputs: Sequence[str] = ()
    aliases: Sequence[str] = ()

    @property
    def own_inputs(self) -> int:
        """How many inputs the gate always has; 0 where it may have any number."""
        return (len(self.bits[0]) - 1).bit_length() if self.bits else 0


GATES = {name: Gate(name, **facts) for name, facts in data("gates.toml").items()}
_ALIASES = {alias: gate.name for gate in GATES.values() for alias in gate.aliases}


def gate_of(name: str) -> Gate:
    """The row of a canonical name such as "xor", "and4" or "mux"."""
    return GATES[name.rstrip("0123456789")]


def table_of(name: str) -> TruthTable:
    """The truth table of a canonical gate name such as "xor", "and4" or "mux"."""
    gate = gate_of(name)
    inputs = gate.own_inputs or int(name[len(gate.name) :] or 2)
    if gate.bits:
        return TruthTable(inputs, tuple(gate.bits))
    wanted = eval(f"lambda ones, inputs: {gate.rule}", {})  # a text of our own table
    bits = (str(int(wanted(row.bit_count(), inputs))) for row in range(2**inputs))
    return TruthTable(inputs, ("".join(bits),))


def canonical(text: str, inputs: int | None = None) -> str:
    """The canonical name of a gate as a user writes it: an alias, a number of inputs, or neither.

    Raises UsageError for an unknown name or a number of inputs that the gate cannot have.
    """
    match = re.fullmatch(r"([a-z_]+?)[_-]?([0-9]{0,3})", text.lower().replace("-", "_"), re.ASCII)
    stem = _ALIASES.get(match[1], match[1]) if match else ""
    if not match or stem not in GATES:
        from difflib import get_close_matches

        near = get_close_matches(text[:40].lower(), [*GATES, *_ALIASES], n=1)
        told = f"did you mean '{near[0]}'? (python -m generator list)" if near else ""
        raise UsageError(f"unknown gate {text[:40]!a}: {told or 'see python -m generator list'}")
    count = int(match[2]) if match[2] else inputs
    own, wrong = GATES[stem].own_inputs, ""
    if inputs not in (None, count):
        wrong = f"has {count} inputs and --inputs says {inputs}: leave one of them out"
    elif own and count not in (None, own):
        wrong = f"always has {own} input{'s' * (own > 1)}, not {count}: leave it out"
    elif count is not None and not 1 <= count <= MAX_INPUTS:
        wrong = f"with {count} inputs: a truth table here has 1 to {MAX_INPUTS} inputs"
    if wrong:
        raise UsageError(f"gate '{stem}' {wrong}")
    return stem if own or count in (None, 2) else f"{stem}{count}"


def combine(names: tuple[str, ...]) -> TruthTable:
    """One table whose output columns are those of the named gates, in their order."""
    tables = [table_of(name) for name in names]
    inputs = tables[0].inputs
    for name, table in zip(names, tables, strict=True):
        if table.inputs != inputs:
            have = f"gates '{names[0]}' and '{name}' have {inputs} and {table.inputs} inputs"
            same = "one network needs the same for all (--inputs N sets those of and, or, xor, …)"
            raise UsageError(f"{have}: {same}")
    return TruthTable(inputs, tuple(column for table in tables for column in table.columns))


def names() -> list[str]:
    """Every name once, in the order of the list: one input, then two, then more."""
    return sorted(GATES, key=lambda name: (table_of(name).inputs, table_of(name).outputs))
