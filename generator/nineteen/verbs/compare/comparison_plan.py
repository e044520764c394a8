"""What `compare` runs for the options of its command line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nineteen.errors import UsageError
from nineteen.script.activations import SIGMOID, Activation
from nineteen.script.choices import Choices, canonical_choices, spec_of
from nineteen.script.options import PROGRAM
from nineteen.script.recipe import recipe
from nineteen.script.spec import MAX_EPOCHS, Batch, ScriptSpec, default_batch_size
from nineteen.script.subject import check_learnable

Specs = tuple[ScriptSpec, ...]

MOST_SIZES = 4  # as many as the pictures have line styles
SMALL_INPUTS = 4  # of more inputs the small network is not run: it takes long and learns little
SHORTER = 4  # times as short are the steps of `slow`
LARGER = (6, 8)  # inputs
SOME = 32  # rows of a mini-batch of the larger tables
TIMED_UPDATES = 200  # enough for a time, far too few to learn
SEEDS = (1000, 300, 100, 30)  # as many as cost at most so much, in updates times numbers:
MOST_COST, LEAST_NUMBERS = 800_000_000, 64


@dataclass(frozen=True)
class ComparisonPlan:
    """What is run with seeds 0 to `seeds` - 1: specs, each from one row an update to all rows.

    `main` is what was asked for; `small` the same with few hidden units, where trainings get
    stuck; `slow` the two ends of `small` with smaller steps; `larger` tables of more rows, for
    their time only. All but `main` may be empty.
    """

    main: Specs
    small: Specs
    slow: Specs
    larger: tuple[Specs, ...]
    seeds: int


def plan_comparison(
    choices: Choices, batch_sizes: Sequence[int] | None, seeds: int | None = None
) -> ComparisonPlan:
    """The plan; raises UsageError as the main command does, and for sizes that cannot be.

    Without a number of seeds it has as many as run in about half a minute.
    """
    rows = _strategy(choices, Batch.FULL).table.rows
    main = tuple(
        _strategy(choices, {1: Batch.SGD, rows: Batch.FULL}.get(size, Batch.MINI), size)
        for size in _sizes(batch_sizes, rows)
    )
    small = _small(main)
    slow = tuple(_slower(spec) for spec in small[:1] + small[-1:])
    inputs, activation = main[0].table.inputs, main[0].activation
    larger = tuple(_larger(count, activation) for count in LARGER if count != inputs)
    return ComparisonPlan(main, small, slow, larger, seeds or _seeds((*main, *small, *slow)))


def subject_of(choices: Choices) -> Choices:
    """What is learned alone, as the main command writes it: xor, --table 0110."""
    plain = replace(choices, hidden=None, activation=None, lr=None, epochs=None)
    return canonical_choices(_strategy(plain, Batch.FULL))


def command_of(choices: Choices, plan: ComparisonPlan) -> str:
    """The canonical command of a comparison, with its seeds and sizes."""
    sizes = ",".join(str(spec.batch_size) for spec in plan.main)
    activation = None if choices.activation == SIGMOID else choices.activation
    asked = replace(
        subject_of(choices),
        hidden=choices.hidden,
        activation=activation,
        lr=choices.lr,
        epochs=choices.epochs,
    )
    return f"{PROGRAM} compare {asked.line} --seeds {plan.seeds} --batch-size {sizes}"


def usual_mini(specs: Sequence[ScriptSpec]) -> ScriptSpec | None:
    """The mini-batch of the default size if it is there, else the first one."""
    minis = [spec for spec in specs if spec.batch is Batch.MINI]
    usual = [s for s in minis if s.batch_size == default_batch_size(s.batch, s.table.rows)]
    return next(iter(usual + minis), None)


def _sizes(wanted: Sequence[int] | None, rows: int) -> list[int]:
    """The batch sizes in order: one row, all rows, and what is asked for or usual between them."""
    asked = sorted(set(wanted or [min(default_batch_size(Batch.MINI, rows), rows)]))
    for size in asked:
        if not 1 <= size <= rows:
            raise UsageError(f"--batch-size {size}: a table of {rows} rows allows 1 to {rows}")
    sizes = sorted({*asked, 1, rows})
    if len(sizes) > MOST_SIZES:
        raise UsageError(
            f"--batch-size {','.join(map(str, asked))}: with one row and all {rows} rows, always "
            f"run, these are {len(sizes)} sizes, and {MOST_SIZES} is the limit: name fewer"
        )
    return sizes


def _seeds(specs: Specs) -> int:
    """A number of seeds by the size of the work alone, the same on every machine."""
    numbers = [max(LEAST_NUMBERS, spec.table.rows * max(spec.hidden)) for spec in specs]
    cost = sum(spec.updates * many for spec, many in zip(specs, numbers, strict=True))
    return next((seeds for seeds in SEEDS if seeds * cost <= MOST_COST), SEEDS[-1])


def _strategy(choices: Choices, batch: Batch, size: int | None = None) -> ScriptSpec:
    mini = size if batch is Batch.MINI else None
    spec = spec_of(replace(choices, batch=batch, batch_size=mini, keep=True))
    check_learnable(spec.table, spec.hidden, spec.gates, "")  # compare has no --keep
    return replace(spec, keep=False)


def _small(main: Specs) -> Specs:
    """The same with as many hidden units as inputs, where some trainings get stuck."""
    first, mini = main[0], usual_mini(main)
    inputs, few = first.table.inputs, max(2, first.table.inputs)
    if inputs > SMALL_INPUTS or len(first.hidden) > 1 or first.hidden[0] <= few:
        return ()
    return tuple(
        replace(
            spec,
            hidden=(few,),
            epochs=recipe(inputs, (few,), spec.batch, spec.activation).epochs,
        )
        for spec in (first, mini, main[-1])
        if spec
    )


def _slower(spec: ScriptSpec) -> ScriptSpec:
    """The same in shorter steps, and more of them."""
    return replace(spec, lr=spec.lr / SHORTER, epochs=min(MAX_EPOCHS, SHORTER * spec.epochs))


def _larger(inputs: int, activation: Activation) -> Specs:
    """Parity of so many inputs, for so few epochs that it is only good for its time."""
    choices = Choices((f"xor{inputs}",), activation=activation)
    specs = [_strategy(choices, batch, SOME) for batch in Batch]
    return tuple(
        replace(spec, epochs=max(3, 1 + TIMED_UPDATES * spec.batch_size // spec.table.rows))
        for spec in specs
    )
