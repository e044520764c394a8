"""How quick the playground is in Chromium: python tests/benchmarks/bench_playground.py [rounds]

Loads the built site with Pyodide in it, each round in a browser context of its own, and prints for
each figure the median and the worst of all rounds, in milliseconds, beside what is promised.
"""

import os
import re
import shutil
import statistics
import sys
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "browser"))

import fixtures
from conftest import FLAGS
from driver import PATIENCE, opened
from nineteen.verbs.playground.command import server
from nineteen.verbs.playground.site import site
from playwright.sync_api import Browser, Page, expect, sync_playwright

# From an event until the page has changed and the browser has painted it.
UNTIL = """([act, watched, selector]) => new Promise(resolve => {
  const place = document.querySelector(watched);
  const began = performance.now();
  new MutationObserver((_, observer) => {
    if (selector && !place.querySelector(selector)) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
  }).observe(place, { childList: true, subtree: true });
  document.querySelector(act).click();
})"""
# Whether Python has written a script: the first one that is shown came with the site.
WRITTEN = """() => {
  const at = name => performance.getEntriesByName(name).at(-1).startTime;
  return at("script") > at("booted");
}"""
# The work of one step through a recorded training.
STEP = """() => {
  const began = performance.now();
  document.querySelector("#forward").click();
  return performance.now() - began;
}"""
# The longest time between two frames in `seconds`.
FRAMES = """seconds => new Promise(resolve => {
  const began = performance.now();
  let last = began, longest = 0;
  const frame = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (now - began > seconds * 1000) resolve(longest);
    else requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})"""
PROMISES = {
    "first script after Pyodide has booted": 1000,
    "change of option to the new script": 100,
    "run of xor, recorded, drawn and judged": 500,
    "first run of xor, with loading NumPy": 2500,
    "a step through the training": 16,
    "xor with 200 seeds": 2000,
    "longest frame in 3 s of training": 50,
}


def main(rounds: int) -> None:
    files = site(str(fixtures.pyodide()))
    own = sum(len(data) for name, data in files.items() if not name.startswith("pyodide/"))
    print(f"site without Pyodide: {own / 1e6:.2f} MB (promised: 2)")
    path = shutil.which("chromium") or shutil.which("google-chrome")
    with server(files, 0) as running, sync_playwright() as playwright:
        threading.Thread(target=running.serve_forever).start()
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        address = f"http://127.0.0.1:{running.server_port}/"
        measured = [measure(browser, address) for _ in range(rounds)]
        browser.close()
        running.shutdown()
    for name in measured[0]:
        every = [value for figures in measured for value in figures[name]]
        promise = f" (promised: {PROMISES[name]})" if name in PROMISES else ""
        print(f"{name}: median {statistics.median(every):.0f}, worst {max(every):.0f} ms{promise}")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def measure(browser: Browser, address: str) -> dict[str, list[float]]:
    """The figures of one round in milliseconds."""
    with opened(browser, address) as playground:
        page = playground.load().page
        page.wait_for_function(WRITTEN, timeout=PATIENCE)
        marks: dict[str, float] = {
            mark["name"]: mark["startTime"]
            for mark in page.evaluate("performance.getEntriesByType('mark').map(m => m.toJSON())")
        }
        figures = {
            "Pyodide's boot": [marks["booted"]],
            "first script after Pyodide has booted": [marks["script"] - marks["booted"]],
            "change of option to the new script": [
                until(page, f'[name="batch"][value="{batch}"]', "#code")
                for batch in ("sgd", "full", "mini") * 5
            ],
        }
        playground.show("xor --batch mini")
        figures["first run of xor, with loading NumPy"] = [until(page, "#run", "#verdict", "b")]
        playground.wait()
        figures["run of xor, recorded, drawn and judged"] = []
        for _ in range(5):
            figures["run of xor, recorded, drawn and judged"].append(
                until(page, "#run", "#verdict", "b")
            )
            playground.wait()
        page.locator("#to-start").click()
        page.locator("#unit").select_option("line")
        figures["a step through the training"] = [page.evaluate(STEP) for _ in range(40)]
        figures["xor with 200 seeds"] = []
        for _ in range(3):
            figures["xor with 200 seeds"].append(until(page, "#try-seeds", "#verdict", "p"))
            playground.wait()
        playground.show("xor8 --batch sgd --epochs 100000").click("Run")
        curve = page.locator("#loss polyline")
        expect(curve).to_have_attribute("points", re.compile(" "), timeout=PATIENCE)
        figures["longest frame in 3 s of training"] = [page.evaluate(FRAMES, 3)]
        figures["change of option while training"] = [
            until(page, '[name="batch"][value="full"]', "#code")
        ]
        return figures


def until(page: Page, act: str, watched: str, selector: str = "") -> float:
    milliseconds: Any = page.evaluate(UNTIL, [act, watched, selector])
    return float(milliseconds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
