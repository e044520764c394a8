"""Processor time beside the clock's: on a machine that others use too, it is the fairer figure."""

import os
from collections.abc import Mapping

from timing import Job, interleaved, ratio


def compared(jobs: Mapping[str, Job], rounds: int, to: str) -> None:
    """Time the jobs turn by turn, and print each one's ratio to the job called `to`."""
    spent: dict[str, list[float]] = {name: [] for name in jobs}

    def counted(name: str) -> Job:
        def job() -> None:
            before = _children()
            jobs[name]()
            spent[name].append(_children() - before)

        return job

    seconds = interleaved({name: counted(name) for name in jobs}, rounds)
    for name in [name for name in jobs if name != to]:
        clock, processor = (
            ratio(taken[name][-rounds:], taken[to][-rounds:]) for taken in (seconds, spent)
        )
        print(f"  {name} / {to}: {clock}; processor time {processor}")


def _children() -> float:
    """Seconds of processor time of all processes that were started and have ended."""
    times = os.times()
    return times.children_user + times.children_system
