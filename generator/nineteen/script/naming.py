"""The gates in words: what each does, and what its inputs and outputs are called."""

import re
from string import ascii_lowercase

from nineteen.script.gates import split
from nineteen.script.spec import ScriptSpec

MEANINGS: dict[str, str] = {
    "and": "1 if every input is 1, otherwise 0",
    "or": "1 if at least one input is 1, otherwise 0",
    "xor": "1 if an odd number of inputs are 1, otherwise 0",
    "nand": "0 if every input is 1, otherwise 1",
    "nor": "0 if at least one input is 1, otherwise 1",
    "xnor": "1 if an even number of inputs are 1, otherwise 0",
    "majority": "1 if more than half of the inputs are 1, otherwise 0",
    "not": "the opposite of its input",
    "buffer": "a copy of its input",
    "false": "always 0",
    "nimply": "1 if a is 1 and b is 0, otherwise 0",
    "a": "a copy of a",
    "cnimply": "1 if a is 0 and b is 1, otherwise 0",
    "b": "a copy of b",
    "not_b": "the opposite of b",
    "cimply": "0 if a is 0 and b is 1, otherwise 1",
    "not_a": "the opposite of a",
    "imply": "0 if a is 1 and b is 0, otherwise 1",
    "true": "always 1",
    "half_adder": "the sum of two bits, written as two bits: sum and carry",
    "full_adder": "the sum of three bits, written as two bits: sum and carry",
    "mux": "a switch: a copy of a if select is 0, a copy of b if select is 1",
    "decoder": "1 on the one of four outputs whose number the inputs spell, 0 on the others",
    "equal": "1 if the two-bit numbers a1 a0 and b1 b0 are equal, otherwise 0",
    "greater": "1 if the two-bit number a1 a0 is greater than b1 b0, otherwise 0",
}

_INPUTS: dict[str, tuple[str, ...]] = {
    "mux": ("select", "a", "b"),
    "equal": ("a1", "a0", "b1", "b0"),
    "greater": ("a1", "a0", "b1", "b0"),
}
_OUTPUTS: dict[str, tuple[str, ...]] = {
    "half_adder": ("sum", "carry"),
    "full_adder": ("sum", "carry"),
    "decoder": ("is 0", "is 1", "is 2", "is 3"),
}


def meaning(gate: str) -> str:
    """What a gate such as "xor" or "and4" is, to follow "is"."""
    return MEANINGS[split(gate)[0]]


def input_names(spec: ScriptSpec) -> list[str]:
    """A name for each input: the gate's own, an expression's variables, or a, b, c, …"""
    own = {_INPUTS.get(gate, ()) for gate in spec.gates}
    if len(own) == 1 and (names := own.pop()):
        return list(names)
    if spec.expr:
        return sorted(set(re.findall(r"\b[a-z]\b", spec.expr)))
    return list(ascii_lowercase[: spec.table.inputs])


def output_names(spec: ScriptSpec) -> list[str]:
    """A name for each output: the gates, or what a gate of several outputs calls them."""
    names: list[str] = []
    for gate in spec.gates:
        own = _OUTPUTS.get(gate, (gate,))
        names += [f"{gate} {name}" for name in own] if len(spec.gates) > 1 and len(own) > 1 else own
    count = spec.table.outputs
    return names or [f"output {i + 1}" if count > 1 else "output" for i in range(count)]


def subject(spec: ScriptSpec) -> str:
    """What the network learns, in Markdown: "`and` and `xor`", an expression, or a truth table."""
    if spec.gates:
        quoted = [f"`{gate}`" for gate in spec.gates]
        return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if quoted[1:] else quoted)
    return f"`{spec.expr}`" if spec.expr else f"a truth table of {spec.table.rows} rows"
