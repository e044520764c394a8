"""Recording a training: what every line of a script does to its arrays, update by update."""

import ast
import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, partialmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.ended import Ending, Run
from nineteen.training import snapshots
from nineteen.training.alone import watched
from nineteen.training.execute import Calls, NotApplicable, Report, Watcher, run_here
from nineteen.training.follow import Site, follow
from nineteen.training.observe import Array, Arrays, Start, copy
from nineteen.training.snapshots import Passed, Recording, Snapshot, Value, arrays_in

SNAPSHOTS, BYTES = 500, 10_000_000  # of a recording, at most
FEW = 100  # updates that are kept with their lines whatever else has to go
SECONDS = 60.0  # of wall-clock time that a script gets, as on the command line
GRACE = 5.0  # and for a recording to come back from a process of its own
_BESIDES = 250  # bytes, about, that a kept array takes besides its numbers


class TimeIsUp(BaseException):
    """The script has run for longer than it may: nothing that a script is likely to catch."""


def record(
    source: str,
    chosen: Collection[int] = (),
    seconds: float = SECONDS,
    shown: Sequence[Array] = (),
    alone: bool = False,
) -> Recording:
    """The Recording of a script that runs for at most `seconds`, here or `alone` in a process.

    The updates in `chosen` are kept with their lines: up to FEW of them all, of more every second,
    every fourth, and so on, as the bounds allow. `shown` are arrays to go on with instead of those
    just recorded, in order; a nan leaves what was computed. RuntimeError where the recorder fails.
    """
    recorder, lines = partial(Recorder, chosen, seconds, shown), tuple(source.splitlines())
    if not alone:
        return recorder().run(source)
    try:
        follow(source)
    except NotApplicable as error:
        return Recording(lines, missing=str(error))
    result, report = watched(source, recorder, seconds + GRACE)
    if "fault" in report:
        raise RuntimeError(f"the recorder itself failed: {report['fault']}")
    if result.ending is Ending.TIMEOUT or report.get("late"):
        result = replace(result, ending=Ending.TIMEOUT, limit=seconds)
    try:
        return replace(snapshots.unpacked(report["recording"]), run=result)
    except (KeyError, TypeError, ValueError):  # it was ended from outside, or tells stories
        return Recording(lines, run=result)


@dataclass
class _Draft:
    number: int = 0
    epoch: int = 0
    room: int = 0  # bytes that there are for its lines, and those spent
    spent: int = 0
    done: bool = False
    rows: Any = None
    error: Array | None = None
    weights: tuple[Any, ...] = ()
    given: list[Value] = field(default_factory=list)
    lines: list[Passed] = field(default_factory=list)
    old: dict[str, Array] = field(default_factory=dict)


class Recorder(Watcher):
    """Keeps what a Recording holds, while the tree of `follow` runs with `calls` in its names."""

    def __init__(self, chosen: Collection[int], seconds: float, shown: Sequence[Array]) -> None:
        self._chosen, self._few, self._shown = chosen, len(chosen) <= FEW, list(shown)
        self._seconds, self._deadline, self._late = seconds, time.perf_counter() + seconds, False
        self._start: Start | None = None
        self._draft, self._stride = _Draft(done=True), 1
        self._updates = self._epochs = 0
        self._kept: list[tuple[Snapshot, int]] = []  # with their bytes
        self._fixed: list[Value] | None = None
        self._source = self._missing = ""
        self._sites: list[Site] = []
        self._given, self._lists = list[str](), list[str]()  # set before the training, used in it
        self._changing = set[str]()  # what it sets

    def run(self, source: str) -> Recording:
        """Run the script inside this process; what cannot be followed is not run."""
        try:
            run = run_here(self.follow(source), **self.calls())
        except NotApplicable as error:
            return Recording(tuple(source.splitlines()), missing=str(error))
        except TimeIsUp:
            run = Run("", "", self._seconds, Ending.TIMEOUT, 1, self._seconds)
        return self.recording(run)

    def follow(self, source: str) -> ast.Module:
        """The tree to run; raises NotApplicable as the function `follow` does."""
        self._source = source
        tree, self._sites, training, self._missing = follow(source)
        text = "\n".join(source.splitlines()[training.start - 1 : training.stop - 1])
        before = [name for s in self._sites if s.number < training.start for name in s.names]
        self._given = [n for n in dict.fromkeys(before) if n in re.findall(r"\w+", text)]
        self._changing = {n for s in self._sites if s.number in training for n in s.names}
        return tree

    def calls(self) -> Calls:
        names = ("started", "seen", "updated", "ended", "before", "head", "line")
        return {f"__{name}__": getattr(self, f"_{name}") for name in names}

    def found(self, _: object) -> Report:
        """What was kept, for JSON, and whether the time was up."""
        return {"recording": snapshots.packed(self.recording()), "late": self._late}

    def recording(self, run: Run | None = None) -> Recording:
        """What was kept; called once, when the script has ended."""
        self._close(last=True)
        lines, kept = tuple(self._source.splitlines()), tuple(each for each, _ in self._kept)
        return Recording(lines, kept, self._updates, self._epochs, self._start, self._missing, run)

    def _started(self, X: Any, y: Any, weights: tuple[Any, ...]) -> None:
        if arrays := self._copies((X, y, *weights)):
            self._start = Start(arrays[0], arrays[1], arrays[2:])

    def _seen(self, _epoch: Any, rows: Any, error: Any, _weights: Any) -> None:
        self._draft.rows, self._draft.error = rows, next(iter(self._copies((error,))), None)

    def _updated(self, weights: tuple[Any, ...]) -> None:
        self._updates += 1
        self._draft.weights, self._draft.done = weights, True

    def _before(self, index: int, names: dict[str, Any]) -> None:
        if self._draft.spent < self._draft.room:
            for name in self._sites[index].moved:
                for label, array in arrays_in(name, names.get(name)):
                    self._draft.old[label] = array.copy()

    def _head(self, index: int, names: dict[str, Any]) -> None:
        if time.perf_counter() > self._deadline:
            self._late = True
            raise TimeIsUp
        if level := self._sites[index].level:
            self._epochs += level == 1
            if self._draft.done:
                self._close()
                self._open(names)
        self._line(index, names)

    def _line(self, index: int, names: dict[str, Any]) -> None:
        draft = self._draft
        if draft.spent < draft.room:
            draft.spent += _BESIDES
            site = self._sites[index]
            draft.lines.append(Passed(site.number, self._values(site.names, names, site.appends)))
            draft.old.clear()

    def _open(self, names: dict[str, Any]) -> None:
        self._draft = draft = _Draft(self._updates + 1, self._epochs)
        if draft.number not in self._chosen or not (self._few or self._on_stride(draft.number)):
            return
        draft.room = BYTES // 2
        if self._few:
            draft.room -= sum(size for each, size in self._kept if each.lines)
        if self._fixed is None:
            self._lists = [name for name in self._given if isinstance(names.get(name), list)]
            self._changing.update(self._lists)
            self._fixed = self._values([n for n in self._given if n not in self._changing], names)
            self._given = [name for name in self._given if name in self._changing]
        draft.given = self._values(self._given, names)

    def _close(self, last: bool = False) -> None:
        draft = self._draft
        if draft.lines or (draft.done and draft.number and (last or self._on_stride(draft.number))):
            self._kept.append(self._snapshot(draft))
            most = SNAPSHOTS - (not last)
            while len(self._kept) > most or sum(size for _, size in self._kept) > BYTES:
                self._stride *= 2
                self._kept = [pair for pair in self._kept if self._stays(pair[0])]
        self._draft = _Draft(done=True)

    _ended = partialmethod(_close, last=True)

    def _stays(self, kept: Snapshot) -> bool:
        return self._on_stride(kept.update) or (self._few and bool(kept.lines))

    def _on_stride(self, update: int) -> bool:
        return (update - 1) % self._stride == 0

    def _snapshot(self, draft: _Draft) -> tuple[Snapshot, int]:
        rows = self._start.taken(draft.rows) if self._start and draft.error is not None else ()
        size = sum([array.nbytes + _BESIDES for array in draft.weights])
        weights = self._copies(draft.weights) if size < BYTES // 10 else ()
        whole = draft.done and (draft.spent < draft.room or not draft.room)
        given = (*(self._fixed or ()), *draft.given) if draft.lines else ()
        about = draft.number, draft.epoch, rows, draft.error, weights, whole
        size = max(0, min(draft.spent, draft.room)) + (size if weights else 0)
        return Snapshot(*about, given, tuple(draft.lines)), size

    def _copies(self, arrays: tuple[Any, ...]) -> Arrays:
        try:
            return tuple(map(copy, arrays))
        except NotApplicable as error:
            self._missing = str(error)
            return ()

    def _values(self, wanted: list[str], names: dict[str, Any], last: bool = False) -> list[Value]:
        draft, olds = self._draft, self._draft.old
        values: list[Value] = []
        for name in wanted:
            for label, array in arrays_in(name, names.get(name), last):
                draft.spent += array.nbytes + _BESIDES
                if draft.spent >= draft.room:
                    return values
                old, whole = olds.get(label), label == name
                if old is not None and not whole and np.array_equal(old, array):
                    continue  # this item of the list is not the one that has changed
                alias = self._alias(array, names) if whole and draft.lines else ""
                values.append(Value(label, array.copy(), old, alias))
                if self._shown:
                    shown = self._shown.pop(0)
                    array[...] = np.where(np.isnan(shown), array, shown)
        return values

    def _alias(self, array: NDArray[Any], names: dict[str, Any]) -> str:
        for name in (*self._lists, "layers") if self._lists else ():
            for place, item in enumerate(names.get(name, ())):
                if item is array:
                    return f"{name}[{place}]"
        return ""
