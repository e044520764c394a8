"""The playground in a real browser: every control, running, comparing, taking away, linking."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
from nineteen import cli
from nineteen.page.estimates import seeds_in_words
from nineteen.script.annotate import annotated
from nineteen.script.choices import file_stem, read
from nineteen.script.make import make
from nineteen.script.options import PROGRAM
from nineteen.script.render import render
from nineteen.training.examine import examine_here
from nineteen.training.observe import Start, observe
from nineteen.training.seeds import seed_share
from nineteen.verbs.check.parsed_blocks import code_cells

pytest.importorskip("playwright", reason="playwright is not installed: pip install playwright")

from playwright.sync_api import expect

if TYPE_CHECKING:
    from driver import Playground

pytestmark = pytest.mark.slow
Open = Callable[..., "Playground"]

GENERATED = Path(cli.__file__).parent.parent.parent / "generated"
FIRST = "and"
MARK = f"# {PROGRAM} "
A_NOT_B = '--expr "a != b"'


def source(words: str) -> str:
    return render(read(MARK + words))


def refused(words: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command line says of words that it refuses."""
    assert cli.main(shlex.split(words)) == 2
    return capsys.readouterr().err.rstrip("\n")


def test_the_first_script_is_there_before_python(opened: Open) -> None:
    page = opened().load(ready=False).says(FIRST)
    assert page.source == source(FIRST)
    expect(page.page.locator("#count")).to_have_text("19 of 19 lines")
    page.wait()
    assert page.source == source(FIRST)
    assert unquote(page.page.url.partition("#")[2]) == FIRST


# What each control does: a script, what the user does to it, the script that follows.
CONTROLS: dict[str, tuple[str, Callable[["Playground"], object], str]] = {
    "another gate": ("xor", lambda p: p.pick("gate", "and"), "xor and"),
    "inputs of a gate": ("xor", lambda p: p.select("inputs", "4"), "xor4"),
    "a gate that no longer fits": ("imply", lambda p: p.select("inputs", "3"), "xor3"),
    "a cell of the table": (
        "xor",
        lambda p: p.page.locator('.bit[data-row="3"]').click(),
        "--table 0111",
    ),
    "a table": ("xor", lambda p: p.pick("mode", "table"), "--table 0110"),
    "bits": ("--table 0110", lambda p: p.fill("bits", "0x96,0x17"), "--table 10010110,00010111"),
    "inputs of a table": ("--table 0110", lambda p: p.select("inputs", "3"), "--table 01100110"),
    "outputs of a table": ("--table 0110", lambda p: p.select("outputs", "2"), "--table 0110,0000"),
    "an expression": (
        "xor",
        lambda p: p.pick("mode", "expr").fill("expr", "a&(b!=c), not a"),
        '--expr "a & (b != c), not a"',
    ),
    "back to gates": ("--table 0001", lambda p: p.pick("mode", "gates"), "xor"),
    "one input has no mini-batch": (
        "xor --batch mini",
        lambda p: p.select("inputs", "1"),
        "xor1",
    ),
    "a batch as large as the smaller table": (
        "xor3 --batch mini --batch-size 7",
        lambda p: p.select("inputs", "2"),
        "xor --batch mini",
    ),
    "strategy": ("xor3", lambda p: p.pick("batch", "sgd"), "xor3 --batch sgd"),
    "batch size": (
        "xor3 --batch mini",
        lambda p: p.fill("batch_size", "3"),
        "xor3 --batch mini --batch-size 3",
    ),
    "the slider at one row": (
        "xor3 --batch mini",
        lambda p: p.fill("batch_size", "1"),
        "xor3 --batch sgd",
    ),
    "the slider at all rows": ("xor3 --batch sgd", lambda p: p.fill("batch_size", "8"), "xor3"),
    "batch size goes with mini": (
        "xor3 --batch mini --batch-size 3",
        lambda p: p.pick("batch", "full"),
        "xor3",
    ),
    "activation": ("xor", lambda p: p.pick("activation", "tanh"), "xor --activation tanh"),
    "units": ("xor", lambda p: p.fill("size1", "5"), "xor --hidden 5"),
    "layers": ("xor --hidden 5", lambda p: p.select("layers", "3"), "xor --hidden 5,3,2"),
    "units of a layer": ("xor --hidden 8,4", lambda p: p.fill("size2", "6"), "xor --hidden 8,6"),
    "learning rate": ("xor", lambda p: p.fill("lr", "0.25"), "xor --lr 0.25"),
    "epochs": ("xor", lambda p: p.fill("epochs", "77"), "xor --epochs 77"),
    "seed": ("xor", lambda p: p.fill("seed", "5"), "xor --seed 5"),
    "the loss": ("xor", lambda p: p.page.locator('[name="show"]').check(), "xor --show loss"),
    "keep": ("xor", lambda p: p.page.locator('[name="keep"]').check(), "xor --keep"),
    "samples": (
        "xor --batch mini",
        lambda p: p.select("samples", "1024"),
        "xor --batch mini --samples 1024",
    ),
    "noise": (
        "xor --samples 64",
        lambda p: p.fill("noise", "0.25"),
        "xor --samples 64 --noise 0.25",
    ),
    "an emptied field": ("xor --epochs 77", lambda p: p.fill("epochs", ""), "xor"),
    "a reset": ("xor --hidden 8,4", lambda p: p.click("default"), "xor"),
}


@pytest.mark.parametrize("control", CONTROLS)
def test_the_script_follows_every_control(control: str, shared: "Playground") -> None:
    before, act, after = CONTROLS[control]
    shared.show(before)
    assert shared.source == source(before)
    act(shared)
    shared.says(after)
    assert shared.source == source(after)
    assert unquote(shared.page.url.partition("#")[2]) == after
    expect(shared.page.locator("#error")).to_have_count(0)
    lines = len(source(after).splitlines())
    expect(shared.page.locator("#count")).to_have_text(f"{lines} of 19 lines")
    expect(shared.page.locator("#meter .on")).to_have_count(lines)


REFUSED: dict[str, tuple[Callable[["Playground"], object], str, str]] = {
    "size1": (lambda p: p.fill("size1", "0"), "xor --hidden 0", "--hidden"),
    "one unit": (lambda p: p.fill("size1", "1"), "xor --hidden 1", "--hidden"),
    "epochs": (lambda p: p.fill("epochs", "1e9"), "xor --epochs 1e9", "--epochs"),
    "lr": (lambda p: p.fill("lr", "-1"), "xor --lr=-1", "--lr"),
    "seed": (lambda p: p.fill("seed", "x"), "xor --seed x", "--seed"),
    "no gate": (
        lambda p: p.page.locator('[value="xor"]').uncheck(force=True),
        "",
        "subject",
    ),
    "expression": (
        lambda p: p.pick("mode", "expr").says(A_NOT_B).fill("expr", "<img src=x onerror=alert(1)>"),
        "--expr='<img src=x onerror=alert(1)>'",
        "subject",
    ),
    "bits": (
        lambda p: p.pick("mode", "table").says("--table 0110").fill("bits", "011"),
        "--table 011",
        "subject",
    ),
}


# In words for people, in the control and beside Run.
NEEDS = {
    "one unit": "needs 2 or more hidden units",
    "size1": "needs 1 to 256 units in each layer",
    "lr": "needs a number above 0",
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_choice_says_why_where_it_was_made(
    case: str, shared: "Playground", capsys: pytest.CaptureFixture[str]
) -> None:
    act, words, place = REFUSED[case]
    shared.show('--expr "a != b"').show("xor")
    before = shared.source
    act(shared)
    shared.refuses(refused(words, capsys))
    expect(shared.page.locator(f'[data-option="{place}"] #error')).to_be_visible()
    needs = NEEDS.get(case, "needs ")
    expect(shared.page.locator("#error b")).to_contain_text(needs)
    expect(shared.page.locator("#refused")).to_contain_text(needs)  # beside Run
    expect(shared.page.locator("#refused")).to_be_in_viewport()
    shared.page.locator("#run").click(force=True)  # goes to the control
    expect(shared.page.locator("#error")).to_be_in_viewport()
    assert shared.page.evaluate("document.activeElement.closest('[data-option]') !== null")
    last = {"expression": '--expr "a != b"', "bits": "--table 0110"}.get(case)
    assert shared.source == (source(last) if last else before)  # the last script that was one
    shared.show("and").show("xor")
    expect(shared.page.locator("#error")).to_have_count(0)
    expect(shared.page.locator("#refused")).to_be_hidden()
    expect(shared.page.locator("#run")).to_have_attribute("aria-disabled", "false")


def test_the_changed_lines_are_marked(shared: "Playground") -> None:
    shared.show("xor --batch mini").pick("batch", "sgd").says("xor --batch sgd")
    old = source("xor --batch mini").splitlines()
    new = source("xor --batch sgd").splitlines()
    differ = [after for before, after in zip(old, new, strict=True) if before != after]
    assert shared.page.locator(".changed .text").all_text_contents() == differ
    assert 0 < len(differ) < 5


def test_a_line_under_the_pointer_or_the_cursor_is_explained(shared: "Playground") -> None:
    shared.show("xor3 --hidden 8,4 --batch mini")
    lines = annotated(read(f"{MARK}xor3 --hidden 8,4 --batch mini"))
    meaning = shared.page.locator("#meaning")
    for number in (9, 13):
        shared.page.locator(f"#line-{number} .text").hover()
        text = lines[number - 1].meaning.replace("`", "")
        expect(meaning).to_have_text(f"Line {number}{text}")
    shared.page.locator("#code").focus()
    shared.page.keyboard.press("Home")
    for line in lines:
        expect(meaning).to_contain_text(line.meaning.replace("`", "") or "blank")
        shared.page.keyboard.press("ArrowDown")


def test_run_trains_draws_and_judges(shared: "Playground") -> None:
    shared.show("half_adder --batch sgd")
    assert shared.run() == "learned"
    page = shared.page
    predictions = page.locator(".prediction").all_text_contents()
    assert len(predictions) == 8
    wanted = [bit for row in read(f"{MARK}half_adder").table.targets() for bit in row]
    for said, bit in zip(predictions, wanted, strict=True):
        assert said.startswith("predicted ")
        assert abs(float(said.split()[-1]) - bit) <= 0.1
    points = str(page.locator("#loss polyline").get_attribute("points")).split()
    assert len(points) == 100
    heights = [float(point.partition(",")[2]) for point in points]
    assert heights[-1] > heights[0]  # downwards is more in SVG
    assert page.locator(".node.output canvas").count() == 2
    assert page.locator(".boundary").first.get_attribute("d")
    printed = str(page.locator("#output").text_content())
    assert printed.startswith("[[")
    shared.pick("batch", "full").says("half_adder")  # another script: its results are gone
    expect(page.locator(".prediction:visible")).to_have_count(0)
    expect(page.locator("#printed")).to_be_hidden()
    expect(page.locator("#play")).to_be_disabled()
    expect(page.locator("#verdict b")).to_have_count(0)


def test_run_says_what_did_not_learn_and_another_seed_can_be_tried(shared: "Playground") -> None:
    shared.show("xor --epochs 3")
    assert shared.run() == "not learned"
    verdict = shared.page.locator("#verdict")
    expect(verdict).to_contain_text("row 01 should be 1")
    expect(verdict).to_contain_text("What is known to help: leave out --epochs")
    assert shared.page.locator(".prediction.wrong").count() > 0
    shared.click("Try seed 1").says("xor --epochs 3 --seed 1")
    expect(shared.page.locator("#verdict b")).to_have_text("not learned")
    shared.wait()


def test_more_inputs_have_a_curve_and_the_loss_is_printed(shared: "Playground") -> None:
    shared.show("xor3 --activation tanh --show loss")
    assert shared.run() == "learned"
    assert shared.page.locator(".overlay").count() == 0
    expect(shared.page.locator("#loss polyline")).to_have_count(1)
    expect(shared.page.locator("#output")).to_contain_text("epoch 0: loss ")


AXIS = re.compile("^Loss over [0-9,]+ updates: ")


def test_compare_draws_the_three_strategies_over_each_other(
    shared: "Playground", capsys: pytest.CaptureFixture[str]
) -> None:
    shared.show("xor --hidden 6").click("Compare strategies")
    page = shared.page
    expect(page.locator("#strategies .good")).to_have_count(3, timeout=60_000)
    shared.wait()
    kinds = [line.get_attribute("class") for line in page.locator("#losses polyline").all()]
    assert kinds == ["curve sgd", "curve mini", "curve full"]
    rows = page.locator("#strategies tr").all_inner_texts()
    epochs = read(f"{MARK}xor --hidden 6").epochs
    assert [row.split("\t")[2] for row in rows] == [f"{epochs * n:,}" for n in (4, 2, 1)]
    page.locator("#axis").select_option("updates")
    expect(page.locator("#losses")).to_have_attribute("aria-label", AXIS)
    shared.show("xor3 --batch mini --batch-size 3 --lr 0.7 --epochs 9 --seed 4")
    shared.click("Compare strategies")
    expect(page.locator("#strategies .bad")).to_have_count(3, timeout=60_000)
    rows = page.locator("#strategies tr").all_inner_texts()
    assert [row.split("\t")[2] for row in rows] == ["72", "27", "9"]  # with the other options kept
    shared.show("not").click("Compare strategies")
    expect(page.locator("#strategies .good")).to_have_count(2, timeout=60_000)
    expect(page.locator("#strategies")).to_contain_text(refused("not --batch mini", capsys))
    shared.wait()


def test_the_loss_grows_live_and_a_runaway_is_stopped(opened: Open) -> None:
    page = opened().load()
    page.show("xor8 --batch sgd --epochs 100000").click("Run")
    line = page.page.locator("#loss polyline")
    expect(line).to_have_attribute("points", re_points(1), timeout=60_000)
    few = len(str(line.get_attribute("points")).split())
    expect(line).to_have_attribute("points", re_points(few + 1), timeout=60_000)
    expect(page.page.locator("#status")).to_have_text("Training…")
    page.page.locator("#stop").click()
    expect(page.page.locator("#verdict")).to_contain_text("The training was stopped")
    expect(line).to_have_attribute("points", re_points(few + 1))  # what is there stays
    expect(page.page.locator(".node.output.unknown")).to_have_count(0)
    position = page.page.locator("#position")
    last = update_of(str(position.text_content()))
    page.page.locator("#back").click()
    assert 0 < update_of(str(position.text_content())) < last
    page.page.locator("#unit").select_option("line")
    page.page.locator("#back").click()
    expect(page.page.locator("#code .running")).to_have_count(1)
    expect(page.page.locator(".cells")).not_to_have_count(0)
    page.pick("batch", "full").says("xor8 --epochs 100000")  # another Python answers
    page.show("xor")
    assert page.run() == "learned"


def update_of(position: str) -> int:
    """The number of the update that the timeline shows."""
    return int(re.findall(r"update ([0-9,]+)", position)[0].replace(",", ""))


def re_points(count: int) -> "re.Pattern[str]":
    return re.compile(rf"^(\S+ ?){{{count},}}$")


def test_a_choice_is_answered_while_a_training_lasts(opened: Open) -> None:
    page = opened().load()
    page.show("xor8 --batch sgd --epochs 100000").click("Run")
    expect(page.page.locator("#loss polyline")).to_have_attribute(
        "points", re_points(2), timeout=60_000
    )
    page.fill("epochs", "99").says("xor8 --batch sgd --epochs 99")
    expect(page.page.locator("#stop")).to_be_disabled()
    page.wait()
    assert page.source == source("xor8 --batch sgd --epochs 99")
    page.show("xor")
    assert page.run() == "learned"


def test_a_choice_never_waits_for_numpy_or_a_training(opened: Open) -> None:
    """The Python that writes is not the one that trains: it answers while that one is busy."""
    page = opened(service_workers="block")
    page.page.context.route("**/numpy-*", lambda route: None)  # it never arrives
    page.load().pick("batch", "sgd").says("and --batch sgd")
    page.click("Run")
    expect(page.page.locator("#status")).to_contain_text("Loading NumPy")
    page.pick("batch", "full").says("and")
    page.page.context.unroute_all(behavior="ignoreErrors")


def test_what_is_copied(shared: "Playground") -> None:
    words = '--expr "a and b != c" --batch mini --batch-size 3'
    shared.show(words)
    assert shared.copied("Copy") == source(words)
    assert shared.copied("Copy command") == f"python -m generator {words}"
    assert shared.copied("Copy link") == f"{shared.address}#{quote(words, safe='()!')}"


DEEP = ["xor_h8x4_mini", "xor3_h8x8_tanh_mini", "majority3_h8x8x8_tanh_full"]


def scripts() -> list[Path]:
    """17 of the scripts that the command line made, over all of the catalogue."""
    every = sorted(GENERATED.glob("*.py"))
    spread = [path for path in every if path.stem not in DEEP][:: max(1, len(every) // 14)]
    return [GENERATED / f"{stem}.py" for stem in DEEP] + spread[:14]


def test_the_download_is_the_file_that_the_command_line_made(shared: "Playground") -> None:
    paths = scripts()
    assert len(paths) == 17
    for path in paths:
        spec = read(path.read_text(encoding="utf-8").partition("\n")[0])
        words = path.read_text(encoding="utf-8").partition("\n")[0].partition(MARK)[2]
        shared.show(words)
        assert shared.download("Download .py") == (path.name, path.read_bytes())
        assert path.stem == file_stem(spec)


@pytest.mark.parametrize(
    "words",
    ["and --seed 7 --lr 0.5", "--table 0x1ee1 --batch sgd", '--expr "a ^ b, a & b" --show loss'],
)
def test_the_download_is_what_the_command_line_prints(words: str, shared: "Playground") -> None:
    command = [sys.executable, "-m", "generator", *shlex.split(words), "-o", "-"]
    printed = subprocess.run(command, capture_output=True, check=True).stdout
    canonical = printed.decode().partition("\n")[0].partition(MARK)[2]
    shared.show(canonical)
    assert shared.download("Download .py")[1] == printed


def test_the_notebook_holds_the_script(shared: "Playground") -> None:
    shared.show("xor --hidden 8,4")
    name, data = shared.download("Download notebook")
    assert name == "xor_h8x4_full.ipynb"
    assert [cell.source for cell in code_cells(data.decode())] == [source("xor --hidden 8,4")]
    assert json.loads(data)["nbformat"] == 4


@pytest.mark.parametrize(
    "words",
    [
        "and or xor --hidden 6 --batch mini --batch-size 3 --activation tanh --lr 0.3 --epochs 70"
        " --seed 12 --show loss --keep",
        "--table 0000111111110000 --hidden 8,4,2 --batch sgd",
        '--expr "(a or b) and c, not a" --batch mini --seed 3',
    ],
)
def test_a_link_brings_the_whole_state_back(words: str, shared: "Playground", opened: Open) -> None:
    shared.show(words)
    link = shared.copied("Copy link")
    controls = """[...document.forms[0].elements].filter(e => e.checkVisibility())
        .map(e => [e.name, e.value, e.checked])"""
    page = opened()
    page.page.goto(link)
    page.wait().says(words)
    assert page.source == source(words)
    assert page.page.evaluate(controls) == shared.page.evaluate(controls)


def test_many_seeds_are_tried_at_once(shared: "Playground") -> None:
    shared.show("xor --hidden 2").click("Try 200 seeds")
    share = seed_share(make(read(f"{MARK}xor --hidden 2"), (0,)), 200)
    expect(shared.page.locator("#verdict")).to_have_text(f"This script {seeds_in_words(share)}.")
    shared.wait()
    assert page_squares(shared) == [seed in share.failed for seed in range(200)]
    chosen = share.failed[0]
    shared.page.locator(".seed").nth(chosen).click()
    shared.says(f"xor --hidden 2 --seed {chosen}")
    expect(shared.page.locator("#verdict b")).to_have_text("not learned")
    assert len(page_squares(shared)) == 200  # the map stays


def page_squares(playground: "Playground") -> list[bool]:
    """Which squares of the map of seeds are marked as failed."""
    squares = "[...document.querySelectorAll('.seed')].map(s => s.classList.contains('failed'))"
    return list(playground.page.evaluate(squares))


# The network, and going through a training.


def test_the_network_is_drawn_before_the_first_run(opened: Open) -> None:
    """No black square: empty pictures at first, then those of the first weights."""
    playground = opened().load(ready=False).says(FIRST)
    page = playground.page
    expect(page.locator(".node.output.unknown")).to_have_count(1)
    expect(page.locator(".node.output canvas")).to_be_hidden()
    playground.wait().drawn()
    expect(page.locator(".edge.plus, .edge.minus")).to_have_count(2 * 8 + 8)
    assert "weights" in pointed_at(playground, "hidden unit 3")


def pointed_at(playground: "Playground", name: str) -> str:
    """What is said of a unit under the pointer."""
    playground.page.get_by_role("img", name=name, exact=True).hover()
    return str(playground.page.locator("#readout").text_content())


def test_the_first_numbers_are_the_scripts(shared: "Playground") -> None:
    shared.show("xor --seed 4").drawn()
    begun: list[Start] = []
    observe(source("xor --seed 4"), lambda _: None, begun.append)
    W1, b1 = begun[0].weights[:2]
    wanted = ", ".join(f"{value:.2f}".replace("-", "\u2212") for value in W1[:, 2])
    expect(shared.page.locator("#readout")).not_to_contain_text("bias")
    expect_said = f"hidden unit 3: weights {wanted}, bias {b1[2]:.2f}"
    assert pointed_at(shared, "hidden unit 3") == expect_said


@pytest.mark.parametrize(
    "words",
    [
        "xor",
        "half_adder --activation tanh",
        "xor3 --hidden 6,4 --batch mini",
        "imply --activation relu",
    ],
)
def test_what_the_page_computes_is_what_the_script_printed(
    words: str, shared: "Playground"
) -> None:
    """The pictures' arithmetic, in JavaScript, against the run in Python."""
    shared.show(words)
    shared.run()
    page = shared.page
    printed = [
        float(n) for n in re.findall(r"[0-9.]+", str(page.locator("#output").text_content()))
    ]
    page.locator("#back").click()
    page.locator("#unit").select_option("line")
    for _ in range(40):  # to the last line but one, where the page's own answers stand
        page.keyboard.press("ArrowRight")
    page.locator("#back").click()
    follow = page.locator(".prediction.now").all_text_contents()
    assert len(follow) == len(printed)
    for one, other in zip(follow, printed, strict=True):
        assert float(one) == pytest.approx(other, abs=0.03)


def test_a_training_is_gone_through_by_line_update_and_epoch(shared: "Playground") -> None:
    shared.show("xor --batch mini")
    shared.run()
    page, position = shared.page, shared.page.locator("#position")
    updates: list[Any] = []
    observe(source("xor --batch mini"), updates.append)
    expect(position).to_contain_text("epoch 100 of 100 · update 200 of 200 · line 17")
    page.locator("#to-start").click()
    expect(position).to_contain_text("epoch 1 of 100 · update 1 of 200")
    page.locator("#unit").select_option("line")
    page.locator("#code").focus()
    numbers = []
    for _ in range(10):
        page.keyboard.press("ArrowRight")
        numbers.append(re.findall(r"line (\d+)", str(position.text_content()))[0])
    assert numbers == [str(number) for number in range(8, 18)]
    expect(page.locator("#code .running")).to_contain_text("b1 += delta.sum(axis=0)")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#code .running .text")).to_have_text("        W1 += X[rows].T @ delta")
    expect(page.locator(".edge.lit")).to_have_count(16)  # what the line changes
    captions = page.locator(".cells caption code").all_text_contents()
    assert captions == ["W1 before", "step", "W1 after"]
    cells = [cell.replace("\u2212", "-") for cell in page.locator(".cells td").all_text_contents()]
    old, step, new = (list(map(float, cells[16 * part : 16 * part + 16])) for part in range(3))
    assert new == pytest.approx(
        [round(value, 2) for value in updates[0].after[0].ravel()], abs=0.006
    )
    assert old == pytest.approx(updates[0].before[0].ravel(), abs=0.006)
    assert [a + b for a, b in zip(old, step, strict=True)] == pytest.approx(new, abs=0.016)
    lit = "[...document.querySelectorAll('#truth tbody tr')].map(r => r.classList.contains('lit'))"
    rows = page.evaluate(lit)
    assert [row for row in range(4) if rows[row]] == sorted(updates[0].rows)
    page.locator("#unit").select_option("epoch")
    page.locator("#forward").click()
    expect(position).to_contain_text("epoch 1 of 100 · update 2 of 200")
    page.locator("#forward").click()
    expect(position).to_contain_text("epoch 2 of 100 · update 4 of 200")
    page.locator("#at").fill("99")
    expect(position).to_contain_text("epoch 50 of 100 · update 100 of 200")


def test_it_plays_and_pauses(opened: Open) -> None:
    playground = opened(reduced_motion="no-preference").load()
    page = playground.page
    playground.run()  # plays by itself, from the beginning
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play", timeout=30_000)
    expect(page.locator("#position")).to_contain_text("update 100 of 100")
    page.locator("#speed").select_option("1")
    page.locator("#code").focus()
    page.keyboard.press("Space")
    expect(page.locator("#position")).to_contain_text("update 2 of 100")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")


def test_a_line_and_its_part_of_the_network_light_up_together(shared: "Playground") -> None:
    shared.show("xor").drawn()
    page = shared.page
    page.locator("#line-14 .text").hover()
    expect(page.locator("#line-14")).to_contain_text("W2 +=")
    expect(page.locator(".edge.lit")).to_have_count(8)
    page.locator("#line-11 .text").hover()
    expect(page.locator(".node.output.lit")).to_have_count(1)
    expect(page.locator(".edge.lit")).to_have_count(0)
    page.get_by_role("img", name="hidden unit 2", exact=True).hover()
    lit = page.locator("#code .lit .text").all_text_contents()
    assert [line.split()[0] for line in lit] == ["layer", "delta", "layer"]


def test_a_question_is_open_and_each_can_be_chosen(opened: Open) -> None:
    playground = opened().load()
    page = playground.page
    expect(page.locator("#question")).to_contain_text("Guess first")
    playground.run()
    expect(page.locator("#question")).to_contain_text("one line separates AND")
    playground.click("Equal weights").says("xor")
    expect(page.locator("#script-title")).to_have_text("The script, edited")
    expect(page.locator(".changed")).to_have_count(2)
    assert playground.run() == "not learned"
    expect(page.locator("#question")).to_contain_text("All the same")
    expect(page.locator("#checked")).to_contain_text("check: ")
    playground.click("Reset")
    assert playground.source == source("xor")
    assert playground.run() == "learned"


def test_a_bug_is_looked_for_and_told_in_the_words_of_check(shared: "Playground") -> None:
    page = shared.load().page
    shared.click("Find the bug")
    title, question = page.locator("#script-title"), page.locator("#question")
    expect(title).to_have_text("The script, with a mistake")
    expect(question).to_contain_text("one line is wrong")
    words = str(page.locator("#command").text_content()).partition("generator ")[2]
    [wrong] = differing(shared.source, source(words))
    expect(page.locator(".changed")).to_have_count(0)  # nothing gives it away
    shared.run()
    expect(page.locator("#verdict b")).to_have_text("learned")
    expect(page.locator("#checked")).to_be_hidden()
    page.locator("#line-1 .text").click()
    expect(question).to_contain_text("Line 1 does what it should")
    page.locator("#code").focus()
    page.keyboard.press("Home")
    for _ in range(wrong - 1):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(question).to_contain_text(f"Yes: line {wrong}.")
    reason = examine_here(shared.source, read(MARK + words))[2].reason
    expect(page.locator(f"#line-{wrong} .remark")).to_have_text(reason, timeout=60_000)
    expect(page.locator("#tell")).to_be_hidden()
    shared.click("Another one")
    expect(question).to_contain_text("one line is wrong")
    shared.click("Tell me")
    expect(page.locator(".changed")).to_have_count(1)
    shared.pick("activation", "tanh")
    expect(page.locator("#hunt")).to_be_hidden()
    expect(question).to_be_hidden()
    expect(title).to_have_text("The script")


def differing(one: str, other: str) -> list[int]:
    """The numbers of the lines that differ, from 1."""
    pairs = zip(one.splitlines(), other.splitlines(), strict=True)
    return [number for number, (a, b) in enumerate(pairs, 1) if a != b]


def test_samples_are_a_cloud_over_the_surface(shared: "Playground") -> None:
    shared.show("xor --batch mini --samples 64").drawn()
    page = shared.page
    expect(page.locator(".dot")).to_have_count(64)
    shared.run()
    begun: list[Start] = []
    updates: list[Any] = []
    observe(source("xor --batch mini --samples 64"), updates.append, begun.append)
    ones = int(begun[0].y.sum())
    expect(page.locator(".dot.one")).to_have_count(ones)
    lit = "[...document.querySelectorAll('.dot')].flatMap((d, i) => d.matches('.lit') ? [i] : [])"
    assert page.evaluate(lit) == sorted(updates[-1].rows)


def test_the_editor_changes_the_script(shared: "Playground") -> None:
    shared.show("xor").drawn().click("Edit")
    page, content = shared.page, shared.page.locator("#editor .cm-content")
    expect(content).to_be_focused()
    assert page.locator("#editor .cm-line").all_text_contents()[:3:2] == [
        "import numpy as np  # python -m generator xor",
        "X = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])",
    ]
    page.locator("#editor .cm-line", has_text="W2 += layer.T @ error").click()
    page.keyboard.press("Home")
    page.keyboard.type("# ")
    expect(page.locator("#script-title")).to_have_text("The script, edited")
    page.keyboard.press("Control+z")
    page.keyboard.press("End")
    page.keyboard.press("Enter")  # one press is one line, at the same depth
    page.keyboard.type("print(epoch)")
    shared.click("Done")
    expect(page.locator(".changed .text", has_text="print(epoch)")).to_have_text("print(epoch)")
    assert shared.run() == "not learned"
    expect(page.locator("#output")).to_contain_text("99")
    expect(page.locator("#code .running")).to_contain_text("b1 +=")
    shared.click("Reset")
    assert shared.source == source("xor")


def test_what_check_says_stands_at_the_line(shared: "Playground") -> None:
    shared.show("xor").drawn().click("Edit")
    page = shared.page
    page.locator("#editor .cm-line", has_text="W2 += layer.T @ error").click()
    page.keyboard.press("Home")
    for _ in range(len("W2 += ")):
        page.keyboard.press("ArrowRight")
    page.keyboard.type("3 * ")
    edited = source("xor").replace("W2 += layer", "W2 += 3 * layer")
    reason = examine_here(edited, read(f"{MARK}xor"))[2].reason
    expect(page.locator("#editor .remark")).to_have_text(reason)  # while it is typed
    expect(page.locator("#checked")).to_contain_text("see line")
    page.keyboard.type("(")
    expect(page.locator("#editor .remark")).to_contain_text("SyntaxError")
    page.keyboard.press("Backspace")
    expect(page.locator("#editor .remark")).to_have_text(reason)
    shared.run()
    expect(page.locator("#code .remark")).to_have_text(reason)
    line = page.locator("#code [role=option]", has=page.locator(".remark"))
    expect(line).to_contain_text("3 * layer.T @ error")
