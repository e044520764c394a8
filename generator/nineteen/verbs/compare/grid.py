"""What a comparison measured: a cell for each batch size and learning rate."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isclose, log2

from nineteen.page.estimates import median
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.compare.comparison_plan import USUAL, usual_mini
from nineteen.verbs.compare.grid_cell import GridCell

SAFE = 0.99  # a rate is good where so many seeds learn


@dataclass(frozen=True, eq=False)
class View:
    """One cell of each batch size, from one row to all: what a verdict is about.

    `narrow` are those with few hidden units, `wide` those with many and few samples, or none.
    """

    cells: tuple[GridCell, ...]
    narrow: tuple[GridCell, ...] = ()
    wide: tuple[GridCell, ...] = ()

    @property
    def sgd(self) -> GridCell:
        return self.cells[0]

    @property
    def mini(self) -> GridCell | None:
        """The mini-batch that stands for all: the default size if it was run, else the first."""
        usual = usual_mini([cell.spec for cell in self.cells])
        return next((cell for cell in self.cells if cell.spec == usual), None)

    @property
    def full(self) -> GridCell:
        return self.cells[-1]

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
    def seeds(self) -> int:
        return len(self.grid[0][0].printed)

    @property
    def text(self) -> str:
        """All that was measured but seconds, as JSON, a cell in a line."""
        cells = [cell for row in (*self.grid, *self.narrow, *self.wide) for cell in row]
        return "[\n" + ",\n".join(json.dumps(cell.record) for cell in cells) + "\n]\n"

    def view(self, steps: int = 0) -> View:
        """Each batch size at its own best rate, doubled so many times, or halved: -1.

        The narrow and wide networks are at their usual rates, changed in the same way.
        """
        return self._view([row[_best(row) + steps] for row in self.grid], USUAL + steps)

    @property
    def others(self) -> dict[str, View]:
        """The rates at which each verdict is made again, by their names.

        An update that averages its rows, as most frameworks have it, is one with a rate divided by
        their number. At a shared rate only those batch sizes are there that were run at it.
        """
        best, usual = self.view().sgd.spec.lr, self.grid[0][USUAL].spec.lr
        common = set.intersection(*({cell.spec.lr for cell in row} for row in self.grid))
        shared = min(common, key=lambda lr: abs(log2(lr / usual)), default=usual)
        found = {
            "at half the rate": self.view(-1),
            "at double the rate": self.view(1),
            "at one shared rate": self._shared(lambda spec: spec.lr, shared),
            "at one shared rate, averaged": self._shared(lambda s: s.lr * s.batch_size, best),
        }
        return {name: view for name, view in found.items() if view}

    def _shared(self, rate: Callable[[ScriptSpec], float], wanted: float) -> View | None:
        cells = [cell for row in self.grid for cell in row if isclose(rate(cell.spec), wanted)]
        sizes = [cell.spec.batch_size for cell in cells]
        ends = [row[0].spec.batch_size for row in (self.grid[0], self.grid[-1])]
        if not set(ends) <= set(sizes):
            return None
        return self._view(cells, USUAL)

    def _view(self, cells: Sequence[GridCell], place: int) -> View:
        return View(
            tuple(cells), *(tuple(r[place] for r in rows) for rows in (self.narrow, self.wide))
        )


def _best(row: Sequence[GridCell]) -> int:
    """The rate at which most seeds learn, up to 99 %, and then from the fewest rows.

    Not one of the ends, so that half of it and double of it were run too.
    """

    def worse(place: int) -> tuple[float, float]:
        cell = row[place]
        return max(0.0, SAFE - float(cell.learned.mean())), median(cell.rows_needed).value

    return min(range(1, len(row) - 1), key=worse)
