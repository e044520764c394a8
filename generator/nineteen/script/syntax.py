"""Parsing Python text, one thread at a time."""

import ast
import threading
import warnings

# CPython 3.11 and 3.12 count the depth of the tree they build for all threads together; two that
# build at once can end in a SystemError (python/cpython issue 106905).
LOCK = threading.RLock()


def parse(source: str | bytes) -> ast.Module:
    """The tree of a script, without a warning. Raises what `ast.parse` raises."""
    with LOCK, warnings.catch_warnings(action="ignore"):
        return ast.parse(source)


def parse_expression(source: str) -> ast.expr:
    """The tree of a single expression, without a warning. Raises what `ast.parse` raises."""
    with LOCK, warnings.catch_warnings(action="ignore"):
        return ast.parse(source, mode="eval").body
