"""What a sweep runs: every subject x size x strategy x seed, each job under a number of its own."""

import shlex
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from nineteen.errors import UsageError
from nineteen.script.choices import spec_of
from nineteen.script.gates import canonical
from nineteen.script.options import PROGRAM, Choices, choose
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.verbs.sweep.npn import npn_classes

MAX_SCRIPTS = 10_000_000
SEEDS = 100


@dataclass(frozen=True)
class Plan:
    """A sweep, small enough to be sent to a worker with every piece of work.

    A cell is a subject in a group, a job a cell with a seed: job = (subject * groups + group) *
    seeds + seed, which is what `scripts` counts. `groups` are options of the main command, one for
    every size and strategy; `words` is the sweep's own command in a fixed order. The subjects are
    all functions of `functions` inputs, or the `tables`, or the `gates` one by one, or just what
    the groups' options name.
    """

    words: tuple[str, ...]
    groups: tuple[Choices, ...]
    seeds: int
    functions: int = 0
    tables: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        return " ".join([PROGRAM, "sweep", *self.words])

    @property
    def subjects(self) -> int:
        if self.functions:
            return int(2 ** (2**self.functions))
        return len(self.tables) or len(self.gates) or 1

    @property
    def cells(self) -> int:
        return self.subjects * len(self.groups)

    @property
    def scripts(self) -> int:
        return self.cells * self.seeds

    @property
    def family(self) -> bool:
        """Whether the subjects are functions without names."""
        return bool(self.functions or self.tables)

    def group(self, job: int) -> int:
        """The number of the job's group."""
        return job // self.seeds % len(self.groups)

    def spec(self, cell: int) -> ScriptSpec:
        """The ScriptSpec of a cell, with seed 0.

        What no weights can represent carries --keep, as the main command wants it, and is run all
        the same. Raises UsageError as the main command does.
        """
        subject, group = divmod(cell, len(self.groups))
        choices = self._subject(subject, self.groups[group])
        try:
            return spec_of(choices)
        except UsageError:
            return spec_of(replace(choices, keep=True))

    def specs(self, jobs: tuple[int, ...]) -> Iterator[tuple[int, ScriptSpec]]:
        """Each job with its ScriptSpec; the jobs of a cell should stand side by side."""
        for cell, members in groupby(jobs, lambda job: job // self.seeds):
            spec = self.spec(cell)
            for job in members:
                yield job, replace(spec, seed=job % self.seeds)

    def subject_of(self, columns: str, gate: str) -> int | None:
        """The number of the subject with these columns and this name; None where there is none."""
        if self.functions:
            fits = len(columns) == 2 ** self.functions and not set(columns) - {"0", "1"}
            return int(columns, 2) if fits else None
        values = self.tables or self.gates
        wanted = columns if self.tables else gate
        return values.index(wanted) if wanted in values else None if values else 0

    def _subject(self, number: int, group: Choices) -> Choices:
        """The group's choices with the subject of that number."""
        if self.functions:
            return replace(group, table=f"{number:0{2**self.functions}b}")
        if self.tables:
            return replace(group, table=self.tables[number])
        return replace(group, gates=(self.gates[number],)) if self.gates else group


def plan_of(given: Namespace) -> tuple[Plan, list[str]]:
    """The plan that the options of `sweep` ask for, and a line for each strategy left out.

    Raises UsageError where the main command would refuse every seed of a cell.
    """
    what, functions, tables, gates = _subjects(given)
    how = [
        word
        for option in ("--activation", "--lr", "--epochs")
        if (value := getattr(given, option[2:])) is not None
        for word in (option, value)
    ]
    strategies = given.batch.split(",") if given.batch else [Batch.FULL.value]
    groups: dict[str, Choices] = {}
    for size in given.hidden or [""]:
        for strategy in strategies:
            words = [*what, *how, "--batch", strategy, *(["--hidden", size] if size else [])]
            group = _options(words, given.batch_size)
            groups[f"{group.hidden} {group.batch}"] = group
    every = tuple(groups.values())
    if given.batch_size is not None and all(group.batch is not Batch.MINI for group in every):
        raise UsageError("--batch-size goes with --batch mini: leave it out or say mini")
    seeds = _seeds(given.seeds, 1 if functions else SEEDS)
    plan = Plan(_words(given, seeds), every, seeds, functions, tables, gates)
    kept = tuple(group for group in every if not _has_no_mini(plan, group))
    left_out = (
        ["--batch mini is left out: two rows have nothing between one row and all"]
        if kept != every
        else []
    )
    if not kept:
        raise UsageError(left_out[0].replace("is left out", "cannot be") + ": use sgd or full")
    plan = replace(plan, groups=kept)
    _check(plan)
    return plan, left_out


def _subjects(given: Namespace) -> tuple[list[str], int, tuple[str, ...], tuple[str, ...]]:
    """The main command's words for the subjects, then functions, tables and gates of the Plan."""
    named = bool(given.gate or given.table or given.expr)
    if given.all_functions or given.classes:
        if named or given.each or given.inputs is None or (given.all_functions and given.classes):
            raise UsageError(
                "--all-functions or --classes goes with --inputs N and nothing else to learn"
            )
        inputs = _options(["--inputs", given.inputs], None).inputs or 0
        classes = tuple(npn_classes(inputs))  # refuses numbers of inputs that are too large
        return [], inputs if given.all_functions else 0, () if given.all_functions else classes, ()
    inputs_words = ["--inputs", given.inputs] if given.inputs is not None else []
    if given.each:
        if given.table or given.expr or not given.gate:
            raise UsageError("--each goes with gate names, such as: sweep and or xor --each")
        number = _options(["and", *inputs_words], None).inputs
        names = dict.fromkeys(canonical(name, number) for name in given.gate)
        return [], 0, (), tuple(names)
    words = [*given.gate, *inputs_words]
    for option in ("--table", "--expr"):
        if (value := getattr(given, option[2:])) is not None:
            words += [f"{option}={value}"]
    return words, 0, (), ()


def _options(words: list[str], batch_size: str | None) -> Choices:
    """What the words choose in the main command; --batch-size reaches only mini."""
    choices = choose(words)
    if batch_size is None or choices.batch is not Batch.MINI:
        return choices
    return choose([*words, "--batch-size", batch_size])


def _seeds(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise UsageError(f"--seeds {text[:20]!a}: it has to be a whole number above 0")
    return int(text)


def _has_no_mini(plan: Plan, group: Choices) -> bool:
    """Whether mini-batches are asked for and none of the subjects has more than two rows."""
    if group.batch is not Batch.MINI:
        return False
    plain = replace(plan, groups=(replace(group, batch=None, batch_size=None),))
    named = 1 if plan.family else plan.subjects
    return all(plain.spec(subject).table.rows == 2 for subject in range(named))


def _check(plan: Plan) -> None:
    if plan.scripts > MAX_SCRIPTS:
        raise UsageError(
            f"{plan.scripts:,} scripts: a sweep has at most {MAX_SCRIPTS:,}; use fewer --seeds"
        )
    for cell in range(len(plan.groups) if plan.family else plan.cells):
        plan.spec(cell)


def _words(given: Namespace, seeds: int) -> tuple[str, ...]:
    """The sweep's command in a fixed order, without what only says where and how fast to run it."""
    words = [*given.gate]
    for option in ("--table", "--expr", "--inputs"):
        if (value := getattr(given, option[2:])) is not None:
            words += [option, shlex.quote(value)]
    words += [
        option
        for option in ("--all-functions", "--classes", "--each")
        if getattr(given, option[2:].replace("-", "_"))
    ]
    words += ["--hidden", *given.hidden] if given.hidden else []
    for option in ("--batch", "--batch-size", "--activation", "--lr", "--epochs"):
        if (value := getattr(given, option[2:].replace("-", "_"))) is not None:
            words += [option, value]
    return (*words, "--seeds", str(seeds))
