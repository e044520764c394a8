"""Times commands against each other, turn by turn: a machine's drift then falls on all."""

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

Job = Callable[[], object]


def interleaved(jobs: Mapping[str, Job], rounds: int) -> dict[str, list[float]]:
    """Seconds of each job in each round, after one round that is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, job in jobs.items():
            began = time.perf_counter()
            job()
            if turn:
                seconds[name].append(time.perf_counter() - began)
    return seconds


def command(words: Sequence[str], **options: object) -> Job:
    """A job that runs a command and fails loudly where the command does."""
    return lambda: subprocess.run(words, check=True, capture_output=True, **options)  # type: ignore[call-overload]


def ratio(above: list[float], below: list[float]) -> str:
    """The ratio round by round, as median and range."""
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
