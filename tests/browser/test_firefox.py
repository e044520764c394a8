"""The playground in Firefox: the main ways through it, over WebDriver BiDi."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from nineteen.script.choices import read
from nineteen.script.make import make
from nineteen.script.options import PROGRAM
from nineteen.script.render import render
from nineteen.training.examine import examine_here
from nineteen.training.seeds import seed_share
from nineteen.verbs.playground.command import server
from nineteen.verbs.playground.site import site

pytestmark = pytest.mark.slow

MARK = f"# {PROGRAM} "
SAYS = "document.querySelector('#status').textContent"
VERDICT = "document.querySelector('#verdict b')?.textContent ?? ''"


class Firefox:
    """A page of Firefox, driven through firefox.mjs."""

    def __init__(self, node: subprocess.Popen[str]) -> None:
        self.node = node

    def __call__(self, way: str, **asked: object) -> Any:
        assert self.node.stdin
        assert self.node.stdout
        self.node.stdin.write(json.dumps({"way": way, **asked}) + "\n")
        self.node.stdin.flush()
        told = json.loads(self.node.stdout.readline())
        assert "error" not in told, (way, asked, told)
        return told.get("result")

    def ready(self) -> "Firefox":
        self("wait", text=f"{SAYS} === 'Ready' && document.querySelector('#stop').disabled")
        return self

    def show(self, words: str) -> "Firefox":
        self("evaluate", text=f"location.hash = {json.dumps(quote(words))}")
        self("wait", text=f"document.querySelector('#command').textContent.endsWith(` {words}`)")
        return self

    def run(self) -> str:
        self("click", selector="#run")
        self("wait", text=VERDICT)
        self.ready()
        return str(self("evaluate", text=VERDICT))

    def texts(self, selector: str) -> list[str]:
        text = f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)"
        return list(self("evaluate", text=text))

    def editor(self, selector: str) -> list[str]:
        root = "document.querySelector('#editor').shadowRoot"
        text = f"[...{root}.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)"
        return list(self("evaluate", text=text))

    @property
    def source(self) -> str:
        return "".join(f"{line}\n" for line in self.texts("#code .text"))


@pytest.fixture(scope="module")
def firefox(firefox_command: list[str]) -> Iterator[Firefox]:
    """Firefox with no page yet."""
    pipe = subprocess.PIPE
    with subprocess.Popen(firefox_command, stdin=pipe, stdout=pipe, encoding="utf-8") as node:
        yield Firefox(node)
        assert node.stdin
        node.stdin.close()
        node.wait(timeout=60)


@pytest.fixture(scope="module")
def opened_in_firefox(firefox: Firefox, address: str) -> Firefox:
    firefox("open", address=address)
    return firefox.ready()


@pytest.fixture
def page(opened_in_firefox: Firefox) -> Iterator[Firefox]:
    """The playground, ready; nothing may go wrong in it."""
    yield opened_in_firefox.ready()
    assert opened_in_firefox("problems") == []


def source(words: str) -> str:
    return render(read(MARK + words))


def test_a_choice_gives_the_script_and_run_trains_it(page: Firefox) -> None:
    page.show("xor")
    page("evaluate", text="document.querySelector('[name=batch][value=sgd]').click()")
    page("wait", text="document.querySelector('#command').textContent.endsWith('xor --batch sgd')")
    assert page.source == source("xor --batch sgd")
    assert page.run() == "learned"
    answers = [float(text.split()[-1]) for text in page.texts(".prediction")]
    assert answers == pytest.approx([0, 1, 1, 0], abs=0.1)
    assert page.texts(".node:not(.input).unknown") == []
    boundary = page("evaluate", text="document.querySelector('.boundary').getAttribute('d').length")
    assert boundary > 10


def test_a_refused_choice_says_why_at_its_control(page: Firefox) -> None:
    page.show("xor")
    page("evaluate", text="document.querySelector('[name=size1]').select()")
    page("click", selector="[name=size1]")
    page("press", key="Backspace")
    page("type", text="1")
    page("wait", text="document.querySelector('[data-option=\"--hidden\"] #error')")
    assert "needs 2 or more hidden units" in page.texts("#refused")[0]
    page.show("and").show("xor")
    assert page.texts("#error") == []


def test_the_keyboard_goes_through_a_training(page: Firefox) -> None:
    page.show("xor --batch mini")
    page.run()
    assert "epoch 100 of 100 · update 200 of 200" in page.texts("#position")[0]
    page("click", selector="#to-start")
    page("evaluate", text="document.querySelector('#unit').value = 'line'")
    page("evaluate", text="document.querySelector('#code').focus()")
    for _ in range(9):
        page("press", key="ArrowRight")
    assert "W1 +=" in page.texts("#code .running")[0]
    assert page.texts(".cells caption code") == ["W1 before", "step", "W1 after"]
    page("press", key="ArrowLeft")
    assert "line 15" in page.texts("#position")[0]
    page("evaluate", text="document.querySelector('#unit').value = 'update'")


def test_two_hundred_seeds_and_one_of_them(page: Firefox) -> None:
    page.show("xor --hidden 2")
    page("click", selector="#try-seeds")
    page("wait", text="document.querySelectorAll('.seed').length === 200")
    page.ready()
    failed = (
        "[...document.querySelectorAll('.seed')].flatMap((s, i) => s.matches('.failed') ? i : [])"
    )
    share = seed_share(make(read(f"{MARK}xor --hidden 2"), (0,)), 200)
    assert page("evaluate", text=failed) == list(share.failed)
    page("evaluate", text=f"document.querySelectorAll('.seed')[{share.failed[0]}].click()")
    page("wait", text=VERDICT)
    assert page.texts("#verdict b") == ["not learned"]
    page.ready()


def test_what_check_says_stands_at_the_line_while_it_is_typed(page: Firefox) -> None:
    page.show("xor")
    page("click", selector="#edit")
    page("wait", text="document.querySelector('#editor').shadowRoot?.querySelector('.cm-content')")
    for key in ["ArrowDown"] * 13 + ["Home"] + ["ArrowRight"] * len("W2 += "):
        page("press", key=key)
    page("type", text="3 * ")
    edited = source("xor").replace("W2 += layer", "W2 += 3 * layer")
    shadow = "document.querySelector('#editor').shadowRoot"
    page("wait", text=f"{shadow}.querySelector('.remark')")
    assert page.editor(".remark") == [examine_here(edited, read(f"{MARK}xor"))[2].reason]
    page("click", selector="#edit")
    assert page.source == edited
    page("click", selector="#revert")
    page("wait", text="document.querySelector('#revert').hidden")
    assert page.source == source("xor")


def test_the_three_strategies_are_compared(page: Firefox) -> None:
    page.show("xor")
    page("click", selector="#compare")
    page("wait", text="document.querySelectorAll('#strategies .good').length === 3")
    page.ready()
    assert page.texts("#strategies th") == ["SGD", "Mini-batch", "Full batch"]


def test_a_training_that_is_stopped_can_be_gone_through(page: Firefox) -> None:
    page.show("xor8 --batch sgd --epochs 100000")
    page("click", selector="#run")
    page(
        "wait",
        text="/epoch ([2-9]|[0-9]{2,})/.test(document.querySelector('#position').textContent)",
    )
    page("click", selector="#stop")
    page("wait", text="!document.querySelector('#back').disabled")
    before = int(re.findall(r"update ([\d,]+)", page.texts("#position")[0])[0].replace(",", ""))
    page("click", selector="#back")
    after = int(re.findall(r"update ([\d,]+)", page.texts("#position")[0])[0].replace(",", ""))
    assert 0 < after < before
    page.show("xor")
    assert page.run() == "learned"  # by another Python


def test_a_bug_is_found(page: Firefox) -> None:
    page("click", selector="#find")
    page("wait", text="document.querySelector('#script-title').textContent.includes('mistake')")
    page("click", selector="#tell")
    page("wait", text="document.querySelector('#code .remark')")
    assert page.texts("#code .remark")[0]
    page("click", selector="#revert")
    page("wait", text="document.querySelector('#revert').hidden")


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_wider_than_the_window(width: int, page: Firefox) -> None:
    page.show("xor --batch mini")
    page("size", width=width, height=720)
    try:
        page("wait", text=f"innerWidth === {width}")
        assert page("evaluate", text="document.documentElement.scrollWidth") <= width
    finally:
        page("size", width=1280, height=900)


def test_a_second_visit_works_without_the_server(firefox: Firefox, pyodide: str) -> None:
    with server(site(pyodide), 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            firefox("open", address=f"http://127.0.0.1:{running.server_port}/")
            firefox.ready()
            firefox("evaluate", text="navigator.serviceWorker.ready.then(() => true)")
        finally:
            running.shutdown()
            thread.join()
    firefox("reload")
    firefox.ready()
    assert firefox.run() == "learned"
    firefox("problems")  # what the browser says of the network


def test_it_can_fail(page: Firefox) -> None:
    with pytest.raises(AssertionError, match="evaluate"):
        page("evaluate", text="nowhere.atAll")
