"""Variants: each student another exercise, all of them verified, the same ones every time."""

import csv
from pathlib import Path

import pytest
from documents import scripts_in
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script.choices import command, read
from nineteen.script.make import make
from nineteen.training.seeds import failing_seeds
from nineteen.verbs.check.check_report import check_all
from nineteen.verbs.check.files_to_check import Settings
from nineteen.verbs.exercise.assignment import blanks_of
from nineteen.verbs.exercise.command import FACTOR, KEY, TABLE, candidates, exercise_files, variants
from space import spec


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("class") / "variants"
    words = ["xor", "--batch", "mini", "--exercise", "--variants", "9", "-o", str(place)]
    assert main(words) == 0
    return place


@pytest.mark.slow
def test_every_variant_is_verified_and_listed(folder: Path) -> None:
    solutions = folder.with_name("variants_solution")
    with open(solutions / TABLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["variant"] for row in rows] == [str(n) for n in range(1, 10)]
    found = []
    key = (solutions / KEY).read_text(encoding="utf-8")
    for row in rows:
        [script] = scripts_in(solutions / f"{row['folder']}.py")
        assert script.spec == read(f"# {row['command']}")
        assert script.spec
        assert row["learns"] in script.spec.gates
        assert row["hidden"] == str(script.spec.hidden[0])
        assert (row["batch"], row["rows"]) == (script.spec.batch, str(script.spec.batch_size))
        assert row["student"] == ""
        assert row["updates"] == str(script.spec.updates)
        assert 200 / FACTOR <= script.spec.updates <= 200 * FACTOR
        tried = range(100)
        learned = len(tried) - len(failing_seeds(script.spec, tried))
        assert row["seeds"] == f"{learned} of 100"
        assert learned >= 95
        assert script.spec.seed == 0
        own = {path.name.replace(row["folder"], "x") for path in (folder / row["folder"]).iterdir()}
        assert own == {"x.py", "check_x.py", "x.md"}
        blanks = blanks_of(script.spec)
        assert blanks.script_points >= 3
        answers = key.partition(f"## {row['folder']}\n")[2].partition("\n## ")[0]
        assert all(f"- Line {one.at + 1}: `{one.text}`" in answers for one in blanks.blanks)
        assert f"learns with {row['seeds']} seeds" in answers
        found.append(script)
    assert len(list(folder.iterdir())) == 9
    assert len(list(solutions.iterdir())) == 9 + 2
    assert [result.code for result in check_all(found, Settings(strict=True, workers=2))] == [0] * 9
    specs = [script.spec for script in found if script.spec]
    assert command(specs[0]) == "python -m generator xor --batch mini"
    assert len({(one.table, one.hidden, one.batch) for one in specs}) == 9
    assert len({one.table for one in specs}) >= 7
    assert len({one.hidden for one in specs}) >= 4
    assert {one.batch for one in specs} == {"sgd", "mini", "full"}
    assert {one.table.inputs for one in specs} == {2}


@pytest.mark.slow
def test_the_same_command_gives_the_same_files_and_fewer_of_them_come_first(folder: Path) -> None:
    own = make(spec("xor", "--batch", "mini"))
    solutions = folder.with_name("variants_solution")
    names = [f"variant_{number:02}" for number in range(1, 5)]
    made = variants(own, 4)
    for name, one in zip(names, made, strict=True):
        texts = exercise_files(one, "py", folder / name, solutions)
        assert all(path.read_text(encoding="utf-8") == text for path, text in texts.items())
    first = [command(one.spec) for one in made]
    lines = (solutions / TABLE).read_text(encoding="utf-8").splitlines()[1:5]
    assert all(f'"{one}"' in line for one, line in zip(first, lines, strict=True))


def test_another_command_gives_others() -> None:
    def first(*words: str) -> list[str]:
        from nineteen.verbs.exercise.command import _in_turn

        turn = _in_turn(spec(*words))
        return [command(next(turn)) for _ in range(5)]

    assert first("xor") == first("xor")
    assert first("xor") != first("xor", "--seed", "1")
    assert first("xor") != first("and")


@pytest.mark.parametrize(
    ("words", "inputs", "outputs"),
    [
        (("xor",), 2, 1),
        (("mux", "--hidden", "8,4"), 3, 1),
        (("full_adder", "--show", "loss"), 3, 2),
        (("--table", "0110"), 2, 1),
        (("equal", "--activation", "tanh"), 4, 1),
    ],
)
def test_candidates_are_as_hard_as_the_command(
    words: tuple[str, ...], inputs: int, outputs: int
) -> None:
    own = spec(*words)
    found = candidates(own)
    assert len(found) >= 29
    for other in found:
        assert (other.table.inputs, other.table.outputs) == (inputs, outputs)
        assert len(other.hidden) == len(own.hidden)
        assert other.activation == own.activation
        assert other.show_loss == own.show_loss
        assert not {"false", "true", "a", "b", "not_a", "not_b"} & {*other.gates}
        assert len(set(other.table.columns)) == outputs
    choices = {(other.table, other.hidden, other.batch) for other in found}
    assert len(choices) == len(found)
    assert (own.table, own.hidden, own.batch) not in choices


@pytest.mark.parametrize("words", ["--samples 128", "--samples 256 --noise 0.25 --batch mini"])
def test_variants_on_samples_are_on_as_many_and_as_noisy(words: str) -> None:
    own = spec("xor", *words.split())
    found = candidates(own)
    assert len(found) > 20
    assert {(other.samples, other.noise) for other in found} == {(own.samples, own.noise)}


@pytest.mark.slow
def test_more_variants_than_there_are_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(candidates(spec("not"))) == 11
    monkeypatch.setattr(
        "nineteen.verbs.exercise.command._in_turn", lambda _: iter([spec("buffer")])
    )
    with pytest.raises(UsageError, match="--variants 3: there are only 2 of them for not: "):
        variants(make(spec("not")), 3)


def test_a_variant_that_does_not_learn_at_once_or_surely_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = make(spec("not"))
    stuck = spec("not", "--epochs", "1", "--hidden", "3")
    unsure = spec("xor", "--hidden", "2")  # learns with its first seed, and not with every one
    learns = spec("not", "--hidden", "5")
    assert make(unsure).failed_seeds or len(failing_seeds(unsure, range(100))) > 5
    monkeypatch.setattr(
        "nineteen.verbs.exercise.command._in_turn", lambda _: iter([stuck, unsure, learns])
    )
    assert [made.spec.hidden for made in variants(own, 2)] == [own.spec.hidden, (5,)]
