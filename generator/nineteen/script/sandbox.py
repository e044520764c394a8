"""A sandbox for scripts that may be anybody's: bubblewrap, on Linux."""

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.script.templates import templates_folder

_HOW = "install bubblewrap (such as: apt install bubblewrap)"
# What others may keep to themselves, and where the sockets of services are.
_HIDDEN = ("/home", "/root", "/tmp", "/var/tmp", "/run", "/mnt", "/media", "/srv")


def sandbox(mode: str) -> tuple[str, ...]:
    """The words that start a program in the sandbox, bubblewrap; none without it, or if it is off.

    It sees the system read-only, empty home and temporary folders, no network, no other process,
    and ends with all that it starts. UsageError where the mode is "require" and there is none.
    """
    words, problem = ((), "") if mode == "off" else _bubblewrap()
    if mode == "require" and problem:
        raise UsageError(f"--sandbox require: {problem}", "--sandbox")
    return words


def sandbox_remark(mode: str) -> str:
    """Whether scripts run in the sandbox, and how to get it, one sentence."""
    if sandbox(mode):
        return "the scripts ran in a sandbox: bubblewrap"
    why = "--sandbox off says so" if mode == "off" else _bubblewrap()[1]
    return f"the scripts ran without a sandbox: {why}"


@cache
def _bubblewrap() -> tuple[tuple[str, ...], str]:
    """The words, or why there are none; tried once."""
    program = shutil.which("bwrap") if sys.platform == "linux" else None
    if program is None:
        return (), _HOW if sys.platform == "linux" else "there is none for this system"
    hidden = {str(Path(name).resolve()) for name in (*_HIDDEN, Path.home()) if Path(name).is_dir()}
    hidden.discard("/")  # the home of some containers
    shown = {sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]), str(templates_folder())}
    words = [program, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    words += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    words += [word for folder in sorted(hidden) for word in ("--tmpfs", folder)]
    words += [word for folder in sorted(shown) for word in ("--ro-bind", folder, folder)]
    probe = [*words, sys.executable, "-I", "-c", "import numpy"]
    tried = subprocess.run(probe, capture_output=True)
    if tried.returncode:
        reason = tried.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        return (), f"bubblewrap does not work here ({reason[:200]})"
    return tuple(words), ""
