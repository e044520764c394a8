"""Recording a training: what every line of a script does to its arrays, update by update."""

import ast
import re
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.script.run import Ending, Run
from nineteen.training import snapshots
from nineteen.training.execute import run_here
from nineteen.training.follow import Site, follow
from nineteen.training.isolated import watched
from nineteen.training.observe import Array, Arrays, NotApplicable, Start, copies
from nineteen.training.snapshots import Passed, Recording, Snapshot, Value, arrays_in

SNAPSHOTS, BYTES = 500, 10_000_000  # of a recording, at most
FEW = 100  # updates that are kept with their lines whatever else has to go
SECONDS = 60.0  # of wall-clock time that a script gets, as on the command line
GRACE = 5.0  # and for a recording to come back from a process of its own
_BESIDES = 250  # bytes, about, that a kept array takes besides its numbers


class TimeIsUp(BaseException):
    """The script has run for longer than it may: nothing that a script is likely to catch."""


def record(
    source: str, chosen: Collection[int] = (), seconds: float = SECONDS, shown: Sequence[Array] = ()
) -> Recording:
    """The Recording of a script, run inside this process for at most `seconds`, told in its loops.

    The updates in `chosen` are kept with their lines: up to FEW of them all, of more (all there
    are: range(1, 10**9)) every second, every fourth, and so on, as the bounds allow. Only
    KeyboardInterrupt passes through. `shown` are arrays to go on with instead of those just
    recorded, one after the other; a nan in them leaves the number that was computed.
    """
    recorder = Recorder(chosen, seconds, shown)
    try:
        tree = recorder.follow(source)
        run = run_here(tree, **recorder.calls())
    except NotApplicable as error:
        return Recording(tuple(source.splitlines()), missing=str(error))
    except TimeIsUp:
        run = Run("", "", seconds, Ending.TIMEOUT, 1, seconds)
    return recorder.recording(run)


def record_alone(
    source: str, chosen: Collection[int], seconds: float = SECONDS, shown: Sequence[Array] = ()
) -> Recording:
    """The same in a process of its own. Raises RuntimeError where the recorder itself fails."""
    try:
        follow(source)
    except NotApplicable as error:
        return Recording(tuple(source.splitlines()), missing=str(error))
    result, report = watched(source, partial(Recorder, chosen, seconds, shown), seconds + GRACE)
    if "fault" in report:
        raise RuntimeError(f"the recorder itself failed: {report['fault']}")
    if result.ending is Ending.TIMEOUT or report.get("late"):
        result = replace(result, ending=Ending.TIMEOUT, limit=seconds)
    try:
        return replace(snapshots.unpacked(report["recording"]), run=result)
    except (KeyError, TypeError, ValueError):  # it was ended from outside, or tells stories
        return Recording(tuple(source.splitlines()), run=result)


@dataclass
class _Draft:
    number: int = 0
    epoch: int = 0
    room: int = 0
    spent: int = 0
    done: bool = False
    rows: Any = None
    error: Array | None = None
    weights: tuple[Any, ...] = ()
    given: list[Value] = field(default_factory=list)
    lines: list[Passed] = field(default_factory=list)
    old: dict[str, Array] = field(default_factory=dict)


class Recorder:
    """Keeps what a Recording holds, while the tree of `follow` runs with `calls` in its names."""

    def __init__(
        self, chosen: Collection[int], seconds: float = SECONDS, shown: Sequence[Array] = ()
    ) -> None:
        self._chosen, self._few, self._shown = chosen, len(chosen) <= FEW, list(shown)
        self._deadline = time.perf_counter() + seconds
        self._start: Start | None = None
        self._draft = _Draft(done=True)
        self._updates = self._epochs = self._size = 0
        self._stride = 1
        self._kept: list[tuple[Snapshot, int]] = []  # with their bytes
        self._fixed: list[Value] | None = None
        self._source = self._missing = ""
        self._sites: list[Site] = []
        self._given, self._lists = list[str](), list[str]()  # set before the training, used in it
        self._changing = set[str]()  # what it sets

    def follow(self, source: str) -> ast.Module:
        """The tree to run; raises NotApplicable as the function `follow` does."""
        self._source = source
        tree, self._sites, training, self._missing = follow(source)
        text = "\n".join(source.splitlines()[training.start - 1 : training.stop - 1])
        before = [name for s in self._sites if s.number < training.start for name in s.names]
        self._given = [n for n in dict.fromkeys(before) if n in re.findall(r"\w+", text)]
        self._changing = {n for s in self._sites if s.number in training for n in s.names}
        return tree

    def calls(self) -> dict[str, Callable[..., None]]:
        """The functions that the tree calls, by name."""
        names = ("started", "seen", "updated", "ended", "before", "head", "line")
        return {f"__{name}__": getattr(self, f"_{name}") for name in names}

    def found(self, error: BaseException | None) -> dict[str, object]:
        """What was kept, for JSON, and whether the time was up."""
        late = isinstance(error, TimeIsUp)
        return {"recording": snapshots.packed(self.recording()), "late": late}

    def recording(self, run: Run | None = None) -> Recording:
        """What was kept; called once, when the script has ended."""
        self._close(last=True)
        lines, kept = tuple(self._source.splitlines()), tuple(each for each, _ in self._kept)
        counts = self._updates, self._epochs
        return Recording(lines, kept, *counts, self._start, self._missing, run)

    def _started(self, X: Any, y: Any, weights: tuple[Any, ...]) -> None:
        if arrays := self._copies((X, y, *weights)):
            self._start = Start(arrays[0], arrays[1], arrays[2:])

    def _seen(self, _epoch: Any, rows: Any, error: Any, _weights: Any) -> None:
        self._draft.rows, self._draft.error = rows, next(iter(self._copies((error,))), None)

    def _updated(self, weights: tuple[Any, ...]) -> None:
        self._updates += 1
        self._draft.weights, self._draft.done = weights, True

    def _ended(self) -> None:
        self._close(last=True)
        self._draft = _Draft(done=True)

    def _before(self, index: int, names: dict[str, Any]) -> None:
        if self._draft.spent < self._draft.room:
            for name in self._sites[index].moved:
                for label, array in arrays_in(name, names.get(name)):
                    self._draft.old[label] = array.copy()

    def _head(self, index: int, names: dict[str, Any]) -> None:
        if time.perf_counter() > self._deadline:
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
            if draft.old:
                draft.old = {}

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
            self._size += self._kept[-1][1]
        while len(self._kept) > SNAPSHOTS - (not last) or self._size > BYTES:
            self._stride *= 2
            few = self._few
            kept = [(e, n) for e, n in self._kept if self._on_stride(e.update) or (few and e.lines)]
            self._kept, self._size = kept, sum(size for _, size in kept)

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
            return copies(arrays)
        except NotApplicable as error:
            self._missing = str(error)
            return ()

    def _values(self, wanted: list[str], names: dict[str, Any], last: bool = False) -> list[Value]:
        draft, olds, spent = self._draft, self._draft.old, self._draft.spent
        values: list[Value] = []
        for name in wanted:
            for label, array in arrays_in(name, names.get(name), last):
                spent += array.nbytes + _BESIDES
                if spent >= draft.room:
                    draft.spent = spent
                    return values
                old, whole = olds.get(label) if olds else None, label is name
                if old is not None and not whole and np.array_equal(old, array):
                    continue  # this item of the list is not the one that has changed
                listed = whole and self._lists and draft.lines
                alias = self._alias(array, names) if listed else ""
                values.append(Value(label, array.copy(), old, alias))
                if self._shown:
                    shown = self._shown.pop(0)
                    array[...] = np.where(np.isnan(shown), array, shown)
        draft.spent = spent
        return values

    def _alias(self, array: NDArray[Any], names: dict[str, Any]) -> str:
        for name in (*self._lists, "layers"):
            for place, item in enumerate(names.get(name, ())):
                if item is array:
                    return f"{name}[{place}]"
        return ""
