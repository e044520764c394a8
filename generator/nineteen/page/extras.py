"""Importing what an extra installs, or saying in one line what is missing."""

from importlib import import_module
from typing import Any

from nineteen.errors import UsageError


def extra(module: str, name: str = "lessons") -> Any:
    """The module; raises UsageError with the command that installs it where it is missing."""
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise UsageError(f'{package} is not installed: pip install "nineteen[{name}]"') from None
