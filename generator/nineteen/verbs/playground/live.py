"""A training as the page follows it: its state and its recording are told while it runs."""

import time
from collections.abc import Callable
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np

from nineteen.script.ended import Ending
from nineteen.script.spec import ScriptSpec
from nineteen.training.execute import run_here
from nineteen.training.observe import Update
from nineteen.training.record import SECONDS, Recorder
from nineteen.training.snapshots import Recording, packed
from nineteen.verbs.playground.bridge import Json

EVERY = 0.05  # seconds between two reports
POINTS = 512  # of a loss curve, at most


class Watch(Recorder):
    """Records one training, and reports its state twenty times a second."""

    def __init__(self, spec: ScriptSpec, report: Callable[[Json], None]) -> None:
        super().__init__(range(1, 10**9), SECONDS, ())
        self.spec, self.report, self.reported = spec, report, time.perf_counter()
        self.epoch: Any = None
        self.losses: list[float] = []  # of the epochs, the last of which may not have ended
        self.weights: tuple[Any, ...] = ()
        self.told = 0  # the last update whose snapshot was told

    def run(self, source: str) -> Recording:
        """Run a script, for at most SECONDS; one that cannot be followed just runs."""
        recording = super().run(source)
        if recording.run and recording.run.ending is Ending.TIMEOUT:
            del self.losses[-1:]
        return recording if recording.run else replace(recording, run=run_here(source))

    def state(self, epochs: int | None = None) -> Json:
        """The loss curve (see `look.LOSS`) of so many epochs, or all, and the weights, packed.

        `loss` is averaged over each `stride` epochs, and None where it is infinite. `recording` are
        the snapshots that were not told before; of all, every `every`th is kept, and the last.
        """
        means, stride = thinned(self.losses[:epochs])
        loss = [float(f"{value:.4g}") if isfinite(value) else None for value in means]
        new = [each for each, _ in self._kept if each.update > self.told]
        self.told = new[-1].update if new else self.told
        fixed = len(self._fixed or ())  # what no update changes is told with the first one alone
        new = [replace(each, given=each.given[fixed * (each.update > 1) :]) for each in new]
        told: Json = {"epoch": len(self.losses), "updates": self._updates, "every": self._stride}
        told |= {"stride": stride, "loss": loss, "recording": packed(new)}
        return told | {"weights": packed([*map(np.asarray, self.weights)])}

    def _seen(self, epoch: Any, rows: Any, error: Any, weights: Any) -> None:
        super()._seen(epoch, rows, error, weights)
        if epoch != self.epoch:
            self.losses.append(0.0)
        self.epoch = epoch
        predictions = self.spec.rows * len(self.spec.table.columns)
        self.losses[-1] += Update(0, (), error, (), ()).loss / predictions

    def _updated(self, weights: tuple[Any, ...]) -> None:
        super()._updated(weights)
        self.weights = weights
        if time.perf_counter() - self.reported > EVERY:
            self.report(self.state(-1))
            self.reported = time.perf_counter()


def thinned(values: list[float]) -> tuple[list[float], int]:
    """A series as fewer than POINTS means of so many neighbours, a power of two."""
    stride = 2 ** max(0, int(len(values) // POINTS).bit_length())
    whole = len(values) // stride
    means = np.array(values[: whole * stride]).reshape(whole, stride).mean(axis=1)
    return means.tolist(), stride
