"""Watching changes nothing, and what is seen is what the script did."""

from itertools import pairwise

import numpy as np
import pytest
from nineteen.script.render import render
from nineteen.training.execute import NotApplicable, execute
from nineteen.training.observe import Start, Update, instrument, observe
from space import spec

COMMANDS = (
    "xor --epochs 40",
    "xor --epochs 40 --show loss",
    "xor --epochs 20 --batch mini --activation tanh",
    "xor3 --epochs 10 --batch mini --batch-size 3 --show loss",
    "half_adder --epochs 10 --batch sgd --activation relu",
    "xor --epochs 20 --hidden 4,3",
    "xor3 --epochs 5 --hidden 4,3,3 --batch sgd",
)


def script(command: str) -> str:
    return render(spec(*command.split()))


def seen(source: str) -> list[Update]:
    updates: list[Update] = []
    observe(source, updates.append)
    return updates


def after(source: str, deep: bool) -> list[np.ndarray]:
    """The weights at the end of a script that is run as it is, without a watcher."""
    namespace: dict[str, object] = {"print": lambda *_: None}
    exec(source, namespace)
    return namespace["W"] if deep else [namespace[name] for name in ("W1", "b1", "W2", "b2")]


@pytest.mark.parametrize("command", COMMANDS)
def test_an_observed_script_prints_what_it_prints(command: str) -> None:
    assert observe(script(command), lambda update: None) == execute(script(command))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_update_is_seen_once_with_the_rows_of_its_strategy(command: str) -> None:
    wanted = spec(*command.split())
    updates = seen(script(command))
    assert len(updates) == wanted.updates
    per_epoch = wanted.updates // wanted.epochs
    for epoch in range(wanted.epochs):
        part = updates[epoch * per_epoch : (epoch + 1) * per_epoch]
        assert {update.epoch for update in part} == {epoch}
        rows = [row for update in part for row in update.rows]
        assert sorted(rows) == list(range(wanted.table.rows))
        assert {len(update.rows) for update in part[:-1]} <= {wanted.batch_size}
        assert all(type(row) is int for row in rows)
    for update in updates:
        assert update.error.shape == (len(update.rows), wanted.table.outputs)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_weights_are_those_of_the_script_run_for_fewer_epochs(command: str) -> None:
    wanted = spec(*command.split())
    deep = len(wanted.hidden) > 1
    updates = seen(script(command))
    per_epoch = wanted.updates // wanted.epochs
    for epochs in (1, 2, wanted.epochs):
        shorter = script(command).replace(f"range({wanted.epochs})", f"range({epochs})")
        found = updates[epochs * per_epoch - 1].after
        assert all(map(np.array_equal, found, after(shorter, deep)))
    for one, next_one in pairwise(updates):
        assert all(map(np.array_equal, one.after, next_one.before))
        assert not all(map(np.array_equal, one.before, one.after))


def test_the_start_comes_first_and_once() -> None:
    events: list[Start | Update] = []
    observe(script("half_adder --epochs 2 --hidden 3"), events.append, events.append)
    start, first, *_ = events
    assert isinstance(start, Start)
    assert [type(event) for event in events] == [Start, Update, Update]
    assert start.X.tolist() == [[-1, -1], [-1, 1], [1, -1], [1, 1]]
    assert start.y.tolist() == [[0, 0], [1, 0], [1, 0], [0, 1]]
    assert isinstance(first, Update)
    assert all(map(np.array_equal, start.weights, first.before))


def test_the_error_and_the_loss_are_those_before_the_update() -> None:
    updates = seen(script("xor --hidden 3 --epochs 3"))
    X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    y = np.array([[0], [1], [1], [0]])
    for update in updates:
        W1, b1, W2, b2 = update.before
        output = 1 / (1 + np.exp(-(1 / (1 + np.exp(-(X @ W1 + b1))) @ W2 + b2)))
        assert np.allclose(update.error, y - output, rtol=0, atol=1e-15)
        entropy = -(y * np.log(output) + (1 - y) * np.log(1 - output)).sum()
        assert update.loss == pytest.approx(entropy)
    assert Update(0, (0,), np.array([[1.0]]), (), ()).loss == np.inf


def test_arrays_are_copies() -> None:
    def spoil(update: Update) -> None:
        for array in (*update.before, *update.after, update.error):
            array[:] = 7.0

    source = script("xor --hidden 3,3 --epochs 30 --batch sgd")
    assert observe(source, spoil) == execute(source)


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ("slice(1, 3)", [(1, 2)] * 2),
        ("np.array([True, False, False, True])", [(0, 3)] * 2),
        ("[-1, 0]", [(3, 0)] * 2),
        ("np.array([2])", [(2,)] * 2),
    ],
)
def test_rows_are_numbered_however_they_are_taken(rows: str, wanted: list[tuple[int, ...]]) -> None:
    source = script("xor --epochs 1 --batch mini")
    edited = source.replace("rng.permutation(4).reshape(2, 2)", f"[{rows}] * 2")
    assert edited != source
    assert [update.rows for update in seen(edited)] == wanted


def test_batches_cut_by_hand_are_seen_too() -> None:
    source = script("xor --epochs 2 --batch mini")
    loop = "    for rows in rng.permutation(4).reshape(2, 2):\n"
    by_hand = (
        "    order = rng.permutation(4)\n    for first in (0, 2):\n"
        "        rows = order[first : first + 2]\n"
    )
    assert loop in source
    edited = source.replace(loop, by_hand)
    assert [u.rows for u in seen(edited)] == [u.rows for u in seen(source)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("epoch", "step"),
        ("error", "miss"),
        ("W1", "V"),
        ("X", "inputs"),
        ("for epoch in range(5):", "if True:"),
        ("W2, b2 =", "def late():\n    W2, b2 ="),
    ],
)
def test_without_the_names_of_the_contract_it_is_not_applicable(old: str, new: str) -> None:
    source = script("xor --epochs 5")
    assert old in source
    with pytest.raises(NotApplicable):
        observe(source.replace(old, new), lambda update: None)


def test_what_is_no_array_of_numbers_is_not_applicable() -> None:
    source = script("xor --epochs 5")
    edited = source.replace("for epoch", 'X, good = ["no", "numbers"], X\nfor epoch')
    with pytest.raises(NotApplicable, match="arrays of numbers"):
        observe(edited.replace("X @", "good @").replace("X.T", "good.T"), lambda update: None)


def test_what_the_script_raises_passes_through_and_so_does_bad_syntax() -> None:
    source = script("xor --epochs 5")
    with pytest.raises(ZeroDivisionError):
        observe(source + "1 / 0\n", lambda update: None)
    with pytest.raises(SyntaxError):
        instrument(source + "1 /\n")


def test_the_lines_of_a_traceback_are_those_of_the_text() -> None:
    source = script("xor --epochs 5 --batch sgd")
    number = next(i for i, line in enumerate(source.splitlines(), 1) if "W2 +=" in line)
    with pytest.raises(NameError) as caught:
        observe(source.replace("W2 += ", "W2 += nothing * "), lambda update: None)
    assert caught.traceback[-1].lineno + 1 == number
