"""A browser, the built site with Pyodide in it, a server for it; skipped where one is missing."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fixtures
import pytest
from fixtures import unavailable
from nineteen.verbs.playground.command import server
from nineteen.verbs.playground.site import site

if TYPE_CHECKING:
    from driver import Playground

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="session")
def pyodide() -> str:
    """The folder with Pyodide and NumPy's wheel."""
    try:
        return str(fixtures.pyodide())
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        unavailable(f"Pyodide cannot be fetched: {error}")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    try:
        return fixtures.axe()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        unavailable(f"axe-core cannot be fetched: {error}")


@pytest.fixture(scope="session")
def address(pyodide: str) -> Iterator[str]:
    """The built site, served on this machine."""
    with server(site(pyodide), 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, the system's own."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        unavailable("playwright is not installed: pip install playwright")
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        unavailable("there is no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            unavailable(f"{path} does not start: {error}")
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def firefox_command() -> list[str]:
    """What starts Firefox to be driven by a test: see firefox.mjs."""
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    node = shutil.which("node")
    if firefox is None:
        unavailable("there is no Firefox: apt-get install firefox-esr")
    if node is None:
        unavailable("Node is not installed: apt-get install nodejs npm")
    try:
        puppeteer = str(fixtures.puppeteer())
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        unavailable(f"puppeteer-core cannot be fetched: {error}")
    return [node, str(Path(__file__).with_name("firefox.mjs")), puppeteer, firefox]


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Callable[..., "Playground"]]:
    """Opens a playground in a context of its own, not yet loaded."""
    import driver

    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(driver.opened(browser, address, **options))


@pytest.fixture(scope="module")
def shared(browser: Any, address: str) -> Iterator["Playground"]:
    """A playground that is ready, for all tests of a module."""
    import driver

    with driver.opened(browser, address) as playground:
        yield playground.load()
