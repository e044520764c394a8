"""What a comparison of batch sizes saw of its trainings: counts and curves, seed by seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nineteen.page.estimates import Estimate, share
from nineteen.script.spec import ScriptSpec
from nineteen.training.gradient import Array, Matrices
from nineteen.verbs.compare.comparison_plan import Specs, usual_mini
from nineteen.verbs.compare.wording import hidden_units, strategy_name

# Not learned and stuck: in the last third the loss fell by less than a fifth. Else it is late.
STUCK_FALL = 1.25

Numbers = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Trainings:
    """How a spec's trainings went with the seeds 0, 1, 2, …, looked at over the whole truth table.

    `printed` is what each script printed; `updates` (looks,) how many updates had been made at each
    look, 0 first; `losses` (seeds, looks) the mean binary cross-entropy of the predictions, in
    nats; `within` (seeds, looks) whether every prediction, rounded as it is printed, was within 0.1
    of its target; `networks` the weights of the first seeds, by the epochs after which they are
    kept.
    """

    spec: ScriptSpec
    printed: tuple[str, ...]
    updates: Numbers
    losses: Array
    within: Truths
    networks: tuple[dict[int, Matrices], ...] = ()

    @property
    def strategy(self) -> str:
        """The strategy in a sentence: SGD, batches of 2, full batch."""
        return strategy_name(self.spec)

    @property
    def units(self) -> str:
        """The hidden layers in a sentence: 8 hidden units."""
        return hidden_units(self.spec)

    @property
    def learned(self) -> Truths:
        """(seeds,) Whether every prediction is within 0.1 at the end."""
        return self.within[:, -1]

    @property
    def failed(self) -> int:
        """How many of the seeds did not learn, stuck or late."""
        return int((~self.learned).sum())

    @cached_property
    def updates_needed(self) -> Array:
        """(seeds,) After how many updates every prediction stays within 0.1; infinite if never."""
        last = len(self.updates) - 1
        after = last + 1 - (~self.within[:, ::-1]).argmax(axis=1)  # the last outside, and one more
        after = np.where(self.within.all(axis=1), 1, after.clip(max=last))
        return np.where(self.learned, self.updates[after], np.inf)

    @property
    def rows_needed(self) -> Array:
        """(seeds,) After how many rows every prediction stays within 0.1; infinite if never."""
        with np.errstate(invalid="ignore"):
            return np.nan_to_num(self.rows_seen(self.updates_needed), nan=np.inf, posinf=np.inf)

    def rows_seen(self, updates: Array | Numbers) -> Array:
        """How many rows so many updates have seen; an epoch's last batch may be shorter."""
        epochs, more = np.divmod(updates, self.spec.updates_per_epoch)
        return np.asarray(epochs * self.spec.table.rows + more * self.spec.batch_size, float)

    @property
    def unlearned_again(self) -> Truths:
        """(seeds,) Whether every prediction was within 0.1, and at a later look not any more."""
        return np.asarray((self.within[:, :-1] & ~self.within[:, 1:]).any(axis=1))

    @cached_property
    def uphill(self) -> Array:
        """(seeds,) The share of single updates that raised the loss, until it was learned."""
        single = (np.diff(self.updates) == 1) & (self.updates[1:] <= self.updates_needed[:, None])
        return np.asarray((single & (np.diff(self.losses) > 0)).sum(axis=1) / single.sum(axis=1))

    @cached_property
    def stuck(self) -> Truths:
        """(seeds,) Whether it did not learn and had stopped getting better."""
        third = np.searchsorted(self.updates, 2 * self.updates[-1] / 3)
        return ~self.learned & (self.losses[:, third] < STUCK_FALL * self.losses[:, -1])

    @property
    def stuck_share(self) -> Estimate:
        """The share of the seeds that got stuck."""
        return share(int(self.stuck.sum()), len(self.stuck))

    @property
    def failed_share(self) -> Estimate:
        """The share of the seeds that did not learn, stuck or late."""
        return share(self.failed, len(self.learned))


@dataclass(frozen=True, eq=False)
class MeasuredSizes:
    """The results of a plan: `main`, `small`, `slow` and `larger` are those of ComparisonPlan.

    `seconds` are those of an epoch, of plain runs with the first seeds, for each spec of `main` and
    of `larger`.
    """

    main: tuple[Trainings, ...]
    small: tuple[Trainings, ...]
    slow: tuple[Trainings, ...]
    larger: tuple[Specs, ...]
    seconds: dict[ScriptSpec, tuple[float, ...]]

    @property
    def sgd(self) -> Trainings:
        return self.main[0]

    @property
    def full(self) -> Trainings:
        return self.main[-1]

    @property
    def mini(self) -> Trainings | None:
        """The mini-batch that stands for all: the default size if it was run, else the first."""
        return mini_of(self.main)

    @property
    def strategies(self) -> list[Trainings]:
        """One row, the usual mini-batch if there is one, and all rows."""
        return [one for one in (self.sgd, self.mini, self.full) if one]

    @property
    def narrow(self) -> tuple[Trainings, ...]:
        """Where trainings get stuck, if any do: with few hidden units where that was run."""
        return self.small or self.main

    @property
    def seeds(self) -> int:
        return len(self.full.printed)

    @property
    def failed(self) -> int:
        """How many trainings did not learn, stuck or late."""
        return sum(one.failed for one in (*self.main, *self.small, *self.slow))

    def seconds_needed(self, trainings: Trainings) -> Array:
        """After how many seconds the first seeds had learned, (timed,); infinite if never."""
        seconds = np.array(self.seconds[trainings.spec])
        updates = trainings.updates_needed[: len(seconds)]
        return np.asarray(updates / trainings.spec.updates_per_epoch * seconds)


def mini_of(trainings: Sequence[Trainings]) -> Trainings | None:
    """The training of the usual mini-batch, if there is one."""
    usual = usual_mini([one.spec for one in trainings])
    return next((one for one in trainings if one.spec == usual), None)
