"""The playground's page as a test drives it: a few verbs over playwright."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

PATIENCE = 120_000  # milliseconds, for Python to load on a busy machine
expect.set_options(timeout=30_000)


class Playground:
    """A page with the playground; every problem that the browser tells is kept in `problems`."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.problems: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._told)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("requestfailed", self._failed)
        page.on("dialog", lambda dialog: self.problems.append(f"dialog: {dialog.message}"))
        page.context.on("request", self._requested)

    def _told(self, message: ConsoleMessage) -> None:
        blocked = "Service Worker registration blocked" in message.text  # a test asked for it
        if message.type in {"error", "warning"} and not blocked:
            self.problems.append(message.text)

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left, or its worker stopped
            self.problems.append(f"{request.url}: {request.failure}")

    def _requested(self, request: Request) -> None:
        if request.url.startswith("http"):
            self.hosts.add(urlsplit(request.url).netloc)

    def load(self, fragment: str = "", ready: bool = True) -> "Playground":
        """Load the page anew, with a fragment as it stands in the address."""
        self.page.goto("about:blank")
        self.page.goto(self.address + (f"#{fragment}" if fragment else ""))
        return self.wait() if ready else self

    def wait(self) -> "Playground":
        """Wait until Python is ready and nothing runs."""
        expect(self.page.locator("#status")).to_have_text("Ready", timeout=PATIENCE)
        return self

    def show(self, words: str) -> "Playground":
        """Go to a script by the address; its words are canonical."""
        self.page.evaluate("hash => { location.hash = hash }", quote(words))
        return self.says(words)

    def says(self, words: str) -> "Playground":
        """Wait for the script of these canonical words."""
        expect(self.page.locator("#command")).to_have_text(f"python -m generator {words}")
        return self

    def refuses(self, message: str) -> "Playground":
        """Wait for this message."""
        expect(self.page.locator("#error")).to_contain_text(message)
        return self

    def pick(self, name: str, value: str) -> "Playground":
        """Check the radio button or checkbox of a name and value."""
        self.page.locator(f'[name="{name}"][value="{value}"]').check(force=True)
        return self

    def fill(self, name: str, value: str) -> "Playground":
        self.page.locator(f'input[name="{name}"]').fill(value)
        return self

    def select(self, name: str, value: str) -> "Playground":
        self.page.locator(f'select[name="{name}"]').select_option(value)
        return self

    def click(self, name: str) -> "Playground":
        """Click the button with that text."""
        self.page.get_by_role("button", name=name, exact=True).click()
        return self

    def run(self) -> str:
        """Run the script; returns the verdict."""
        self.click("Run")
        verdict = self.page.locator("#verdict b")
        expect(verdict).to_be_visible(timeout=PATIENCE)
        self.wait()
        return str(verdict.text_content())

    def drawn(self) -> "Playground":
        """Wait until the network is drawn with weights."""
        expect(self.page.locator(".node.output.unknown")).to_have_count(0, timeout=PATIENCE)
        return self

    def download(self, button: str) -> tuple[str, bytes]:
        """The name and the bytes of the file that a button gives."""
        with self.page.expect_download(timeout=PATIENCE) as waiting:
            self.click(button)
        file = waiting.value
        return file.suggested_filename, file.path().read_bytes()

    def copied(self, button: str) -> str:
        """What a button puts on the clipboard."""
        self.click(button)
        expect(self.page.locator("#status")).to_contain_text("copied")
        return str(self.page.evaluate("navigator.clipboard.readText()"))

    @property
    def source(self) -> str:
        """The script as it is shown."""
        lines = self.page.locator("#code .text").all_text_contents()
        return "".join(f"{line}\n" for line in lines)


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Playground]:
    """A playground in a context of its own, not yet loaded; nothing may go wrong in it."""
    # With less motion a training is not played once more, which would change what a test reads.
    usual = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
    context = browser.new_context(**usual | options)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    playground = Playground(context.new_page(), address)
    try:
        yield playground
        assert not playground.problems, playground.problems
        assert playground.hosts <= {urlsplit(address).netloc}, playground.hosts
    finally:
        context.close()
