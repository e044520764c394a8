"""`compare`: what is watched, what is drawn, and the lesson that comes out."""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from environment import few
from exact import loss
from fresh import ROOT
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script.choices import choices_of, choose, command
from nineteen.script.ended import Ending, Run
from nineteen.script.judge import judge
from nineteen.script.render import render
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.script.templates import data
from nineteen.training.gradient import matrices, predict
from nineteen.training.observe import Update, observe
from nineteen.training.side_by_side import observe_together
from nineteen.verbs.compare.command import Comparison, command_of, compare_options, compared
from nineteen.verbs.compare.comparison_pictures import (
    _looks,
    gradient_noise,
    noise_in_theory,
)
from nineteen.verbs.compare.comparison_plan import ComparisonPlan, plan_comparison
from nineteen.verbs.compare.grid import GridCell
from nineteen.verbs.compare.measuring import BY_SEED, cell_of, measure_grid, watch_seeds
from space import spec

STRATEGIES = ("sgd", "mini", "mini --batch-size 3", "full")


def watch(one: ScriptSpec) -> GridCell:
    return watch_seeds(one, [one.seed])


# --- watching -------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch", STRATEGIES)
@pytest.mark.parametrize(
    "words", ["xor", "half_adder --activation tanh", "xor3 --hidden 6,5", "or --activation relu"]
)
def test_the_loss_after_each_update_is_that_of_the_whole_table(words: str, batch: str) -> None:
    one = spec(*words.split(), "--epochs", "12", *f"--batch {batch}".split())
    seen = watch(one)
    X = np.array(
        [[2 * int(bit) - 1 for bit in one.table.inputs_of(r)] for r in range(one.table.rows)]
    )
    y = np.array(one.table.targets())
    updates: list[Update] = []
    printed = observe(render(one), updates.append)
    weights = [updates[0].before, *(update.after for update in updates)]
    networks = [matrices(arrays, one) for arrays in weights]
    losses = [loss(network, X, y, one.activation) / y.size for network in networks]
    assert seen.printed == (printed,)
    assert seen.drawn.tolist()[:65] == list(range(min(65, len(updates) + 1)))
    assert seen.losses[0] == pytest.approx([losses[look] for look in seen.drawn], abs=1e-9)
    off = [np.abs(np.round(predict(net, X, one.activation), 2) - y).max() for net in networks]
    outside = [look for look, most in enumerate(off) if most > 0.1 + 1e-6]
    needed = outside[-1] + 1 if outside else 0
    assert seen.updates_needed == [np.inf if needed > one.updates else needed]
    assert seen.early == pytest.approx([losses[one.updates_per_epoch]], abs=1e-9)


@pytest.mark.parametrize("seed", few(range(6), 2))
@pytest.mark.parametrize("words", ["xor", "xor --hidden 2"])
def test_learned_is_what_the_judge_says(words: str, seed: int) -> None:
    one = replace(spec(*words.split(), "--batch", "sgd"), seed=seed)
    seen = watch(one)
    [printed] = seen.printed
    assert seen.learned == [judge(Run(printed, "", 0, Ending.FINISHED), one.table).ok]


def test_long_trainings_are_looked_at_less_often_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = spec("xor", "--batch", "mini", "--batch-size", "3", "--epochs", "40")
    every = watch(one)
    monkeypatch.setattr("nineteen.verbs.compare.measuring.SINGLY", 11)
    some = watch(one)
    assert some.drawn.tolist() == [*range(12), *range(16, 81, 8)]
    both = np.isin(every.drawn, some.drawn)
    assert some.losses[:, np.isin(some.drawn, every.drawn)] == pytest.approx(every.losses[:, both])


@pytest.mark.parametrize("words", few(["xor --hidden 2", "xor", "half_adder --activation tanh"], 1))
def test_seeds_side_by_side_are_seen_as_one_by_one(words: str) -> None:
    for batch in STRATEGIES:
        one = spec(*words.split(), "--batch", *batch.split(), "--epochs", "60")
        together = watch_seeds(one, range(18, 26))
        alone = [watch_seeds(one, [seed]) for seed in range(18, 26)]
        assert together.printed == tuple(each.printed[0] for each in alone)
        for name in BY_SEED:
            found = np.concatenate([getattr(each, name) for each in alone])
            assert np.array_equal(getattr(together, name), found), name


def test_rows_seen_are_those_of_the_batches() -> None:
    one = spec("xor", "--batch", "mini", "--batch-size", "3", "--epochs", "3")
    updates: list[Update] = []
    observe(render(one), updates.append)
    seen = [0, *np.cumsum([len(update.rows) for update in updates])]
    assert watch(one).rows_seen(np.arange(7)).tolist() == seen


def test_a_watched_script_that_prints_something_else_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = replace(plan_comparison(choose(["and", "--epochs", "20"]), None, 6), narrow=(), seeds=1)
    measure_grid(plan, 1)
    monkeypatch.setattr(
        "nineteen.verbs.compare.measuring.observe_together",
        lambda *watching: [text.replace("0.", "0.1") for text in observe_together(*watching)],
    )
    with pytest.raises(RuntimeError, match="watched, a script prints something else"):
        measure_grid(plan, 1)


@pytest.mark.parametrize("words", ["xor", "xor3 --activation tanh", "half_adder --hidden 3,2"])
def test_the_noise_of_a_gradient_falls_as_the_theory_says(words: str) -> None:
    one = spec(*words.split(), "--batch", "sgd")
    rows = one.table.rows
    sizes = range(1, rows + 1)
    noise = gradient_noise(one, sizes)
    assert noise == pytest.approx([noise_in_theory(size, rows) for size in sizes], abs=0.08)
    assert noise_in_theory(1, rows) == 1
    assert noise[-1] == pytest.approx(0, abs=1e-9)
    assert noise_in_theory(25, 10**9) == pytest.approx(0.2)  # 1 / sqrt(25)


# --- the plan -------------------------------------------------------------------------------------


def test_the_plan_of_xor() -> None:
    plan = plan_comparison(choose(["xor"]), [2, 3], 30)
    assert [row[0].batch_size for row in plan.grid] == [1, 2, 3, 4]
    assert [one.batch for one in plan.usual] == [Batch.SGD, Batch.MINI, Batch.MINI, Batch.FULL]
    assert {one.lr for one in plan.usual} == {spec("xor").lr}
    for row in plan.grid:
        assert [one.lr for one in row] == [0.5, 1, 2, 4, 8, 16]
        assert [one.epochs for one in row] == [200, 100, 100, 100, 100, 100]
    assert [(row[0].hidden, row[0].batch_size) for row in plan.narrow] == [
        ((2,), k) for k in (1, 2, 4)
    ]
    assert [one.lr for one in plan.narrow[0]] == [0.25, 0.5, 1, 2]


def test_any_number_of_sizes() -> None:
    plan = plan_comparison(choose(["xor4"]), range(1, 17), 30)
    assert [row[0].batch_size for row in plan.grid] == list(range(1, 17))


def test_sizes_with_rates_of_their_own_have_powers_of_two() -> None:
    plan = plan_comparison(choose(["xor8"]), [1, 32, 256], 30)
    rates = [[one.lr for one in row] for row in plan.grid]
    assert len({row[1] for row in rates}) > 1
    assert all(np.log2(lr).is_integer() for row in rates for lr in row)
    asked = plan_comparison(choose(["xor8", "--lr", "0.01"]), [1, 32, 256], 30)
    assert [row[1].lr for row in asked.grid] == [0.01] * 3


@pytest.mark.parametrize("words", ["xor --hidden 2", "xor --hidden 8,4", "xor6", "xor5"])
def test_no_narrow_network_where_there_is_none(words: str) -> None:
    assert plan_comparison(choose(words.split()), None, 30).narrow == ()


@pytest.mark.parametrize(
    ("words", "seeds"),
    [
        *(("xor", 1000), ("not", 1000), ("xor3", 1000), ("xor4", 300), ("xor8", 30)),
        ("xor --epochs 10000", 30),
    ],
)
def test_the_seeds_follow_from_the_work(words: str, seeds: int) -> None:
    assert plan_comparison(choose(words.split()), None).seeds == seeds


def test_two_rows_have_only_two_sizes() -> None:
    assert [one.batch for one in plan_comparison(choose(["not"]), None, 30).usual] == [
        Batch.SGD,
        Batch.FULL,
    ]


@pytest.mark.parametrize(
    "words",
    [
        *("xor", "xor8", "half_adder --activation tanh", "xor8 --lr 0.005 --epochs 3000"),
        *('--expr "a and (b != c)" --hidden 3', "--table 0110 --lr 0.5 --epochs 40"),
    ],
)
def test_the_command_in_the_lesson_makes_the_same_plan(words: str) -> None:
    options = choose(shlex.split(words))
    plan = plan_comparison(options, None, 7)
    line = command_of(options, None, 7)
    assert line.startswith("python -m generator compare ")
    again = compare_options(shlex.split(line)[4:])
    assert again.seeds == 7
    assert plan_comparison(choices_of(again), again.sizes, 7) == plan


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["xor", "--batch", "sgd"], "compare runs every size"),
        (["xor", "--seed=3"], "leave it out"),
        (["xor", "--seeds", "5"], "a whole number from 6"),
        (["xor", "--seeds", "many"], "a whole number from 6"),
        (["xor", "--batch-size", "0,2"], "a whole number from 1"),
        (["xor", "--batch-size", "5"], "4 rows allow 1 to 4"),
        (["xor", "--batch-size", "2;3"], "commas separate sizes: 1,2,4"),
        (["xro"], "did you mean 'xor'"),
        ([], "nothing to learn"),
        (["xor", "--hidden", "1"], "not linearly separable.*: use --hidden 2 or more$"),
        (["xor", "--batch-size", "1", "2"], "'2' is no gate: a comma joins"),
        (["xor", "--sedes", "9"], "did you mean --seeds?"),
        (["xor", "--workers", "0"], "a whole number from 1"),
        (["xor", "-o", "FILE"], "it is a folder|no folder|not a folder|FILE"),
        (["xor", "-o", ""], "name a place"),
        (["xor", "-o", "-"], "a comparison is several files"),
        (["--all", "--seeds", "9"], "--all makes the pages of generated/lessons"),
        (["xor", "--all", "-q"], "leave the other options out"),
        (["--all", "-o", "elsewhere"], "leave the other options out"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(
    words: list[str],
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("FILE").write_text("mine")
    monkeypatch.setattr("nineteen.verbs.compare.command.compared", None)
    assert main(["compare", *words]) == 2
    printed = capsys.readouterr()
    assert not printed.out
    assert len(printed.err.splitlines()) == 1
    assert re.search(problem, printed.err)
    assert [path.name for path in tmp_path.iterdir()] == ["FILE"]


def test_a_missing_extra_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr("nineteen.verbs.compare.command.compared", None)
    assert main(["compare", "xor", "-o", str(tmp_path / "lessons")]) == 2
    assert 'pip install matplotlib, or ".[lessons]"' in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


# --- the lesson -----------------------------------------------------------------------------------


def six_seeds(workers: int, seeds: int = 6) -> Comparison:
    return compared(plan_comparison(choose(["xor", "--epochs", "60"]), [3], seeds), workers)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return six_seeds(1)


@pytest.fixture(scope="module")
def lesson(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the lesson in its three formats, made by the command."""
    pytest.importorskip("matplotlib", reason="pictures need the extra lessons")
    pytest.importorskip("nbformat", reason="notebooks need the extra lessons")
    folder = tmp_path_factory.mktemp("lesson")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nineteen.verbs.compare.command.compared", lambda *_: comparison)
        words = ["xor", "--epochs", "60", "--seeds", "6", "--batch-size", "3", "-o", str(folder)]
        assert main(["compare", *words]) == 0
    return folder


class Page(HTMLParser):
    """The sources of a page's pictures, and everything that it would have to fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "img":
            self.pictures.append(found["src"] or "")
        if tag in ("script", "link", "iframe", "object"):
            self.fetched.append(tag)


@pytest.mark.slow
def test_the_page_is_self_contained(lesson: Path) -> None:
    page = Page()
    page.feed((lesson / "compare_xor_e60.html").read_text(encoding="utf-8"))
    assert len(page.pictures) == 11
    assert all(source.startswith("data:image/svg+xml;base64,") for source in page.pictures)
    assert not page.fetched


def test_the_markdown_shows_pictures_that_are_there(lesson: Path) -> None:
    text = (lesson / "compare_xor_e60.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)
    assert len(pictures) == 11
    for picture in pictures:
        svg = (lesson / picture).read_bytes()
        assert svg.count(b"<path") > 20
        assert len(svg) < 150_000
    assert "None" not in text
    assert "nan" not in re.findall(r"[a-z]+", text)
    assert text.isprintable() or set(filter(lambda c: not c.isprintable(), text)) <= {"\n", "\xa0"}
    said = re.findall(r"^\*\*.*: (holds|does not hold|cannot be told here)\.\*\* [A-Z]", text, re.M)
    assert len(said) == 19


def test_what_was_measured_stands_beside_the_page(lesson: Path, comparison: Comparison) -> None:
    cells = json.loads((lesson / "compare_xor_e60_files" / "grid.json").read_text(encoding="utf-8"))
    measured = [c for row in (*comparison.grid.grid, *comparison.grid.narrow) for c in row]
    assert len(cells) == len(measured) == 3 * 6 + 3 * 4
    for record, cell in zip(cells, measured, strict=True):
        assert record["command"] == command(cell.spec)
        needed = [np.inf if rows is None else rows for rows in record["rows until learned"]]
        assert needed == cell.rows_needed.tolist()
        assert [seed in record["stuck"] for seed in range(6)] == cell.stuck.tolist()
        assert record["loss after one epoch"] == pytest.approx(cell.early, rel=1e-3)
        assert len(record["loss on fresh samples"]) == len(cell.fresh_loss)


@pytest.mark.parametrize("quiet", [False, True])
def test_what_will_run_is_said_before(quiet: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[object, ...]] = []

    def measured(*how: object) -> None:
        said.append(how)
        raise KeyboardInterrupt

    monkeypatch.setattr("nineteen.verbs.compare.command.announce", lambda *how: said.append(how))
    monkeypatch.setattr("nineteen.verbs.compare.command.compared", measured)
    pytest.importorskip("matplotlib", reason="pictures need the extra lessons")
    assert main(["compare", "xor", "--seeds", "6", *["-q"] * quiet]) == 130
    (words, seconds, hushed), (_, _, silent) = said
    assert words == "180 trainings, and pictures"
    assert 6 < float(str(seconds)) < 10
    assert hushed is silent is quiet


def test_the_scripts_in_the_lesson_pass_every_check(
    lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(lesson / f"compare_xor_e60.{kind}") for kind in ("md", "ipynb")]
    assert main(["check", *paths]) == 0
    assert "6 scripts in 2 of 2 files: all passed" in capsys.readouterr().out


def test_the_notebook_shows_the_pictures_and_the_output(lesson: Path) -> None:
    cells = json.loads((lesson / "compare_xor_e60.ipynb").read_text(encoding="utf-8"))["cells"]
    assert sum("data:image/png;base64," in "".join(cell["source"]) for cell in cells) >= 4
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [len(cell["outputs"]) for cell in code] == [1, 1, 1]


def test_the_committed_pages_show_the_pictures_beside_them() -> None:
    pages = sorted((ROOT / "generated" / "lessons").glob("compare_*.html"))
    assert len(pages) == 2
    for path in pages:
        page = Page()
        page.feed(path.read_text(encoding="utf-8"))
        assert len(page.pictures) >= 11
        assert all((path.parent / picture).is_file() for picture in page.pictures)
        assert not page.fetched
        assert not path.with_suffix(".ipynb").exists()


def test_many_batch_sizes_are_told_apart() -> None:
    specs = plan_comparison(choose(["xor", "--samples", "64"]), range(1, 26), 6).usual
    looks = np.arange(65), np.ones((1, 65)), np.zeros((1, 65), bool)
    cells = [cell_of(one, ("",), *looks) for one in specs]
    drawn = [(one.colour, one.line, one.marker) for one in _looks(cells)]
    assert len(drawn) == len(set(drawn)) == 26


def test_one_command_makes_the_committed_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra lessons")
    lessons = ROOT / "generated" / "lessons"
    shown = [
        re.findall(r"^python -m generator compare (.*)$", page.read_text(encoding="utf-8"), re.M)
        for page in sorted(lessons.glob("compare_*.md"))
    ]
    pages = data("compare/pages.toml")["pages"]
    assert sorted(pages) == sorted(words for found in shown for words in found)
    made: list[str] = []

    def stopped(plan: ComparisonPlan, *_: object) -> Comparison:
        made.append(str(plan.seeds))
        raise UsageError("measured elsewhere")

    monkeypatch.setattr("nineteen.verbs.compare.command.compared", stopped)
    assert main(["compare", "--all"]) == 2
    assert made == [pages[0].split()[2]]


@pytest.mark.slow
def test_the_same_runs_make_the_same_pictures(lesson: Path, comparison: Comparison) -> None:
    from nineteen.verbs.compare.command import documents

    pictures = documents(comparison, (), ["svg"], command="", subject="xor")["svg"].pictures
    assert len(pictures) == 11
    for picture in pictures:
        path = lesson / "compare_xor_e60_files" / f"{picture.name}.svg"
        assert picture.data == path.read_bytes(), picture.name
    pages = documents(comparison, comparison.findings, ["png"], command="", subject="xor")
    verdict = r"((?:holds|does not hold|cannot be told here)(?:\\\*)?)"
    verdicts = re.findall(rf"^\| .* \| {verdict} \| {verdict} \|$", pages["png"].text, re.M)
    assert len(verdicts) == 19
    assert all(samples == truth_table for samples, truth_table in verdicts)


@pytest.mark.slow
def test_the_same_command_gives_the_same_figures(comparison: Comparison) -> None:
    def figures(found: Comparison) -> list[Any]:
        counts = [finding for finding in found.findings if not finding.words.get("timed")]
        return [counts, found.grid.text, [made.source for made in found.scripts]]

    assert figures(six_seeds(2)) == figures(comparison)
    assert figures(six_seeds(1, seeds=7)) != figures(comparison)


@pytest.mark.slow
def test_one_epoch_is_compared_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra lessons")
    words = ["xor", "--epochs", "1", "--seeds", "6", "--workers", "1", "-o", str(tmp_path)]
    assert main(["compare", *words]) == 0
    text = (tmp_path / "compare_xor_e1.md").read_text(encoding="utf-8")
    assert "None of the scripts learned with any of the seeds." in text


# What rests on seconds, and what counts or weighs it.
ON_SECONDS = re.compile(r"takes .* as long|efficiently|needs much computing|advice:|verdicts")


@pytest.mark.slow
def test_sums_in_another_order_give_the_same_figures(tmp_path: Path) -> None:
    """OpenBLAS adds in another order for another processor; then the last bits differ."""
    texts = []
    for core in ("Haswell", "Prescott"):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "generator",
                "compare",
                "xor",
                "--seeds",
                "100",
                "-o",
                str(tmp_path / core),
            ],
            check=True,
            env=os.environ | {"OPENBLAS_CORETYPE": core},
            capture_output=True,
        )
        text = (tmp_path / core / "compare_xor.md").read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if not ON_SECONDS.search(line)]
        texts.append(lines)
    assert texts[0] == texts[1]
    assert any("times (" in line for line in texts[0])
