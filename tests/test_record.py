"""A recording holds what the script computed, and nothing that a script does stops it."""

import json
import pickle
import warnings
from dataclasses import replace

import numpy as np
import pytest
from environment import few
from nineteen.script.ended import Ending
from nineteen.script.render import render
from nineteen.training import record as recorder
from nineteen.training.execute import execute
from nineteen.training.record import record
from nineteen.training.snapshots import Recording, Snapshot, packed, unpacked
from recomputed import one_layer, several
from space import spec

ALL = range(1, 10**9)
COMMANDS = (
    "xor --epochs 4 --hidden 3",
    "xor --epochs 4 --batch mini --activation tanh",
    "half_adder xor --epochs 3 --batch sgd --activation relu",
    "xor3 --epochs 3 --batch mini --batch-size 3 --show loss",
    "xor --epochs 4 --hidden 4,3 --show loss",
    "xor3 --epochs 3 --hidden 4,3 --batch mini --batch-size 3 --activation tanh",
    "half_adder --epochs 2 --hidden 3,4,2 --batch sgd --activation relu",
)


def script(command: str) -> str:
    return render(spec(*command.split()))


def check(source: str, command: str) -> Recording:
    """Compare every array of every update with the recomputed one."""
    wanted = spec(*command.split())
    deep = len(wanted.hidden) > 1
    recording = record(source, ALL)
    for snapshot in recording.snapshots:
        before = {value.name: value.new for value in snapshot.given}
        rows = list(snapshot.rows)
        curve = wanted.activation.name
        made = (several if deep else one_layer)(before, rows, wanted.lr, curve)
        seen = set()
        for value in (value for line in snapshot.lines for value in line.values):
            name = value.alias if value.name in ("w", "layer") and deep else value.name
            if name not in made or (deep and name in seen and value.name == "delta"):
                continue
            if value.old is not None:
                assert np.array_equal(value.old, before[name])
            if value.name != "w" or value.old is not None:  # the head of a loop only names it
                assert value.new.shape == made[name].shape
                assert np.allclose(value.new, made[name], rtol=1e-12, atol=1e-12), name
                seen.add(name)
        assert made.keys() - seen <= ({"output"} if "output =" not in source else set())
        names = [f"W[{i}]" for i in range(9)] if deep else ["W1", "b1", "W2", "b2"]
        for name, weights in zip(names, snapshot.weights, strict=False):
            assert np.allclose(weights, made[name])
        target, o = before["y"][rows], before["y"][rows] - snapshot.error
        entropy = -(target * np.log(o) + (1 - target) * np.log(1 - o)).mean()
        assert snapshot.loss == pytest.approx(entropy)
    return recording


@pytest.mark.parametrize("command", COMMANDS)
def test_every_number_can_be_computed_again(command: str) -> None:
    wanted, source = spec(*command.split()), script(command)
    recording = check(source, command)
    assert recording.run is not None
    assert recording.run.stdout == execute(source)
    assert (recording.problem, recording.missing) == ("", "")
    assert (recording.updates, recording.epochs) == (wanted.updates, wanted.epochs)
    assert [snapshot.update for snapshot in recording.snapshots] == [*range(1, wanted.updates + 1)]
    per_epoch = wanted.updates // wanted.epochs
    for snapshot in recording.snapshots:
        assert snapshot.epoch == (snapshot.update - 1) // per_epoch + 1
        assert snapshot.whole
        for line in snapshot.lines:
            text = recording.lines[line.number - 1]
            assert all(value.name.partition("[")[0] in text for value in line.values)


@pytest.mark.parametrize(
    ("old", "new"),
    [("* (1 - layer)", "* (1 + layer)"), ("y - output", "output - y"), ("+= X", "-= X")],
)
def test_the_comparison_finds_what_is_wrong(old: str, new: str) -> None:
    source = script("xor --epochs 2")
    assert old in source
    with pytest.raises(AssertionError):
        check(source.replace(old, new), "xor --epochs 2")


def test_other_ways_to_write_an_update_are_recorded_too() -> None:
    source = script("xor --epochs 3 --batch mini")
    for old, new in (
        ("W2 += layer.T @ error", "W2 = W2 + layer.T @ error"),
        ("b2 += error.sum(axis=0)", "b2, kept = b2 + error.sum(axis=0), 7"),
        (
            "for epoch in range(3)",
            "def twice(a):\n    half = a\n    return 2 * half\n\n\nfor epoch in range(3, 6)",
        ),
        ("        delta = error", "        if epoch >= 0:\n            delta = twice(0.5 * error)"),
        ("rng.permutation(4).reshape(2, 2)", "(order[:2], order[2:])"),
        ("    for rows", "    order = [0, 1, 2, 3]\n    rng.shuffle(order)\n    for rows"),
    ):
        assert old in source
        source = source.replace(old, new, 1)
    recording = check(source, "xor --epochs 3 --batch mini")
    assert recording.updates == 6
    first = recording.snapshots[0]
    names = [value.name for line in first.lines for value in line.values]
    assert names.count("order") == 2
    assert "half" in names
    texts = [recording.lines[line.number - 1].strip() for line in first.lines]
    assert "if epoch >= 0:" in texts
    [[shuffled]] = [p.values for p in first.lines if "shuffle" in recording.lines[p.number - 1]]
    assert tuple(shuffled.new[:2]) == first.rows


def test_only_chosen_updates_have_lines_and_all_have_weights() -> None:
    recording = record(script("xor --epochs 20 --batch sgd"), {2, 79})
    assert [s.update for s in recording.snapshots if s.lines] == [2, 79]
    assert len(recording.snapshots) == 80
    assert all(len(s.weights) == 4 and s.rows and s.loss > 0 for s in recording.snapshots)
    assert all(s.given for s in recording.snapshots if s.lines)


def large(recording: Recording) -> int:
    return len(pickle.dumps(recording.snapshots))


@pytest.mark.parametrize(
    "command",
    few(["xor4 --epochs 700", "xor8 --hidden 256 --epochs 12", "xor --epochs 1500 --batch sgd"], 1),
)
def test_the_bounds_hold_and_what_is_left_is_spread_evenly(command: str) -> None:
    wanted = spec(*command.split())
    for chosen in (ALL, {1, 7, wanted.updates}, ()):
        recording = record(script(command), chosen)
        assert recording.updates == wanted.updates
        assert len(recording.snapshots) <= 500
        assert large(recording) <= 10_000_000
        updates = [snapshot.update for snapshot in recording.snapshots]
        assert updates[0] == 1
        assert updates[-1] == wanted.updates
        if chosen is not ALL:
            assert [s.update for s in recording.snapshots if s.lines] == sorted(chosen)
        assert max(np.diff(updates)) <= max(1, wanted.updates // 2)


def test_a_hundred_chosen_updates_of_large_arrays_keep_the_bound_too() -> None:
    recording = record(script("xor8 --hidden 256 --epochs 40"), range(1, 41))
    assert large(recording) <= 10_000_000
    whole = [snapshot for snapshot in recording.snapshots if snapshot.lines and snapshot.whole]
    assert 1 <= len(whole) < 40
    grown = script("xor --epochs 3").replace("rng = ", "big = np.ones(10**7)\nrng = ")
    grown = grown.replace("    error", "    big = big + 1\n    error", 1)
    recording = record(grown, ALL)
    assert large(recording) <= 10_000_000
    assert (recording.updates, recording.problem) == (3, "")
    assert not any(snapshot.whole for snapshot in recording.snapshots)


@pytest.mark.parametrize("command", ["xor --epochs 9", "xor --epochs 9 --hidden 3,3 --batch mini"])
def test_a_crash_in_the_middle_is_shown_as_far_as_it_goes(command: str) -> None:
    source = script(command)
    number, line = next(
        (n, text) for n, text in enumerate(source.splitlines(), 1) if "# backprop" in text
    )
    space = line[: len(line) - len(line.lstrip())]
    crash = f"{space}1 / (epoch - 4)\n{line}"
    recording = record(source.replace(line, crash), ALL)
    per_epoch = spec(*command.split()).updates // 9
    assert recording.problem == f"ZeroDivisionError: division by zero (line {number})"
    assert (recording.updates, recording.epochs) == (4 * per_epoch, 5)
    last = recording.snapshots[-1]
    assert (last.update, last.whole) == (4 * per_epoch + 1, False)
    assert last.lines[-1].number == number - 1
    assert len(last.rows) == 4 // per_epoch
    assert record(source.replace(line, crash), {1}).snapshots[0].lines


@pytest.mark.parametrize(
    ("old", "new", "updates"),
    [
        ("for epoch in range(5)", "for epoch in iter(int, 1)", None),
        ("    error", "    while epoch == 2:\n        pass\n    error", 2),
        ("rng = ", "while True:\n    pass\nrng = ", 0),
        ("rng = ", "def f():\n    for i in iter(int, 1):\n        pass\n\n\nf()\nrng = ", 0),
        (
            "print(",
            "while True:\n    try:\n        1 / 0\n    except Exception:\n        pass\nprint(",
            5,
        ),
    ],
)
def test_an_endless_loop_ends_with_the_time(old: str, new: str, updates: int | None) -> None:
    source = script("xor --epochs 5")
    assert old in source
    recording = record(source.replace(old, new, 1), {1}, seconds=0.3)
    assert recording.problem.startswith("it had not finished after 0.3 seconds")
    assert updates is None or recording.updates == updates
    assert len(recording.snapshots) <= 500
    assert updates == 0 or recording.snapshots[0].lines


FOREIGN = """\
import numpy as np
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0, 1, 1, 0]]).T
syn0, syn1 = 2 * np.random.random((3, 4)) - 1, 2 * np.random.random((4, 1)) - 1
HEAD
    l1 = 1 / (1 + np.exp(-(X @ syn0)))
    l2 = 1 / (1 + np.exp(-(l1 @ syn1)))
    l2_delta = (y - l2) * (l2 * (1 - l2))
    l1_delta = l2_delta.dot(syn1.T) * (l1 * (1 - l1))
    syn1 += l1.T.dot(l2_delta)
    syn0 += X.T.dot(l1_delta)
"""


@pytest.mark.parametrize(
    "head", ["for j in range(6):", "for epoch in range(6):", "j = 0\nwhile j < 6:\n    j += 1"]
)
def test_scripts_with_other_names_are_followed_line_by_line(head: str) -> None:
    recording = record(FOREIGN.replace("HEAD", head), {2})
    assert recording.missing
    assert (recording.updates, recording.problem) == (6, "")
    [second] = [snapshot for snapshot in recording.snapshots if snapshot.lines]
    made = {value.name: value for line in second.lines for value in line.values}
    step = made["l1"].new.T @ made["l2_delta"].new
    assert np.allclose(made["syn1"].new, made["syn1"].old + step)
    assert second.weights == ()
    assert np.isnan(second.loss)


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("x = 1\n", "there is no loop `for epoch in …`"),
        ("x = (\n", "it is not Python: '(' was never closed (line 1)"),
        ("x = 1\0\n", "it is not Python: source code string cannot contain null bytes"),
        ("x = " + "-" * 100_000 + "1\n", "it is nested too deeply to be followed"),
    ],
)
def test_what_cannot_be_followed_is_said(source: str, missing: str) -> None:
    for alone in (False, True):
        recording = record(source, ALL, 60, alone=alone)
        assert (recording.missing, recording.snapshots, recording.run) == (missing, (), None)


def test_arrays_of_no_numbers_are_not_followed_and_all_else_is() -> None:
    source = script("xor --epochs 5 --hidden 3").replace(
        "for epoch", "y = y.astype(object)\nfor epoch"
    )
    source = source.replace(
        "error = y - output", "error = y - output\n    error = error.astype(float)"
    )
    source = source.replace("layer @ W2 + b2)))", "layer @ W2 + b2)))\n    name = ['a', 'b']", 1)
    recording = record(source, {2})
    assert (recording.updates, recording.problem) == (5, "")
    [second] = [snapshot for snapshot in recording.snapshots if snapshot.lines]
    assert {"layer", "delta", "W2"} <= {v.name for line in second.lines for v in line.values}
    weights = source.replace("rng.normal(size=(2, 3))", "rng.normal(size=(2, 3)) + 0j")
    with warnings.catch_warnings(action="error"):  # no imaginary part is thrown away unsaid
        assert "not all arrays of numbers" in record(weights, {2}).missing


def test_a_script_may_leave_early() -> None:
    source = script("xor --epochs 5").replace("print(", "raise SystemExit\nprint(")
    for recording in (record(source, {5}), record(source, {5}, 60, alone=True)):
        assert (recording.updates, recording.problem) == (5, "")
        assert recording.snapshots[-1].lines


@pytest.mark.parametrize("command", ["xor --epochs 5", "xor3 --hidden 3,3 --batch mini --epochs 3"])
def test_alone_it_is_the_same(command: str) -> None:
    here, alone = record(script(command), {2, 4}), record(script(command), {2, 4}, 60, alone=True)
    assert here.run is not None
    assert alone.run is not None
    assert alone.run.stdout == here.run.stdout
    assert packed(replace(alone, run=None)) == packed(replace(here, run=None))
    assert json.loads(json.dumps(packed(here.snapshots), allow_nan=False))


@pytest.mark.parametrize(
    ("line", "ending", "updates", "problem"),
    [
        ("1 / 0", Ending.CRASHED, 3, "ZeroDivisionError: division by zero (line 11)"),
        ("raise ValueError('no\\n  File \"script.py\", line 99')", Ending.CRASHED, 3, "(line 11)"),
        ("while True:\n            pass", Ending.TIMEOUT, 3, "not finished after 2 seconds"),
        ("__import__('time').sleep(99)", Ending.TIMEOUT, 0, "not finished after 2 seconds"),
        ("__import__('os')._exit(7)", Ending.CRASHED, 0, "it ended with exit code 7"),
        ("print('x' * 10**7)", Ending.TOO_MUCH_OUTPUT, None, "prints more than 1000000 bytes"),
    ],
)
def test_alone_a_script_may_do_what_it_likes(
    line: str, ending: Ending, updates: int | None, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "GRACE", 2.0)
    source = script("xor --epochs 9 --hidden 3").replace(
        "    layer", f"    if epoch == 3:\n        {line}\n    layer", 1
    )
    source = source.replace("\n\nfor", "\nfor")
    recording = record(source, {2, 4}, 2, alone=True)
    assert recording.run is not None
    assert recording.run.ending is ending
    assert problem in recording.problem
    assert updates is None or recording.updates == updates
    assert (recording.snapshots[-1].update if updates else 4) == 4


def test_what_comes_back_is_data_and_nothing_else() -> None:
    good = json.loads(json.dumps(packed(record(script("xor --epochs 2"), {1}))))
    assert unpacked(good | {"run": None}).updates == 2
    for wrong in ({}, [], {"snapshots": [{}]}, good | {"snapshots": 3}, good | {"more": 1}):
        with pytest.raises((TypeError, ValueError, KeyError)):
            unpacked(wrong)
    with pytest.raises(ValueError, match="OBJECT"):
        unpacked(good | {"start": {"dtype": "O", "shape": [1], "data": "AAAAAAAAAAA="}})


def test_the_start_is_what_training_begins_with() -> None:
    recording = record(script("half_adder --hidden 3 --epochs 2"), {1})
    assert recording.start is not None
    given = {value.name: value.new for value in recording.snapshots[0].given}
    assert list(given) == ["X", "y", "lr", "W1", "b1", "W2", "b2"]
    assert np.array_equal(recording.start.X, given["X"])
    assert all(map(np.array_equal, recording.start.weights, [*given.values()][3:]))


def test_the_recorded_arrays_are_copies() -> None:
    source = script("xor --hidden 3,3 --epochs 3")
    one, two = record(source, {1}), record(source, ALL)

    def numbers(snapshot: Snapshot) -> list[list[float]]:
        return [value.new.tolist() for line in snapshot.lines for value in line.values]

    assert numbers(one.snapshots[0]) == numbers(two.snapshots[0])
    assert numbers(two.snapshots[0]) != numbers(two.snapshots[1])
