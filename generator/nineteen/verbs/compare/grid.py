"""What a comparison measured: a cell for each batch size and learning rate."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isclose, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.page.estimates import Estimate, median, share
from nineteen.script.choices import command
from nineteen.script.render import render
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.training.gradient import Array
from nineteen.verbs.compare.comparison_plan import USUAL, usual_mini

SAFE = 0.99  # a rate is good where so many seeds learn

Numbers = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class GridCell:
    """How a spec's trainings went with the seeds 0, 1, 2, …; arrays begin with an axis for them.

    `printed` is what each script printed; `updates_needed` after how many updates every prediction
    stays within 0.1, infinite if never; `left` whether it was and is not at the end; `stuck`
    whether it did not learn and had stopped getting better; `uphill` the share of single updates
    that raised the loss, until it was learned; `early` the loss after one epoch, `losses` those
    after the updates `drawn`: the mean binary cross-entropy, in nats. `fresh_right` is the share of
    fresh samples answered rightly at the end, `fresh_loss` their loss; without samples they are
    empty. `seconds` are those of an epoch, for the first seeds.
    """

    spec: ScriptSpec
    printed: tuple[str, ...]
    updates_needed: Array
    left: Truths
    stuck: Truths
    uphill: Array
    early: Array
    losses: Array
    drawn: Numbers
    fresh_right: Array = field(default_factory=lambda: np.zeros(0))
    fresh_loss: Array = field(default_factory=lambda: np.zeros(0))
    seconds: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        """The strategy in a sentence or a legend: SGD, batches of 2, full batch."""
        ends = {Batch.SGD: "SGD", Batch.FULL: "full batch"}
        return ends.get(self.spec.batch, f"batches of {self.spec.batch_size}")

    @property
    def learned(self) -> Truths:
        """(seeds,) Whether every prediction is within 0.1 at the end."""
        return np.isfinite(self.updates_needed)

    @cached_property
    def rows_needed(self) -> Array:
        """(seeds,) After how many rows every prediction stays within 0.1; infinite if never."""
        seen = self.rows_seen(np.where(self.learned, self.updates_needed, 0))
        return np.where(self.learned, seen, np.inf)

    @property
    def seconds_needed(self) -> Array:
        """(timed seeds,) After how many seconds they had learned; infinite if never."""
        epochs = self.updates_needed[: len(self.seconds)] / self.spec.updates_per_epoch
        return np.asarray(epochs * np.array(self.seconds))

    def rows_seen(self, updates: Array | Numbers) -> Array:
        """How many rows so many updates have seen; an epoch's last batch may be shorter."""
        epochs, more = np.divmod(updates, self.spec.updates_per_epoch)
        return np.asarray(epochs * self.spec.rows + more * self.spec.batch_size, float)

    @property
    def stuck_share(self) -> Estimate:
        """The share of the seeds that got stuck."""
        return share(int(self.stuck.sum()), len(self.stuck))

    @property
    def lines_and_loops(self) -> tuple[int, int]:
        """How many of each the script has."""
        lines = [line.strip() for line in render(self.spec).splitlines() if line]
        return len(lines), sum(line.startswith("for ") for line in lines)

    @property
    def update_bytes(self) -> int:
        """The bytes of the arrays that an update makes: the values and errors of all units."""
        return self.spec.batch_size * 2 * sum(self.spec.sizes[1:]) * 8

    @property
    def record(self) -> dict[str, Any]:
        """The cell as it is kept beside the page; a seed is its place in a list, or its number."""
        return {
            "command": command(self.spec),
            "rows until learned": [int(n) if n < np.inf else None for n in self.rows_needed],
            "loss after one epoch": [float(f"{loss:.4g}") for loss in self.early],
            "share of updates that raise the loss": np.round(self.uphill, 3).tolist(),
            "share of fresh samples answered rightly": np.round(self.fresh_right, 4).tolist(),
            "loss on fresh samples": np.round(self.fresh_loss, 4).tolist(),
            "stuck": np.flatnonzero(self.stuck).tolist(),
            "learned, and lost at the end": np.flatnonzero(self.left).tolist(),
        }


@dataclass(frozen=True, eq=False)
class View:
    """One cell of each batch size, from one row to all: what a verdict is about.

    `narrow` has few hidden units, `wide` many and few samples; where they were not run, None.
    """

    cells: tuple[GridCell, ...]
    narrow: "View | None" = None
    wide: "View | None" = None

    @property
    def sgd(self) -> GridCell:
        return self.cells[0]

    @property
    def mini(self) -> GridCell | None:
        """The mini-batch that stands for all: the default size if it was run, else the nearest."""
        usual = usual_mini([cell.spec for cell in self.cells])
        return next((cell for cell in self.cells if cell.spec == usual), None)

    @property
    def full(self) -> GridCell:
        return self.cells[-1]

    @property
    def thirty_two(self) -> GridCell | None:
        """The mini-batch of 32 rows, if it was run."""
        return next((cell for cell in self.cells[:-1] if cell.spec.batch_size == 32), None)

    @property
    def strategies(self) -> list[GridCell]:
        """One row, the usual mini-batch if there is one, and all rows."""
        return [cell for cell in (self.sgd, self.mini, self.full) if cell]


@dataclass(frozen=True, eq=False)
class MeasuredGrid:
    """The results of a plan, in rows as there."""

    grid: tuple[tuple[GridCell, ...], ...]
    narrow: tuple[tuple[GridCell, ...], ...] = ()
    wide: tuple[tuple[GridCell, ...], ...] = ()

    @property
    def text(self) -> str:
        """All that was measured but seconds, as JSON, a cell in a line."""
        cells = [cell for row in (*self.grid, *self.narrow, *self.wide) for cell in row]
        lines = [json.dumps(cell.record, separators=(",", ":")) for cell in cells]
        return "[\n" + ",\n".join(lines) + "\n]\n"

    def row_of(self, cell: GridCell) -> tuple[GridCell, ...]:
        """The cell's batch size at all rates."""
        return next(row for row in (*self.grid, *self.narrow, *self.wide) if cell in row)

    def view(self, steps: int = 0) -> View:
        """Each batch size at its own best rate, doubled so many times, or halved: -1.

        The narrow and wide networks are at their usual rates, changed in the same way.
        """
        return self._view([row[_best(row) + steps] for row in self.grid], USUAL + steps)

    @property
    def others(self) -> dict[str, View]:
        """The rates at which each verdict is made again, by their names.

        An update that averages its rows, as most frameworks have it, is one with a rate divided by
        their number. At a rate that SGD and full batch share, the other sizes are there that were
        run at it, and the narrow and wide networks are at their usual rates.
        """
        found = {"at half the rate": self.view(-1), "at double the rate": self.view(1)}
        usual, best = self.grid[0][USUAL].spec.lr, self.view().sgd.spec.lr
        shared = self._shared(lambda spec: spec.lr, usual)
        averaged = self._shared(lambda spec: spec.lr * spec.batch_size, best)
        found |= {f"at one shared rate of {rate:g}": view for rate, view in shared.items()}
        with_averages = "with averaged rows at one shared rate of"
        return found | {f"{with_averages} {rate:g}": view for rate, view in averaged.items()}

    def _shared(self, rate: Callable[[ScriptSpec], float], near: float) -> dict[float, View]:
        sgd, full = ({rate(cell.spec) for cell in row} for row in (self.grid[0], self.grid[-1]))
        cells = [cell for row in self.grid for cell in row]
        return {
            one: self._view([cell for cell in cells if isclose(rate(cell.spec), one)], USUAL)
            for one in sorted(sgd & full, key=lambda one: abs(log2(one / near)))[:1]
        }

    def _view(self, cells: Sequence[GridCell], place: int) -> View:
        beside = (self.narrow, self.wide)
        small, large = (View(tuple(r[place] for r in rows)) if rows else None for rows in beside)
        return View(tuple(cells), small, large)


def _best(row: Sequence[GridCell]) -> int:
    """Where the rate is at which most seeds learn, up to 99 %, and then from the fewest rows."""
    lacking = [max(0.0, SAFE - float(cell.learned.mean())) for cell in row]
    needed = [median(cell.rows_needed).value for cell in row]
    inner = range(1, len(row) - 1)  # half of the rate and double of it were run too
    return min(inner, key=lambda place: (lacking[place], needed[place]))
