"""The catalogue and the core of the tests on pairs of Python and NumPy: python tests/matrix.py

For Python 3.11, 3.12 and 3.13, each with the oldest NumPy from 1.26 on that has a wheel for it, and
with the newest: makes a virtual environment, installs this package and that NumPy, renders every
script of the catalogue, which has to give the bytes in generated/, runs every one with all checks,
and then the tests in CORE. Prints a table, names the interpreters it did not find, and returns 1
where a pair fails or none was tried. It takes the interpreters from PATH, pyenv's versions and
`uv python find`, and the packages from the index that pip is set up with.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "generated"
OLDEST = {"3.11": "1.26.*", "3.12": "1.26.*", "3.13": "2.1.*"}
CORE = ["command", "render", "judge", "run", "check", "sweep", "seeds", "side_by_side", "lanes"]
CORE += ["honest", "observe", "gradient", "mutants"]


def main() -> int:
    """Try every pair; returns 0 where all that could be tried passed, else 1."""
    rows, missing = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for version, oldest in OLDEST.items():
            if (python := find(version)) is None:
                missing.append(version)
                continue
            for numpy in (oldest, "newest"):
                print(f"Python {version}, NumPy {numpy} …", file=sys.stderr, flush=True)
                rows.append(tried(python, version, numpy, Path(folder)))
    print("| Python | NumPy | same bytes | checks | core |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    for version in missing:
        print(f"Python {version} was not found (PATH, pyenv, uv)")
    passed = all(
        same == "yes" and checks.endswith("all passed") and " passed" in core and "fail" not in core
        for _, _, same, checks, core in rows
    )
    return 0 if passed and rows else 1


def tried(python: str, version: str, numpy: str, folder: Path) -> tuple[str, str, str, str, str]:
    """One row of the table: Python, NumPy, if the bytes are the same, what checks and tests say."""
    environment = folder / f"{version}-{numpy.rstrip('.*')}"
    made = run([python, "-m", "venv", str(environment)], folder)
    if made.returncode:
        return version, numpy, "-", f"venv: {last(made.stderr or made.stdout)}", "-"
    inside = str(environment / ("Scripts" if os.name == "nt" else "bin") / "python")
    wanted = "numpy" if numpy == "newest" else f"numpy=={numpy}"
    pip = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    installed = run([*pip, "--only-binary", "numpy", f"{ROOT}[test]", wanted], folder)
    if installed.returncode:
        return version, numpy, "-", f"pip: {last(installed.stderr)}", "-"
    found = last(run([inside, "-c", "import numpy; print(numpy.__version__)"], folder).stdout)
    generator = [inside, "-m", "generator"]  # the installed one: `folder` is not the checkout
    fresh = run([*generator, "catalogue", "--check", "--output", str(SCRIPTS)], folder)
    catalogue = [str(path) for path in sorted(SCRIPTS.glob("*.py"))]
    checked = run([*generator, "check", "--strict", *catalogue], folder)
    tests = [str(ROOT / "tests" / f"test_{name}.py") for name in CORE]
    tested = run([inside, "-m", "pytest", "-q", *tests], ROOT)
    for outcome in (fresh, checked, tested):
        if outcome.returncode:
            print(outcome.stdout + outcome.stderr, file=sys.stderr)
    summary = last(checked.stdout or checked.stderr)
    if checked.returncode and summary.endswith("all passed"):
        summary = f"exit code {checked.returncode}"
    same = "no" if fresh.returncode else "yes"
    return version, found, same, summary, last(tested.stdout or tested.stderr)


def find(version: str) -> str | None:
    """An interpreter of that version that can make virtual environments."""
    probe = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    for candidate in candidates(version):
        try:
            if run([candidate, "-c", probe], ROOT).stdout.strip() == version:
                return candidate
        except OSError:
            continue
    return None


def candidates(version: str) -> Iterator[str]:
    """Where an interpreter of that version may be."""
    names = [f"python{version}", "python3", "python"]
    yield from filter(None, map(shutil.which, names))
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for folder in sorted(pyenv.glob(f"{version}.*"), reverse=True):
        yield str(folder / "bin" / "python")
    if uv := shutil.which("uv"):
        yield run([uv, "python", "find", version], ROOT).stdout.strip()


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    # Inside a pytest or a venv, PYTHONPATH and the like would lead back to the checkout.
    environment = {name: value for name, value in os.environ.items() if name[:6] != "PYTHON"}
    environment |= {"NO_COLOR": "1", "COLUMNS": "200", "PYTHONUTF8": "1"}
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8"
    )


def last(text: str) -> str:
    """The last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "nothing")


if __name__ == "__main__":
    sys.exit(main())
