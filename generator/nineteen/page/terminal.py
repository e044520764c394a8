"""The terminal that every verb prints to, its one progress bar, and pictures made of letters."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from math import isfinite
from typing import Any, TypeVar

from rich import progress
from rich.console import Console, RenderableType

T = TypeVar("T")
WIDTH = 20  # marks of a line or a bar
LONG = 2.0  # seconds from which work is announced


class Terminal(Console):
    """Rich's console without its guesses at colours, for a reader who may leave before the end."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(highlight=False, **settings)

    def on_broken_pipe(self) -> None:
        """Print nothing more; Rich itself would end the program with 1, whatever it found."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Clock(progress.Progress):
    """A bar of time: nearly full when so many seconds have passed as it has in all."""

    def get_renderables(self) -> Iterable[RenderableType]:
        for task in self.tasks:
            self.update(task.id, completed=min(task.elapsed or 0.0, 0.99 * (task.total or 1.0)))
        yield from super().get_renderables()


def announce(label: str, seconds: float, quiet: bool = False) -> None:
    """Say on a terminal, on standard error, what is to be done and how long it takes if LONG."""
    console = Terminal(stderr=True)
    if seconds >= LONG and console.is_terminal and not quiet:
        told = f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
        console.print(f"{label}: about {told}", markup=False)


@contextmanager
def waiting(label: str, seconds: float, quiet: bool = False) -> Iterator[None]:
    """Announce what a block does, and show a bar while it runs, by the time that it should take."""
    announce(label, seconds, quiet)
    with _bar(_Clock, quiet) as bar:
        bar.add_task(label, total=max(seconds, 1.0))
        yield


@contextmanager
def counting(label: str, total: int, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal; the block calls what it is given with how much more is done."""
    with _bar(progress.Progress, quiet, progress.MofNCompleteColumn()) as bar:
        task = bar.add_task(label, total=total)
        yield lambda count: bar.advance(task, count)


def _bar(
    kind: type[progress.Progress], quiet: bool, *columns: progress.ProgressColumn
) -> progress.Progress:
    """A bar, with which standard output stays what it is."""
    console, label = Console(stderr=True), progress.TextColumn("{task.description}", markup=False)
    shown = (label, progress.BarColumn(), *columns, progress.TimeRemainingColumn())
    alone: dict[str, Any] = {"redirect_stdout": False, "redirect_stderr": False, "transient": True}
    return kind(*shown, console=console, disable=quiet or not console.is_terminal, **alone)


def counted(results: Iterable[T], label: str, total: int, quiet: bool = False) -> Iterator[T]:
    """The same results one by one, with a bar that counts them."""
    with counting(label, total, quiet) as count:
        for result in results:
            yield result
            count(1)


def sparkline(values: Sequence[float], encoding: str) -> str:
    """Values as WIDTH marks at most, from 0 to the largest, plain ones where blocks are unknown."""
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
