"""Many scripts in this process at once: those that differ only in seed and table run as one."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.run import Ending, Run
from nineteen.training.common_text import CALLS, CommonText, Lines, common_lines, common_text
from nineteen.training.execute import run_here
from nineteen.training.lanes import Lanes
from nineteen.training.observe import Array, Arrays, Start, Update, observe

Places = tuple[int, ...]


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
    for text, block in _blocks(sources, observed=False):
        began = time.perf_counter()
        with suppress(Exception):
            printed = text.printed([sources[place] for place in block])
            share = (time.perf_counter() - began) / len(block)
            done = [Run(each, "", share, Ending.FINISHED) for each in printed]
            runs.update(zip(block, done, strict=True))
    alone = [place for place in range(len(sources)) if place not in runs]
    runs.update((place, run_here(sources[place])) for place in alone)
    return Together([runs[place] for place in range(len(sources))], alone)


def _blocks(sources: Sequence[str], observed: bool) -> Iterator[tuple[CommonText, Places]]:
    """The places of scripts that can run as one, so many at once as are best."""
    groups: dict[Lines, list[int]] = defaultdict(list)
    for place, source in enumerate(sources):
        groups[common_lines(source)].append(place)
    for lines, places in groups.items():
        with suppress(Exception):
            text = common_text(lines, observed)
            lanes = text.best_lanes(sources[places[0]])
            for at in range(0, len(places), lanes) if lanes and len(places) > 1 else ():
                yield text, tuple(places[at : at + lanes])


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
    places come before those of the next. The arrays are copies and may be kept. What cannot run
    as one is observed one by one, at a single place. Raises as `observe` does.
    """
    printed: dict[int, str] = {}
    for text, block in _blocks(sources, observed=True):
        watch = _Watch(block, each, start)
        try:
            texts = text.printed([sources[place] for place in block], **watch.calls())
        except Exception:
            if watch.begun:  # what was told cannot be taken back
                raise
            continue
        printed.update(zip(block, texts, strict=True))
    for place in (place for place in range(len(sources)) if place not in printed):
        with np.errstate(all="ignore"):
            printed[place] = _observe_alone(sources[place], (place,), each, start)
    return [printed[place] for place in range(len(sources))]


def _observe_alone(source: str, places: Places, each: Any, start: Any) -> str:
    def stacked(arrays: Arrays) -> Arrays:
        return tuple([array[None] for array in arrays])

    def updated(update: Update) -> None:
        rows, weights = np.array([update.rows]), (stacked(update.before), stacked(update.after))
        each(places, LaneUpdate(update.epoch, rows, update.error[None], *weights))

    def started(begun: Start) -> None:
        if start is not None:
            start(places, Start(begun.X[None], begun.y[None], stacked(begun.weights)))

    return observe(source, updated, started)


class _Watch:
    """Makes a LaneUpdate of what an observed script tells in lanes."""

    def __init__(self, places: Places, each: Any, start: Any) -> None:
        self.places, self.each, self.start, self.begun = places, each, start, False

    def calls(self) -> dict[str, Callable[..., None]]:
        return dict(zip(CALLS, (self.started, self.seen, self.updated), strict=True))

    def started(self, X: Lanes, y: Lanes, weights: tuple[Lanes, ...]) -> None:
        self.begun, self.every_row = True, Lanes(np.arange(len(y))[None])
        if self.start is not None:
            self.start(self.places, Start(self.copy(X), self.copy(y), self.copies(weights)))

    def seen(self, epoch: int, rows: Any, error: Lanes, weights: tuple[Lanes, ...]) -> None:
        used = self.copy(self.every_row if rows is None else rows, int)
        self.before = epoch, used, self.copy(error), self.copies(weights)

    def updated(self, weights: tuple[Lanes, ...]) -> None:
        self.each(self.places, LaneUpdate(*self.before, self.copies(weights)))

    def copies(self, weights: tuple[Lanes, ...]) -> Arrays:
        return tuple([self.copy(array) for array in weights])

    def copy(self, array: Lanes, dtype: type = float) -> NDArray[Any]:
        return np.array(np.broadcast_to(array.each, (len(self.places), *array.shape)), dtype)
