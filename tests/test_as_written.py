"""Older defaults, and changed seeds: what a command leaves out is read from the script."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from documents import AND, DEEP, XOR, scripts_in
from environment import few
from nineteen.cli import main
from nineteen.script.choices import file_stem, read, spec_as_written
from nineteen.script.render import fit, render
from nineteen.script.spec import Recipe, default_hidden, recipe
from nineteen.training.examine import examine_here
from nineteen.verbs.check.four_checks import same

CATALOGUE = sorted((Path(__file__).parent / "data" / "catalogue_0_1_0").rglob("*.txt"))


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Other defaults than those of 0.1.0, for every network."""

    def another(*of: Any) -> Recipe:
        old = recipe(*of)
        return Recipe(old.lr / 2, old.epochs + 30)

    monkeypatch.setattr("nineteen.script.spec.recipe", another)
    monkeypatch.setattr(
        "nineteen.script.spec.default_hidden", lambda *of: (default_hidden(*of)[0] + 2,)
    )
    fit.cache_clear()
    yield
    fit.cache_clear()


def first(source: str) -> str:
    return source.partition("\n")[0]


def test_the_catalogue_is_all_there() -> None:
    assert len(CATALOGUE) == 70


@pytest.mark.parametrize("path", few(CATALOGUE, 12), ids=lambda path: path.stem)
@pytest.mark.usefixtures("newer")
def test_older_script_passes_with_newer_defaults(path: Path, tmp_path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    (tmp_path / "x.py").write_text(source, encoding="utf-8")
    [found] = scripts_in(tmp_path / "x.py")
    assert found.spec is not None
    assert found.spec != read(first(source))  # it would be taken for dishonest
    difference = same(found, strict=False)
    assert difference.outcome == "differs"
    if "--keep" not in first(source):
        assert difference.lines[0].startswith("made with older defaults, or changed by hand: --")
        assert len(difference.lines) == 2  # its code is what it was
        if found.spec.updates < 5000:  # the others take their time
            _, verdict, honesty = examine_here(source, found.spec)
            assert verdict.ok, verdict.reason
            assert honesty.status == "pass", honesty.reason
            assert examine_here(source, read(first(source)))[2].status == "fail"


@pytest.mark.parametrize("path", CATALOGUE, ids=lambda path: path.stem)
def test_text_says_what_its_script_is(path: Path) -> None:
    """What is rendered for the values that are read is the same code, whatever today's defaults."""
    source = path.read_text(encoding="utf-8")
    if path.stem not in ("forgotten_bias", "wrong_bracket"):  # whose mistakes are the lesson
        rendered = render(spec_as_written(first(source), source))
        assert rendered.split("\n")[1:] == source.split("\n")[1:]


@pytest.mark.parametrize(
    ("edits", "words"),
    [
        ((), ""),
        ((("range(100)", "range(1, 81)"),), "--epochs 80"),
        ((("range(100)", "range(epochs)"),), ""),
        ((("range(100)", "range(0)"),), ""),
        ((("layer.T @ error", "0.5 * layer.T @ error"),), "--lr 0.5"),
        ((("W2 += layer", "W2 -= -0.5 * layer"),), ""),
        ((("W2 += layer", "W2 = W2 + 0.5 * layer"),), "--lr 0.5"),
        ((("rng =", "lr = 0.25\nrng ="), ("+= layer", "+= lr * layer")), "--lr 0.25"),
        (
            (("rng =", "rng, lr ="), ("rng(0)", "rng(0), 2"), ("+= layer", "+= lr * layer")),
            "--lr 2",
        ),
        ((("rng =", "lr = 4\nrng ="), ("+= layer", "+= lr / 4 * layer")), ""),
        ((("8", "6"),), "--hidden 6 --lr 1 --epochs 100"),
        ((("(2, 8)", "shape"),), ""),
        ((("rng(0)", "rng(7)"),), "--seed 7"),
        ((("rng(0)", "rng(seed=7)"),), "--seed 7"),
        ((("rng(0)", "rng(1_000)"),), "--seed 1000"),
        ((("rng(0)", "rng(time)"),), ""),
        ((("print(", "print(("),), ""),
    ],
)
def test_values_of_a_text(edits: tuple[tuple[str, str], ...], words: str) -> None:
    source = XOR
    for old, new in edits:
        assert old in source
        source = source.replace(old, new)
    assert spec_as_written(first(XOR), source) == read(f"{first(XOR)} {words}")


def test_what_the_command_names_is_not_read_from_the_text() -> None:
    source = AND.replace("range(150)", "range(90)")
    assert spec_as_written(first(AND), source) == read(first(AND))
    assert spec_as_written(first(AND), source, every=True).epochs == 90
    assert examine_here(source, read(first(AND)))[2].reason.startswith("it trains for 90 epochs")


def checked(path: Path, source: str, *options: str) -> int:
    path.write_text(source, encoding="utf-8")
    return main(["check", *options, str(path)])


def test_changed_seed_is_no_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for source, seed in ((XOR, 0), (DEEP, 2)):
        changed = source.replace(f"default_rng({seed})", "default_rng(7)")
        assert changed != source
        assert checked(tmp_path / "x.py", changed) == 0
        printed = capsys.readouterr().out
        assert f"it is the script of seed 7, its command names seed {seed}" in printed
        assert "honest: pass" in printed
        assert "its command would be written 'python -m generator " in printed
        assert "--seed 7'" in printed
        assert checked(tmp_path / "x.py", changed, "--strict") == 1


def test_fix_keeps_a_changed_seed_and_older_values(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    changed = XOR.replace("default_rng(0)", "default_rng(7)").replace("range(100)", "range(120)")
    assert checked(path, changed.replace("W2 += ", "W2 -= "), "--fix") == 0
    line = re.sub("mini$", "mini --epochs 120 --seed 7", first(XOR))
    assert path.read_text(encoding="utf-8") == changed.replace(first(XOR), line)
    assert render(read(line)) == path.read_text(encoding="utf-8")


def test_values_that_do_not_learn_go_back_to_the_defaults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.py"
    assert checked(path, XOR.replace("range(100)", "range(1)")) == 1
    assert "it says 'for epoch in range(1):', the generator writes" in capsys.readouterr().out
    assert main(["check", "--fix", str(path)]) == 0
    assert path.read_text(encoding="utf-8") == XOR


@pytest.mark.usefixtures("newer")
def test_name_of_a_script_is_that_of_its_command(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(XOR, encoding="utf-8")
    [found] = scripts_in(tmp_path / "x.py")
    assert found.name == file_stem(read(first(XOR))) == "xor_mini"
