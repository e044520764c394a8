"""The terminal that every verb prints to, its one progress bar, and pictures made of letters."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from math import isfinite
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.status import Status

T = TypeVar("T")
WIDTH = 20  # marks of a line or a bar


class Terminal(Console):
    """Rich's console without its guesses at colours, for a reader who may leave before the end."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(highlight=False, **settings)

    def on_broken_pipe(self) -> None:
        """Print nothing more; Rich itself would end the program with 1, whatever it found."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def waiting(label: str) -> Status:
    """What is going on while a block runs, on a terminal, on standard error; nothing in a pipe."""
    return Console(stderr=True).status(label)


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


def sparkline(values: Sequence[float], encoding: str) -> str:
    """Values as WIDTH marks at most, from 0 to the largest; infinite ones as high as that.

    A terminal that cannot show blocks gets plain marks.
    """
    marks = "▁▂▃▄▅▆▇█" if encoding.startswith("utf") else "_.-~=+*#"
    width = min(WIDTH, len(values))
    ends = [len(values) * place // width for place in range(width + 1)] if values else []
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(ends)]
    top = max(filter(isfinite, means), default=0.0) or 1.0
    return "".join(marks[int(8 * mean / top) if mean < top else 7] for mean in means)


def share_bar(part: int, whole: int, encoding: str) -> str:
    """A share as a bar of WIDTH marks, full only where it is all of them; "" where whole is 0."""
    full, empty = "█░" if encoding.startswith("utf") else "#."
    marks = WIDTH * part // whole if whole else 0
    return full * marks + empty * (WIDTH - marks) if whole else ""
