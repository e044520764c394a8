"""The functions that have a name: one row each in templates/gates.toml."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.table import MAX_INPUTS, TruthTable
from nineteen.script.templates import data


@dataclass(frozen=True)
class Gate:
    """A function that has a name: a row of templates/gates.toml, which explains its keys."""

    name: str
    meaning: str
    bits: tuple[str, ...] = ()
    rule: str = ""
    y: str = ""
    y_meaning: str = ""
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def own_inputs(self) -> int:
        """How many inputs the gate always has; 0 where it may have any number."""
        return (len(self.bits[0]) - 1).bit_length() if self.bits else 0


def _row(name: str, facts: dict[str, Any]) -> Gate:
    lists = {key: tuple(fact) for key, fact in facts.items() if isinstance(fact, list)}
    return Gate(name, **facts | lists)


GATES = {name: _row(name, facts) for name, facts in data("gates.toml").items()}
_ALIASES = {alias: gate.name for gate in GATES.values() for alias in gate.aliases}


def gate_of(name: str) -> Gate:
    """The row of a canonical name such as "xor", "and4" or "mux"."""
    return GATES[name.rstrip("0123456789")]


def table_of(name: str) -> TruthTable:
    """The truth table of a canonical gate name such as "xor", "and4" or "mux"."""
    gate = gate_of(name)
    inputs = gate.own_inputs or int(name[len(gate.name) :] or 2)
    if gate.bits:
        return TruthTable(inputs, gate.bits)
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
