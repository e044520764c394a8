"""The one progress bar: on a terminal, on standard error; nothing in a pipe."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")


@contextmanager
def counting(label: str, total: int) -> Iterator[Progress]:
    """A bar with the time left; the block moves it with `advance(progress.task_ids[0], count)`."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    bar = Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    )
    with bar:
        bar.add_task(label, total=total)
        yield bar


def counted(results: Iterable[T], label: str, total: int) -> Iterator[T]:
    """The same results one by one, with a bar that counts them."""
    with counting(label, total) as bar:
        for result in results:
            yield result
            bar.advance(bar.task_ids[0])
