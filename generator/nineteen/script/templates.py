"""The templates, and the texts and tables that lie beside them."""

import os
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = os.path.dirname(os.path.dirname(__file__))
# Inside the installed package, or beside it in a checkout.
_INSIDE, _BESIDE = (os.path.join(_PACKAGE, *up, "templates") for up in ([], ["..", ".."]))
_FOLDER = _INSIDE if os.path.isdir(_INSIDE) else os.path.normpath(_BESIDE)


def templates_folder() -> "Path":
    """Where the templates are."""
    from pathlib import Path  # here, for a watched process does without and starts sooner

    return Path(_FOLDER)


@cache
def data(name: str) -> dict[str, Any]:
    """The texts and tables of a TOML file that lies beside the templates."""
    with open(os.path.join(_FOLDER, name), "rb") as file:
        return tomllib.load(file)
