"""What `compare` runs for the options of its command line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, log2, sqrt

from nineteen.errors import UsageError
from nineteen.script.choices import Choices, spec_of
from nineteen.script.spec import MAX_EPOCHS, Batch, ScriptSpec, default_batch_size
from nineteen.script.subject import check_learnable

Specs = tuple[ScriptSpec, ...]

# The learning rates of the grid, as multiples of the usual one, which stands at the place USUAL.
FACTORS, NARROW_FACTORS = (0.5, 1, 2, 4, 8, 16), (0.5, 1, 2, 4)
WIDE_FACTORS, WIDE, FEW_SAMPLES = (0.5, 1, 2, 4, 8), 64, 32
USUAL = 1
SMALL_INPUTS = 4  # of more inputs the small network is not run, and the highest rate is left out
SEEDS = (1000, 300, 100, 30)  # as many as cost at most so much, in updates times numbers:
MOST_COST, LEAST_NUMBERS = 4_000_000_000, 64


@dataclass(frozen=True)
class ComparisonPlan:
    """What is run with the seeds 0 to `seeds` - 1: a row for each batch size, from one row to all.

    A row of `grid` has a spec for each learning rate, rising. The other two are like it, for one
    row, the usual mini-batch and all rows, or empty: `narrow` with few hidden units, where
    trainings get stuck; `wide` with many, and few samples, which they can learn by heart.
    """

    grid: tuple[Specs, ...]
    narrow: tuple[Specs, ...]
    wide: tuple[Specs, ...]
    seeds: int

    @property
    def specs(self) -> Specs:
        return tuple(spec for row in (*self.grid, *self.narrow, *self.wide) for spec in row)

    @property
    def usual(self) -> Specs:
        """Each batch size at its usual learning rate."""
        return tuple(row[USUAL] for row in self.grid)


def plan_comparison(
    choices: Choices, batch_sizes: Sequence[int] | None, seeds: int | None = None
) -> ComparisonPlan:
    """The plan; raises UsageError as the main command does, and for sizes that cannot be.

    Without a number of seeds it has as many as run in about a minute.
    """
    usual = _usual(choices, batch_sizes)
    factors = FACTORS if usual[0].table.inputs <= SMALL_INPUTS else FACTORS[:-1]
    few = replace(choices, samples=min(FEW_SAMPLES, choices.samples or 0), hidden=(WIDE,))
    wide = _usual(few, None) if choices.samples else []
    narrow = _at_rates(_narrow(usual, choices), NARROW_FACTORS)
    at_rates = _at_rates(usual, factors), narrow, _at_rates(wide, WIDE_FACTORS)
    plan = ComparisonPlan(*at_rates, seeds or 0)
    return plan if seeds else replace(plan, seeds=_seeds(plan.specs))


def usual_mini(specs: Sequence[ScriptSpec]) -> ScriptSpec | None:
    """The mini-batch nearest to the default size, if there is one; the specs end with all rows."""
    full = specs[-1]
    usual = default_batch_size(Batch.MINI, full.table.rows, full.samples)
    return min(specs[1:-1], key=lambda spec: abs(spec.batch_size - usual), default=None)


def _usual(choices: Choices, batch_sizes: Sequence[int] | None) -> list[ScriptSpec]:
    """The batch sizes in order, at their usual rates: those asked for, one row and all rows."""
    full = spec_of(replace(choices, batch=Batch.FULL, keep=True))
    check_learnable(full.table, full.hidden, full.gates, "")  # compare has no --keep
    rows, usual = full.rows, default_batch_size(Batch.MINI, full.table.rows, full.samples)
    asked = {*(batch_sizes or [min(usual, rows)])}
    if max(asked) > rows:
        raise UsageError(f"--batch-size {max(asked)}: {rows} rows allow 1 to {rows}")
    between = sorted(asked - {1, rows})
    strategies = [(Batch.SGD, None), *((Batch.MINI, size) for size in between), (Batch.FULL, None)]
    specs = [spec_of(replace(choices, batch=one, batch_size=size)) for one, size in strategies]
    if len({spec.lr for spec in specs}) > 1:
        if full.samples:  # single samples, whose default is a low one, begin where the root puts it
            one, lr = specs[0], max(spec.lr * sqrt(spec.batch_size) for spec in specs)
            specs[0] = replace(one, lr=lr, epochs=ceil(one.epochs * one.lr / lr))
        # Powers of two, so that rows have rates in common.
        specs = [_at(spec, 2.0 ** (round(log2(spec.lr)) - bool(full.samples))) for spec in specs]
    return specs


def _seeds(specs: Sequence[ScriptSpec]) -> int:
    """A number of seeds by the size of the work alone, the same on every machine."""
    numbers = [max(LEAST_NUMBERS, spec.batch_size * max(spec.hidden)) for spec in specs]
    cost = sum(spec.updates * many for spec, many in zip(specs, numbers, strict=True))
    return next((seeds for seeds in SEEDS if seeds * cost <= MOST_COST), SEEDS[-1])


def _at_rates(specs: Sequence[ScriptSpec], factors: Sequence[float]) -> tuple[Specs, ...]:
    return tuple(tuple(_at(spec, factor * spec.lr) for factor in factors) for spec in specs)


def _at(spec: ScriptSpec, lr: float) -> ScriptSpec:
    """The spec at another learning rate; smaller steps get as many epochs more."""
    epochs = max(spec.epochs, round(spec.epochs * spec.lr / lr))
    return replace(spec, lr=lr, epochs=min(MAX_EPOCHS, epochs))


def _narrow(usual: Sequence[ScriptSpec], choices: Choices) -> list[ScriptSpec]:
    """With as many hidden units as inputs, where some trainings get stuck."""
    first, mini = usual[0], usual_mini(usual)
    inputs, few = first.table.inputs, max(2, first.table.inputs)
    if inputs > SMALL_INPUTS or len(first.hidden) > 1 or first.hidden[0] <= few:
        return []
    return _usual(replace(choices, hidden=(few,)), [mini.batch_size] if mini else None)
