"""The quiz and a worksheet as GIFT, read back by the real parser of gift-pegjs."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fixtures
import numpy as np
import pytest
from fixtures import unavailable
from nineteen.cli import main
from nineteen.script.render import environment
from nineteen.script.templates import data
from nineteen.training.one_update import TOLERANCE, one_update
from nineteen.verbs.catalogue.catalogue_pages import QUIZ
from space import spec

pytestmark = pytest.mark.slow

GENERATED = Path(__file__).parents[2] / "generated"
READ = """
const {parse} = require(process.argv[1]);
process.stdout.write(JSON.stringify(parse(require("fs").readFileSync(0, "utf8"))));
"""
Parser = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def parse() -> Parser:
    """What the parser makes of a text; raises CalledProcessError where it is not GIFT."""
    try:
        module = fixtures.gift()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        unavailable(f"gift-pegjs cannot be fetched: {error}")
    node = shutil.which("node")
    if node is None:
        unavailable("node is not installed")

    def read(text: str) -> list[dict[str, Any]]:
        command = [node, "-e", READ, str(module)]
        told = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        return list(json.loads(told.stdout))

    return read


def test_the_quiz_has_each_question_with_its_right_answer(parse: Parser) -> None:
    questions = data("catalogue/course.toml")["question"]
    category, *found = parse((GENERATED / QUIZ).read_text(encoding="utf-8"))
    assert category["type"] == "Category"
    assert [one["type"] for one in found] == ["MC"] * len(questions)
    for one, question in zip(found, questions, strict=True):
        assert one["stem"]["text"] == question["ask"]
        assert one["globalFeedback"]["text"] == question["why"]
        choices = [(choice["text"]["text"], choice["isCorrect"]) for choice in one["choices"]]
        assert choices == [(text, not place) for place, text in enumerate(question["options"])]


@pytest.mark.parametrize(
    "words", [["xor", "--hidden", "2"], ["xor", "--hidden", "2,2"], ["not", "--batch", "sgd"]]
)
def test_a_worksheet_asks_for_the_number_of_each_blank(
    words: list[str], parse: Parser, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.gift"
    assert main(["steps", *words, "--blank", "--format", "gift", "-o", str(path)]) == 0
    _, sheet, *found = parse(path.read_text(encoding="utf-8"))
    shown = one_update(spec(*words), blank=True)
    assert sheet["type"] == "Description"
    blanks = [
        (line, value.name, place, value.new[tuple(place)])
        for line in shown.lines
        for value, mask in zip(line.values, line.blanks, strict=True)
        for place in np.argwhere(mask)
    ]
    assert len(found) == len(blanks) >= 5
    for line in shown.lines:
        assert f"`{line.text.strip()}`" in sheet["stem"]["text"]
    assert "____" in sheet["stem"]["text"]
    for one, (line, name, place, number) in zip(found, blanks, strict=True):
        assert one["type"] == "Numerical"
        assert one["choices"]["type"] == "range"
        assert one["choices"]["range"] == TOLERANCE
        assert abs(one["choices"]["number"] - number) <= 0.00501
        text = one["stem"]["text"]
        assert text.startswith(f"Line {line.number}, `{line.text.strip()}`, makes `{name}`.")
        where = [int(digits) for digits in re.findall(r" (\d+)", text.partition("number is")[2])]
        assert where == [at + 1 for at in place]


def test_what_means_something_in_gift_comes_back_as_it_was(parse: Parser) -> None:
    odd = 'a = {b: "c"} ~ d # e \\ f :: g =h ~i\nnext line'
    question = {"ask": odd, "options": [odd, "2", "3", "4"], "why": odd}
    template = environment().get_template("catalogue/quiz.gift.j2")
    _, found = parse(template.render(questions=[question]))
    assert found["stem"]["text"] == odd
    assert found["choices"][0]["text"]["text"] == odd
    assert found["globalFeedback"]["text"] == odd


def test_what_is_not_gift_is_noticed(parse: Parser) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        parse((GENERATED / QUIZ).read_text(encoding="utf-8").replace("{", "", 1))
