"""The templates, and the texts and tables that lie beside them."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


def templates_folder() -> Path:
    """Where the templates are: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent.parent / "templates"


@cache
def data(name: str) -> dict[str, Any]:
    """The texts and tables of a TOML file that lies beside the templates."""
    return tomllib.loads((templates_folder() / name).read_text(encoding="utf-8"))
