"""The functions that have a name, as literals and one-line rules, and their usual aliases."""

import re
from collections.abc import Callable
from difflib import get_close_matches

from nineteen.errors import UsageError
from nineteen.script.table import MAX_INPUTS, TruthTable

# Functions of any number of inputs: what is wanted of `ones` inputs that are 1 out of `inputs`.
SCALABLE: dict[str, Callable[[int, int], bool]] = {
    "and": lambda ones, inputs: ones == inputs,
    "or": lambda ones, inputs: ones > 0,
    "xor": lambda ones, inputs: ones % 2 == 1,
    "nand": lambda ones, inputs: ones < inputs,
    "nor": lambda ones, inputs: ones == 0,
    "xnor": lambda ones, inputs: ones % 2 == 0,
    "majority": lambda ones, inputs: 2 * ones > inputs,
}

# Functions of a fixed number of inputs: one bit string per output, in row order.
FIXED: dict[str, tuple[str, ...]] = {
    "not": ("10",),
    "buffer": ("01",),
    "false": ("0000",),
    "nimply": ("0010",),
    "a": ("0011",),
    "cnimply": ("0100",),
    "b": ("0101",),
    "not_b": ("1010",),
    "cimply": ("1011",),
    "not_a": ("1100",),
    "imply": ("1101",),
    "true": ("1111",),
    "half_adder": ("0110", "0001"),  # sum, carry
    "full_adder": ("01101001", "00010111"),  # sum, carry
    "mux": ("00110101",),  # inputs select, a, b: a where select is 0, b where it is 1
    "decoder": ("1000", "0100", "0010", "0001"),  # one-hot: output i is 1 for the number i
    "equal": ("1000010000100001",),  # two 2-bit numbers, a = b
    "greater": ("0000100011001110",),  # two 2-bit numbers, a > b
}

ALIASES: dict[str, str] = {
    "conjunction": "and",
    "disjunction": "or",
    "parity": "xor",
    "exor": "xor",
    "eor": "xor",
    "odd": "xor",
    "even": "xnor",
    "nxor": "xnor",
    "xand": "xnor",
    "iff": "xnor",
    "equiv": "xnor",
    "implies": "imply",
    "converse": "cimply",
    "inhibit": "nimply",
    "maj": "majority",
    "inverter": "not",
    "identity": "buffer",
    "id": "buffer",
    "nota": "not_a",
    "notb": "not_b",
    "zero": "false",
    "one": "true",
    "multiplexer": "mux",
    "halfadder": "half_adder",
    "fulladder": "full_adder",
    "equality": "equal",
    "comparator": "greater",
}


def table_of(name: str) -> TruthTable:
    """The truth table of a canonical gate name such as "xor", "and4" or "mux"."""
    stem, inputs = split(name)
    if stem in FIXED:
        return TruthTable(inputs, FIXED[stem])
    wanted = SCALABLE[stem]
    bits = "".join(str(int(wanted(row.bit_count(), inputs))) for row in range(2**inputs))
    return TruthTable(inputs, (bits,))


def split(name: str) -> tuple[str, int]:
    """A canonical name's stem and number of inputs: "xor" gives ("xor", 2), "and4" ("and", 4)."""
    if name in FIXED:
        return name, (len(FIXED[name][0]) - 1).bit_length()
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or 2)


def canonical(text: str, inputs: int | None = None) -> str:
    """The canonical name of a gate as a user writes it: an alias, a number of inputs, or neither.

    Raises UsageError for an unknown name or a number of inputs that the gate cannot have.
    """
    match = re.fullmatch(r"([a-z_]+?)[_-]?([0-9]{0,3})", text.lower().replace("-", "_"), re.ASCII)
    stem = ALIASES.get(match[1], match[1]) if match else ""
    if not match or (stem not in SCALABLE and stem not in FIXED):
        raise UsageError(_unknown(text))
    named = int(match[2]) if match[2] else None
    if named is not None and inputs is not None and named != inputs:
        raise UsageError(
            f"gate '{text}' has {named} inputs and --inputs says {inputs}: leave one of them out"
        )
    count = named if named is not None else inputs
    if stem in FIXED:
        own = split(stem)[1]
        if count is not None and count != own:
            raise UsageError(
                f"gate '{stem}' always has {own} input{'s' * (own > 1)}, not {count}: leave it out"
            )
        return stem
    count = 2 if count is None else count
    if not 1 <= count <= MAX_INPUTS:
        raise UsageError(
            f"gate '{stem}' with {count} inputs: a truth table here has 1 to {MAX_INPUTS} inputs"
        )
    return stem if count == 2 else f"{stem}{count}"


def combine(names: tuple[str, ...]) -> TruthTable:
    """One table whose output columns are those of the named gates, in their order."""
    tables = [table_of(name) for name in names]
    inputs = tables[0].inputs
    for name, table in zip(names, tables, strict=True):
        if table.inputs != inputs:
            raise UsageError(
                f"gates '{names[0]}' and '{name}' have {inputs} and {table.inputs} inputs: "
                "one network needs the same number for all (--inputs N sets it for and, or, xor, …)"
            )
    return TruthTable(inputs, tuple(column for table in tables for column in table.columns))


def names() -> list[str]:
    """Every name once, in the order of the list: one input, then two, then more."""
    return sorted([*FIXED, *SCALABLE], key=lambda name: (split(name)[1], table_of(name).outputs))


def _unknown(text: str) -> str:
    near = get_close_matches(text[:40].lower(), [*SCALABLE, *FIXED, *ALIASES], n=1)
    hint = (
        f"did you mean '{near[0]}'? (python -m generator list)"
        if near
        else "see python -m generator list"
    )
    return f"unknown gate {text[:40]!a}: {hint}"
