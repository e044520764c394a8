"""Knowing a generated script by its first line, before anything heavy is imported."""

import os

MARK = b"# python -m generator "  # command.MARK; a test holds the two together
WIDE_MARK = MARK.decode().encode("utf-16-le")  # what a PowerShell redirection makes of it
SUFFIXES = (".py", ".md", ".ipynb")
MAX_FIRST_LINE = 4096  # bytes


def marked(path: str | os.PathLike[str]) -> bool:
    """Whether a file may hold a script: MARK on the first line of a .py, anywhere in the others.

    Reads no more than it has to. Raises OSError where the file cannot be read.
    """
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in SUFFIXES:
        return False
    with open(path, "rb", buffering=0) as file:
        if suffix != ".py":
            data = file.readall()
        else:
            data = file.read(MAX_FIRST_LINE).partition(b"\n")[0].partition(b"\r")[0]
    return MARK in data or WIDE_MARK in data
