"""The page of lessons: its links, its figures and its clock are those of the scripts."""

import re
import shlex
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from nineteen.script.choices import choices_of, read, spec_of
from nineteen.script.gates import linearly_separable
from nineteen.script.options import PROGRAM, command_parser
from nineteen.script.render import render
from nineteen.script.run import run
from nineteen.script.templates import data
from nineteen.training.seeds import failing_seeds
from nineteen.verbs import VERBS
from nineteen.verbs.catalogue import command as catalogue
from nineteen.verbs.catalogue.catalogue_pages import COURSE, FAILURES, catalogue_files
from nineteen.verbs.make.command import main_parser

GENERATED = Path(catalogue.__file__).parents[4] / "generated"
LESSONS = data("catalogue/course.toml")["lesson"]
PAGE = (GENERATED / COURSE).read_text(encoding="utf-8")
BULLET = re.compile(r"^- \[(.+)\]\((.+)\): (.+)$", re.MULTILINE)


@pytest.mark.slow  # what the catalogue's freshness says here too
def test_the_page_is_fresh() -> None:
    scripts = [(spec, render(spec)) for spec in catalogue.specs()]
    assert catalogue_files(scripts)[COURSE] == PAGE  # no figure on it depends on a seed


def test_a_lesson_without_its_script_is_noticed() -> None:
    with pytest.raises(KeyError, match="and_full"):
        catalogue_files([(replace(spec, epochs=7), "") for spec in catalogue.specs()])


@pytest.mark.slow
def test_an_edited_page_is_stale(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    shutil.copytree(GENERATED, folder)
    assert catalogue.stale(folder) == []
    (folder / COURSE).write_text(PAGE.replace("100 updates", "99 updates"), encoding="utf-8")
    [problem] = catalogue.stale(folder)
    assert COURSE in problem


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert len(links) > 30
    assert [link for link in links if not (GENERATED / link).is_file()] == []
    headings = {
        line.removeprefix("## ").lower().replace(" ", "-")
        for line in re.findall("^## .*", PAGE, re.MULTILINE)
    }
    anchors = re.findall(r"\]\(#([^)]+)\)", PAGE)
    assert set(anchors) <= headings
    assert len(set(anchors)) == len(LESSONS) + 1  # and the quiz
    compared = {path.name for path in (GENERATED / "lessons").glob("*.md")}
    assert {link for link in links if "lessons/" in link} == {
        f"lessons/{name}" for name in compared
    }
    assert compared


def test_every_figure_is_that_of_the_script() -> None:
    bullets = BULLET.findall(PAGE)
    assert len(bullets) == sum(
        len(one.get(kind, ())) for one in LESSONS for kind in ("scripts", "failures")
    )
    for name, link, text in bullets:
        assert name == link
        script = (GENERATED / link).read_text(encoding="utf-8")
        spec = read(script.partition("\n")[0])
        assert f"{spec.updates:,} updates" in text
        assert f"{len(script.splitlines())} lines" in text
        units = re.search(r"([\d and]+?) hidden units?", text)
        assert units
        assert tuple(map(int, units[1].split(" and "))) == spec.hidden
        strategy = {"full": "full batch", "mini": f"mini-batches of {spec.batch_size},"}
        assert strategy.get(spec.batch, "SGD") in text
        assert ("does not learn" in text) == spec.keep == ("failures/" in link)
        for gate in spec.gates:
            assert f"`{gate}`" in text


def test_the_course_takes_two_hours() -> None:
    planned = [lesson["minutes"] for lesson in LESSONS if lesson["in_course"]]
    assert "These lessons take 120 minutes." in PAGE
    times = [
        [int(hours) * 60 + int(minutes) for hours, minutes in re.findall(r"(\d+):(\d\d)", line)]
        for line in re.findall(r"^\| (\d+:\d\d to \d+:\d\d) \|", PAGE, re.MULTILINE)
    ]
    assert times[0][0] == 0
    assert times[-1][1] == 120
    assert all(end == begin for (_, end), (begin, _) in pairwise(times))
    assert [end - begin for begin, end in times] == planned
    assert 0 < len(planned) < len(LESSONS)


def test_every_command_on_the_page_is_one() -> None:
    commands = re.findall(rf"`{re.escape(PROGRAM)} ([^`]+)`", PAGE)
    assert len(commands) >= 3
    for command in commands:
        words = shlex.split(command)
        parser = command_parser(words[0]) if words[0] in VERBS else main_parser()
        spec_of(choices_of(parser.read(words[words[0] in VERBS :])))
    for option in re.findall("`(--[^`]+)`", PAGE):
        beside = {"--math": ["--format", "md"], "--variants": ["--exercise"]}
        main_parser().read(["xor", *beside.get(option.split()[0], []), *option.split()])


def test_every_lesson_says_something() -> None:
    for lesson in LESSONS:
        assert lesson.keys() & {"scripts", "failures"}
        assert lesson["aim"].endswith(".")
        assert lesson["do"].endswith((".", "?"))
        assert 5 <= lesson["minutes"] <= 30
        assert lesson["goals"][1:] in PAGE
        assert lesson["expected"] in PAGE
        assert all(said in PAGE and answer in PAGE for said, answer in lesson["wrong"])
    assert len({lesson["title"] for lesson in LESSONS}) == len(LESSONS)


QUESTIONS = data("catalogue/course.toml")["question"]


def test_the_key_of_the_quiz_names_the_right_answers() -> None:
    quiz, _, key = PAGE.partition("\n## Quiz\n")[2].partition("<summary>Key</summary>")
    asked = re.split(r"\n\*\*\d+\.\*\* ", quiz)[1:]
    letters = re.findall(r"^\d+\. ([A-D])\. ", key, re.MULTILINE)
    assert len(asked) == len(letters) == len(QUESTIONS) >= 8
    assert len(set(letters)) > 2  # nobody passes by ticking the same letter
    for text, letter, question in zip(asked, letters, QUESTIONS, strict=True):
        assert text.startswith(question["ask"])
        options = dict(re.findall(r"^- ([A-D])\. (.*)$", text, re.MULTILINE))
        assert options[letter] == question["options"][0]
        assert sorted(options.values()) == sorted(question["options"])
        assert len(set(options.values())) == 4


def test_the_answers_that_can_be_computed_are_right() -> None:
    right = {question["ask"]: question["options"][0] for question in QUESTIONS}

    def of(start: str) -> str:
        return next(answer for ask, answer in right.items() if ask.startswith(start))

    mini = spec_of(choices_of(main_parser().read(["xor", "--batch", "mini"])))
    assert (mini.table.rows, mini.batch_size) == (4, 2)
    assert of("A script has 4 rows") == str(mini.updates // mini.epochs)
    assert of("The target is 1") == f"{1 - 0.2:g}"
    names = {"error": np.zeros((4, 1)), "W2": np.zeros((8, 1))}
    assert eval(of("W2 has shape"), names).shape == (4, 8)
    assert not linearly_separable("0110", 2)


def test_what_the_course_tells_the_teacher_to_expect_is_so() -> None:
    """How many of the ten seeds learn with two units and with eight, and what Python warns of."""
    few, many = (
        10 - len(failing_seeds(spec_of(choices_of(main_parser().read(words))), range(10)))
        for words in (["xor", "--hidden", "2"], ["xor"])
    )
    assert few <= 9 <= many
    warned = [failure.name for failure in FAILURES if run(failure.source).stderr]
    named = next(one for one in LESSONS if one["title"] == "When it does not learn")["failures"]
    assert [name for name in named if name in warned] == ["wrong_bracket"]
