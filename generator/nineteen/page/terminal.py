"""The terminal that every verb prints to, and the one progress bar."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")


class Terminal(Console):
    """Rich's console without its guesses at colours, for a reader who may leave before the end."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(highlight=False, **settings)

    def on_broken_pipe(self) -> None:
        """Print nothing more; Rich itself would end the program with 1, whatever it found."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def counting(label: str, total: int, done: int = 0) -> Iterator[Callable[[int], None]]:
    """A bar with the time left, on a terminal, on standard error; nothing in a pipe.

    The block calls what it is given with every count of more that is done.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    off = not console.is_terminal
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=off) as bar:
        task = bar.add_task(label, total=total, completed=done)
        yield lambda count: bar.advance(task, count)


def counted(results: Iterable[T], label: str, total: int) -> Iterator[T]:
    """The same results one by one, with a bar that counts them."""
    with counting(label, total) as count:
        for result in results:
            yield result
            count(1)
