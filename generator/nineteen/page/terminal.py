"""The terminal that every verb prints to."""

import os
import sys

from rich.console import Console


class Terminal(Console):
    """Rich's console without its guesses at colours, for a reader who may leave before the end."""

    def __init__(
        self, *, stderr: bool = False, markup: bool = True, width: int | None = None
    ) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=markup, width=width)

    def on_broken_pipe(self) -> None:
        """Print nothing more; Rich itself would end the program with 1, whatever it found."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
