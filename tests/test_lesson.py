"""Lessons: nothing broken, nothing empty, the script inside is the one that was verified."""

import base64
import io
import random
import re
import shlex
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from math import inf, nan
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from markdown_it import MarkdownIt
from nineteen.cli import main
from nineteen.page import look as figures
from nineteen.page.document import FORMATS, document_files
from nineteen.script.gates import GATES, table_of
from nineteen.script.judge import read_predictions, wrong_rows
from nineteen.script.make import Made, make
from nineteen.script.render import render
from nineteen.script.spec import ACTIVATIONS, Batch, ScriptSpec
from nineteen.script.templates import templates_folder
from nineteen.training.execute import execute
from nineteen.training.gradient import matrices, predict
from nineteen.training.observe import losses_of
from nineteen.training.one_update import one_update
from nineteen.verbs.lesson.command import answers, changed_lines, lesson, nudge, two_losses
from nineteen.verbs.lesson.lesson_pictures import loss_curve
from space import EXPRESSIONS, spec

pytest.importorskip("matplotlib", reason='lessons need pip install "nineteen[lessons]"')

# One of each: depth, strategy, activation, what is shown of the function, where it came from.
COMMANDS = (
    "xor --batch mini",
    "not_a true --batch sgd --activation tanh --show loss",
    "buffer",
    "full_adder --hidden 8,4 --batch mini --batch-size 3",
    "xor3 --hidden 6,5,4 --activation relu --batch mini",
    "and6 nor6 --batch mini",
    '--expr "a | b == c"',
    "--table 0x6996c33c",
)
MATH = ("none", "some", "full")
WHICH = "picture is SGD, A or B?"  # the question that is asked where one can tell
GENERATED = Path(__file__).parent.parent / "generated"
VOID = {"meta", "img", "br", "hr", "link"}


@pytest.fixture(scope="module", params=COMMANDS)
def made(request: pytest.FixtureRequest) -> Made:
    result = make(spec(*shlex.split(request.param)))
    assert result.verdict.ok, result.verdict.reason
    return result


class Page(HTMLParser):
    """A web page as its elements; raises where they are not nested well."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.code, self.words = "", ""
        self.in_code = False
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        self.in_code = self.in_code or dict(attrs).get("class") == "language-python"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.in_code = self.in_code and tag != "code"

    def handle_data(self, data: str) -> None:
        if self.in_code:
            self.code += data
        elif "style" not in self.open:
            self.words += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def drawn(svg: bytes) -> int:
    """How many shapes a picture draws."""
    root = ElementTree.fromstring(svg)
    return sum(element.tag.endswith(("}path", "}use")) for element in root.iter())


def check_walk(text: str, made: Made) -> None:
    """Every line of the script that is not blank stands in the table, with its number."""
    walk = re.findall(r"^\| ([0-9]+) \| `(.*)` \| .* \|$", text, re.MULTILINE)
    lines = [(str(n), line) for n, line in enumerate(made.source.splitlines(), 1) if line]
    assert [(number, code.replace("\\|", "|")) for number, code in walk] == lines


def check_markdown(text: str, made: Made, beside: dict[str, bytes]) -> None:
    """A page whose pictures are all there and drawn, and none beside it that it does not show."""
    check_walk(text, made)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    fences = [token for token in tokens if token.type == "fence"]
    assert [token.info for token in fences] == ["python", *["text"] * (len(fences) - 1)]
    assert [token.content for token in fences][:2] == [made.source, made.run.stdout]
    inline = [child for token in tokens if token.type == "inline" for child in token.children or ()]
    assert not [child for child in inline if child.type == "link_open"]
    images = [child for child in inline if child.type == "image"]
    assert all(len(image.content) > 20 for image in images)
    shown = {unquote(str(image.attrs["src"])) for image in images}
    assert shown == set(beside)
    assert len(shown) == 3 + (made.spec.table.inputs == 2) + (WHICH in text)
    assert all(drawn(svg) > 20 for svg in beside.values())
    assert "picture:" not in text


def check_page(text: str, made: Made, math: str) -> None:
    """A page that needs nothing else, and says what it shows."""
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>")
    assert page.of("html") == [{"lang": "en"}]
    assert len(page.of("title")) == len(page.of("h1")) == len(page.of("main")) == 1
    assert page.code == made.source
    colours = {span["class"] for span in page.of("span")}
    assert {"keyword", "number", "comment"} <= colours <= {"keyword", "number", "comment", "string"}
    images = page.of("img")
    assert len(images) == 3 + (made.spec.table.inputs == 2) + (WHICH in text)
    assert len(page.of("details")) == len(page.of("summary")) >= 6
    for image in images:
        kind, data = str(image["src"]).split(",")
        assert kind == "data:image/svg+xml;base64"
        assert drawn(base64.b64decode(data)) > 20
        assert len(str(image["alt"])) > 20
    addresses = re.findall(r'(?:src|href|action|xmlns)="([^"]*)"|url\(|@import', text)
    allowed = ("data:", "http://www.w3.org/1998/Math/MathML")
    assert all(address.startswith(allowed) for address in addresses)
    assert not page.of("script")
    assert bool(page.of("math")) == (math != "none")
    assert "$" not in page.words
    assert "picture:" not in text
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(headings))


def check_notebook(text: str, made: Made) -> None:
    """A valid notebook with the script, what it printed, and a cell for another update."""
    from matplotlib.image import imread

    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    code, another = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code.source + "\n" == made.source
    assert [output.text for output in code.outputs] == [made.run.stdout]
    exec(another.source, names := {"print": lambda *_, **__: None})
    assert names["update"] == 0
    assert not another.outputs
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    pictures = re.findall(r"!\[([^\]]{20,})\]\(data:image/png;base64,([A-Za-z0-9+/=]+)\)", prose)
    pictured = 3 + (made.spec.table.inputs == 2) + (WHICH in prose)
    assert len(pictures) == prose.count("![") == pictured
    for _, data in pictures:
        assert imread(io.BytesIO(base64.b64decode(data)), format="png").std() > 0.05
    check_walk(prose, made)
    assert "```python" not in prose
    assert "picture:" not in prose


def written(made: Made, math: str, format: str, folder: Path) -> dict[Path, str]:
    path = folder / f"page.{format}"
    return document_files(lesson(made, math, format), format, path)


def check_lesson(texts: dict[Path, str], made: Made, math: str) -> None:
    *beside, path = texts
    if path.suffix == ".md":
        pictures = {picture.relative_to(path.parent).as_posix() for picture in beside}
        data = [texts[picture].encode() for picture in beside]
        check_markdown(texts[path], made, dict(zip(sorted(pictures), data, strict=True)))
        assert ("$" in texts[path]) == (math != "none")
    elif path.suffix == ".html":
        check_page(texts[path], made, math)
    else:
        check_notebook(texts[path], made)


@pytest.mark.parametrize("turn", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
def test_a_lesson_is_whole(made: Made, turn: int, tmp_path: Path) -> None:
    level, format = MATH[turn], list(FORMATS)[(turn + len(made.source)) % 3]
    check_lesson(written(made, level, format, tmp_path), made, level)


def test_a_lesson_trains_its_script_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[str] = []

    def counted(source: str, predictions: int) -> object:
        trained.append(source)
        return losses_of(source, predictions)

    monkeypatch.setattr("nineteen.verbs.lesson.command.losses_of", counted)
    whole = make(spec("xor", "--batch", "mini"))
    lesson(whole, "full", "html")
    assert len(trained) == 3  # and full batch and SGD, for the question which is which
    assert trained.count(whole.source) == 1


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
def test_the_same_command_gives_the_same_bytes(format: str, tmp_path: Path) -> None:
    once, again = (
        written(make(spec("xor", "--batch", "mini")), "full", format, tmp_path) for _ in range(2)
    )
    assert once == again
    assert not any(re.search(r"/tmp|/home|20[2-9][0-9]-", text) for text in once.values())


def test_the_picture_is_of_the_script_that_was_verified(made: Made) -> None:
    losses, arrays = losses_of(made.source, made.spec.rows * made.spec.table.outputs)
    weights = matrices(arrays, made.spec)
    bits = [list(map(int, made.spec.table.inputs_of(row))) for row in range(made.spec.table.rows)]
    X = 2.0 * np.array(bits) - 1
    shown = predict(weights, X, made.spec.activation)
    np.testing.assert_allclose(shown, np.array(made.verdict.predictions), atol=0.00501)
    assert len(losses) == made.spec.epochs
    if made.spec.show_loss:
        first = re.match(r"epoch 0: loss (.*)", made.run.stdout)
        assert first
        total = losses[0] * made.spec.table.predictions
        assert total == pytest.approx(float(first[1]), abs=0.00051)


def answers_in(text: str) -> list[str]:
    return re.findall(r"<summary>Answer</summary>\n\n(.*?)\n\n</details>", text, re.DOTALL)


def test_every_question_has_an_answer_that_is_folded_and_asked_before(made: Made) -> None:
    text = lesson(made, "some", "md").text
    found = answers_in(text)
    assert len(found) == text.count("<details>") == text.count("</details>")
    assert all(len(answer) > 20 and not re.search(r"[{}]|None", answer) for answer in found)
    for before in re.split(r"<details>", text)[:-1]:
        asked = before.rstrip().rpartition("\n\n")[2]
        assert re.match(r"\*\*(Guess|Compute|\d)\.", asked), asked
    assert "**Before you read on.**" in text.partition("## What it prints")[0]


def test_the_figures_of_the_answers_are_those_of_other_runs() -> None:
    """How many seeds learn, by running the scripts one by one; what one weight does to the loss."""
    wanted = spec("xor", "--hidden", "3")
    figures = answers(made := make(wanted), one_update(wanted))
    assert figures["tried"] == 100
    for name, epochs in (("half", wanted.epochs // 2), ("usual", wanted.epochs)):
        learned = 0
        for seed in range(100):
            source = render(replace(wanted, seed=seed, epochs=epochs))
            printed = read_predictions(execute(source), wanted.table)
            learned += not wrong_rows(printed, wanted.table)
        assert figures["learns"][name] == learned
    assert figures["one_line"] == [False]
    assert figures["missed"] == pytest.approx(
        max(
            abs(a - b)
            for (a,), (b,) in zip(made.verdict.predictions, ((0,), (1,), (1,), (0,)), strict=True)
        )
    )


@pytest.mark.parametrize(
    "words",
    [
        ["xor"],
        ["xor", "--batch", "sgd", "--lr", "0.3"],
        ["xor3", "--hidden", "4,3", "--batch", "mini"],
    ],
)
def test_the_slope_by_hand_is_what_the_update_follows(words: list[str]) -> None:
    wanted = spec(*words)
    found = nudge(wanted, one_update(wanted))
    assert found["change"] == pytest.approx(-wanted.lr * found["slope"], rel=1e-3, abs=1e-6)
    assert found["below"] != found["loss"] != found["above"]


def test_the_lines_that_change_are_those_of_the_other_script() -> None:
    wanted = spec("xor", "--batch", "mini")
    lines = dict(changed_lines(wanted, batch=Batch.SGD, batch_size=1))
    assert lines == {9: "for rows in rng.permutation(4).reshape(4, 1):"}
    other = make(spec("xor", "--batch", "sgd")).source.splitlines()
    assert all(other[number - 1].strip() == line for number, line in lines.items())


@cache
def plain_lesson(format: str) -> tuple[Made, dict[Path, str]]:
    whole = make(spec("xor"))
    return whole, written(whole, "none", format, Path("somewhere"))


@pytest.mark.parametrize(
    ("break_it", "format"),
    [
        (lambda text: text.replace("alt=", "title="), "html"),
        (lambda text: text.replace("</main>", ""), "html"),
        (lambda text: text.replace("data:image", "https://example.org/data:image"), "html"),
        (lambda text: text.replace("default_rng", "default_bit"), "html"),
        (lambda text: text.replace("_files/", "_file/"), "md"),
        (lambda text: text.replace("default_rng", "default_bit"), "md"),
        (lambda text: text.replace("default_rng", "default_bit"), "ipynb"),
        (lambda text: text.replace("image/png", "image/gif"), "ipynb"),
    ],
)
def test_a_broken_lesson_is_noticed(break_it: Callable[[str], str], format: str) -> None:
    whole, texts = plain_lesson(format)
    *_, path = texts
    broken = texts | {path: break_it(texts[path])}
    assert broken != texts
    with pytest.raises((AssertionError, KeyError)):
        check_lesson(broken, whole, "none")


@pytest.mark.parametrize("losses", [[0.7], [inf, 2.0, 0.1], [3.0, 2.0] * 100])
def test_a_loss_curve_is_drawn_whatever_the_losses(losses: list[float]) -> None:
    with figures.style(), warnings.catch_warnings(action="error"):
        empty = figures.save(loss_curve([nan] * len(losses), Batch.SGD))
        assert figures.save(loss_curve(losses, Batch.SGD)) != empty


def test_the_colours_of_the_page_have_enough_contrast() -> None:
    """Contrast ratios of WCAG 2.2, level AA: 4.5 for text, in light, in dark and on paper."""
    page = (templates_folder() / "lesson" / "page.html.j2").read_text(encoding="utf-8")
    schemes = [
        dict(re.findall(r"--(\w+): (#\w{6})", css))
        for css in re.findall(":root {(.*?)}", page, re.S)
    ]
    assert len(schemes) == 3  # in light, in dark, on paper
    for colours in schemes:
        for text in ("ink", "quiet", "keyword", "number", "string", "comment"):
            for ground in ("paper", "soft"):
                lights = sorted(map(luminance, (colours[text], colours[ground])))
                assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5, (text, ground)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_gate_has_words() -> None:
    for name, gate in GATES.items():
        assert len(spec(name).input_names) == table_of(name).inputs
        assert len(spec(name).output_names) == table_of(name).outputs
        assert gate.meaning[0] in "01at"
    assert spec("and", "or", "xor").subject == "`and`, `or` and `xor`"
    assert spec("--table", "0110").subject == "a truth table of 4 rows"
    assert spec("--expr", "x and not d").input_names == ("d", "x")
    assert spec("half_adder", "xor").output_names == ("half_adder sum", "half_adder carry", "xor")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_writes_a_lesson_and_never_over_an_edit(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["xor", "--format", "md"]
    page = here / "generated" / "lessons" / "xor_full.md"
    assert main(words) == 0
    assert str(page.relative_to(here)) in capsys.readouterr().out
    assert len(list(page.with_name("xor_full_files").iterdir())) == 5
    before = page.read_bytes()
    assert main(words) == 0
    page.write_bytes(before + b"My own remark.\n")
    capsys.readouterr()
    assert main(words) == 2
    assert "differs from what would be written" in capsys.readouterr().err
    assert page.read_bytes() == before + b"My own remark.\n"
    assert main([*words, "--math", "some"]) == 0
    assert page.with_name("xor_full_math_some.md").exists()
    assert main([*words, "--force"]) == 0
    assert page.read_bytes() == before
    assert main(["check", str(here / "generated")]) == 0
    assert not list(here.rglob("*.part"))


def test_standard_output_holds_the_page_alone(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["xor", "--format", "html", "-o", "-"]) == 0
    out, err = capsys.readouterr()
    assert Page(out).code == make(spec("xor")).source
    assert "learned" in err
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (["xor", "--math", "some"], 2, "--math goes with a lesson"),
        (["xor", "--format", "md", "-o", "-"], 2, "-o - cannot hold the pictures"),
        (["xor", "--format", "html", "--keep"], 2, "--keep goes with --format py"),
        (["xor", "--format", "pdf"], 2, "invalid choice: 'pdf'"),
        (["xor", "--format", "html", "-o", "no/such/folder.html"], 2, "there is no folder no"),
        (["xor", "--format", "html", "-o", "."], 2, "it is a folder"),
        (["xor", "--epochs", "1", "--seed", "0", "--format", "html"], 1, "nothing was written"),
    ],
)
def test_nothing_is_written_when_it_is_refused(
    words: list[str], code: int, complaint: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == code
    out, err = capsys.readouterr()
    assert complaint in out + err
    assert code == 1 or err.count("\n") == 1
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("matplotlib", ["--format", "md"]),
        ("matplotlib", ["--format", "ipynb"]),
        ("latex2mathml", ["--format", "html", "--math", "some"]),
    ],
)
def test_a_missing_extra_is_named_before_any_training(
    missing: str,
    words: list[str],
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(
        "nineteen.verbs.lesson.command.make_first", lambda *_: pytest.fail("it trained")
    )
    assert main(["xor", *words]) == 2
    err = capsys.readouterr().err
    assert f'{missing} is not installed: pip install {missing}, or ".[lessons]"' in err
    assert err.count("\n") == 1


SAMPLES = 50


def samples() -> Iterator[tuple[list[str], str, str]]:
    """Commands over gates, depths, strategies, activations, with a format and a level each."""
    pick = random.Random(19).choice
    gates = ["xor", "and nor", "not", "imply", "xor3", "full_adder", "mux", "equal", "majority5"]
    gates += ["--table 01101001,00010111", *(f"--expr '{text}'" for text in EXPRESSIONS)]
    for number in range(SAMPLES):
        words = shlex.split(pick(gates))
        words += pick([[], [], ["--hidden", "16"], ["--hidden", "16,8"], ["--hidden", "16,12,8"]])
        words += ["--activation", pick(["sigmoid", "sigmoid", "tanh", "relu"])]
        rows = spec(*words).table.rows
        words += ["--batch", pick(["full", "sgd", "mini"] if rows > 2 else ["full", "sgd"])]
        if words[-1] == "mini" and rows > 4:
            words += pick([[], ["--batch-size", "3"]])
        yield words, list(FORMATS)[number % 3], pick(MATH)


@pytest.mark.slow
@pytest.mark.parametrize(("words", "format", "math"), list(samples()))
def test_a_sample_of_lessons_is_whole_runs_and_passes_check(
    words: list[str], format: str, math: str, here: Path
) -> None:
    result = make(spec(*words))
    assert result.verdict.ok, result.verdict.reason
    texts = written(result, math, format, here)
    check_lesson(texts, result, math)
    for path, text in texts.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if format == "html":
        return
    assert main(["check", str(here)]) == 0
    if format == "ipynb":
        nbclient = pytest.importorskip("nbclient", reason="notebooks are run with nbclient")
        notebook = nbformat.read(path, as_version=4)
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
        outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
        [[printed], [arrays]] = outputs  # the script, and an update of it for the reader to change
        assert printed.text == result.run.stdout
        assert ("W[0]" if len(result.spec.hidden) > 1 else "W1") in arrays.text


def test_a_lesson_on_samples_knows_their_rows(tmp_path: Path) -> None:
    """Updates take samples, which are more than the truth table has rows."""
    pytest.importorskip("matplotlib")
    path = tmp_path / "s.md"
    words = ["xor", "--samples", "64", "--batch", "mini", "--format", "md", "-o", str(path)]
    assert main(words) == 0
    assert "of 64" in path.read_text(encoding="utf-8") or "64 samples" in path.read_text("utf-8")


# Which picture is SGD, and how much math one needs


def rises(losses: list[float]) -> int:
    return sum(after > before for before, after in pairwise(losses))


@pytest.mark.parametrize("words", [["xor"], ["xor", "--batch", "mini"], ["half_adder"]])
def test_the_picture_that_is_named_is_the_one_that_jumps(words: list[str]) -> None:
    wanted = spec(*words)
    curves = two_losses(wanted)
    assert set(curves) == {Batch.FULL, Batch.SGD}
    for batch, losses in curves.items():
        size = 1 if batch is Batch.SGD else 4
        source = render(replace(wanted, batch=batch, batch_size=size))
        assert losses == losses_of(source, wanted.table.predictions)[0][: len(losses)]
    assert rises(curves[Batch.SGD]) > rises(curves[Batch.FULL])
    text = lesson(make(wanted), "none", "md").text
    assert f"{'AB'[list(curves).index(Batch.SGD)]} is SGD. Each of its updates" in text


def test_the_order_of_the_pictures_tells_nothing_and_what_looks_alike_is_not_asked() -> None:
    orders = {tuple(two_losses(spec("xor", *more))) for more in ([], ["--batch", "mini"])}
    assert len(orders) == 2
    alike = spec("xor", "--activation", "relu")
    assert two_losses(alike) == {}
    assert WHICH not in lesson(make(alike), "none", "md").text


@cache
def reading() -> tuple[Made, str]:
    whole = make(spec("xor", "--batch", "mini"))
    return whole, lesson(whole, "all", "md").text


def learned_alone(wanted: ScriptSpec, *edits: tuple[str, str]) -> int:
    """Of the seeds 0 to 99, by running the scripts one by one."""
    learned = 0
    for seed in range(100):
        source = render(replace(wanted, seed=seed))
        for old, new in edits:
            assert old in source
            source = source.replace(old, new)
        learned += not wrong_rows(read_predictions(execute(source), wanted.table), wanted.table)
    return learned


@pytest.mark.slow
def test_the_figures_of_the_three_readings_are_those_of_other_runs() -> None:
    _, text = reading()
    wanted = spec("xor", "--batch", "mini")
    tanh = replace(wanted, activation=ACTIVATIONS["tanh"])
    slope = ("(1 - layer**2)", "layer * (1 - layer)")
    assert f"| the lines that set the hidden layer | {learned_alone(tanh, slope)} of 100" in text
    assert f"slope in backpropagation | {learned_alone(tanh)} of 100 seeds" in text
    arctan = ("np.tanh", "np.arctan"), ("1 - layer**2", "np.cos(layer) ** 2")
    assert f"It learns with {learned_alone(tanh, *arctan)} of 100 seeds.\n" in text
    turned = re.findall(r"^\| (\d+): `(.*)` \| (\d+) of 100 seeds \|$", text, re.MULTILINE)
    assert len(turned) == 4
    lines = render(wanted).splitlines()
    for number, line, count in turned:
        own = lines[int(number) - 1].strip()
        assert line == own.replace("+=", "-=") != own
        assert learned_alone(wanted, (own, line)) == int(count)


def test_the_slope_of_the_arc_tangent_is_what_the_page_says() -> None:
    z = np.linspace(-3, 3, 61)
    slope = (np.arctan(z + 1e-6) - np.arctan(z - 1e-6)) / 2e-6
    np.testing.assert_allclose(np.cos(np.arctan(z)) ** 2, slope, rtol=1e-6)


@pytest.mark.parametrize("format", FORMATS)
def test_the_three_readings_are_whole(format: str, tmp_path: Path) -> None:
    whole, text = reading()
    texts = written(whole, "all", format, tmp_path)
    *beside, path = texts
    assert len(beside) == (format == "md")
    for reader in ("engineer", "practitioner", "researcher"):
        assert len(re.findall(rf"^## The {reader}: ", text, re.MULTILINE)) == 1
        part = text.partition(f"\n## The {reader}: ")[2].partition("\n## ")[0]
        tasks = ("Change a layer.", "Find the wrong sign.", "Show that the step is the gradient.")
        assert all(part.count(f"**{task}**") == 1 for task in tasks)
    assert not re.search(r"None|\bnan\b|{%|{{ ", text)
    if format == "html":
        page = Page(texts[path])
        headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(headings))
        assert page.of("math")
        assert "$" not in page.words
    if format == "ipynb":
        nbformat.validate(nbformat.reads(texts[path], as_version=4))


def test_the_page_that_is_committed_is_that_of_its_command() -> None:
    """But for figures, in which machines may differ."""
    path = GENERATED / "lessons" / "xor_mini_math_all.md"
    page = lesson(make(spec("xor", "--batch", "mini")), "all", "md")
    wanted = document_files(page, "md", path)[path]
    figures = re.compile(r"\d+(?:\.\d+)? of 100|1 of 4|-?0\.\d+|1\.\d+")
    assert figures.sub("", path.read_text(encoding="utf-8")) == figures.sub("", wanted)


@pytest.mark.parametrize("words", [["xor", "--show", "loss", "--batch", "mini"], ["xor8"]])
def test_what_cannot_be_read_three_ways_is_refused(
    words: list[str], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--format", "md", "--math", "all"]) == 2
    assert "--math all: leave out --show, or take a smaller network" in capsys.readouterr().err
    assert list(here.iterdir()) == []
