"""Makes the README's pictures of the playground: python tests/browser/screenshot.py

One stands still, and one, of less than a megabyte, plays a training: each line of its first update,
and then the network as it learns.
"""

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
ANIMATED = PICTURE.with_suffix(".gif")
LINES = 10  # of the first update
UPDATES = (2, 4, 6, 9, 13, 18, 24, 32, 42, 56, 80, 120, 160, 199)  # counted from 0
LIMIT = 1_000_000  # bytes


def main() -> None:
    files = site(str(fixtures.pyodide()))
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with playground.server(files, 0) as running, sync_playwright() as playwright:
        threading.Thread(target=running.serve_forever).start()
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        view = {"width": 1280, "height": 720}
        with opened(chromium, f"http://127.0.0.1:{running.server_port}/", viewport=view) as page:
            pictures = training(page)
        chromium.close()
        running.shutdown()
    still = pictures[LINES + 7].quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=5)
    still.save(PICTURE, optimize=True)
    small = [picture.resize((960, 540), Image.Resampling.LANCZOS) for picture in pictures]
    every = Image.new("RGB", (960, 540 * 3))  # what the colours have to do for
    for place, picture in enumerate((small[LINES - 3], small[LINES + 7], small[-1])):
        every.paste(picture, (0, 540 * place))
    palette = every.quantize(200, Image.Quantize.MAXCOVERAGE, kmeans=5)
    first, *rest = [each.quantize(palette=palette, dither=Image.Dither.NONE) for each in small]
    durations = [900] * LINES + [350] * (len(UPDATES) - 1) + [3000]
    first.save(ANIMATED, save_all=True, append_images=rest, duration=durations, loop=0)
    assert ANIMATED.stat().st_size < LIMIT
    for made in (PICTURE, ANIMATED):
        print(f"{made}: {made.stat().st_size / 1000:.0f} kB")


def training(page: Playground) -> list[Image.Image]:
    """The page at each line of the first update of XOR, and then after some of the updates."""
    page.load().show("xor --batch mini").drawn()
    page.run()
    page.run()  # the browser has compiled everything by now
    browser = page.page
    browser.locator("#to-start").click()
    browser.locator("#unit").select_option("line")
    pictures = []
    for _ in range(LINES):
        browser.locator("#forward").click()
        pictures.append(shot(page))
    browser.locator("#unit").select_option("update")
    for update in UPDATES:
        browser.locator("#at").fill(str(update))
        pictures.append(shot(page))
    return pictures


def shot(page: Playground) -> Image.Image:
    page.page.wait_for_timeout(150)
    return Image.open(io.BytesIO(page.page.screenshot())).convert("RGB")


if __name__ == "__main__":
    main()
