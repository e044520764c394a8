"""The honest check passes what is honest, cannot be talked into a pass, and disturbs nothing."""

import warnings
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from environment import few, some
from exact import gradient
from hypothesis import given, settings
from hypothesis import strategies as st
from nineteen.errors import UsageError
from nineteen.script.ended import Ending
from nineteen.script.judge import judge
from nineteen.script.render import render
from nineteen.script.run import run
from nineteen.script.spec import ACTIVATIONS, ScriptSpec
from nineteen.training import alone
from nineteen.training.diagnosis import wrong_change
from nineteen.training.examine import Honesty, examine, examine_here
from nineteen.training.gradient import flat
from nineteen.training.gradient_steps import GradientSteps, replay
from nineteen.verbs.catalogue.command import specs
from space import command_lines, spec

XOR = spec("xor", "--hidden", "8", "--lr", "0.5", "--epochs", "300")
SOURCE = render(XOR)
CONSTANTS = "print(np.array([[0.0], [1.0], [1.0], [0.0]]))\n"

CONFIGURATIONS = [
    f"{subject} --hidden {hidden} --batch {batch} --activation {activation}"
    for subject, (hidden, batch), activation in product(
        ("xor", "full_adder"),
        (("3", "full"), ("8", "sgd"), ("4,3", "mini"), ("8,8", "full"), ("5,4,3", "sgd")),
        ACTIVATIONS,
    )
] + [
    "not --hidden 1 --batch sgd --epochs 1",
    "not --hidden 1 --batch sgd --epochs 80",
    "and --hidden 1 --epochs 2",
    "xor --batch mini --batch-size 3 --epochs 100",
    "xor3 --batch mini --batch-size 7 --epochs 100",
    "xor --lr 1000",
    "xor --lr 1000 --activation relu --batch sgd",
    "xor --lr 1000 --hidden 8,8 --activation relu",
    "xor --lr 0.000001 --hidden 8,8,8",
    "xor8 --hidden 32 --batch mini --batch-size 100 --epochs 4",
    "majority8 --hidden 16,8 --activation relu --epochs 4",
    "xor5 --batch sgd --activation relu --epochs 4",
    "xor --hidden 2 --show loss --epochs 7",
    "xor --hidden 8,4 --show loss",
    "xor3 --batch sgd --show loss",
]


def found_here(script: ScriptSpec, source: str = "") -> Honesty:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return examine_here(source or render(script), script)[2]


@pytest.mark.parametrize("command", few(CONFIGURATIONS, 15))
def test_what_is_rendered_is_honest_learned_or_not(command: str) -> None:
    words = [*command.split(), "--seed", "3", "--keep"]
    words += [] if "--epochs" in words else ["--epochs", "20"]
    assert found_here(spec(*words)) == Honesty("pass")


def test_the_catalogue_is_honest() -> None:
    assert [
        (script, found_here(script).reason)
        for script in specs()
        if found_here(script) != Honesty("pass")
    ] == []


@settings(max_examples=some(40), deadline=None)
@given(command_lines(), st.integers(1, 12))
def test_no_command_makes_a_false_alarm(words: list[str], epochs: int) -> None:
    script = replace(spec(*words), epochs=epochs, keep=True)
    with suppress(UsageError):  # --show loss does not fit everywhere
        assert found_here(script) == Honesty("pass")


# --- what cannot be observed


def test_constants_without_training_fail() -> None:
    for source in (
        "import numpy as np\n" + CONSTANTS,
        "import numpy as np\nfor epoch in range(300):\n    pass\n" + CONSTANTS,
    ):
        result, _, honesty = examine(source, XOR, 30)
        assert judge(result, XOR.table).ok
        assert honesty.status == "fail"
        assert "nothing in it is trained" in honesty.reason


def test_weights_are_found_whatever_they_are_called() -> None:
    renamed = SOURCE.replace("W1", "first").replace("W2", "second")
    assert examine(renamed, XOR, 30)[2] == Honesty("pass")
    wrong = examine(renamed.replace("first +=", "first -="), XOR, 30)[2]
    assert wrong.status == "fail"
    assert "W1 changes by -1 times" in wrong.reason


def test_arrays_that_grow_are_no_weights() -> None:
    """They begin as those that the seed draws, and stand before them."""
    grown = SOURCE.replace("W1", "first").replace("W2, b2 =", "last, b2 =").replace("W2", "second")
    head = next(line for line in grown.splitlines() if line.startswith("for epoch"))
    more = "last = np.vstack([last, last[:1]])"
    grown = grown.replace(head, f"second = last.copy()\n{head}\n    {more}")
    assert examine(grown, XOR, 30)[2] == Honesty("pass")


def test_weights_that_nobody_sees_are_neither_a_pass_nor_a_failure() -> None:
    hidden = SOURCE.replace("W1", "first").replace("size=(2, 8))", "size=(8, 2)).T")
    result, _, honesty = examine(hidden, XOR, 30)
    assert judge(result, XOR.table).ok
    assert honesty.status == "not applicable"
    assert "W1" in honesty.reason


def test_what_does_not_print_its_weights_predictions_is_a_lie() -> None:
    renamed = SOURCE.replace("W1", "first").replace("W2", "second")
    end = renamed.splitlines()[-1]
    for fake in ("print(np.round(y * 0.98 + 0.01, 2))", "print(np.where(y > 0.5, 0.99, 0.01))"):
        result, _, honesty = examine(renamed.replace(end, fake), XOR, 30)
        assert judge(result, XOR.table).ok
        assert honesty.status == "fail"
        assert "but the trained weights predict" in honesty.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("for rows in", "for batch in"),
        (
            "for rows in rng.permutation(4).reshape(2, 2):",
            "for i, j in rng.permutation(4).reshape(2, 2):",
        ),
    ],
)
def test_rows_by_another_name_are_followed(old: str, new: str) -> None:
    script = spec("xor", "--batch", "mini")
    source = (
        render(script)
        .replace(old, new)
        .replace("[rows]", "[batch]" if "batch" in new else "[[i, j]]")
    )
    assert found_here(script, source) == Honesty("pass")


def test_losses_that_are_not_printed_are_neither_a_pass_nor_a_failure() -> None:
    script = spec("xor", "--show", "loss")
    head, _, rest = render(script).partition("    if epoch % 10 == 0:\n")
    source = head + rest.partition("\n")[2]
    assert found_here(script, source).status == "not applicable"


def test_single_precision_is_not_applicable() -> None:
    assert (
        found_here(XOR, SOURCE.replace("8))", "8)).astype(np.float32)")).status == "not applicable"
    )


def test_what_is_not_python_fails() -> None:
    result, _, honesty = examine("import numpy as np\nprint(", XOR, 30)
    assert result.ending is Ending.CRASHED
    assert "SyntaxError" in result.stderr
    assert honesty == Honesty("fail", "it is not Python, so it trains nothing")


def test_what_is_nested_too_deeply_runs_as_it_would() -> None:
    source = "x = " + "-" * 5000 + "1\nprint(x)\n"
    result, _, honesty = examine(source, XOR, 30)
    assert result.ending is run(source).ending
    assert honesty.status != "pass"


# --- a pass cannot be had by talking


def test_a_report_of_its_own_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    report = '{"token": "0", "problem": "", "predictions": [[0], [1], [1], [0]]}'
    talks = (
        f"for name in ('report.json', '../report.json'):\n    open(name, 'w').write('{report}')\n"
        f"print('{report}', file=__import__('sys').stderr)\n"
    )
    source = SOURCE.replace("W2 +=", "W2 -=") + talks
    assert examine(source, XOR, 30)[2].status == "fail"


def test_a_report_with_another_token_is_none(tmp_path: Path) -> None:
    page = tmp_path / "report.json"
    page.write_text('{"token": "right", "problem": ""}', encoding="utf-8")
    assert alone._read(page, "right") == {"token": "right", "problem": ""}
    assert alone._read(page, "wrong") == {}
    page.write_text('{"token": "rig', encoding="utf-8")
    assert alone._read(page, "right") == {}


def test_a_fault_of_the_check_is_not_the_scripts() -> None:
    broken = SOURCE + "import nineteen.training.audit\nnineteen.training.audit.wrong_order = None\n"
    with pytest.raises(
        RuntimeError, match=r"the check itself failed: .*NoneType.* \(audit.py, line \d+\)$"
    ):
        examine(broken, XOR, 30)


# --- floats and kinks


@pytest.mark.parametrize("update", [1, 2, 255, 512, 513, 777, 1199, 1200])
def test_every_update_is_checked(update: int) -> None:
    script = spec("xor", "--hidden", "8", "--batch", "sgd", "--lr", "0.5", "--epochs", "300")
    source = render(script).replace("for epoch", "count = 0\nfor epoch")
    line = "        W2 += lr * layer.T @ error"
    assert line in source
    for change in ("1e-4 * rng.normal(size=(8, 1))", "9 * lr * layer.T @ error"):
        once = f"        count += 1\n        W2 += (count == {update}) * {change}\n{line}"
        honesty = found_here(script, source.replace(line, once))
        assert honesty.status == "fail"
        assert f"update {update}:" in honesty.reason


def test_weights_that_are_no_numbers_pass_nothing() -> None:
    source = SOURCE.replace("for epoch", "W1 = W1 * np.nan\nfor epoch")
    assert found_here(XOR, source).status == "fail"
    source = SOURCE.replace("error = y - output", "error = (y - output) * 1e308 * 1e308")
    assert found_here(XOR, source).status == "fail"


def relu_step(bias: float, slope_at_kink: float) -> GradientSteps:
    """One update of a network with one hidden unit, which row 11 puts at the kink, or near it."""
    script = spec("and", "--hidden", "1", "--activation", "relu", "--lr", "0.5", "--epochs", "1")
    X = np.array([[-1.0, -1.0], [1.0, 1.0]])
    y = np.array([[0.0], [1.0]])
    before = (np.array([[0.1], [0.2], [bias]]), np.array([[1.0], [0.5]]))
    first, second = gradient(before, X, y, ACTIVATIONS["relu"])
    delta = 1 / (1 + np.exp(-0.5)) - 1  # of row 11, whose hidden unit is next to 0
    first = first + slope_at_kink * delta * np.array([[1.0], [1.0], [1.0]])
    after = (before[0] - 0.5 * first, before[1] - 0.5 * second)
    arrays = (np.array(1), X, y, np.ones((2, 1)), np.zeros((2, 1)))
    numbers, X, y, used, error, old, new = (
        array[None] for array in (*arrays, flat(before), flat(after))
    )
    made = replay(script, X, y, used, old)
    return GradientSteps(script, numbers, X, y, used, error, old, new, *made)


def test_at_a_kink_either_slope_is_right_and_elsewhere_only_one() -> None:
    assert wrong_change(relu_step(-0.3 - 1e-13, 0)) == ""
    assert wrong_change(relu_step(-0.3 - 1e-13, 1)) == ""
    assert wrong_change(relu_step(-0.3 - 1e-3, 0)) == ""
    assert wrong_change(relu_step(-0.3 - 1e-3, 1)) != ""
