"""A training as it can be drawn while it runs: a loss curve of few points, a decision surface."""

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from nineteen.page.look import EDGE
from nineteen.script.spec import ScriptSpec
from nineteen.training.gradient import Array, matrices, predict
from nineteen.training.observe import Update

SECONDS = 60.0  # of training, as the command line allows
EVERY = 0.05  # seconds between two reports
POINTS = 512  # of a loss curve, at most
GRID = 25  # points along a side of the decision surface


class OutOfTimeError(Exception):
    """The training took longer than SECONDS."""


class Watch:
    """Follows the updates of one training, and reports its state twenty times a second."""

    def __init__(self, spec: ScriptSpec, report: Callable[[dict[str, Any]], None]) -> None:
        self.spec, self.report = spec, report
        self.began = self.reported = time.perf_counter()
        self.epoch, self.loss = 0, 0.0
        self.curve = Curve()
        self.weights: tuple[Array, ...] = ()

    def update(self, update: Update) -> None:
        """Take in one update; raises OutOfTimeError when the time is up."""
        if update.epoch != self.epoch:
            self._end_epoch()
        self.epoch, self.weights = update.epoch, update.after
        self.loss += update.loss
        now = time.perf_counter()
        if now - self.began > SECONDS:
            raise OutOfTimeError
        if now - self.reported > EVERY:
            self.report(self.state())
            self.reported = time.perf_counter()

    def finish(self) -> float:
        """Take in the last epoch; returns the seconds since the training began."""
        self._end_epoch()
        return time.perf_counter() - self.began

    def state(self) -> dict[str, Any]:
        """The epoch, the loss curve, and for two inputs the surface of each output.

        `loss` is what `look.LOSS` says, averaged over each `stride`
        epochs; a surface is GRID rows of GRID predictions in percent, the top row first.
        """
        return {
            "epoch": self.epoch,
            "stride": self.curve.stride,
            "loss": [float(f"{value:.4g}") for value in self.curve.values],
            "surfaces": surfaces(self.spec, self.weights),
        }

    def _end_epoch(self) -> None:
        self.curve.add(self.loss / self.spec.table.predictions)
        self.loss = 0.0


class Curve:
    """A series thinned to at most POINTS values, each the mean of `stride` neighbours."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.stride = 1
        self._waiting: list[float] = []

    def add(self, value: float) -> None:
        """Take in the next value; a loss that is not finite counts as 1000."""
        self._waiting.append(value if math.isfinite(value) else 1000.0)
        if len(self._waiting) < self.stride:
            return
        self.values.append(sum(self._waiting) / self.stride)
        self._waiting.clear()
        if len(self.values) == POINTS:
            pairs = zip(self.values[::2], self.values[1::2], strict=True)
            self.values = [(first + second) / 2 for first, second in pairs]
            self.stride *= 2


def surfaces(spec: ScriptSpec, weights: tuple[Array, ...]) -> list[list[int]]:
    """For two inputs, what the weights predict over a square, in percent; else nothing.

    One list an output, GRID * GRID long: the second input falls from row to row, the first grows
    along a row.
    """
    if spec.table.inputs != 2 or not weights:
        return []
    side = np.linspace(-EDGE, EDGE, GRID)
    X = np.stack(np.meshgrid(side, side[::-1]), axis=-1).reshape(-1, 2)
    with np.errstate(all="ignore"):  # weights that have grown without bound
        predictions = predict(matrices(weights, spec), X, spec.activation)
    percent = np.rint(100 * np.nan_to_num(predictions)).astype(int)
    return [[int(value) for value in column] for column in percent.T]
