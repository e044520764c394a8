"""Truth tables against Python's own operators."""

import itertools
import operator
import re
from collections.abc import Callable
from functools import reduce

import pytest
from nineteen.errors import UsageError
from nineteen.script import gates
from nineteen.script.gates import TruthTable

TWO_INPUTS: dict[str, Callable[[int, int], object]] = {
    "false": lambda a, b: 0,
    "and": lambda a, b: a and b,
    "nimply": lambda a, b: a and not b,
    "a": lambda a, b: a,
    "cnimply": lambda a, b: b and not a,
    "b": lambda a, b: b,
    "xor": operator.ne,
    "or": lambda a, b: a or b,
    "nor": lambda a, b: not (a or b),
    "xnor": operator.eq,
    "not_b": lambda a, b: not b,
    "cimply": operator.ge,
    "not_a": lambda a, b: not a,
    "imply": operator.le,
    "nand": lambda a, b: not (a and b),
    "true": lambda a, b: 1,
}
ANY_INPUTS: dict[str, Callable[[tuple[int, ...]], object]] = {
    "and": all,
    "or": any,
    "xor": lambda bits: reduce(operator.xor, bits),
    "nand": lambda bits: not all(bits),
    "nor": lambda bits: not any(bits),
    "xnor": lambda bits: not reduce(operator.xor, bits),
    "majority": lambda bits: sum(bits) > len(bits) / 2,
}
CIRCUITS: dict[str, tuple[int, Callable[..., tuple[object, ...]]]] = {
    "not": (1, lambda a: (not a,)),
    "buffer": (1, lambda a: (a,)),
    "half_adder": (2, lambda a, b: ((a + b) % 2, (a + b) // 2)),
    "full_adder": (3, lambda a, b, c: ((a + b + c) % 2, (a + b + c) // 2)),
    "mux": (3, lambda select, a, b: (b if select else a,)),
    "decoder": (2, lambda a, b: tuple(2 * a + b == number for number in range(4))),
    "equal": (4, lambda a, b, c, d: (2 * a + b == 2 * c + d,)),
    "greater": (4, lambda a, b, c, d: (2 * a + b > 2 * c + d,)),
}


def bits_of(function: Callable[..., tuple[object, ...]], inputs: int) -> list[tuple[int, ...]]:
    """The function's outputs for every row, the row of zeros first."""
    rows = itertools.product((0, 1), repeat=inputs)
    return [tuple(int(bool(value)) for value in function(*row)) for row in rows]


def test_all_sixteen_functions_of_two_inputs() -> None:
    tables = set()
    for name, function in TWO_INPUTS.items():
        table = gates.table_of(name)
        assert list(table.targets()) == bits_of(lambda a, b, f=function: (f(a, b),), 2), name
        tables.add(table.columns)
    assert len(tables) == 16


@pytest.mark.parametrize("name", ANY_INPUTS)
@pytest.mark.parametrize("inputs", range(1, 9))
def test_functions_of_any_number_of_inputs(name: str, inputs: int) -> None:
    canonical = gates.canonical(name, inputs)
    wanted = bits_of(lambda *bits: (ANY_INPUTS[name](bits),), inputs)
    assert list(gates.table_of(canonical).targets()) == wanted
    assert gates.canonical(f"{name}{inputs}") == canonical


@pytest.mark.parametrize("name", CIRCUITS)
def test_circuits(name: str) -> None:
    inputs, function = CIRCUITS[name]
    assert list(gates.table_of(name).targets()) == bits_of(function, inputs)


def test_every_name_is_tested_and_every_alias_leads_to_one() -> None:
    assert set(gates.names()) == {*TWO_INPUTS, *ANY_INPUTS, *CIRCUITS}
    rows = gates.GATES.values()
    aliases = [(alias, gate.name) for gate in rows for alias in gate.aliases]
    assert len(dict(aliases)) == len(aliases) > 20
    assert not set(dict(aliases)) & set(gates.names())
    assert all(gates.canonical(alias) == name for alias, name in aliases)


def test_every_row_is_whole() -> None:
    for gate in gates.GATES.values():
        assert re.fullmatch("[a-z]+(_[a-z]+)*", gate.name)
        assert bool(gate.bits) != bool(gate.rule)
        assert bool(gate.y) == bool(gate.y_meaning)
        assert not (gate.bits and gate.y)


def test_several_gates_are_columns_in_their_order() -> None:
    table = gates.combine(("and", "half_adder", "nor"))
    assert table == TruthTable(2, ("0001", "0110", "0001", "1000"))


@pytest.mark.parametrize(
    ("name", "inputs", "message"),
    [
        ("xro", None, "unknown gate 'xro': did you mean 'xor'?"),
        ("", None, "unknown gate ''"),
        ("x" * 1000, None, "unknown gate 'xxxx"),
        ("xor\x1b[31m", None, r"unknown gate 'xor\\x1b\[31m'"),
        ("\u0445or", None, "unknown gate '\\\\u0445or'"),
        ("xor0", None, "1 to 8 inputs"),
        ("xor9", None, "1 to 8 inputs"),
        ("xor", 9, "1 to 8 inputs"),
        ("xor3", 4, "3 inputs and --inputs says 4"),
        ("not", 2, "always has 1 input, not 2"),
        ("full_adder", 2, "always has 3 inputs"),
    ],
)
def test_bad_names_are_one_clear_line(name: str, inputs: int | None, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        gates.canonical(name, inputs)
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).isprintable()


def test_gates_of_different_inputs_do_not_go_together() -> None:
    with pytest.raises(UsageError, match="'and' and 'or3' have 2 and 3 inputs"):
        gates.combine(("and", "or3"))


@pytest.mark.parametrize(
    ("inputs", "columns"),
    [
        (0, ("0",)),
        (9, ("0" * 512,)),
        (2, ()),
        (1, ("01",) * 9),
        (8, ("0" * 256,) * 2),
        (2, ("011",)),
        (2, ("012x",)),
    ],
)
def test_impossible_tables_are_refused(inputs: int, columns: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="truth table of"):
        TruthTable(inputs, columns)
