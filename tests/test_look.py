"""The one look: every colour has one meaning, is seen on its ground, and is the same everywhere."""

import re
from itertools import combinations

import pytest
from nineteen.page import look
from nineteen.page.estimates import rounded
from nineteen.script.spec import Batch
from nineteen.script.templates import templates_folder
from nineteen.verbs.playground.site import site

LOOKS = [*look.STRATEGIES.values(), *look.BITS]
GROUNDS = {"colour": "#ffffff", "dark": "#1b1e23"}


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("field", GROUNDS)
def test_every_line_is_seen_and_every_colour_means_one_thing(field: str) -> None:
    assert set(look.STRATEGIES) == set(Batch)
    colours = [getattr(one, field) for one in LOOKS]
    assert len(set(colours)) == len(colours)
    assert all(contrast(colour, GROUNDS[field]) >= 3 for colour in colours)
    assert contrast("#cccccc", GROUNDS["colour"]) < 3 < contrast("#000000", "#ffffff")


def test_without_colours_the_lines_differ_too() -> None:
    lines = [*look.STRATEGIES.values(), look.ANOTHER_MINI]
    for one, other in combinations(lines, 2):
        assert one.line != other.line
        assert one.marker != other.marker


def test_the_playground_has_the_same_colours_and_dashes() -> None:
    style = site()["style.css"].decode()
    light, dark, own = style.split(":root", 3)[1:]
    for name, one in [*look.STRATEGIES.items(), *zip(("zero", "one"), look.BITS, strict=True)]:
        assert f"--{name}: {one.colour};" in light
        assert f"--{name}: {one.dark};" in dark
        assert not re.search(rf"--{name}: ", own)
    assert not [dash for dash in re.findall(r"stroke-dasharray: (.*);", own) if "var(" not in dash]


def test_no_other_file_has_a_colour_of_the_table() -> None:
    theirs = {one.colour for one in LOOKS} - {look.INK}
    folders = (templates_folder(), templates_folder().parent / "generator")
    files = [path for folder in folders for path in folder.rglob("*.*") if path.is_file()]
    found = {
        path.name
        for path in files
        if path.suffix in {".py", ".toml", ".j2", ".js", ".css", ".html"}
        and any(colour in path.read_text(encoding="utf-8") for colour in theirs)
    }
    assert found == {"look.toml"}


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12345, "0.123"), (99.96, "100"), (1234.5, "1,234"), (float("inf"), "never")],
)
def test_measured_numbers_have_one_form(value: float, text: str) -> None:
    assert rounded(value) == text


def test_the_colours_of_answers_are_those_of_the_bits() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    with look.style():
        answers = matplotlib.colormaps[look.SURFACE]
        ends = [matplotlib.colors.to_hex(answers(end)) for end in (0.0, 1.0)]
    assert ends == [bit.colour for bit in look.BITS]
