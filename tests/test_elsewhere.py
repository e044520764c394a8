"""Windows and macOS, as far as they can be tried here: without fork, killpg, resource and /proc."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fresh import ROOT, environment

pytestmark = pytest.mark.slow

# What the standard library and others decide by the system is decided before it is another one.
PRELUDE = """
import asyncio, multiprocessing, os, signal, subprocess, sys, tempfile, threading, webbrowser
import black, joblib, joblib.externals.loky, numpy, rich.console, rich.progress
sys.platform = {system!r}
sys.modules["resource"] = None
for name in {without!r}:
    delattr(os, name)
opened = open
def closed(path, *more, **settings):
    if str(path).startswith("/proc"):
        raise FileNotFoundError(path)
    return opened(path, *more, **settings)
import builtins
builtins.open = closed
from nineteen.cli import main
sys.exit(main(sys.argv[1:]))
"""
SYSTEMS = {"win32": ("fork", "killpg", "setsid", "waitid"), "darwin": ("fork",)}
HANGS = "import numpy as np  # python -m generator xor\nwhile True:\n    pass\n"


@pytest.mark.skipif(os.name != "posix", reason="takes away what POSIX has")
@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("xor --batch mini", 0, "learned (19 lines, 200 updates"),
        ("xor --hidden 2 --batch sgd --seeds 30", 0, "learns with"),
        ("check generated", 0, "3 scripts in 3 of 3 files: all passed"),
        ("check hangs.py --seconds 1", 3, "1 second"),
        ("explain xor", 0, "backpropagation"),
        ("steps generated/xor_full.py", 0, "Update 1 of 100"),
        ("sweep xor --seeds 40 --workers 1", 0, "40"),
        ("playground -o site", 0, "any web server can serve them"),
    ],
)
def test_without_what_only_some_systems_have(
    words: str, code: int, told: str, system: str, tmp_path: Path
) -> None:
    (tmp_path / "hangs.py").write_text(HANGS, encoding="utf-8")
    (tmp_path / "generated").mkdir()
    for name in ("xor_full.py", "and_sgd.py", "xor3_mini.py"):
        shutil.copy(ROOT / "generated" / name, tmp_path / "generated")
    prelude = PRELUDE.format(system=system, without=SYSTEMS[system])
    run = subprocess.run(
        [sys.executable, "-c", prelude, *words.split()],
        cwd=tmp_path,
        env=environment() | {"PYTHONPATH": str(ROOT / "generator")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == code, run.stdout + run.stderr
    assert told in run.stdout + run.stderr
    assert "Traceback" not in run.stderr


def test_the_prelude_takes_them_away(tmp_path: Path) -> None:
    """So the test above can fail."""
    prelude = PRELUDE.format(system="win32", without=SYSTEMS["win32"])
    for wanted in ("os.fork()", "os.killpg(0, 0)", "import resource", "open('/proc/self/status')"):
        text = prelude.replace("from nineteen.cli import main\n", f"{wanted}\n")
        run = subprocess.run(
            [sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True
        )
        assert run.returncode == 1
        assert run.stderr.splitlines()[-1].split(":")[0] in {
            "AttributeError",
            "ModuleNotFoundError",
            "FileNotFoundError",
        }
