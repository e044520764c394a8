"""How the trainings of one batch size at one learning rate went, all seeds in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nineteen.page.estimates import Estimate, median, share
from nineteen.script.choices import command
from nineteen.script.render import render
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.training.gradient import Array

# Not learned and stuck: in the last third the loss fell by less than a fifth. Else it is late.
STUCK_FALL = 1.25
FIRST_UPDATES, POINTS = 64, 60  # of which the losses are kept: so many, then so many points more
BY_SEED = ("updates_needed", "reached", "lost", "stuck", "uphill", "early", "losses")
FRESH = ("fresh_right", "fresh_loss")  # by seed too

Numbers = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class GridCell:
    """How a spec's trainings went with the seeds 0, 1, 2, …; arrays begin with an axis for them.

    `printed` is what each script printed; `updates_needed` after how many updates every prediction
    stays within 0.1, infinite if never; `reached` whether it ever was, `lost` whether it was and
    later was not; `stuck` whether it did not learn and had stopped getting better; `uphill` the
    share of single updates that raised the loss, until it was learned; `early` the loss after one
    epoch, `losses` those after the updates `drawn`: the mean binary cross-entropy of the
    predictions, in nats. `fresh_right` is the share of fresh samples that are answered rightly at
    the end, and `fresh_loss` their loss; both are empty without samples. `seconds` are those of an
    update, for the first seeds.
    """

    spec: ScriptSpec
    printed: tuple[str, ...]
    updates_needed: Array
    reached: Truths
    lost: Truths
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
        """The strategy in a sentence: SGD, batches of 2, full batch."""
        ends = {Batch.SGD: "SGD", Batch.FULL: "full batch"}
        return ends.get(self.spec.batch, f"batches of {self.spec.batch_size}")

    @property
    def label(self) -> str:
        """The batch size in a legend or a title: 1 row (SGD), 2 rows, all 4 rows."""
        rows = f"{self.spec.batch_size} rows"
        return {Batch.SGD: "1 row (SGD)", Batch.FULL: f"all {rows}"}.get(self.spec.batch, rows)

    @property
    def units(self) -> str:
        """The hidden layers in a sentence: 8 hidden units, or 8 and 4."""
        sizes = self.spec.hidden
        return f"{' and '.join(map(str, sizes))} hidden unit{'s' * (sizes[-1] > 1)}"

    @property
    def learned(self) -> Truths:
        """(seeds,) Whether every prediction is within 0.1 at the end."""
        return np.isfinite(self.updates_needed)

    @property
    def left(self) -> Truths:
        """(seeds,) Whether every prediction was within 0.1, and is not at the end."""
        return np.asarray(self.reached & ~self.learned)

    @cached_property
    def rows_needed(self) -> Array:
        """(seeds,) After how many rows every prediction stays within 0.1; infinite if never."""
        with np.errstate(invalid="ignore"):
            return np.nan_to_num(self.rows_seen(self.updates_needed), nan=np.inf, posinf=np.inf)

    @property
    def seconds_needed(self) -> Array:
        """(timed seeds,) After how many seconds they had learned; infinite if never."""
        return np.asarray(self.updates_needed[: len(self.seconds)] * np.array(self.seconds))

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
    def words(self) -> dict[str, object]:
        """The figures of which a claim's row may speak."""
        return {
            "rows": median(self.rows_needed).count,
            "updates": median(self.updates_needed).count,
            "noise": median(self.uphill).percent,
            "lost": int(self.lost.sum()),
            "left": int(self.left.sum()),
            "right": median(self.fresh_right).percent,
            "fresh_loss": median(self.fresh_loss).count,
            "bytes": update_bytes(self.spec),
        }

    @property
    def record(self) -> dict[str, Any]:
        """The cell as it is kept beside the page; a seed is its place in a list, or its number."""
        return {
            "command": command(self.spec),
            "rows until learned": [int(n) if n < np.inf else None for n in self.rows_needed],
            "share of updates that raise the loss": np.round(self.uphill, 3).tolist(),
            "share of fresh samples answered rightly": np.round(self.fresh_right, 4).tolist(),
            "stuck": np.flatnonzero(self.stuck).tolist(),
            "learned, and lost at the end": np.flatnonzero(self.left).tolist(),
        }


def update_bytes(spec: ScriptSpec) -> int:
    """The bytes of the arrays that an update makes: the values and the errors of all units."""
    return spec.batch_size * 2 * sum(spec.sizes[1:]) * 8


def cell_of(
    spec: ScriptSpec, printed: tuple[str, ...], updates: Numbers, losses: Array, within: Truths
) -> GridCell:
    """What looks at the whole truth table say of a spec's trainings.

    `updates` (looks,) is how many updates had been made at each look, 0 first; `losses` and
    `within` (seeds, looks) are the loss, and whether every prediction, rounded as it is printed,
    was within 0.1 of its target.
    """
    last = len(updates) - 1
    after = last + 1 - (~within[:, ::-1]).argmax(axis=1)  # the last outside, and one more
    after = np.where(within.all(axis=1), 0, after.clip(max=last))
    needed = np.where(within[:, -1], updates[after], np.inf)
    single = (np.diff(updates) == 1) & (updates[1:] <= needed[:, None])
    third = np.searchsorted(updates, 2 * updates[-1] / 3)
    points = np.union1d(np.arange(FIRST_UPDATES + 1), np.geomspace(1, updates[-1], POINTS))
    drawn = np.unique(np.searchsorted(updates, points[points <= updates[-1]]))
    return GridCell(
        spec,
        printed,
        updates_needed=needed,
        reached=np.asarray(within.any(axis=1)),
        lost=np.asarray((within[:, :-1] & ~within[:, 1:]).any(axis=1)),
        stuck=~within[:, -1] & (losses[:, third] < STUCK_FALL * losses[:, -1]),
        uphill=(single & (np.diff(losses) > 0)).sum(axis=1) / np.maximum(1, single.sum(axis=1)),
        early=losses[:, np.searchsorted(updates, spec.updates_per_epoch)],
        losses=losses[:, drawn],
        drawn=updates[drawn],
    )


def joined(parts: Sequence[GridCell]) -> GridCell:
    """The cell with all the seeds of the parts, in their order."""
    by_seed: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in BY_SEED + FRESH
    }
    return replace(parts[0], printed=sum((part.printed for part in parts), ()), **by_seed)
