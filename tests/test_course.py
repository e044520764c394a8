"""The page of lessons: its links, its figures and its clock are those of the scripts."""

import re
import shlex
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from nineteen.script.choices import choices_of, read, spec_of
from nineteen.script.options import PROGRAM
from nineteen.script.render import render
from nineteen.script.templates import data
from nineteen.verbs import VERBS
from nineteen.verbs.catalogue import command as catalogue
from nineteen.verbs.catalogue.catalogue_pages import COURSE, pages
from nineteen.verbs.make.command import main_parser

GENERATED = Path(catalogue.__file__).parents[4] / "generated"
LESSONS = data("catalogue/course.toml")["lesson"]
PAGE = (GENERATED / COURSE).read_text(encoding="utf-8")
BULLET = re.compile(r"^- \[(.+)\]\((.+)\): (.+)$", re.MULTILINE)


def test_the_page_is_fresh() -> None:
    scripts = [(spec, render(spec)) for spec in catalogue.specs()]
    assert pages(scripts)[COURSE] == PAGE  # no figure on it depends on a seed


def test_a_lesson_without_its_script_is_noticed() -> None:
    with pytest.raises(KeyError, match="and_full"):
        pages([(replace(spec, epochs=7), "") for spec in catalogue.specs()])


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
    assert len(set(anchors)) == len(LESSONS)


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
        if words[0] in VERBS:
            words = words[1:]
        spec_of(choices_of(main_parser().read(words)))
    for option in re.findall("`(--[^`]+)`", PAGE):
        main_parser().read(["xor", *option.split()])


def test_every_lesson_says_something() -> None:
    for lesson in LESSONS:
        assert lesson.keys() & {"scripts", "failures"}
        assert lesson["aim"].endswith(".")
        assert lesson["do"].endswith((".", "?"))
        assert 5 <= lesson["minutes"] <= 30
    assert len({lesson["title"] for lesson in LESSONS}) == len(LESSONS)
