"""What the plug-in adds to pytest's collection: python tests/benchmarks/bench_collect.py [rounds]

Collects 1,000 files without scripts, with and without the plug-in, turn by turn: test modules;
plain modules; and pages and notebooks. Prints the ratio of the whole commands.
"""

import json
import sys
import tempfile
from pathlib import Path

from spent import compared
from timing import command

FILES = 1000
PAGE = "# A page\n\n" + "A line of text, as pages have them.\n" * 100
NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": ["x = 1\n"] * 500}]}, indent=1)
MODULE = '"""A module."""\n\n' + "".join(f"x{number} = {number}\n" for number in range(200))
KINDS = {
    "test modules": [("test_{}.py", "def test_it():\n    assert True\n")],
    "plain modules": [("module_{}.py", MODULE)],
    "pages and notebooks": [("page_{}.md", PAGE), ("lesson_{}.ipynb", NOTEBOOK)],
}


def main(rounds: int) -> None:
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    for kind, files in KINDS.items():
        print(f"{FILES} {kind}")
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "pytest.ini").write_text("[pytest]\n")
            Path(folder, "test_one.py").write_text("def test_one(): pass\n")
            for number in range(FILES):
                name, text = files[number % len(files)]
                path = Path(folder, f"folder_{number // 100}", name.format(number))
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            jobs = {
                "with": command(collect, cwd=folder),
                "without": command([*collect, "-p", "no:nineteen"], cwd=folder),
            }
            compared(jobs, rounds, "without")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
