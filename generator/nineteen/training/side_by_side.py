"""Many scripts in this process at once: those that differ only in seed and table run as one."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.run import Ending, Run
from nineteen.training.common_text import common_code, common_lines, execute_together
from nineteen.training.execute import run_here
from nineteen.training.lanes import Lanes
from nineteen.training.observe import CALLS, Array, Arrays, Start

Places = tuple[int, ...]

# So few scripts are done before it is known how to run them as one; and where so few fill a block,
# the arrays are so large that they gain nothing (measured).
FEWEST = 4


def run_together(sources: Sequence[str], one_by_one: list[int] | None = None) -> list[Run]:
    """Run the scripts in this process; the Runs that `run_here` makes of them, in order.

    Those that are equal but for their first comment, seed and targets run as one where that is
    faster: their common text once, on Lanes; the seconds of a Run are then its share. What cannot
    run that way, or fails in it, runs one by one; `one_by_one` gets the places of those.
    """
    runs: dict[int, Run] = {}
    for code, block in _blocks(sources, observed=False):
        began = time.perf_counter()
        with suppress(Exception):
            _, printed = execute_together(code, [sources[place] for place in block])
            share = (time.perf_counter() - began) / len(block)
            for place, text in zip(block, printed, strict=True):
                runs[place] = Run(text, "", share, Ending.FINISHED)
    alone = [place for place in range(len(sources)) if place not in runs]
    runs.update((place, run_here(sources[place])) for place in alone)
    if one_by_one is not None:
        one_by_one += alone
    return [runs[place] for place in range(len(sources))]


def _blocks(sources: Sequence[str], observed: bool) -> Iterator[tuple[CodeType, Places]]:
    """What scripts that run as one execute, and their places, in blocks of the same size.

    Only where that is faster, unless they are `observed`.
    """
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, source in enumerate(sources):
        groups[common_lines(source)].append(place)
    for places in groups.values():
        if len(places) < FEWEST and not observed:
            continue
        try:
            code, lanes = common_code(sources[places[0]], observed)
        except Exception:
            if observed:
                raise
            continue
        if lanes >= FEWEST or observed:
            for block in np.array_split(places, -(-len(places) // max(1, lanes))):
                yield code, tuple(block.tolist())


@dataclass(frozen=True)
class LaneUpdate:
    """An Update of each of several scripts: the arrays, and `rows`, have a first axis for them."""

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
    `start` once before, with arrays with that first axis too; all calls for some places before
    those for the next. The arrays are copies. Raises TypeError for what is not known side by side,
    and what `observe` raises.
    """
    printed: dict[int, str] = {}
    for code, block in _blocks(sources, observed=True):
        calls = _calls(block, each, start)
        _, texts = execute_together(code, [sources[place] for place in block], **calls)
        printed.update(zip(block, texts, strict=True))
    return [printed[place] for place in range(len(sources))]


def _calls(places: Places, each: Any, start: Any) -> dict[str, Callable[..., None]]:
    before: tuple[int, NDArray[np.int_], Array, Arrays]

    def copy(array: Lanes, dtype: type = float) -> NDArray[Any]:
        return np.array(np.broadcast_to(array.each, (len(places), *array.shape)), dtype)

    def started(X: Lanes, y: Lanes, weights: tuple[Lanes, ...]) -> None:
        if start is not None:
            start(places, Start(copy(X), copy(y), tuple(map(copy, weights))))

    def seen(epoch: int, rows: Lanes | None, error: Lanes, weights: tuple[Lanes, ...]) -> None:
        nonlocal before
        used = Lanes(np.arange(len(error))[None]) if rows is None else rows
        before = epoch, copy(used, int), copy(error), tuple(map(copy, weights))

    def updated(weights: tuple[Lanes, ...]) -> None:
        each(places, LaneUpdate(*before, tuple(map(copy, weights))))

    return dict(zip(CALLS, (started, seen, updated), strict=True))
