"""Variants: each student another exercise, all of them verified, the same ones every time."""

import csv
from pathlib import Path

import pytest
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script.choices import command, read
from nineteen.script.make import make
from nineteen.verbs.check.check_report import check_all
from nineteen.verbs.check.files_to_check import Settings
from nineteen.verbs.check.found_script import scripts_in
from nineteen.verbs.exercise.blanks import blanks_of
from nineteen.verbs.exercise.command import TABLE, candidates, variant_files, variants
from space import spec


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("class") / "variants"
    words = ["xor", "--batch", "mini", "--exercise", "--variants", "9", "-o", str(place)]
    assert main(words) == 0
    return place


def test_every_variant_is_verified_and_listed(folder: Path) -> None:
    solutions = folder.with_name("variants_solution")
    with open(solutions / TABLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["variant"] for row in rows] == [str(n) for n in range(1, 10)]
    found = []
    for row in rows:
        [script] = scripts_in(solutions / f"{row['folder']}.py")
        assert script.spec == read(f"# {row['command']}")
        assert script.spec
        assert row["learns"] in script.spec.gates
        assert row["hidden"] == str(script.spec.hidden[0])
        assert (row["batch"], row["rows"]) == (script.spec.batch, str(script.spec.batch_size))
        assert row["student"] == ""
        assert row["updates"] == str(script.spec.updates)
        own = {path.name.replace(row["folder"], "x") for path in (folder / row["folder"]).iterdir()}
        assert own == {"x.py", "check_x.py", "x.md"}
        assert blanks_of(script.spec).script_points >= 3
        found.append(script)
    assert len(list(folder.iterdir())) == 9
    assert len(list(solutions.iterdir())) == 9 + 1
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
    texts = variant_files(variants(own, 4), "py", folder, solutions)
    table = texts.pop(solutions / TABLE)
    assert len(texts) == 16
    assert all(path.read_text(encoding="utf-8") == text for path, text in texts.items())
    assert (solutions / TABLE).read_text(encoding="utf-8").startswith(table)


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


def test_more_variants_than_there_are_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(candidates(spec("not"))) == 19
    monkeypatch.setattr(
        "nineteen.verbs.exercise.command._in_turn", lambda _: iter([spec("buffer")])
    )
    with pytest.raises(UsageError, match="--variants 3: there are only 2 of them for not: "):
        variants(make(spec("not")), 3)


def test_a_variant_that_does_not_learn_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    own = make(spec("not"))
    stuck = spec("not", "--epochs", "1", "--hidden", "3")
    learns = spec("not", "--hidden", "5")
    monkeypatch.setattr("nineteen.verbs.exercise.command._in_turn", lambda _: iter([stuck, learns]))
    assert [made.spec.hidden for made in variants(own, 2)] == [own.spec.hidden, (5,)]
