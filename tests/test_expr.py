"""Boolean expressions against Python's own operators, and what must be refused."""

import collections
import contextlib
import itertools
import random
import re
import time
import warnings
from pathlib import Path
from string import ascii_lowercase

import pytest
from environment import some
from hypothesis import given, settings
from hypothesis import strategies as st
from nineteen.errors import UsageError
from nineteen.script.gates import TruthTable
from nineteen.script.subject import MAX_CHARACTERS, USE
from nineteen.script.subject import expression_table as parse

HOSTILE = [
    "",
    "   ",
    "()",
    "0",
    "1, 0",
    "a ^",
    "a b",
    "a && b",
    "!a",
    "a = b",
    "a # b",
    "a\n^ b",
    "(a\n^ b)",
    "a\t^ b",
    "a\r",
    "a\0",
    "a\x1b[31m",
    "a\u202e ^ b",
    "\u0430 ^ b",  # Cyrillic
    "\uff41 ^ b",  # full width: Python itself would read it as a
    "a \u2227 b",
    "\udc80",
    "a < b",
    "a <= b",
    "a > b",
    "a is b",
    "a is not b",
    "a in b",
    "a not in b",
    "a + b",
    "a - b",
    "(a)*(b)",
    "a ** b",
    "a // b",
    "a << b",
    "a @ b",
    "-a",
    "+a",
    "a == b == c",
    "a != b == c",
    "a < b < c",
    "a if b else c",
    "lambda: a",
    "lambda a: a",
    "(a := b)",
    "*a, b",
    "(a, b), c",
    "[a]",
    "{a}",
    "{a: b}",
    "[a for a in b]",
    "(yield a)",
    "await a",
    "a.b",
    "a[0]",
    "a[b:c]",
    "f(a)",
    "a()",
    "print(a)",
    "'a'",
    "b'a'",
    "f'{a}'",
    "'\\x1b' ^ a",
    "...",
    "True ^ a",
    "a and False",
    "None",
    "2 ^ a",
    "1.0 ^ a",
    "1j ^ a",
    "a ^ " + "9" * 300,
    "a ^ 9**9**9",
    "ab ^ a",
    "A ^ b",
    "_ ^ a",
    "__debug__",
    "a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i",
    " ^ ".join("abcdefghijklmnopqrstuvwxyz"),
    "a, b, a, b, a, b, a, b, a",
    "a ^ b ^ c ^ d ^ e ^ f ^ g ^ h, a",
    "a, b, c, d, e, f, g",
    "a" * 100_000,
    "a ^ " * 25_000 + "a",
    "(" * 10_000 + "a" + ")" * 10_000,
    "(" * 199 + "a" + ")" * 199 + "+",
    "not " * 100_000 + "a",
    "~" * 399 + "a",
    "~" * 100 + "a",
    "^".join("ab" * 100),
    "(" * 400,
    "[" * 400,
    "f(" * 200,
    "\\",
]


class Expressions:
    """Random expressions in pairs: for parse, and for eval, with 1 - x for ~x (Python: -1 - x).

    Parentheses stand only where the grammar asks for them, so that precedence is tested too.
    """

    def __init__(self, rng: random.Random, letters: str) -> None:
        self.rng = rng
        self.letters = letters

    def expression(self, depth: int) -> tuple[str, str]:
        text, oracle = self.clause(depth)
        while self.rng.random() < 0.4:
            operator = self.rng.choice(["and", "or"])
            right, right_oracle = self.clause(depth)
            text = f"{text} {operator} {right}"
            oracle = f"{oracle} {operator} {right_oracle}"
        return text, oracle

    def clause(self, depth: int) -> tuple[str, str]:
        text, oracle = self.operation(depth)
        if self.rng.random() < 0.3:
            operator = self.rng.choice(["==", "!="])
            right, right_oracle = self.operation(depth)
            text = f"{text} {operator} {right}"
            oracle = f"{oracle} {operator} {right_oracle}"
        while self.rng.random() < 0.25:
            text, oracle = f"not {text}", f"not {oracle}"
        return text, oracle

    def operation(self, depth: int) -> tuple[str, str]:
        text, oracle = self.atom(depth)
        while self.rng.random() < 0.4:
            operator = self.rng.choice(["^", "&", "|", " ^ ", " & ", " | "])
            right, right_oracle = self.atom(depth)
            text = f"{text}{operator}{right}"
            oracle = f"{oracle}{operator}{right_oracle}"
        return text, oracle

    def atom(self, depth: int) -> tuple[str, str]:
        if self.rng.random() < 0.2:
            text, oracle = self.atom(depth)
            return f"~{text}", f"(1 - {oracle})"
        if depth > 0 and self.rng.random() < 0.5:
            text, oracle = self.expression(depth - 1)
            return f"({text})", f"({oracle})"
        name = self.rng.choice(self.letters * 4 + "01")
        return name, name


def column_of(oracle: str, names: list[str]) -> str:
    """What Python makes of an expression, row by row."""
    function = eval(f"lambda {', '.join(names)}: {oracle}")
    rows = itertools.product((0, 1), repeat=len(names))
    return "".join(str(int(function(*row))) for row in rows)


def test_every_row_agrees_with_python() -> None:
    rng = random.Random(0)
    checked: collections.Counter[tuple[int, int]] = collections.Counter()
    while checked.total() < 2500:
        letters = "".join(rng.sample(ascii_lowercase, rng.randint(1, 8)))
        expressions = Expressions(rng, letters)
        outputs = rng.randint(1, min(8, 256 >> len(letters)))
        pairs = [expressions.expression(depth=1 + (outputs == 1)) for _ in range(outputs)]
        source = ", ".join(text for text, _ in pairs)
        names = sorted(set(re.findall(r"\b[a-z]\b", source)))
        # What is longer may not fit once it is written with spaces.
        if not names or len(source) > MAX_CHARACTERS // 2:
            continue
        canonical, table = parse(source)
        expected = tuple(column_of(oracle, names) for _, oracle in pairs)
        assert table == TruthTable(len(names), expected), source
        assert parse(canonical) == (canonical, table)
        checked[table.inputs, table.outputs] += 1
    assert {inputs for inputs, _ in checked} == set(range(1, 9))
    assert {outputs for _, outputs in checked} == set(range(1, 9))


@pytest.mark.parametrize(
    ("text", "canonical", "columns"),
    [
        ("a != b", "a != b", ("0110",)),
        ("b^a", "b ^ a", ("0110",)),
        ("  z   and (x) ", "z and x", ("0001",)),
        ("(a, b)", "a, b", ("0011", "0101")),
        ("a,", "a", ("01",)),
        ("~a", "~a", ("10",)),
        ("0b1 ^ a", "1 ^ a", ("10",)),
        ("~0 & a, 0", "~0 & a, 0", ("01", "00")),
        ("a ^ b == c", "a ^ b == c", ("10010110",)),
        ("a ^ (b == c)", "a ^ (b == c)", ("01101001"[::-1],)),
        ("a | b & c", "a | b & c", ("00011111",)),
        ("(a | b) & c", "(a | b) & c", ("00010101",)),
        ("~a == b", "~a == b", ("0110",)),
        ("not a == b", "not a == b", ("0110",)),
        ("(a == b) == c", "(a == b) == c", ("01101001",)),
    ],
)
def test_canonical_text(text: str, canonical: str, columns: tuple[str, ...]) -> None:
    assert parse(text) == (
        canonical,
        TruthTable(len(columns[0]).bit_length() - 1, columns),
    )


def assert_clear(error: UsageError) -> None:
    message = str(error)
    assert message.isascii()
    assert message.isprintable()
    assert message.startswith("--expr ")
    assert len(message) < 300


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:30]))
def test_refused_in_one_clear_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert_clear(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a < b", f"--expr 'a < b': the operator < is not a Boolean one: {USE}"),
        ("(a) not in (b)", "the operator not in is not a Boolean one"),
        ("a - -b", "the operator - is not a Boolean one"),
        ("a == b == c", "'a == b == c' chains comparisons"),
        ("a ^ abc", "'abc' is no letter from a to z"),
        ("a ^ B", "'B' is no letter from a to z"),
        ("a ^ 2", "'2' is no bit"),
        ("a ^ True", "'True' is no bit"),
        ("a and print(b)", "'print(b)' is no variable, bit or Boolean operation"),
        ("a.b ^ a", "'a.b' is no variable, bit or Boolean operation"),
        ("a ^ \u0430", r"the character '\u0430' is not allowed"),
        ("a # b", "the character '#' is not allowed"),
        ("a ^ 9" + "9" * 300, "'9999999999999999999999999999999999999...' is no bit"),
        ("1", "0 variables"),
        ("a^b^c^d^e^f^g^h^i", "9 variables"),
        ("a" * 401, "401 characters"),
        ("a^b&" * 80 + "a", "641 characters, spaces included"),
        ("~" * 100 + "a", "100 deep"),
    ],
)
def test_the_message_names_the_fault(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse(text)


def test_limits_are_reached_but_not_passed() -> None:
    at_the_limit = "a".ljust(MAX_CHARACTERS)
    assert parse(at_the_limit)[0] == "a"
    assert parse("~" * 99 + "a")[1].columns == ("10",)
    assert parse("(" * 50 + "a" + ")" * 50)[0] == "a"
    assert parse("a, b, c, d, e, a, b, c")[1].outputs == 8
    assert parse("a ^ b ^ c ^ d ^ e ^ f ^ g, a")[1].rows == 128
    assert parse("a ^ b ^ c ^ d ^ e ^ f ^ g ^ h")[1].rows == 256
    with pytest.raises(UsageError):
        parse(at_the_limit + " ")


@pytest.mark.parametrize(
    "text",
    [
        "open('touched', 'w')",
        "a ^ open('touched', 'w').close()",
        "[open('touched', 'w')]",
        "(lambda: open('touched', 'w'))()",
        "f'{open(chr(116) + chr(111) + chr(117), chr(119))}'",
        "__import__('pathlib').Path('touched').touch()",
    ],
)
def test_nothing_is_executed(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError):
        parse(text)
    assert not list(tmp_path.iterdir())
    # Run by Python, the same text leaves a file: the assertion above can fail.
    with contextlib.suppress(TypeError), warnings.catch_warnings(action="ignore"):
        eval(text, {"a": 1})
    assert list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["1or a", "a ^ '\\d'"])
def test_python_does_not_warn_about_the_text(text: str) -> None:
    with warnings.catch_warnings(record=True, action="always") as caught:
        compile(text, "text", "eval")
        assert caught
        caught.clear()
        with contextlib.suppress(UsageError):
            parse(text)
        assert not caught


@pytest.mark.parametrize("error", [SyntaxError("no"), ValueError, MemoryError, RecursionError])
def test_what_python_cannot_read_is_refused(
    error: Exception | type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which depth is too much for Python's parser depends on its version."""

    def fail(*_args: object, **_options: object) -> None:
        raise error

    with monkeypatch.context() as patch:  # pytest itself uses ast.parse to show a failure
        patch.setattr("ast.parse", fail)
        with pytest.raises(UsageError, match="Python cannot read it"):
            parse("a")


TOKENS = [
    *"abAB01(),~^&|<=!+-#.[]'\\",
    " ",
    "==",
    "!=",
    "and ",
    "or ",
    "not ",
    "if ",
    "a\n",
]


@settings(max_examples=some(500), deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(TOKENS), max_size=40).map("".join),
        st.lists(st.sampled_from(["a", "~", "(", ")", "^", "not ", "=="])).map("".join),
    )
)
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        canonical, table = parse(text)
    except UsageError as error:
        assert_clear(error)
    else:
        assert parse(canonical) == (canonical, table)


def test_eight_inputs_are_quick() -> None:
    text = " ^ ".join("(a & b | ~c)" for _ in range(25)) + " ^ d&e^f|g^h"
    assert MAX_CHARACTERS - 20 < len(text) <= MAX_CHARACTERS
    times = []
    for _ in range(5):
        start = time.perf_counter()
        assert parse(text)[1].rows == 256
        times.append(time.perf_counter() - start)
    assert min(times) < 0.02
