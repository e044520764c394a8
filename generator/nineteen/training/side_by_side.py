"""Many scripts in this process at once: those that differ only in seed and table run as one."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.run import Ending, Run
from nineteen.training.common_text import CALLS, Lines, common_lines, common_text
from nineteen.training.execute import run_here
from nineteen.training.lanes import Lanes
from nineteen.training.observe import Array, Arrays, Start

Places = tuple[int, ...]

# So few scripts are done before it is known how to run them as one; and where so few fill a block,
# the arrays are so large that they gain nothing (measured).
FEWEST = 4


@dataclass(frozen=True)
class Together:
    """What became of many scripts: their Runs in order, and the places of those run one by one."""

    runs: list[Run]
    one_by_one: list[int]


def run_together(sources: Sequence[str]) -> list[Run]:
    """Run the scripts in this process; the Runs that `run_here` makes of them, in order.

    The seconds of a Run are its share where several ran as one.
    """
    return together(sources).runs


def together(sources: Sequence[str]) -> Together:
    """Run the scripts in this process, side by side where that is possible and faster.

    Scripts that are equal but for their first comment, seed and targets run as one: their common
    text is executed once, on Lanes, and only what differs for each. What cannot run that way, or
    fails in it, runs one by one.
    """
    runs: dict[int, Run] = {}
    for lines, places in _groups(sources):
        with suppress(Exception):
            text = common_text(lines, False)
            lanes = text.best_lanes(sources[places[0]]) if len(places) >= FEWEST else 0
            for block in _blocks(places, lanes) if lanes >= FEWEST else ():
                with suppress(Exception):
                    began = time.perf_counter()
                    printed = text.printed([sources[place] for place in block])
                    share = (time.perf_counter() - began) / len(block)
                    done = [Run(each, "", share, Ending.FINISHED) for each in printed]
                    runs.update(zip(block, done, strict=True))
    alone = [place for place in range(len(sources)) if place not in runs]
    runs.update((place, run_here(sources[place])) for place in alone)
    return Together([runs[place] for place in range(len(sources))], alone)


def _groups(sources: Sequence[str]) -> Iterable[tuple[Lines, list[int]]]:
    """The places of scripts with the same common lines."""
    groups: dict[Lines, list[int]] = defaultdict(list)
    for place, source in enumerate(sources):
        groups[common_lines(source)].append(place)
    return groups.items()


def _blocks(places: list[int], lanes: int) -> list[Places]:
    """The places in blocks of the same size, at most so many lanes."""
    blocks = np.array_split(places, -(-len(places) // max(1, lanes)))
    return [tuple(block.tolist()) for block in blocks]


@dataclass(frozen=True)
class LaneUpdate:
    """One update of the weights of scripts that train side by side: an Update of each.

    The arrays have a first axis more, for the scripts: `rows` is (scripts, k), `error`
    (scripts, k, outputs), and so on.
    """

    epoch: int
    rows: NDArray[np.int_]
    error: Array
    before: Arrays
    after: Arrays


def observe_together(
    sources: Sequence[str],
    each: Callable[[Places, LaneUpdate], None],
    start: Callable[[Places, Start], None] | None = None,
) -> list[str]:
    """Run the scripts in this process, observed, and return what each printed, in order.

    `each` is called after every update of those that run as one, with their places in `sources`;
    `start` once before, with a Start whose arrays have that first axis too. All calls of some
    places come before those of the next. The arrays are copies and may be kept. Raises TypeError
    for what is not known side by side, and what `observe` raises.
    """
    printed: dict[int, str] = {}
    for lines, places in _groups(sources):
        text = common_text(lines, True)
        for block in _blocks(places, text.best_lanes(sources[places[0]])):
            calls = _calls(block, each, start)
            texts = text.printed([sources[place] for place in block], **calls)
            printed.update(zip(block, texts, strict=True))
    return [printed[place] for place in range(len(sources))]


def _calls(places: Places, each: Any, start: Any) -> dict[str, Callable[..., None]]:
    """The functions that an instrumented text calls on lanes, by name."""
    every_row = Lanes(np.zeros((1, 0), int))
    before: tuple[int, NDArray[np.int_], Array, Arrays]

    def copy(array: Lanes, dtype: type = float) -> NDArray[Any]:
        return np.array(np.broadcast_to(array.each, (len(places), *array.shape)), dtype)

    def started(X: Lanes, y: Lanes, weights: tuple[Lanes, ...]) -> None:
        nonlocal every_row
        every_row = Lanes(np.arange(len(y))[None])
        if start is not None:
            start(places, Start(copy(X), copy(y), tuple(map(copy, weights))))

    def seen(epoch: int, rows: Lanes | None, error: Lanes, weights: tuple[Lanes, ...]) -> None:
        nonlocal before
        used = copy(every_row if rows is None else rows, int)
        before = epoch, used, copy(error), tuple(map(copy, weights))

    def updated(weights: tuple[Lanes, ...]) -> None:
        each(places, LaneUpdate(*before, tuple(map(copy, weights))))

    return dict(zip(CALLS, (started, seen, updated), strict=True))
