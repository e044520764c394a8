"""The playground by keyboard, with a screen reader, on a phone, offline, and under attack."""

import hashlib
import json
import re
import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest
from nineteen.verbs.playground.command import server
from nineteen.verbs.playground.site import LOCK, site

pytest.importorskip("playwright", reason="playwright is not installed: pip install playwright")

from driver import opened as opened_at
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from driver import Playground

pytestmark = pytest.mark.slow
Open = Callable[..., "Playground"]

FIRST = "and"


# By keyboard and with a screen reader.


def focus(page: Page, wanted: str, most: int = 60) -> None:
    """Press Tab until the element that the selector names has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", wanted):
            return
    pytest.fail(f"{wanted} cannot be reached with Tab")


def test_everything_works_from_the_keyboard(opened: Open) -> None:
    playground = opened().load()
    page, press = playground.page, playground.page.keyboard.press
    focus(page, "#skip")
    press("Enter")
    assert page.evaluate("document.activeElement.id") == "code"
    press("ArrowDown")
    expect(page.locator("#meaning")).to_contain_text("Line 2")
    playground.load()

    focus(page, "#run")
    focus(page, "#network")
    press("ArrowDown")
    expect(page.locator("#readout")).to_contain_text("hidden unit 1")
    focus(page, '[name="mode"]')
    focus(page, '[name="inputs"]')
    press("3")  # as a list box takes it
    playground.says("and3")
    focus(page, '[name="gate"][value="xor"]')
    press("Space")
    playground.says("and3 xor3")
    focus(page, ".bit")
    press("ArrowDown")
    press("ArrowRight")
    press("Space")  # row 1 of the second column, which is 1
    playground.says("--table 00000001,00101001")
    assert (
        page.evaluate("document.activeElement.getAttribute('aria-label')") == "output 2 for 001: 0"
    )
    focus(page, '[name="batch"]')
    press("ArrowLeft")
    playground.says("--table 00000001,00101001 --batch mini")
    focus(page, '[name="batch_size"]')
    press("Home")
    playground.says("--table 00000001,00101001 --batch sgd")
    focus(page, '[name="size1"]')
    page.keyboard.type("16")
    playground.says("--table 00000001,00101001 --hidden 16 --batch sgd")
    focus(page, '[name="epochs"]')
    page.keyboard.type("5")
    playground.says("--table 00000001,00101001 --hidden 16 --batch sgd --epochs 5")
    press("Enter")  # runs it
    expect(page.locator("#verdict b")).to_have_text("not learned", timeout=60_000)
    playground.wait()
    focus(page, '[data-reset="epochs"]')
    press("Enter")
    playground.says("--table 00000001,00101001 --hidden 16 --batch sgd")
    assert page.evaluate("document.activeElement.name") == "epochs"
    focus(page, "#run", 200)
    press("Enter")
    expect(page.locator("#verdict b")).to_have_text("learned", timeout=60_000)
    playground.wait()
    assert page.evaluate("document.activeElement.id") == "run"  # not lost while it was disabled
    press("ArrowLeft")  # one step back through the training
    expect(page.locator("#position")).not_to_contain_text("800 of 800")
    focus(page, "#copy-command", 200)
    press("Enter")
    expect(page.locator("#status")).to_have_text("The command was copied")


AUDIT = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map(({ id, impact, nodes }) =>
    ({ id, impact, where: nodes.map(node => node.html.slice(0, 200)) }));
}"""


def audit(page: Page, axe: str) -> list[dict[str, Any]]:
    """What axe-core finds, but for what it calls minor."""
    page.evaluate(axe)
    return [found for found in page.evaluate(AUDIT) if found["impact"] != "minor"]


def test_axe_finds_nothing(shared: "Playground", axe: str) -> None:
    page = shared.load().page

    def nothing() -> None:
        for scheme in ("light", "dark"):
            for width in (360, 1280):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.set_viewport_size({"width": width, "height": 900})
                assert audit(page, axe) == []

    nothing()
    shared.show("xor --batch sgd")
    page.locator("#line-9").hover()
    shared.run()
    page.locator("#unit").select_option("line")
    page.locator("#back").click()
    nothing()
    shared.click("Try 200 seeds")
    expect(page.locator(".seed")).to_have_count(200, timeout=60_000)
    shared.wait()
    shared.click("Edit")
    expect(page.locator("#editor")).to_be_visible()
    nothing()
    shared.fill("lr", "x").refuses(
        "argument --lr: 'x' is not a positive number (see python -m generator --help)"
    )
    shared.pick("mode", "expr").fill("expr", "a +")
    nothing()
    shared.show("--table 0110,0001 --hidden 8,4 --batch mini --epochs 5")
    shared.run()
    nothing()
    shared.click("Compare strategies")
    expect(page.locator("#strategies .bad")).to_have_count(3, timeout=60_000)
    shared.wait()
    nothing()


def test_axe_can_find_something(shared: "Playground", axe: str) -> None:
    shared.page.evaluate("document.querySelector('label[for=lr]').remove()")
    shared.page.emulate_media(color_scheme="light")
    shared.page.evaluate("document.querySelector('#position').style.color = '#aaa'")
    try:
        found = {problem["id"] for problem in audit(shared.page, axe)}
    finally:
        shared.load()
    assert {"label", "color-contrast"} <= found


def test_the_page_tells_what_happens(shared: "Playground") -> None:
    """Names and roles as a screen reader gets them."""
    page = shared.show("xor").page
    shared.run()
    for role, name in (
        ("radio", "Mini"),
        ("checkbox", "xor"),
        ("textbox", "Learning rate"),
        ("textbox", "Units of hidden layer 1"),
        ("button", "xor for 01: 1"),
        ("listbox", "The script, line by line; the arrow keys tell what a line means"),
        ("img", "output xor"),
        ("slider", "Rows an update"),
        ("slider", "Update"),
    ):
        expect(page.get_by_role(role, name=name, exact=True)).to_be_visible()  # type: ignore[arg-type]
    label = str(page.locator("#loss").get_attribute("aria-label"))
    assert label.startswith("Loss over 100 epochs: from ")
    expect(page.get_by_role("status").filter(has_text="learned")).to_be_visible()
    shared.show("xor --batch mini").pick("batch", "sgd").says("xor --batch sgd")
    expect(page.get_by_role("option").filter(has_text="changed: ")).to_have_count(2)


# On a phone.


WIDE = """width => [...document.querySelectorAll("body *")].filter(node => {
    const box = node.getBoundingClientRect();
    return node.checkVisibility() && box.width && box.right > width + 1
        && !node.closest(".truth, .scroll, .hidden, .skip, #code, .code");
}).map(node => node.outerHTML.slice(0, 120))"""


def test_nothing_is_wider_than_a_phone(opened: Open) -> None:
    options = {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "has_touch": True}
    playground = opened(**options).load()
    page = playground.page
    for words in (
        "majority8 --hidden 64,64,64 --batch mini --batch-size 100 --activation tanh",
        "--table " + ",".join(["0x6996"] * 8),
        "and or xor nand nor",
        "xor --batch mini",
    ):
        playground.show(words)
        for width in (320, 360):
            page.set_viewport_size({"width": width, "height": 640})
            page.wait_for_timeout(200)  # until the network has its new places
            assert page.evaluate(WIDE, width) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator('.bit[data-row="0"]').tap()
    playground.says("--table 1110 --batch mini")
    page.locator("#line-3").tap()
    expect(page.locator("#meaning")).to_contain_text("Line 3")
    page.get_by_role("button", name="Compare strategies").tap()
    expect(page.locator("#strategies .good")).to_have_count(3, timeout=60_000)
    assert page.evaluate(WIDE, 360) == []
    page.evaluate("document.querySelector('#position').style.minWidth = '400px'")
    assert page.evaluate(WIDE, 360) != []  # it can say no
    playground.wait()


def test_at_200_percent_nothing_is_cut_off_and_all_can_be_reached(opened: Open) -> None:
    """A window of 1280 x 720 at a zoom of 200 % is one of 640 x 360 with twice the pixels."""
    playground = opened(viewport={"width": 640, "height": 360}, device_scale_factor=2).load()
    page = playground.page
    for words in ("xor --batch mini", "majority8 --hidden 64,64,64 --batch mini --batch-size 100"):
        playground.show(words)
        page.wait_for_timeout(200)  # until the network has its new places
        assert page.evaluate(WIDE, 640) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 640
    playground.show("xor --batch mini")
    playground.run()
    for part in ("#code", "#network", "#loss", "#play", "#truth", "#batch_size", "#copy-link"):
        page.locator(part).scroll_into_view_if_needed()
        expect(page.locator(part)).to_be_in_viewport(ratio=0.1)
        assert page.evaluate(UNCOVERED, part), part
    assert page.evaluate(OVERLAPS) == []


# Whether the middle of what is seen of an element is its own, and no bar lies over it.
UNCOVERED = """selector => {
  const node = document.querySelector(selector);
  const { left, right, top, bottom } = node.getBoundingClientRect();
  const y = (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2;
  const over = document.elementFromPoint((left + right) / 2, y);
  return node.contains(over) || over.contains(node) && !over.closest(".bar");
}"""


def test_forced_colours_keep_what_matters(opened: Open) -> None:
    """Where the system chooses the colours: what runs, what is chosen, what is learned."""
    playground = opened(forced_colors="active").load()
    page = playground.page
    playground.show("xor --batch mini")
    playground.run()
    colour = "([selector, part]) => getComputedStyle(document.querySelector(selector))[part]"

    def differs(one: str, other: str, part: str) -> bool:
        return bool(page.evaluate(colour, [one, part]) != page.evaluate(colour, [other, part]))

    assert differs("#code .running", "#code [role=option]:not(.running)", "backgroundColor")
    chosen, free = "[name=batch]:checked + span", "[name=batch]:not(:checked) + span"
    assert differs(chosen, free, "backgroundColor")
    assert differs(".edge.minus", ".edge.plus", "strokeDasharray")
    canvas = "document.querySelector('.node.output canvas')"
    pixels = f"new Set({canvas}.getContext('2d').getImageData(0, 0, 25, 25).data).size"
    assert page.evaluate(pixels) > 10  # the picture is painted


PRINTED = """() => [..."code network loss truth verdict command".split(" ")]
  .filter(id => !document.getElementById(id).checkVisibility())"""


def test_it_prints_on_two_pages(opened: Open) -> None:
    playground = opened().load()
    page = playground.page
    playground.show("xor --batch mini")
    playground.run()
    page.emulate_media(media="print")
    assert page.evaluate(PRINTED) == []
    for gone in ("#run", ".starts", "#at", "#play", "#copy", "#status"):
        expect(page.locator(gone).first).to_be_hidden()
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))
    assert pages <= 2


OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll(".card, .card > *, .timeline > *, .node")]
    .filter(node => node.checkVisibility() && !node.matches(".hidden, .error"))
    .map(node => [node, node.getBoundingClientRect()]).filter(([, box]) => box.width);
  const apart = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1
    || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  return boxes.flatMap(([node, box], index) => boxes.slice(index + 1)
    .filter(([other, there]) => !node.contains(other) && !other.contains(node)
      && !apart(box, there))
    .filter(([other]) => !node.closest(".bar, .controls") && !other.closest(".bar, .controls"))
    .map(([other]) => [node.outerHTML.slice(0, 60), other.outerHTML.slice(0, 60)]));
}"""


@pytest.mark.parametrize("words", ["xor", "half_adder", "and or xor nand nor", "xor3 --epochs 9"])
def test_nothing_overlaps(words: str, shared: "Playground") -> None:
    page = shared.show(words).page
    shared.run()
    for width in (320, 360, 700, 1000, 1280, 1720):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(100)  # until the network has its new places
        assert page.evaluate(OVERLAPS) == []
        assert page.evaluate("document.querySelector('#loss').clientWidth") >= 200
    page.evaluate("document.querySelector('#readout').style.marginTop = '-60px'")
    overlapping = page.evaluate(OVERLAPS)
    page.evaluate("document.querySelector('#readout').removeAttribute('style')")
    assert overlapping  # the check can say no


def test_code_network_and_run_are_on_one_screen(shared: "Playground") -> None:
    page = shared.show("xor --batch mini").page
    page.set_viewport_size({"width": 1280, "height": 720})
    shared.run()
    page.evaluate("scrollTo(0, 0)")
    for part in ("#run", "#code", "#network", "#loss", "#at", "#play", "#position", "#truth"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.set_viewport_size({"width": 390, "height": 800})
    page.evaluate("scrollTo(0, 1500)")
    expect(page.locator("#run")).to_be_in_viewport(ratio=1)  # it stays in reach on a phone


@pytest.mark.parametrize(
    ("view", "there", "gone"),
    [
        ("run", ("#run", "#code", "#network"), ("#controls", "#command", ".starts")),
        ("network", ("#run", "#network"), ("#controls", "#code")),
        ("code", ("#run", "#code"), ("#controls", "#network")),
    ],
)
def test_a_course_can_embed_a_part(
    view: str, there: tuple[str, ...], gone: tuple[str, ...], opened: Open, address: str
) -> None:
    playground = opened()
    page = playground.page
    source = f"{address}#{quote('xor --seed 3')}&view={view}"
    page.set_content(f'<iframe src="{source.replace("&", "&amp;")}" width=880 height=880></iframe>')
    inside = page.frame_locator("iframe")
    expect(inside.locator("#count")).to_have_text("19 of 19 lines", timeout=120_000)
    for part in there:
        expect(inside.locator(part)).to_be_visible()
    for part in gone:
        expect(inside.locator(part)).to_be_hidden()


# Alone and unharmed.


def test_what_is_not_needed_yet_is_not_loaded(opened: Open) -> None:
    """Black waits for the first file; `opened` sees where all goes. The second Python takes the
    compiled code of the first one, and the first run finds it ready, with NumPy.
    """
    playground = opened(service_workers="block")
    asked: list[str] = []
    playground.page.context.on("request", lambda request: asked.append(request.url))
    playground.load().drawn()
    assert any("rendering.zip" in url for url in asked)
    before = len(asked)
    playground.run()
    assert len(asked) == before
    for once in ("numpy-", "pyodide.asm.wasm"):
        assert len([url for url in asked if once in url]) == 1
    assert not any("confirming.zip" in url for url in asked)
    playground.download("Download .py")
    assert any("confirming.zip" in url for url in asked)


def test_a_file_that_cannot_be_made_says_so(opened: Open) -> None:
    playground = opened(service_workers="block").load().drawn()
    playground.page.context.set_offline(True)
    playground.click("Download .py")
    expect(playground.page.locator("#status")).to_contain_text("The file could not be made")
    playground.page.context.set_offline(False)
    assert playground.download("Download .py")[0] == "and_full.py"
    assert any("confirming.zip" in problem for problem in playground.problems)
    playground.problems.clear()


def test_a_second_visit_works_without_a_network(opened: Open) -> None:
    playground = opened().load()
    page = playground.page
    kept = """async () => (await (await caches.open("nineteen")).keys()).length"""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert page.evaluate(kept) > 20
    page.context.set_offline(True)
    playground.load("xor%20--seed%203")
    assert playground.run() == "learned"
    assert playground.download("Download .py")[0] == "xor_full.py"
    page.context.set_offline(False)
    playground.problems.clear()  # what the browser says of the network


RUNTIME_FILES = [
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "nineteen.zip",
]


@pytest.mark.parametrize("name", RUNTIME_FILES)
def test_a_file_that_does_not_arrive_is_said_and_run_tries_again(name: str, opened: Open) -> None:
    playground = opened(service_workers="block")
    page = playground.page
    page.context.route(f"**/{name}", lambda route: route.abort())
    playground.load(ready=False)
    status = page.locator("#status")
    expect(status).to_contain_text("Python could not be loaded", timeout=60_000)
    assert "[object" not in str(status.text_content())
    page.context.unroute_all()
    assert playground.run() == "learned"
    playground.problems.clear()  # what the browser says of the file


def test_run_while_python_loads_gives_a_sign_and_then_runs(opened: Open) -> None:
    playground = opened().load(ready=False).says(FIRST)
    playground.click("Run")
    expect(playground.page.locator("#status")).to_contain_text("the training begins as soon as")
    expect(playground.page.locator("#run")).to_have_attribute("aria-busy", "true")
    expect(playground.page.locator("#verdict b")).to_have_text("learned", timeout=120_000)
    playground.wait()


class _Anywhere(SimpleHTTPRequestHandler):
    """A server that any site may use, as a content delivery network is."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_pyodide_may_be_at_another_address(browser: Any, pyodide: str, tmp_path: Path) -> None:
    """As on the content delivery network: NumPy by its name in Pyodide's own list."""
    for path in Path(pyodide).iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    [wheel] = tmp_path.glob("numpy-*.whl")
    lock = json.loads((tmp_path / LOCK).read_bytes())
    lock["packages"]["numpy"] |= {
        "file_name": wheel.name,
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
    }
    (tmp_path / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    there = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Anywhere, directory=str(tmp_path)))
    elsewhere = f"http://127.0.0.1:{there.server_port}/"
    with there, server(site(elsewhere), 0) as here:
        for running in (there, here):
            threading.Thread(target=running.serve_forever).start()
        try:
            own = f"http://127.0.0.1:{here.server_port}/"
            with opened_at(browser, own) as playground:
                playground.load()
                assert playground.run() == "learned"
                hosts = {urlsplit(address).netloc for address in (own, elsewhere)}
                assert playground.hosts == hosts
                playground.hosts.clear()
        finally:
            here.shutdown()
            there.shutdown()


def test_the_policy_holds_in_the_page_and_in_its_worker(opened: Open, address: str) -> None:
    playground = opened().load()
    page = playground.page
    other = address.replace("127.0.0.1", "localhost")  # another origin, and it is there
    attempt = """url => fetch(url, { mode: "no-cors" }).then(() => "fetched", () => "blocked")"""
    inside = f"""() => new Promise(resolve => {{
      const code = `fetch("{other}", {{ mode: "no-cors" }}).then(() => "fetched", () => "blocked")
        .then(said => postMessage(said))`;
      const worker = new Worker(URL.createObjectURL(new Blob([code])));
      worker.onmessage = ({{ data }}) => resolve(data);
    }})"""
    assert page.evaluate(attempt, address) == "fetched"
    assert page.evaluate(attempt, other) == "blocked"
    assert page.evaluate(inside) == "blocked"
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.harmed = true";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.harmed = true'>");
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("window.harmed") is None
    refused = [problem for problem in playground.problems if "Content Security Policy" in problem]
    assert len(refused) >= 4
    playground.problems.clear()
    playground.hosts.clear()


HOSTILE = [
    "<script>window.harmed=true</script>",
    "<img src=x onerror=window.harmed=true>",
    "xor --expr \"<svg onload='window.harmed=true'>\"",
    "--expr \"a); __import__('os').system('x') #\"",
    "--expr \"__import__('js').window.harmed\"",
    "xor -o /etc/passwd",
    "xor --help",
    "javascript:window.harmed=true",
    "--table " + "01" * 4000,
    "--expr " + "(" * 1500,
    "xor --hidden 99999999999999999999",
    "xor\n--keep\x00",
    "{{ 7 * 7 }} {% raw %}",
    "xor --lr nan",
    "'",
]
BROKEN = ["%", "%ff%fe", "%E0%A4%A", "%u0000", "x" * 100_000]


def harmless(playground: "Playground") -> None:
    """The page shows the reason as text, and nothing of it became an element or ran."""
    error = playground.page.locator("#refused")
    expect(error).to_be_visible()
    expect(playground.page.locator("#run")).to_have_attribute("aria-disabled", "false")
    assert error.evaluate("node => node.childElementCount") == 0
    assert len(str(error.text_content())) < 600
    assert playground.page.evaluate("window.harmed") is None
    assert playground.page.locator("script").count() == 1
    assert playground.page.locator("img").count() == 0


@pytest.mark.parametrize("fragment", [quote(HOSTILE[0]), quote(HOSTILE[5]), "%E0%A4%A"])
def test_a_page_with_a_hostile_address_shows_the_first_script(
    fragment: str, shared: "Playground"
) -> None:
    shared.load(fragment).says(FIRST)
    harmless(shared)
    assert shared.run() == "learned"
    shared.pick("batch", "sgd").says("and --batch sgd")
    expect(shared.page.locator("#refused")).to_be_hidden()


@pytest.mark.parametrize("fragment", [*map(quote, HOSTILE), *BROKEN])
def test_a_hostile_address_is_only_refused(fragment: str, shared: "Playground") -> None:
    shared.show("nand").page.evaluate("hash => { location.hash = hash }", fragment)
    harmless(shared)
    assert shared.source.startswith("import numpy as np  # python -m generator nand\n")


def test_an_address_may_change_under_the_page(shared: "Playground") -> None:
    shared.show("nand").page.evaluate("location.hash = '#or --batch sgd'")
    shared.says("or --batch sgd")
