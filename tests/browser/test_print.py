"""Lessons on paper: how many pages Chromium prints, and that the first one stands alone."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from nineteen.page.document import document_files
from nineteen.script.make import make
from nineteen.verbs.lesson.command import lesson
from space import spec

pytest.importorskip("matplotlib", reason='lessons need pip install "nineteen[lessons]"')

WIDTH, HEIGHT = 184 / 25.4 * 96, 275 / 25.4 * 96  # CSS pixels of an A4 page inside its margins
# Commands, levels of formulas, and the most pages that they may take.
PAGES = [
    ("xor", "none", 4),
    ("xor --batch sgd", "none", 4),
    ("half_adder --activation tanh", "none", 4),
    ("xor --batch mini", "full", 7),
    ("xor3", "none", 5),
    ("xor3 --hidden 6,5,4 --activation relu --batch mini", "none", 6),
]


@pytest.fixture
def page(browser: Any) -> Any:
    with browser.new_page(viewport={"width": round(WIDTH), "height": 900}) as found:
        yield found


def pages(found: Any) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", found.pdf(prefer_css_page_size=True)))


@pytest.mark.slow
@pytest.mark.parametrize(("command", "math", "most"), PAGES)
def test_a_lesson_prints_on_few_pages_and_the_first_is_a_handout(
    command: str, math: str, most: int, page: Any, tmp_path: Path
) -> None:
    path = tmp_path / "lesson.html"
    text = document_files(lesson(make(spec(*shlex.split(command))), math, "html"), "html", path)[
        path
    ]
    path.write_text(text, encoding="utf-8")
    page.goto(path.as_uri())
    assert 3 <= pages(page) <= most
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert pages(page) >= 4  # the answers take room where they are opened
    page.emulate_media(media="print")
    bottom = page.locator(".turn").bounding_box()["y"]
    assert bottom < HEIGHT  # the script, the network, the table and a question are above
    before = page.evaluate(
        "[...document.querySelector('main').children].map(one => one.outerHTML).join('\\n')"
    ).partition('class="turn"')[0]
    for part in ("language-python", "<img", "<table>", "Before you read on", "The network"):
        assert part in before
    assert "What it prints" not in before
    heights = page.evaluate("[...document.querySelectorAll('pre')].map(one => one.offsetHeight)")
    assert max(heights) < HEIGHT
    kept = "[...document.querySelectorAll('pre, tr, img')]"
    kept += ".map(one => getComputedStyle(one).breakInside)"
    assert set(page.evaluate(kept)) == {"avoid"}


@pytest.mark.slow
def test_a_page_that_is_too_long_is_noticed(page: Any, tmp_path: Path) -> None:
    path = tmp_path / "long.html"
    path.write_text("<p>one</p>" + "<p style='break-before: page'>more</p>" * 4, encoding="utf-8")
    page.goto(path.as_uri())
    assert pages(page) == 5
