"""Lessons in failure: each script fails for the one reason that its page names."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from nineteen.script.choices import read
from nineteen.script.judge import judge, read_predictions, wrong_rows
from nineteen.script.make import make
from nineteen.script.options import PROGRAM
from nineteen.script.render import render
from nineteen.script.run import run
from nineteen.training.execute import execute
from nineteen.verbs.catalogue import command as catalogue
from nineteen.verbs.catalogue.catalogue_pages import FAILED, FAILURES, Failure, fail
from nineteen.verbs.check.check_report import check_script
from nineteen.verbs.check.files_to_check import Settings
from nineteen.verbs.check.found_script import scripts_in

ROOT = Path(catalogue.__file__).parents[4]
COMMITTED = ROOT / "generated" / FAILED
PAGE_TEXT = (COMMITTED / "README.md").read_text(encoding="utf-8")
EACH = pytest.mark.parametrize("failure", FAILURES, ids=[failure.name for failure in FAILURES])
NUMBER = re.compile(r"nan|-?\d+\.?\d*")


def named(name: str) -> Failure:
    return next(failure for failure in FAILURES if failure.name == name)


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


@EACH
def test_no_seed_learns(failure: Failure) -> None:
    seed = f"default_rng({failure.spec.seed})"
    assert failure.source.count(seed) == 1
    for other in range(20):
        source = failure.source.replace(seed, f"default_rng({other})")
        with np.errstate(all="ignore"):
            predictions = read_predictions(execute(source), failure.spec.table)
        assert wrong_rows(predictions, failure.spec.table)


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
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(script)]
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
    shown = re.findall(r"```text\n(.*?)```", PAGE_TEXT, re.DOTALL)
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
    assert {f"{failure.name}.py" for failure in FAILURES} == set(links)
    assert all((COMMITTED / link).is_file() for link in links)
    headings = {
        line.removeprefix("## ").lower().replace(" ", "-")
        for line in re.findall("^## .*", PAGE_TEXT, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE_TEXT)) == headings
