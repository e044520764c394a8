"""How a command is turned down: one clear line."""

from importlib import import_module
from types import ModuleType


class UsageError(ValueError):
    """Refused before training or writing; the text names the thing, the reason and the remedy.

    `option` is the option that it is about, such as "--lr"; "" where it is about none, or several.
    """

    def __init__(self, message: str, option: str = "") -> None:
        super().__init__(message)
        self.option = option


def extra(module: str, name: str = "lessons") -> ModuleType:
    """A module that an extra installs. Raises UsageError with the command where it is missing."""
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        remedy = f'pip install {package}, or ".[{name}]" in a checkout of nineteen'
        raise UsageError(f"{package} is not installed: {remedy}") from None
