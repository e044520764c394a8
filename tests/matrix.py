"""The catalogue on each pair of Python and NumPy: python tests/matrix.py

For Python 3.11, 3.12 and 3.13, each with NumPy 1.26 and the newest, where there is a wheel: makes a
virtual environment, installs this package and that NumPy, renders every script of the catalogue,
which has to give the bytes in generated/, and runs every one with all checks. Prints a table, names
the interpreters it did not find, and returns 1 where a pair fails or none was tried. It takes the
interpreters from PATH, pyenv's versions and `uv python find`, and the packages from the index that
pip is set up with.
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
PYTHONS = ("3.11", "3.12", "3.13")
NUMPYS = ("1.26.*", "newest")


def main() -> int:
    """Try every pair; returns 0 where all that could be tried passed, else 1."""
    rows, missing = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for version in PYTHONS:
            if (python := find(version)) is None:
                missing.append(version)
                continue
            for numpy in NUMPYS:
                print(f"Python {version}, NumPy {numpy} …", file=sys.stderr, flush=True)
                rows.append(tried(python, version, numpy, Path(folder)))
    print("| Python | NumPy | same bytes | checks |\n| --- | --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    for version in missing:
        print(f"Python {version} was not found (PATH, pyenv, uv)")
    outcomes = [row[2:] for row in rows if row[2:] != NO_WHEEL]
    passed = all(same == "yes" and checks.endswith("all passed") for same, checks in outcomes)
    return 0 if passed and outcomes else 1


NO_WHEEL = ("-", "no wheel")


def tried(python: str, version: str, numpy: str, folder: Path) -> tuple[str, str, str, str]:
    """One row of the table: Python, NumPy, whether the bytes are the same, the checks' summary."""
    environment = folder / f"{version}-{numpy.rstrip('.*')}"
    made = run([python, "-m", "venv", str(environment)], folder)
    if made.returncode:
        return version, numpy, "-", f"venv: {last(made.stderr or made.stdout)}"
    inside = str(environment / ("Scripts" if os.name == "nt" else "bin") / "python")
    wanted = "numpy" if numpy == "newest" else f"numpy=={numpy}"
    pip = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    installed = run([*pip, "--only-binary", "numpy", wanted], folder)
    if "No matching distribution" in installed.stderr:
        return (version, numpy, *NO_WHEEL)
    if installed.returncode:
        return version, numpy, "-", f"pip: {last(installed.stderr)}"
    if (package := run([*pip, str(ROOT), wanted], folder)).returncode:
        return version, numpy, "-", f"pip: {last(package.stderr)}"
    found = last(run([inside, "-c", "import numpy; print(numpy.__version__)"], folder).stdout)
    generator = [inside, "-m", "generator"]  # the installed one: `folder` is not the checkout
    fresh = run([*generator, "catalogue", "--check", "--output", str(SCRIPTS)], folder)
    catalogue = [str(path) for path in sorted(SCRIPTS.glob("*.py"))]
    checked = run([*generator, "check", "--strict", *catalogue], folder)
    for outcome in (fresh, checked):
        if outcome.returncode:
            print(outcome.stdout + outcome.stderr, file=sys.stderr)
    summary = last(checked.stdout or checked.stderr)
    if checked.returncode and summary.endswith("all passed"):
        summary = f"exit code {checked.returncode}"
    return version, found, "no" if fresh.returncode else "yes", summary


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
