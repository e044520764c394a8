"""What `compare` runs for the options of its command line."""

import re
from dataclasses import replace

from nineteen.errors import UsageError
from nineteen.script.choices import canonical_choices, spec_of
from nineteen.script.options import PROGRAM, Choices, choose, short
from nineteen.script.recipe import recipe
from nineteen.script.spec import MAX_EPOCHS, Activation, Batch, ScriptSpec, default_batch_size
from nineteen.verbs.compare.trainings import Plan, Specs

MOST_SIZES = 4  # as many as the pictures have line styles
SMALL_INPUTS = 4  # of more inputs the small network is not run: it takes long and learns little
SHORTER = 4  # times as short are the steps of `slow`
LARGER = (6, 8)  # inputs
SOME = 32  # rows of a mini-batch of the larger tables
REPEATS = 11
TIMED_UPDATES = 200  # enough for a time, far too few to learn


def chosen(words: list[str]) -> Choices:
    """The choices of the main command, but for those that `compare` decides itself."""
    for word in words:
        if word.partition("=")[0] in ("--batch", "--seed", "--show", "--keep"):
            raise UsageError(
                f"{short(word)}: compare runs every size with the seeds 0, 1, 2, …: leave it out"
            )
    return choose(words)


def plan_of(options: Choices, batch_sizes: str | None, seeds: int) -> Plan:
    """The plan; raises UsageError as the main command does, and for sizes that cannot be."""
    rows = _strategy(options, Batch.FULL).table.rows
    main = tuple(_of_size(options, size, rows) for size in _sizes(batch_sizes, rows))
    small = _small(main)
    slow = tuple(_slower(spec) for spec in small[:1] + small[-1:])
    inputs, activation = main[0].table.inputs, main[0].activation
    larger = tuple(_larger(count, activation) for count in LARGER if count != inputs)
    return Plan(main, small, slow, larger, seeds, REPEATS)


def subject_of(choices: Choices) -> Choices:
    """What is learned alone, as the main command writes it: xor, --table 0110."""
    plain = replace(choices, hidden=None, activation=None, lr=None, epochs=None)
    return canonical_choices(_strategy(plain, Batch.FULL))


def command_of(choices: Choices, plan: Plan) -> str:
    """The canonical command of a comparison, with its seeds and sizes."""
    sizes = ",".join(str(spec.batch_size) for spec in plan.main)
    activation = None if choices.activation is Activation.SIGMOID else choices.activation
    asked = replace(
        subject_of(choices),
        hidden=choices.hidden,
        activation=activation,
        lr=choices.lr,
        epochs=choices.epochs,
    )
    return f"{PROGRAM} compare {asked.line} --seeds {plan.seeds} --batch-size {sizes}"


def _sizes(text: str | None, rows: int) -> list[int]:
    """The batch sizes in order: one row, all rows, and what is asked for or usual between them."""
    if text is None:
        wanted = {min(default_batch_size(Batch.MINI, rows), rows)}
    elif re.fullmatch(r"[0-9]{1,4}(,[0-9]{1,4}){0,9}", text):
        wanted = set(map(int, text.split(",")))
    else:
        raise UsageError(f"--batch-size {short(text)}: write the sizes with commas, such as 1,2,4")
    for size in sorted(wanted):
        if not 1 <= size <= rows:
            raise UsageError(f"--batch-size {size}: a table of {rows} rows allows 1 to {rows}")
    sizes = sorted(wanted | {1, rows})
    if len(sizes) > MOST_SIZES:
        raise UsageError(
            f"--batch-size {short(text or '')}: with one row and all {rows} rows, which are always "
            f"run, these are {len(sizes)} sizes, and {MOST_SIZES} is the limit: name fewer"
        )
    return sizes


def _of_size(options: Choices, size: int, rows: int) -> ScriptSpec:
    if size in (1, rows):
        return _strategy(options, Batch.SGD if size == 1 else Batch.FULL)
    return _strategy(options, Batch.MINI, size)


def _strategy(options: Choices, batch: Batch, size: int | None = None) -> ScriptSpec:
    return spec_of(replace(options, batch=batch, batch_size=size))


def _small(main: Specs) -> Specs:
    """The same with as many hidden units as inputs, where some trainings get stuck."""
    first = main[0]
    inputs, few = first.table.inputs, max(2, first.table.inputs)
    if inputs > SMALL_INPUTS or len(first.hidden) > 1 or first.hidden[0] <= few:
        return ()
    minis = [spec for spec in main if spec.batch is Batch.MINI]
    usual = [
        spec for spec in minis if spec.batch_size == default_batch_size(Batch.MINI, spec.table.rows)
    ]
    return tuple(
        replace(
            spec,
            hidden=(few,),
            epochs=recipe(inputs, (few,), spec.batch, spec.activation).epochs,
        )
        for spec in (first, *(usual or minis)[:1], main[-1])
    )


def _slower(spec: ScriptSpec) -> ScriptSpec:
    """The same in shorter steps, and more of them."""
    return replace(spec, lr=spec.lr / SHORTER, epochs=min(MAX_EPOCHS, SHORTER * spec.epochs))


def _larger(inputs: int, activation: Activation) -> Specs:
    """Parity of so many inputs, for so few epochs that it is only good for its time."""
    options = Choices((f"xor{inputs}",), activation=activation)
    specs = (
        _strategy(options, Batch.SGD),
        _strategy(options, Batch.MINI, SOME),
        _strategy(options, Batch.FULL),
    )
    return tuple(
        replace(spec, epochs=max(3, 1 + TIMED_UPDATES * spec.batch_size // spec.table.rows))
        for spec in specs
    )
