"""What a script is to be: one validated, frozen description, and what its defaults come from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt
from string import ascii_lowercase
from typing import Any, NamedTuple

from nineteen.errors import UsageError
from nineteen.script.gates import TruthTable, gate_of
from nineteen.script.templates import data

MAX_EPOCHS = 100_000
MAX_SEED = 2**32 - 1
MAX_SAMPLES = 65_536
RECIPE_FILE = "recipe.toml"  # read at first use: a watched process does without
# What a number is above, the most it may be, and how that is said; NaN is never within.
_LIMITS = {
    "samples": (1, MAX_SAMPLES, f"a whole number from 2 to {MAX_SAMPLES}"),
    "noise": (-1, 2, "a number from 0 to 2"),
    "lr": (0, 1000, "a number above 0 and up to 1000"),
    "epochs": (0, MAX_EPOCHS, f"a whole number from 1 to {MAX_EPOCHS}"),
    "seed": (-1, MAX_SEED, f"a whole number from 0 to {MAX_SEED}"),
}


@dataclass(frozen=True)
class Activation:
    """A row of templates/activations.toml, which explains its keys; the output's is the sigmoid."""

    name: str
    function: str
    slope: str
    slope_tex: str
    least: float
    noun: str
    formula: str
    meaning: str
    slope_meaning: str
    slope_derived: str
    kink: bool = False

    def __str__(self) -> str:
        return self.name

    def of(self, sums: str) -> str:
        """The function of an expression; one without a plus needs no parentheses behind a minus."""
        function = self.function if "+" in sums else self.function.replace("-({z})", "-{z}")
        return function.format(z=sums)


ACTIVATIONS = {name: Activation(name, **row) for name, row in data("activations.toml").items()}
SIGMOID = ACTIVATIONS["sigmoid"]


def kinds() -> str:
    """The names of all activations, as in "sigmoid, tanh or relu"."""
    *names, last = ACTIVATIONS
    return f"{', '.join(names)} or {last}"


class Batch(StrEnum):
    """How many rows, of the truth table or of samples, make an update: one, some, all."""

    SGD = "sgd"
    MINI = "mini"
    FULL = "full"


# What does not depend on another choice.
_USUAL = {"batch": Batch.FULL, "activation": SIGMOID, "samples": 0, "seed": 0, "keep": False}


@dataclass(frozen=True)
class ScriptSpec:
    """Everything that decides a script's bytes; nothing is left to a default.

    `gates` or `expr` say where the table came from; `batch_size` is 1 for sgd, all rows for full.
    With `samples`, X has as many rows, drawn from the table, and normal noise of the standard
    deviation `noise`; without, the rows of the table.
    """

    table: TruthTable
    hidden: tuple[int, ...]
    batch: Batch
    batch_size: int
    activation: Activation
    lr: float
    epochs: int
    seed: int = 0
    show_loss: bool = False
    keep: bool = False
    gates: tuple[str, ...] = ()
    expr: str = ""
    samples: int = 0
    noise: float = 0.0

    def __post_init__(self) -> None:
        for option, reason in _faults(self):
            raise UsageError(f"{option}: {reason}", option.partition(" ")[0])

    @property
    def rows(self) -> int:
        """How many rows X has: the samples, or the rows of the truth table."""
        return self.samples or self.table.rows

    def row_name(self, row: int) -> str:
        """What a row of X is called: "row 01" of the truth table, or "sample 7", from 1."""
        return f"sample {row + 1}" if self.samples else f"row {self.table.inputs_of(row)}"

    @property
    def updates(self) -> int:
        """How often the weights change in the whole training."""
        return self.epochs * self.updates_per_epoch

    @property
    def updates_per_epoch(self) -> int:
        """How often the weights change while every row is seen once."""
        return -(-self.rows // self.batch_size)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The layer sizes from inputs to outputs."""
        return (self.table.inputs, *self.hidden, self.table.outputs)

    @property
    def input_names(self) -> tuple[str, ...]:
        """A name for each input: the gate's own, an expression's variables, or a, b, c, …"""
        own = {tuple(gate_of(gate).inputs) for gate in self.gates}
        if len(own) == 1 and (names := own.pop()):
            return names
        letters = set(re.findall(r"\b[a-z]\b", self.expr)) or ascii_lowercase[: self.table.inputs]
        return tuple(sorted(letters))

    @property
    def output_names(self) -> tuple[str, ...]:
        """A name for each output: the gates, or what a gate of several outputs calls them."""
        names: list[str] = []
        for gate in self.gates:
            own = gate_of(gate).outputs or (gate,)
            several = len(self.gates) > 1 and len(own) > 1
            names += [f"{gate} {name}" for name in own] if several else own
        count = self.table.outputs
        return tuple(names or (f"output {i + 1}" if count > 1 else "output" for i in range(count)))

    @property
    def subject(self) -> str:
        """What is learned, in Markdown: "`and` and `xor`", an expression, or a truth table."""
        if self.gates:
            return re.sub(", (?=[^,]*$)", " and ", ", ".join(f"`{gate}`" for gate in self.gates))
        return f"`{self.expr}`" if self.expr else f"a truth table of {self.table.rows} rows"


class Recipe(NamedTuple):
    """The default learning rate and number of epochs."""

    lr: float
    epochs: int


def default_hidden(inputs: int, activation: Activation, samples: int = 0) -> tuple[int, ...]:
    """The default layer sizes: one hidden layer."""
    rows = data(RECIPE_FILE)[activation.name]
    return ((rows["samples"] if samples else rows)[str(inputs)][0],)


def recipe(
    inputs: int,
    hidden: tuple[int, ...],
    batch: Batch,
    activation: Activation,
    samples: int = 0,
    batch_size: int = 0,
) -> Recipe:
    """The measured defaults for a network of these sizes; with samples, by the size of a batch."""
    rows, width = data(RECIPE_FILE)[activation.name], max(hidden)
    if len(hidden) > 1:
        fitting = (row for row in rows["deep"] if inputs <= row[0] and width <= row[1])
        _, _, lr, epochs = next(fitting, rows["deep"][-1])
        lr = float(f"{lr * 2**inputs / samples:.0e}") if samples else lr
        return Recipe(lr, epochs)
    if samples:
        # By the square root, the noise of an update's sum is the same for every batch (Krizhevsky
        # 2014, arXiv:1404.5997, section 5). Where many are added up, the largest step has a limit;
        # and so has the rate of few, which else do not settle.
        size = max(1, batch_size)  # what is less is refused later
        units, highest, rate, most, travel = rows["samples"][str(inputs)]
        lr = float(f"{min(highest, rate / sqrt(size), most / size):.0e}")  # one digit
        epochs = ceil((2 if width < units else 1) * travel / (lr * samples))
        return Recipe(lr, min(MAX_EPOCHS, epochs))
    large = data(RECIPE_FILE)["large_batches"].get(f"{activation} {inputs} {batch}")
    units, lr, epochs = large or rows[str(inputs)]
    if width < units:  # a small layer takes longer, and gets stuck less in smaller steps
        return Recipe(min(lr, 0.5), max(400, 2 * epochs))
    return Recipe(lr, epochs)


def default_batch_size(batch: Batch, rows: int, samples: int = 0) -> int:
    """Rows per update: 1, a quarter but at least 2 (of samples at most 32), or all of them."""
    rows = samples or rows
    some = min(32, rows // 4) if samples else rows // 4
    return {Batch.SGD: 1, Batch.MINI: max(2, some), Batch.FULL: rows}[batch]


def default_values(table: TruthTable, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """What each field of a ScriptSpec is where it was not chosen, by those that were."""
    given: dict[str, Any] = {**_USUAL, **chosen}
    batch, activation, samples = given["batch"], given["activation"], given["samples"]
    hidden = default_hidden(table.inputs, activation, samples)
    size = default_batch_size(batch, table.rows, samples)
    layers, rows = given.get("hidden", hidden), given.get("batch_size", size)
    usual = recipe(table.inputs, layers, batch, activation, samples, rows)
    depending = {"hidden": hidden, "batch_size": size, "noise": 0.5 if samples else 0.0}
    return _USUAL | depending | usual._asdict()


def _faults(spec: ScriptSpec) -> Iterator[tuple[str, str]]:
    """Each option that is out of its limits, as it is written, and the reason."""
    option = f"--hidden {','.join(map(str, spec.hidden))}"
    most, which = (256, "one hidden layer") if len(spec.hidden) == 1 else (64, "each of several")
    if not 1 <= len(spec.hidden) <= 3:
        yield option, "a script has 1 to 3 hidden layers"
    if not all(1 <= size <= most for size in spec.hidden):
        yield option, f"{which} has 1 to {most} units"
    for name, (above, most, wanted) in _LIMITS.items():
        value = getattr(spec, name)
        if not above < value <= most and (name, value) != ("samples", 0):
            yield f"--{name} {value}", f"it has to be {wanted}"
    mini, size, rows = spec.batch is Batch.MINI, spec.batch_size, spec.rows
    option, noun = f"--batch-size {size}", "samples" if spec.samples else "rows"
    if mini and rows <= 2:
        yield "--batch mini", f"{rows} {noun} have none between one and all: say sgd or full"
    if mini and size == 1:
        yield option, "one row per update is --batch sgd"
    if mini and size == rows:
        yield option, f"all {rows} {noun} per update is --batch full"
    if not 1 <= size <= rows:
        yield option, f"{rows} {noun} allow 2 to {rows - 1}"
