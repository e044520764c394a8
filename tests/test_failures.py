"""Lessons in failure: each script fails for the one reason that its page names."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from documents import scripts_in
from environment import few
from nineteen.script.choices import read
from nineteen.script.judge import judge, read_predictions
from nineteen.script.make import make
from nineteen.script.options import PROGRAM
from nineteen.script.render import render
from nineteen.script.run import run
from nineteen.training.execute import execute
from nineteen.verbs.catalogue import catalogue_pages
from nineteen.verbs.catalogue import command as catalogue
from nineteen.verbs.catalogue.catalogue_pages import FAILED, FAILURES, Failure, fail, seed_endings
from nineteen.verbs.check.check_report import check_script
from nineteen.verbs.check.files_to_check import Settings

ROOT = Path(catalogue.__file__).parents[4]
COMMITTED = ROOT / "generated" / FAILED
PAGE_TEXT = (COMMITTED / "README.md").read_text(encoding="utf-8")
EACH = pytest.mark.parametrize(
    "failure", few(FAILURES, 2), ids=[failure.name for failure in FAILURES]
)
NUMBER = re.compile(r"nan|-?\d+\.?\d*")


def named(name: str) -> Failure:
    return next(failure for failure in FAILURES if failure.name == name)


@pytest.mark.slow
def test_freshness_can_say_no(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    shutil.copytree(COMMITTED.parent, folder)
    page = folder / FAILED / "README.md"
    page.write_text(page.read_text(encoding="utf-8").replace("0.5 ", "0.49"), encoding="utf-8")
    assert catalogue.stale(folder) == []  # printed numbers may differ in the last digit
    page.write_text(page.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")
    page.with_name("wrong_bracket.py").unlink()
    page.with_name("extra.py").touch()
    found = [Path(problem.partition(":")[0]) for problem in catalogue.stale(folder)]
    names = ("README.md", "extra.py", "wrong_bracket.py")
    assert found == [page.with_name(name) for name in names]


def answers_of(failure: Failure, seed: int) -> np.ndarray:
    """The answers with a seed, from a run of its own."""
    own = f"default_rng({failure.spec.seed})"
    assert failure.source.count(own) == 1
    with np.errstate(all="ignore"):
        printed = execute(failure.source.replace(own, f"default_rng({seed})"))
    return np.array(read_predictions(printed, failure.spec.table))[:, 0]


@EACH
def test_the_seeds_are_counted_as_they_end_one_by_one(
    failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue_pages, "TRIED", 20)
    endings = seed_endings(failure.spec, failure.source)
    alone = [answers_of(failure, seed) for seed in range(20)]
    targets = np.array([int(bit) for bit in failure.spec.table.columns[0]])
    learned = [bool((abs(one - targets) <= 0.1).all()) for one in alone]
    assert endings.learned == sum(learned)
    assert sorted(seed for _, seeds, _ in endings.cases for seed in seeds) == [*range(20)]
    for words, seeds, shown in endings.cases:
        np.testing.assert_array_equal(alone[seeds[0]], shown)
        for seed in seeds:
            one = alone[seed]
            if words == "an answer is not a number":
                assert np.isnan(one).any()
            elif words == "it learns":
                assert learned[seed]
            elif words.startswith("every answer is near 0.5"):
                assert abs(one - 0.5).max() <= 0.1
            elif words == "every row gets the same answer":
                assert one.max() - one.min() <= 0.02
            else:
                right = [
                    (value > 0.5) == bool(target)
                    for value, target in zip(one, targets, strict=True)
                ]
                assert words == f"{sum(right)} of {len(right)} rows are on the right side of 0.5"
                assert abs(one - 0.5).max() > 0.1
    for row, (inputs, target, counts, nan) in enumerate(endings.rows):
        assert (inputs, target) == (failure.spec.table.inputs_of(row), targets[row])
        given = [one[row] for one in alone if not np.isnan(one[row])]
        assert nan == 20 - len(given)
        assert sum(counts) == len(given)
        places = {place for place, count in enumerate(counts) if count}
        assert all(any(abs(place / 50 - one) <= 0.0101 for one in given) for place in places)


@EACH
def test_what_the_page_counts_is_so_and_the_reason_makes_it_worse(failure: Failure) -> None:
    """A machine may tell a seed or two otherwise."""
    section = PAGE_TEXT.partition(f"\n## {failure.title}\n")[2].partition("\n## ")[0]
    block = re.findall(r"```text\n(.*?)```", section, re.DOTALL)[1]
    ends, _, learn = block.partition("\nseeds that learn, of 200\n")
    shown = {
        words: int(count) for count, words in re.findall(r"^ *(\d+)  (.*)$", learn, re.MULTILINE)
    }
    endings = seed_endings(failure.spec, failure.source)
    counted = {"this script": endings.learned} | failure.counted()
    assert shown.keys() == counted.keys()
    assert all(abs(shown[words] - counted[words]) <= 3 for words in shown)
    cases = {
        words.strip(): int(count)
        for count, words in re.findall(r"^ *(\d+)  (.*?)  +seed", ends, re.M)
    }
    assert sum(cases.values()) == 200
    for words, seeds, _ in endings.cases:
        assert abs(cases.get(words, 0) - len(seeds)) <= 3
    mended = counted[f"{PROGRAM} {failure.mended}"]
    assert counted["this script"] <= 104 < 195 < mended


def test_one_hidden_unit_ends_in_two_ways_and_both_are_shown() -> None:
    ends = PAGE_TEXT.partition("\n## One hidden unit\n")[2].partition("\n## ")[0]
    assert re.search(r" 1\d\d  3 of 4 rows are on the right side of 0.5 ", ends)
    assert re.search(r"  \d\d  every answer is near 0.5, within 0.1 ", ends)


def test_the_loss_that_is_saturated_is_the_squared_error() -> None:
    """Larger steps do not mend it, and the cross-entropy learns from the same weights."""
    _, slow, cross, squared = named("squared_error").counted().values()
    assert slow > 190
    assert cross > 190
    assert squared < 20


def test_weights_that_start_too_large_leave_hardly_any_slope() -> None:
    names = names_after(replace(named("weights_too_large"), options="xor --seed 3 --epochs 1"))
    usual = names_after(
        replace(named("weights_too_large"), options="xor --seed 3 --epochs 1", edits=())
    )
    slopes = [np.median(each["layer"] * (1 - each["layer"])) for each in (names, usual)]
    assert slopes[0] < 1e-6 < 0.05 < slopes[1]


@EACH
def test_the_picture_draws_what_was_counted(failure: Failure) -> None:
    root = ElementTree.parse(COMMITTED / f"{failure.name}.svg").getroot()
    endings = seed_endings(failure.spec, failure.source)
    bars = [one.get("d", "") for one in root.iter() if one.get("stroke-width") == "7"]
    assert len(bars) == failure.spec.table.rows
    most = max(max(counts) for *_, counts, _ in endings.rows)
    for drawn, (_, _, counts, nan) in zip(bars, endings.rows, strict=True):
        found = [tuple(map(float, one)) for one in re.findall(r"M([\d.]+) [\d.]+v-([\d.]+)", drawn)]
        wanted = [
            (110 + 440 * place / 50, 32 * count / most)
            for place, count in enumerate(counts)
            if count
        ]
        if len(found) == len(wanted):  # else a machine tells an answer otherwise in the last digit
            for (x, high), (at, tall) in zip(found, wanted, strict=True):
                assert x == pytest.approx(at, abs=0.1)
                assert high == pytest.approx(max(1.5, tall), abs=2)
        assert abs(len(found) - len(wanted)) <= 2
        assert bool(found) == (nan < 200)
    assert root.get("viewBox")
    assert f"]({failure.name}.svg)\n" in PAGE_TEXT


@EACH
def test_without_the_reason_it_learns(failure: Failure) -> None:
    mended = read(f"# {PROGRAM} {failure.mended}")
    assert judge(run(render(mended)), mended.table).ok
    if failure.edits:
        assert mended == replace(failure.spec, keep=False)
    else:
        words, rest = failure.options.split(), failure.mended.split()
        assert words[: len(rest)] == rest
        option, _ = words[len(rest) :]  # one option and its value
        assert option.startswith("--")


@EACH
def test_check_expects_it_to_fail(failure: Failure) -> None:
    [found] = scripts_in(COMMITTED / f"{failure.name}.py")
    result = check_script(found, Settings(strict=True))
    assert result.code == 0
    outcomes = [result.checks[name].outcome for name in ("learns", "honest", "form", "same")]
    edited = "differs" if failure.edits else "pass"
    assert outcomes == ["pass", edited, "pass", edited]


def test_check_names_the_reason() -> None:
    for name, reason in (("forgotten_bias", "b1 is missing"), ("wrong_bracket", "brackets")):
        [found] = scripts_in(COMMITTED / f"{name}.py")
        assert reason in check_script(found).checks["honest"].lines[0]


def test_without_keep_the_same_script_fails_every_check(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(named("forgotten_bias").source.replace(" --keep", ""), encoding="utf-8")
    [found] = scripts_in(path)
    result = check_script(found, Settings(strict=True))
    assert result.code == 1
    assert result.failed == [
        "learns",
        "honest",
        "same",
    ]


def test_a_mended_script_fails_until_keep_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(render(named("wrong_bracket").spec), encoding="utf-8")
    [found] = scripts_in(path)
    result = check_script(found)
    assert result.code == 1
    assert "take --keep off" in result.checks["learns"].lines[0]


@pytest.mark.slow
def test_pytest_takes_the_failures_for_passed() -> None:
    script = COMMITTED / "forgotten_bias.py"
    # Without pytest-xdist: the settings of this checkout must not ask for it.
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command = [*words, str(script)]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert told.returncode == 0, told.stdout
    assert "1 passed" in told.stdout


def test_the_commands_make_the_scripts_that_are_not_edited() -> None:
    for failure in FAILURES:
        if not failure.edits:
            assert make(failure.spec, (failure.spec.seed,)).source == failure.source


def test_a_failure_that_learns_is_refused() -> None:
    with pytest.raises(RuntimeError, match="none should not learn: learned"):
        fail(Failure("none", "", "and", "and", "", "", ""))


def test_a_failure_that_crashes_is_refused() -> None:
    crash = Failure("crash", "", "xor", "xor", "", "", "", (("error = y", "error = z"),))
    with pytest.raises(RuntimeError, match="NameError"):
        fail(crash)


def test_an_edit_that_changes_nothing_is_refused() -> None:
    lost = Failure("lost", "", "xor", "xor", "", "", "", (("X @ W3", "X @ W1"),))
    with pytest.raises(RuntimeError, match="has no 'X @ W3'"):
        _ = lost.source


def names_after(failure: Failure) -> dict[str, np.ndarray]:
    names: dict[str, np.ndarray] = {}
    with np.errstate(all="ignore"):
        exec(failure.source.replace("print(", "str("), names)
    return names


def test_the_learning_rate_kills_every_unit() -> None:
    layer = names_after(named("learning_rate_too_large"))["layer"]
    assert layer.shape == (8, 16)
    assert not layer.any()


def test_without_a_bias_opposite_rows_add_up_to_one() -> None:
    layer = names_after(named("forgotten_bias"))["layer"]
    np.testing.assert_allclose(layer + layer[::-1], 1)
    mended = named("forgotten_bias")
    with_bias = names_after(replace(mended, edits=()))["layer"]
    assert np.abs(with_bias + with_bias[::-1] - 1).max() > 0.1


def test_too_few_epochs_leave_every_answer_far_from_zero() -> None:
    failure = named("too_few_epochs")
    assert np.array(read_predictions(run(failure.source).stdout, failure.spec.table)).min() > 0.5


def test_the_page_shows_what_the_scripts_print() -> None:
    shown = re.findall(r"It prints:\n\n```text\n(.*?)```", PAGE_TEXT, re.DOTALL)
    assert len(shown) == len(FAILURES)
    for text, failure in zip(shown, FAILURES, strict=True):
        printed = run(failure.source).stdout
        assert NUMBER.sub("", text).split() == NUMBER.sub("", printed).split()
        numbers = [np.array(NUMBER.findall(part), float) for part in (text, printed)]
        np.testing.assert_allclose(*numbers, atol=0.02, equal_nan=True)


def test_the_page_says_how_each_changed_line_should_be() -> None:
    for failure in FAILURES:
        wanted, source = render(failure.spec), failure.source
        changed = [
            (line.strip(), right.strip())
            for line, right in zip(source.splitlines(), wanted.splitlines(), strict=True)
            if line != right
        ]
        for line, right in changed:
            assert f"\n-{line}\n+{right}\n" in PAGE_TEXT
            assert line not in wanted
        assert bool(changed) == bool(failure.edits)


def test_the_links_of_the_page_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE_TEXT)
    assert {f"{one.name}.{kind}" for one in FAILURES for kind in ("py", "svg")} == set(links)
    assert all((COMMITTED / link).is_file() for link in links)
    headings = {
        line.removeprefix("## ").lower().replace(" ", "-")
        for line in re.findall("^## .*", PAGE_TEXT, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE_TEXT)) == headings
