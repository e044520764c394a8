"""Makes the README's picture of the playground: python tests/browser/screenshot.py"""

import io
import shutil
import threading
from pathlib import Path

import fixtures
from conftest import FLAGS
from driver import Playground, opened
from nineteen.verbs.playground import command as playground
from nineteen.verbs.playground.site import site
from PIL import Image
from playwright.sync_api import sync_playwright

PICTURE = Path(playground.__file__).parents[4] / "generated" / "playground.png"


def main() -> None:
    files = site(str(fixtures.pyodide()))
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with playground.server(files, 0) as running, sync_playwright() as playwright:
        threading.Thread(target=running.serve_forever).start()
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        with opened(chromium, f"http://127.0.0.1:{running.server_port}/") as page:
            data = picture(page)
        chromium.close()
        running.shutdown()
    whole = Image.open(io.BytesIO(data)).convert("RGB")
    whole.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=5).save(PICTURE, optimize=True)
    print(f"{PICTURE}: {PICTURE.stat().st_size / 1000:.0f} kB")


def picture(page: Playground) -> bytes:
    """The page after a change of the strategy and a run, a line explained."""
    page.load().pick("batch", "sgd").says("xor --batch sgd")
    page.run()
    page.run()  # the browser has compiled everything by now
    page.page.locator("#line-13 .text").hover()
    bottom = page.page.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
    page.page.set_viewport_size({"width": 1280, "height": int(bottom) - 10})
    page.page.wait_for_timeout(500)  # until the curve is drawn for this size
    return page.page.screenshot()


if __name__ == "__main__":
    main()
