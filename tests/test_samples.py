"""Scripts that train on noisy samples: what they draw, and that no check takes another for it."""

from dataclasses import replace

import numpy as np
import pytest
from nineteen.errors import UsageError
from nineteen.script.choices import choose, command, read, spec_as_written
from nineteen.script.ended import Ending, Run
from nineteen.script.judge import judge
from nineteen.script.render import render
from nineteen.script.spec import Batch
from nineteen.training import side_by_side
from nineteen.training.examine import examine_here
from nineteen.training.execute import execute
from nineteen.training.seeds import advice
from nineteen.training.side_by_side import run_together
from space import spec

BATCHES = ("sgd", "mini", "full")


def drawn(source: str) -> dict[str, np.ndarray]:
    """What a script has before its training."""
    names: dict[str, np.ndarray] = {}
    exec(source.partition("for epoch")[0], names)
    return names


@pytest.mark.parametrize("hidden", ["4", "4,4"])
@pytest.mark.parametrize("table", ["0110", "00010111,01101001", "0x6996c33c5aa5f00f"])
def test_samples_are_rows_with_noise(table: str, hidden: str) -> None:
    words = ["--table", table, "--hidden", hidden, "--samples", "40000", "--noise", "0.25"]
    wanted = spec(*words)
    inputs, targets = wanted.table.inputs, np.array(wanted.table.targets())
    names = drawn(render(wanted))
    X, y = names["X"], names["y"]
    assert X.shape == (40000, inputs + ("," in hidden)), "a column of ones for the bias"
    assert (X[:, inputs:] == 1).all()
    # Noise of 0.25 leaves the sign, which is the bit; a wrong one is eight in 40 million.
    rows = ((X[:, :inputs] > 0) * 2 ** np.arange(inputs)[::-1]).sum(axis=1)
    assert (targets[rows] == y).mean() > 0.999
    expected = 40000 / 2**inputs
    assert (abs(np.bincount(rows, minlength=2**inputs) - expected) < 6 * expected**0.5).all()
    noise = X[:, :inputs] - np.where(X[:, :inputs] > 0, 1, -1)
    assert abs(noise.mean()) < 6 * 0.25 / noise.size**0.5
    assert noise.std() == pytest.approx(0.25, rel=0.02)


def test_samples_without_noise_are_rows_of_the_table() -> None:
    names = drawn(render(spec("xor", "--samples", "100", "--noise", "0")))
    assert {tuple(row) for row in names["X"]} == {(-1, -1), (-1, 1), (1, -1), (1, 1)}
    assert (names["y"][:, 0] == (names["X"][:, 0] != names["X"][:, 1])).all()


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("batch", BATCHES)
def test_it_learns_the_clean_table_and_is_honest(batch: str, activation: str) -> None:
    words = ["--samples", "1024", "--batch", batch, "--activation", activation]
    for gates in (["xor"], ["full_adder"], ["not"], ["and", "xor"]):
        wanted = spec(*gates, *words)
        _, verdict, honesty = examine_here(render(wanted), wanted)
        assert (verdict.ok, honesty.reason) == (True, ""), command(wanted)


def test_strategies_count_samples() -> None:
    found = {batch: spec("xor3", "--samples", "1024", "--batch", batch) for batch in BATCHES}
    assert {batch: one.updates_per_epoch for batch, one in found.items()} == {
        "sgd": 1024,
        "mini": 32,
        "full": 1,
    }
    sizes = {
        n: spec("xor", "--samples", str(n), "--batch", "mini").batch_size for n in (4, 64, 200)
    }
    assert sizes == {4: 2, 64: 16, 200: 32}


SOURCE = render(spec("xor", "--samples", "1024", "--batch", "mini"))
FULL = render(spec("xor", "--samples", "1024"))
MISTAKES = [
    (SOURCE, "rng.normal(0, 0.5,", "rng.normal(0, 0.4,", "X of sample 1 is "),
    (SOURCE, "size=1024)", "size=1024) // 2", "X of sample "),
    (SOURCE, "targets[samples]", "targets[samples - 1]", "y of sample "),
    (SOURCE, "targets[samples]", "1 - targets[samples]", "y of sample 1 is "),
    (SOURCE, "rng.permutation(1024)", "rng.integers(1024, size=1024)", "epoch 1 uses "),
    (SOURCE, "rng.permutation(1024)", "np.arange(1024)", "take the rows in only 1 order"),
    (SOURCE, "(32, 32):", "(16, 64):", "epoch 1 makes 16 updates of 64 rows each"),
    (SOURCE, "rng.permutation(1024).reshape(32, 32)", "rng.permutation(4)[None]", "uses 4 of the"),
    (SOURCE, "lr * layer.T", "lr / len(rows) * layer.T", "update 1"),
    (SOURCE, "(table @ W1", "(X[:4] @ W1", "look at the last lines"),
    (SOURCE, "default_rng(0)", "default_rng(1)", "X of sample 1 is "),
    (FULL, "error = y - output", "error = y - output * (y > -1) * 0.9", "error is not y - output"),
    (FULL, "(1024, 2)", "(1024, 1)", "X of sample 1 is "),
]


@pytest.mark.parametrize(("source", "right", "wrong", "reason"), MISTAKES)
def test_each_mistake_is_seen(source: str, right: str, wrong: str, reason: str) -> None:
    assert right in source
    line = source.partition("\n")[0]
    _, _, honesty = examine_here(source.replace(right, wrong), read(line))
    assert honesty.status == "fail"
    assert reason in honesty.reason


def test_it_is_judged_by_the_table_not_by_its_samples() -> None:
    printed = execute(SOURCE.replace("(table @ W1", "(X @ W1").replace("X[rows]", "X[rows]"))
    verdict = judge(Run(printed, "", 0, Ending.FINISHED), read(SOURCE.partition("\n")[0]).table)
    assert not verdict.ok
    assert "(4, 1)" in verdict.reason


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("words", ["", "--noise 0", "--hidden 4,4", "--batch-size 48"])
def test_side_by_side_prints_the_same(
    words: str, batch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        one = spec("xor", "--samples", "100", "--batch", batch, *words.split())
        sources = [render(replace(one, seed=seed, epochs=5)) for seed in range(6)]
    except UsageError:
        return
    monkeypatch.setattr(side_by_side, "run_here", None)  # none runs one by one
    assert [run.stdout for run in run_together(sources)] == list(map(execute, sources))


def test_tables_run_side_by_side_on_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = ["0110", "0001", "1000", "0111"]
    sources = [render(spec("--table", table, "--samples", "64")) for table in tables]
    monkeypatch.setattr(side_by_side, "run_here", None)  # none runs one by one
    assert [run.stdout for run in run_together(sources)] == list(map(execute, sources))


@pytest.mark.slow
def test_advice_on_samples_was_tried() -> None:
    hints = advice(choose(["xor", "--samples", "16"]))
    assert any(hint.startswith("use --samples 64 (learns with") for hint in hints)
    [first, *_] = advice(choose(["xor", "--samples", "1024", "--noise", "1"]))
    assert first.startswith("use --noise 0.5 (learns with 20 of 20")
    assert not any("samples" in hint for hint in advice(choose(["xor", "--epochs", "10"])))
    [helps] = advice(choose(["xor8", "--samples", "1024", "--seed", "0"]))
    assert helps == "use --samples 4096 --noise 0.25 --batch mini (learns with seed 0)"


def test_a_changed_script_says_what_it_draws() -> None:
    line = SOURCE.partition("\n")[0]
    changed = (
        SOURCE.replace("1024", "512").replace("0, 0.5,", "0, 0.25,").replace("32, 32", "16, 32")
    )
    found = spec_as_written(line, changed, every=True)
    assert (found.samples, found.noise, found.batch) == (512, 0.25, Batch.MINI)
    deep = render(spec("xor", "--hidden", "8,4", "--samples", "1024"))
    found = spec_as_written(deep.partition("\n")[0], deep.replace("[0.5]", "[0.125]"), every=True)
    assert found.noise == 0.125
