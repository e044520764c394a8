"""The templates, and the texts and tables that lie beside them."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any


def templates_folder() -> Path:
    """Where the templates are: inside the installed package, or beside it in a checkout."""
    inside, beside = (Path(__file__).parents[up] / "templates" for up in (1, 3))
    return inside if inside.is_dir() else beside


@cache
def data(name: str) -> dict[str, Any]:
    """The texts and tables of a TOML file that lies beside the templates."""
    return tomllib.loads((templates_folder() / name).read_text(encoding="utf-8"))
