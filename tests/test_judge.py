"""The judge says yes to a script that learned, and no, with the reason, to every other."""

import math
import time

import numpy as np
import pytest
from nineteen.script.ended import OUTPUT_LIMIT, Ending, Run
from nineteen.script.gates import TruthTable
from nineteen.script.judge import Status, Verdict, judge, wrong_rows
from nineteen.script.run import run

XOR = TruthTable(2, ("0110",))
ADDER = TruthTable(2, ("0110", "0001"))  # sum and carry
LEARNED = "[[0.01]\n [0.99]\n [0.98]\n [0.02]]\n"


def verdict(printed: str, table: TruthTable = XOR, show_loss: bool = False) -> Verdict:
    return judge(Run(printed, "", 0.1, Ending.FINISHED), table, show_loss=show_loss)


def printed(*rows: float | tuple[float, ...]) -> str:
    """What NumPy prints for the rows."""
    return f"{np.array(rows).reshape(len(rows), -1)}\n"


def ran(source: str, seconds: float = 30.0, table: TruthTable = XOR) -> Verdict:
    return judge(run(source, seconds=seconds), table)


# Learned


def test_learned() -> None:
    result = verdict(LEARNED)
    assert result == Verdict(Status.LEARNED, ((0.01,), (0.99,), (0.98,), (0.02,)), "")
    assert result.ok


@pytest.mark.parametrize(
    "text",
    [
        printed(0, 1, 1, 0),
        printed(0.0, 1.0, 1.0, -0.0),
        printed(0.1, 0.9, 1.1, -0.1),  # the bound itself is within
        printed(1e-10, 1.0, 1.0, 0.0),
        "[[0.01] [0.99] [0.98] [0.02]]",
        "\n[ [0.01]\r\n [ 0.99 ]\r\n [0.98]\t[0.02]\n]\n\n",
    ],
)
def test_learned_however_it_is_spaced_and_written(text: str) -> None:
    assert verdict(text).ok


def test_learned_several_outputs() -> None:
    result = verdict(printed((0.01, 0.02), (0.99, 0.0), (0.98, 0.0), (0.02, 0.97)), ADDER)
    assert result.ok
    assert result.predictions[3] == (0.02, 0.97)


@pytest.mark.parametrize("inputs", [5, 6, 7, 8])
def test_learned_as_large_as_numpy_prints(inputs: int) -> None:
    bits = np.random.default_rng(0).integers(0, 2, (256 // 2**inputs, 2**inputs))
    table = TruthTable(inputs, tuple("".join(map(str, column)) for column in bits))
    array = np.abs(bits.T - 0.05)
    assert verdict(f"{array}", table).ok
    array[-1, -1] = 0.5
    assert len(wrong_rows(verdict(f"{array}", table).predictions, table)) == 1


# Not learned


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ((0.01, 0.48, 0.99, 0.0), "row 01 should be 1, it prints 0.48"),
        ((0.11, 0.99, 0.99, 0.0), "row 00 should be 0, it prints 0.11"),
        ((0.0, 0.99, 0.89, 0.0), "row 10 should be 1, it prints 0.89"),
        ((0.0, 1.11, 0.99, 0.0), "row 01 should be 1, it prints 1.11"),
        ((-0.11, 0.99, 0.99, 0.0), "row 00 should be 0, it prints -0.11"),
        (
            (0.99, 0.02, 0.99, 0.0),  # two rows exchanged
            "row 00 should be 0, it prints 0.99; row 01 should be 1, it prints 0.02",
        ),
    ],
)
def test_wrong_rows_are_named(rows: tuple[float, ...], reason: str) -> None:
    result = verdict(printed(*rows))
    assert (result.status, result.reason) == (Status.NOT_LEARNED, reason)
    assert result.predictions == tuple((value,) for value in rows)
    assert not result.ok


def test_three_wrong_rows_are_named_and_the_others_counted() -> None:
    assert verdict(printed(0.5, 0.5, 0.5, 0.5)).reason == (
        "row 00 should be 0, it prints 0.5; row 01 should be 1, it prints 0.5; "
        "row 10 should be 1, it prints 0.5; and 1 more row"
    )
    assert verdict(printed(*[0.5] * 8), TruthTable(3, ("01101001",))).reason.endswith(
        "; row 010 should be 1, it prints 0.5; and 5 more rows"
    )


def test_wrong_output_is_named() -> None:
    result = verdict(printed((0.01, 0.02), (0.48, 0.0), (0.98, 0.0), (0.02, 0.3)), ADDER)
    assert result.status is Status.NOT_LEARNED
    assert wrong_rows(result.predictions, ADDER) == [
        "row 01, output 1, should be 1, it prints 0.48",
        "row 11, output 2, should be 1, it prints 0.3",
    ]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_not_finite(value: float) -> None:
    result = verdict(printed(0.01, value, 0.98, 0.02))
    assert result.status is Status.NOT_LEARNED
    assert f"row 01 should be 1, it prints {value}" in result.reason
    assert "smaller learning rate" in result.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it prints nothing"),
        (" \n\n", "it prints nothing"),
        ("hello", "it prints 'hello'"),
        (LEARNED + LEARNED, "it prints '[[0.01] [0.99]"),
        ("done\n" + LEARNED, "it prints 'done'"),
        (LEARNED + "done", "it prints 'done'"),
        (LEARNED + "\x1b[31m\x07red", "it prints '[31m red'"),
        (LEARNED[:-3], "it prints '[[0.01]"),
        ("[0.01 0.99 0.98 0.02]", "it prints '[0.01 0.99 0.98 0.02]'"),
        ("0.01\n0.99\n0.98\n0.02", "it prints '0.01 0.99 0.98 0.02'"),
        ("[[[0.01] [0.99] [0.98] [0.02]]]", "it prints '[[[0.01] [0.99]"),
        ("[[0.01] [0.99] [0.98] [0.02]] [0.5]", "it prints '[0.5]'"),
        ("[[0.01], [0.99], [0.98], [0.02]]", "it prints a list with commas"),
        ("array([[0.01],\n [0.99],\n [0.98],\n [0.02]])", "it prints a list with commas"),
        ("[[False] [ True] [ True] [False]]", "it prints 'False', which is not a number"),
        ("[[0x0] [1_0] [1] [0]]", "it prints '0x0', which is not a number"),
        ("[[0] [1_0] [1] [0]]", "it prints '1_0', which is not a number"),
        ("[[0.01 0.99 0.98 0.02]]", "it prints an array of shape (1, 4)"),
        ("[[0.01]\n [0.99]\n [0.98]]", "it prints an array of shape (3, 1)"),
        ("[[0.01]\n [0.99]\n [0.98]\n [0.02]\n [0.02]]", "it prints an array of shape (5, 1)"),
        ("[[0.01 0]\n [0.99 0]\n [0.98 0]\n [0.02 0]]", "it prints an array of shape (4, 2)"),
        ("[[0.01]\n [0.99]\n [0.98]\n [0.02 0.5]]", "it prints an array of shape (4, 2)"),
        ("[[] [] [] []]", "it prints an array of shape (4, 0)"),
        ("[[]]", "it prints an array of shape (1, 0)"),
    ],
)
def test_anything_but_the_predictions(text: str, reason: str) -> None:
    result = verdict(text)
    assert (result.status, result.predictions) == (Status.NOT_LEARNED, ())
    assert result.reason.startswith(reason)
    assert result.reason.endswith(("not a number", "only one NumPy array of shape (4, 1)"))
    assert result.reason.isprintable()
    assert len(result.reason) < 200
    assert wrong_rows(result.predictions, XOR) == []


# The lines of `--show loss`

LOSS = "epoch 0: loss 2.773\nepoch  500: loss 4e-05\nepoch 1000: loss -0.000\n"


@pytest.mark.parametrize("lines", ["", LOSS, "epoch 1: loss inf\n", "epoch 1: loss nan\n"])
def test_loss_lines_may_stand_before_the_array(lines: str) -> None:
    assert verdict(lines + LEARNED, show_loss=True).ok


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        (LEARNED + LOSS, "epoch 0: loss 2.773"),
        (LOSS + "hello\n" + LEARNED, "hello"),
        ("epoch 1: loss low\n" + LEARNED, "epoch 1: loss low"),
        ("epoch 1: loss 0.3 inf\n" + LEARNED, "epoch 1: loss 0.3 inf"),
        ("inf\n" + LEARNED, "inf"),
        (LOSS + LEARNED + LEARNED, "[[0.01]"),
    ],
)
def test_other_lines_may_not(text: str, extra: str) -> None:
    result = verdict(text, show_loss=True)
    assert result.status is Status.NOT_LEARNED
    assert result.reason.startswith(f"it prints '{extra}")


def test_loss_lines_alone_are_not_enough() -> None:
    assert verdict(LOSS, show_loss=True).reason.startswith("it prints nothing")


def test_loss_lines_have_to_be_asked_for() -> None:
    assert verdict(LOSS + LEARNED).reason.startswith("it prints 'epoch 0: loss 2.773")


# Scripts that do not come to their end


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def f():\n    return 1 / 0\nf()", "ZeroDivisionError: division by zero (line 2)"),
        ("x = 1\ndef", "SyntaxError: invalid syntax (line 2)"),
        ("name = input('name? ')", "EOFError: EOF when reading a line (line 1)"),
        ("import sys\nsys.exit(3)", "it ended with exit code 3"),
        ("import sys\nsys.exit('no\\x1b\\x07 data')", "no data"),
        ("print('[[0]\\n [1]\\n [1]\\n [0]]')\nraise ValueError", "ValueError (line 2)"),
        ("raise ValueError('x' * 10000)", f"ValueError: {'x' * 185}... (line 1)"),
    ],
)
def test_crashed(source: str, reason: str) -> None:
    verdict = ran(source)
    assert (verdict.status, verdict.predictions, verdict.reason) == (Status.CRASHED, (), reason)


def test_ended_by_a_signal() -> None:
    result = judge(Run(LEARNED, "noise", 0.1, Ending.CRASHED, exit_code=-11), XOR)
    assert result == Verdict(Status.CRASHED, (), "it was ended by signal 11")


def test_timeout_tells_the_limit() -> None:
    result = ran("while True: pass", seconds=0.5)
    assert (result.status, result.predictions) == (Status.TIMEOUT, ())
    assert result.reason.startswith("it had not finished after 0.5 seconds")


def test_timeout_after_the_right_array() -> None:
    assert judge(Run(LEARNED, "", 60.0, Ending.TIMEOUT), XOR).status is Status.TIMEOUT


def test_too_much_output() -> None:
    result = judge(Run(LEARNED, "", 1.0, Ending.TOO_MUCH_OUTPUT), XOR)
    assert (result.status, result.predictions) == (Status.NOT_LEARNED, ())
    assert str(OUTPUT_LIMIT) in result.reason


def test_left_before_printing() -> None:
    result = ran("import os\nprint('[[0]\\n [1]\\n [1]\\n [0]]')\nos._exit(0)")
    assert result.reason.startswith("it prints nothing")


# Scripts that train

TRAINS = """\
import numpy as np
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])
rng = np.random.default_rng(0)
W1, W2 = rng.normal(size=(3, 8)), rng.normal(size=(8, 1))
for epoch in range(2000):
    layer = np.tanh(X @ W1)
    output = 1 / (1 + np.exp(-layer @ W2))
    error = y - output
    delta = error @ W2.T * (1 - layer**2)
    W2 += 0.5 * layer.T @ error
    W1 += 0.5 * X.T @ delta
print(output.round(2))
"""


def test_a_script_that_trains_has_learned() -> None:
    assert ran(TRAINS).ok


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("W2 +=", "W2 -=", "row 00 should be 0, it prints"),
        ("range(2000)", "range(1)", "row 00 should be 0, it prints 0."),
        ("0.5 *", "np.inf *", "training diverged"),
        ("output.round(2)", "output[[1, 0, 2, 3]].round(2)", "row 01 should be 1, it prints"),
        ("output.round(2)", "output.T.round(2)", "shape (1, 4)"),
        ("output.round(2)", "output.ravel().round(2)", "it prints '["),
        ("output.round(2)", "output.round(2).tolist()", "list with commas"),
        ("output.round(2)", "output > 0.5", "not a number"),
        ("print(", "(", "it prints nothing"),
        ("    error =", "    print(epoch)\n    error =", "it prints '0 1 2"),
    ],
)
def test_a_script_changed_for_the_worse_has_not(old: str, new: str, reason: str) -> None:
    assert old in TRAINS
    result = ran(TRAINS.replace(old, new))
    assert result.status is Status.NOT_LEARNED
    assert reason in result.reason


# Junk

UNITS = ["[", "]", "[0", "[0]", "[[0]", "[ ", "1", "1 ", "1.", "\n", "epoch 1: loss 1\n", "e", "\0"]
FRAMES = ["{}", "[[{}]]", "[[0]{}", "epoch 1: loss {}x"]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("unit", UNITS)
def test_junk_is_refused_in_linear_time(unit: str, frame: str) -> None:
    text = frame.format(unit * (200_000 // len(unit)))
    began = time.perf_counter()
    result = verdict(text, show_loss=True)
    assert time.perf_counter() - began < 5  # quadratic would be minutes
    assert result.status is Status.NOT_LEARNED
    assert len(result.reason) < 200


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("x = 1\nraise ValueError('(line 99)')", 2),
        ("raise ValueError('a\\n  File \"script.py\", line 99')", 1),
        ("import numpy as np\n\nnp.zeros((2, 3)) @ np.zeros(2)", 3),
        ("def f():\n    return np\n\n\nf()", 2),
        ("try:\n    x\nexcept NameError:\n    raise KeyError('y')", 4),
        ("import os\nos._exit(3)", None),
        ("import sys\nsys.exit('script.py\", line 99')", None),
        ("x = (", 1),
    ],
)
def test_line_of_a_crash_comes_from_the_traceback(body: str, line: int | None) -> None:
    verdict = ran(body)
    assert (verdict.status, verdict.line) == (Status.CRASHED, line)
