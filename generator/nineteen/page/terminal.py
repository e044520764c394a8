"""The terminal that every verb prints to, and the one progress bar."""

import os
import sys
from collections.abc import Iterable, Iterator
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
def counting(label: str, total: int) -> Iterator[Progress]:
    """A bar with the time left, on a terminal, on standard error; nothing in a pipe.

    The block moves it with `advance(progress.task_ids[0], count)`.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    off = not console.is_terminal
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=off) as bar:
        bar.add_task(label, total=total)
        yield bar


def counted(results: Iterable[T], label: str, total: int) -> Iterator[T]:
    """The same results one by one, with a bar that counts them."""
    with counting(label, total) as bar:
        for result in results:
            yield result
            bar.advance(bar.task_ids[0])
