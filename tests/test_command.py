"""The canonical command and the file's name: short, in a fixed order, and read back unchanged."""

import pytest
from environment import some
from hypothesis import HealthCheck, given, settings
from nineteen.errors import UsageError
from nineteen.script.choices import command, file_stem, read
from space import command_lines, spec

CANONICAL = [
    ("xor --batch mini", "xor --batch mini", "xor_mini"),
    ("XOR --inputs 2 --batch full --seed 0", "xor", "xor_full"),
    ("--batch mini xor --batch-size 2 --activation sigmoid", "xor --batch mini", "xor_mini"),
    ("xor --inputs 3", "xor3", "xor3_full"),
    ("parity4 --hidden 8,4 --batch stochastic", "xor4 --hidden 8,4 --batch sgd", "xor4_h8x4_sgd"),
    ("and or --batch batch --seed 7", "and or --seed 7", "and_or_full"),
    (
        "xor --show loss --epochs 7 --lr 0.250",
        "xor --lr 0.25 --epochs 7 --show loss",
        "xor_lr0_25_e7_loss_full",
    ),
    ("xor --lr 1e-5 --keep", "xor --lr 1e-05 --keep", "xor_lr1e_05_keep_full"),
    ("--table 0x6", "--table 0110", "table2_6_full"),
    ("--table 0110,0001", "--table 0110,0001", "table2_6_1_full"),
    ("--table 10010110", "--table 10010110", "table3_96_full"),
    ("--table " + "01" * 16, "--table 0x55555555", "table5_55555555_full"),
    ("--expr (a)and(b!=c)", '--expr "a and b != c"', "table3_6_full"),
    ("xor3 --batch mini --batch-size 3", "xor3 --batch mini --batch-size 3", "xor3_k3_mini"),
    (
        "xor --hidden 3 --activation tanh --batch sgd",
        "xor --hidden 3 --batch sgd --activation tanh",
        "xor_h3_tanh_sgd",
    ),
    ("xor --samples 1024", "xor --samples 1024", "xor_n1024_full"),
    (
        "xor --noise 0.25 --batch mini --samples 256 --batch-size 64",
        "xor --batch mini --batch-size 64 --samples 256 --noise 0.25",
        "xor_k64_n256_noise0_25_mini",
    ),
    (
        "xor --samples 1024 --noise 0.5 --batch mini --batch-size 32",
        "xor --batch mini --samples 1024",
        "xor_n1024_mini",
    ),
    (
        "xor --samples 100 --batch mini --batch-size 25",
        "xor --batch mini --samples 100",
        "xor_n100_mini",
    ),
]


@pytest.mark.parametrize(("words", "canonical", "stem"), CANONICAL)
def test_canonical_commands_and_names(words: str, canonical: str, stem: str) -> None:
    wanted = spec(*words.split(" "))
    assert command(wanted) == f"python -m generator {canonical}"
    assert file_stem(wanted) == stem


@settings(max_examples=some(300), deadline=None, suppress_health_check=list(HealthCheck))
@given(command_lines())
def test_the_first_line_is_read_back_as_what_it_came_from(words: list[str]) -> None:
    wanted = spec(*words)
    assert read(f"import numpy as np  # {command(wanted)}") == wanted


def test_different_choices_have_different_names() -> None:
    options = [
        "",
        "--hidden 3",
        "--hidden 3,3",
        "--batch sgd",
        "--batch mini",
        "--activation tanh",
        "--lr 3",
        "--epochs 9",
    ]
    options += ["--show loss", "--keep", "--batch mini --batch-size 3", "--lr 0.3", "--lr 1e-3"]
    stems = {file_stem(spec("xor", *option.split())) for option in options}
    assert len(stems) == len(options)
    assert file_stem(spec("xor", "--seed", "5")) == file_stem(spec("xor"))


def test_long_names_end_in_a_hash_of_the_whole() -> None:
    wide = "0x" + "6996c33c5aa5f00f" * 4
    first, second = file_stem(spec("--table", wide)), file_stem(spec("--table", wide[:-1] + "e"))
    assert len(first) <= 64
    assert first != second


@pytest.mark.parametrize(
    "line",
    [
        "import numpy as np",
        "",
        "# python -m generator ",
        "# python -m generator xro",
        "# python -m generator xor --lr '0.1",
        "# python -m generator xor -o /etc/passwd",
        "# python -m generator xor --force",
        "# python -m generator --help",
        "# python -m generator list",
        "# python -m generator xor; import os",
    ],
)
def test_a_first_line_that_is_no_command_is_refused(line: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(line)
    assert len(str(caught.value).splitlines()) == 1
