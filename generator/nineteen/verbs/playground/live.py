"""A training as the page follows it: its state while it runs, and then each of its updates."""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from math import isfinite
from typing import Any

import numpy as np

from nineteen.script.run import Ending, Run
from nineteen.script.spec import ScriptSpec
from nineteen.training.execute import run_here
from nineteen.training.observe import Array, Arrays, NotApplicable, Update
from nineteen.training.record import Recorder, TimeIsUp
from nineteen.training.snapshots import Recording, Value

SECONDS = 60.0  # of training, as the command line allows
EVERY = 0.05  # seconds between two reports
POINTS = 512  # of a loss curve, at most

Json = dict[str, Any]


class Watch(Recorder):
    """Records one training, and reports its state twenty times a second."""

    def __init__(self, spec: ScriptSpec, report: Callable[[Json], None]) -> None:
        super().__init__(range(1, 10**9), SECONDS)
        self.spec, self.report, self.reported = spec, report, time.perf_counter()
        self.epoch: Any = None
        self.loss, self.losses = 0.0, list[float]()  # of the epoch that runs, and of those before
        self.weights: tuple[Any, ...] = ()

    def run(self, source: str) -> Recording:
        """Run a script, for at most SECONDS; one that cannot be followed just runs."""
        try:
            run = run_here(self.follow(source), **self.calls())
        except NotApplicable as error:
            return Recording(tuple(source.splitlines()), missing=str(error), run=run_here(source))
        except TimeIsUp:
            run = Run("", "", SECONDS, Ending.TIMEOUT, 1, SECONDS)
        if self.epoch is not None:
            self._end_epoch()
        return self.recording(run)

    def state(self) -> Json:
        """The epochs, the loss curve (see `look.LOSS`) and the weights.

        `loss` is averaged over each `stride` epochs, and None where it is infinite.
        """
        means, stride = thinned(self.losses)
        loss = [float(f"{value:.4g}") if isfinite(value) else None for value in means]
        counts = {"epoch": len(self.losses), "stride": stride, "loss": loss}
        return counts | packed_arrays(self.weights)

    def _seen(self, epoch: Any, rows: Any, error: Any, weights: Any) -> None:
        super()._seen(epoch, rows, error, weights)
        if epoch != self.epoch and self.epoch is not None:
            self._end_epoch()
        self.epoch = epoch
        self.loss += Update(0, (), error, (), ()).loss

    def _updated(self, weights: tuple[Any, ...]) -> None:
        super()._updated(weights)
        self.weights = weights
        if time.perf_counter() - self.reported > EVERY:
            self.report(self.state())
            self.reported = time.perf_counter()

    def _end_epoch(self) -> None:
        self.losses.append(self.loss / self.spec.rows / len(self.spec.table.columns))
        self.loss = 0.0


def thinned(values: list[float]) -> tuple[list[float], int]:
    """A series as fewer than POINTS means of so many neighbours, a power of two."""
    stride = 2 ** max(0, int(len(values) // POINTS).bit_length())
    whole = len(values) // stride
    means = np.array(values[: whole * stride]).reshape(whole, stride).mean(axis=1)
    return means.tolist(), stride


def frames(recording: Recording) -> Json:
    """The recorded updates for the page: {"layouts", "frames", "numbers"}.

    A frame is [update, epoch, loss, rows, whole, place of its layout]; its layout lists its lines
    as [number, values], the first with number 0 for what the update starts from, and a value is
    [name, shape, alias, whether it stands there twice, as it was and as it became]. All numbers
    follow one another, as 32-bit floats in base64. What no update changes stands in the first; one
    that was kept without its lines has the weights after it.
    """
    layouts: dict[str, int] = {}
    kept, arrays, sent = [], list[Array](), set[int]()
    for each in recording.snapshots:
        given = tuple(value for value in each.given if id(value.new) not in sent)
        if not each.lines:
            given = tuple(map(Value, names_of(each.weights), each.weights))
        sent.update(id(value.new) for value in given)
        lines = [(0, given), *((line.number, line.values) for line in each.lines)]
        layout = json.dumps([[number, [*map(_described, values)]] for number, values in lines])
        for _, values in lines:
            for value in values:
                arrays += [value.new] if value.old is None else [value.old, value.new]
        loss = each.loss if isfinite(each.loss) else None
        place = layouts.setdefault(layout, len(layouts))
        kept.append([each.update, each.epoch, loss, each.rows, each.whole, place])
    numbers = packed_arrays(arrays)["numbers"]
    return {"layouts": [*map(json.loads, layouts)], "frames": kept, "recorded": numbers}


def names_of(weights: Arrays) -> list[str]:
    """The names that the weights of an update have in a script."""
    one_layer = len(weights) == 4 and weights[1].ndim == 1
    return ["W1", "b1", "W2", "b2"] if one_layer else [f"W[{n}]" for n in range(len(weights))]


def packed_arrays(arrays: Iterable[Any]) -> Json:
    """The shapes of arrays, and their numbers one after the other as 32-bit floats in base64."""
    every = [np.asarray(array) for array in arrays]
    flat = np.concatenate([np.empty(0), *map(np.ravel, every)])
    with np.errstate(over="ignore"):
        numbers = b64encode(flat.astype("<f4").tobytes()).decode()
    return {"shapes": [array.shape for array in every], "numbers": numbers}


def _described(value: Value) -> list[object]:
    return [value.name, value.new.shape, value.alias, value.old is not None]
