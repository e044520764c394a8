"""Every script of the option space: 19 lines, black-clean, NumPy only, made by its command."""

import ast
import os
import subprocess
import sys

import pytest
from environment import CI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nineteen.errors import UsageError
from nineteen.script.choices import command, file_stem, read
from nineteen.script.judge import judge
from nineteen.script.make import make
from nineteen.script.render import confirm, render
from nineteen.script.run import run
from nineteen.script.spec import Batch, ScriptSpec
from space import command_lines, spec

HARDEST = (
    "--table",
    "0x" + "6996c33c5aa5f00f" * 4,
    "--hidden",
    "64,64,64",
    "--batch",
    "mini",
    "--batch-size",
    "7",
)
MANY = settings(
    max_examples=2500 if CI else 150, deadline=None, suppress_health_check=list(HealthCheck)
)


def rendered(wanted: ScriptSpec) -> str | None:
    """The script, or None where --show loss is refused: exactly where it cannot fit."""
    bits = wanted.table.rows * wanted.table.outputs
    named = wanted.table.inputs <= 2 or (len(wanted.gates) == 1 and bits == wanted.table.rows)
    long = bits > (112 if wanted.samples else 128) and not named
    lines = 15 if len(wanted.hidden) == 1 else 17
    lines += (wanted.batch is not Batch.FULL) + 2 * bool(wanted.samples) + long
    if lines + 2 * wanted.show_loss <= 19:
        return render(wanted)
    with pytest.raises(UsageError, match="--show loss does not fit"):
        render(wanted)
    return None


@MANY
@given(command_lines())
def test_every_script_keeps_the_contract(words: list[str]) -> None:
    wanted = spec(*words)
    source = rendered(wanted)
    if source is None:
        return
    lines = source.splitlines()
    assert len(lines) <= 19
    assert all(len(line) <= 88 for line in lines[1:])
    assert source.endswith("\n")
    assert "\r" not in source
    assert source.isascii()
    confirm(source)
    imports = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert [ast.unparse(node) for node in imports] == ["import numpy as np"]
    assert read(lines[0]) == wanted
    assert render(read(lines[0])) == source
    assert file_stem(wanted).isidentifier()
    assert file_stem(wanted) == file_stem(wanted).lower()
    assert len(file_stem(wanted)) <= 64


@settings(max_examples=120 if CI else 12, deadline=None, suppress_health_check=list(HealthCheck))
@given(command_lines(training=False), st.data())
def test_scripts_of_the_whole_space_learn(words: list[str], data: st.DataObject) -> None:
    """Any function, size and strategy, within the sizes that are known to suffice."""
    wanted = spec(*words)
    if (
        wanted.table.inputs > 5
        or len(wanted.hidden) > 1
        or wanted.hidden[0] < 2 * wanted.table.rows
    ):
        words = [*words, "--hidden", str(min(256, max(8, 4 * wanted.table.rows)))]
    wanted = spec(*words)
    if wanted.table.inputs > 5 or rendered(wanted) is None:
        return
    assert make(wanted).verdict.ok, command(wanted)


def test_the_hardest_corner_fits_in_19_lines() -> None:
    for activation in ("sigmoid", "tanh", "relu"):
        source = render(
            spec(
                *HARDEST, "--activation", activation, "--lr", "0.0123456789", "--seed", "4294967295"
            )
        )
        confirm(source)
        assert len(source.splitlines()) == 19


@pytest.mark.parametrize("batch", ["sgd", "mini", "full"])
def test_the_hardest_samples_fit_in_19_lines(batch: str) -> None:
    words = ["--samples", "65536", "--noise", "1.2345", "--lr", "0.0123456789"]
    words += ["--batch", batch, "--seed", "4294967295"]
    for activation in ("sigmoid", "tanh", "relu"):
        source = render(spec(*HARDEST[:2], *words, "--activation", activation))
        confirm(source)
        assert len(source.splitlines()) == 19


def test_samples_with_several_layers_fit_in_19_lines_or_are_refused() -> None:
    for gate in ("xor", "xor8"):
        words = [gate, "--hidden", "64,64,64", "--samples", "65536", "--noise", "1.2345"]
        source = render(spec(*words, "--seed", "4294967295"))
        confirm(source)
        assert len(source.splitlines()) == 19
        for refused in (["--batch", "mini"], ["--batch", "sgd"], ["--show", "loss"]):
            with pytest.raises(UsageError, match=r"19 is the limit.*one hidden layer"):
                render(spec(*words, *refused))


def test_the_line_budget_refuses_instead_of_cutting() -> None:
    with pytest.raises(
        UsageError, match="--show loss does not fit: it makes 20 lines and 19 is the limit"
    ):
        render(spec(*HARDEST, "--show", "loss"))


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("batch", ["sgd", "mini", "full"])
@pytest.mark.parametrize("hidden", ["8", "8,4", "4,4,4"])
def test_targets_are_those_of_the_table(hidden: str, batch: str, activation: str) -> None:
    """y as the script computes it, for rules, words, bits, hexadecimal and the two-line form."""
    tables = ["0x" + "6996c33c5aa5f00f" * 4, "01101001,00010111", "0110,0001", "0x1ee1"]
    names = [
        [name + str(inputs)]
        for name in ("and", "or", "xor", "nand", "nor", "xnor", "majority")
        for inputs in (1, 2, 3, 5)
    ]
    for words in [["--table", table] for table in tables] + names:
        batches = "full" if words[0].endswith("1") else batch
        wanted = spec(
            *words,
            "--hidden",
            hidden,
            "--batch",
            batches,
            "--activation",
            activation,
            "--epochs",
            "1",
        )
        namespace: dict[str, object] = {}
        head = render(wanted).partition("rng")[0]
        exec(head, namespace)
        targets, inputs = namespace["y"], namespace["X"]
        assert targets.astype(int).tolist() == [list(row) for row in wanted.table.targets()]  # type: ignore[attr-defined]
        wanted_inputs = [
            [2 * int(bit) - 1 for bit in wanted.table.inputs_of(row)]
            for row in range(wanted.table.rows)
        ]
        assert inputs[:, : wanted.table.inputs].tolist() == wanted_inputs  # type: ignore[index]


def test_shown_losses_fall_and_the_predictions_come_last() -> None:
    for batch in ("full", "mini", "sgd"):
        wanted = spec("xor", "--batch", batch, "--show", "loss")
        result = run(render(wanted))
        assert judge(result, wanted.table, show_loss=True).ok
        losses = [
            float(line.split()[-1])
            for line in result.stdout.splitlines()
            if line.startswith("epoch")
        ]
        assert len(losses) >= 10
        assert losses[-1] < 0.2 * losses[0]


def test_the_same_bytes_under_another_hash_seed() -> None:
    code = "import sys; sys.path[:0] = ['tests', '.']; from space import spec; "
    code += "from nineteen.script.render import render; "
    code += "print([render(spec(*w)) for w in (['xor'], ['and', 'or'], ['--expr', 'a^b,c'])])"
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    ]
    assert len(set(outputs)) == 1


def test_confirm_says_no_to_a_layout_that_black_would_change() -> None:
    source = render(spec("xor"))
    with pytest.raises(RuntimeError, match="black would change"):
        confirm(source.replace("y - output", "y  -  output"))
