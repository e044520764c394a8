"""Nineteen: verified teaching scripts for neural networks, each under 20 lines.

The functions here are those of the command line, with its options as keyword arguments:
`make("xor", batch="mini", hidden=(8, 4))`. What they refuse raises UsageError, in the command
line's own words. NumPy, Jinja2 and black are imported when a function is called.
"""

from typing import TYPE_CHECKING

from nineteen.errors import UsageError

if TYPE_CHECKING:
    from nineteen.script.make import Made

__version__ = "0.1.0"
__all__ = ["UsageError", "make"]


def make(*gates: str, seeds: int | None = None, **options: object) -> "Made":
    """The script of these gates, or of table=… or expr=…, rendered, run alone, and judged.

    The options are inputs, hidden, batch, batch_size, activation, lr, epochs, seed, show and keep;
    `seeds` is how many seeds are tried for its `share`. The result has `source`, `spec`, `run`,
    `verdict` (`verdict.ok`: it learned), `share` and `advice`, and shows itself in a notebook.
    Nothing is written.
    """
    from nineteen.script.choices import choose, words_of
    from nineteen.training.seeds import make_shared

    return make_shared(choose(words_of(gates, options)), seeds)
