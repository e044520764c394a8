"""What a sweep runs: every subject x size x strategy x seed, each job under a number of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from nineteen.errors import UsageError
from nineteen.script.choices import Choices, spec_of
from nineteen.script.gates import canonical
from nineteen.script.options import PROGRAM
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.verbs.sweep.npn import npn_classes

MAX_SCRIPTS = 10_000_000
SEEDS = 100
FLAGS = ("--all-functions", "--classes", "--each")
_NO_MINI = "--batch mini {}: two rows have nothing between one row and all"


@dataclass(frozen=True)
class SweepPlan:
    """A sweep, small enough to be sent to a worker with every piece of work.

    A cell is a subject in a group, a job a cell with a seed: job = (subject * groups + group) *
    seeds + seed, which is what `scripts` counts. `groups` are choices of the main command, one for
    every size and strategy; `command` is the sweep's own in a fixed order. The subjects are all
    functions of `functions` inputs, or the `tables`, or the `gates` one by one, or just what the
    groups name.
    """

    command: str
    groups: tuple[Choices, ...]
    seeds: int
    functions: int = 0
    tables: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()

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

    def spec_of_job(self, job: int) -> ScriptSpec:
        """The ScriptSpec of a job, with its seed."""
        return replace(self.spec(job // self.seeds), seed=job % self.seeds)

    def cells_of(self, jobs: tuple[int, ...]) -> Iterator[tuple[ScriptSpec, tuple[int, ...]]]:
        """The ScriptSpec of each cell, with seed 0, and its jobs, which stand side by side."""
        for cell, members in groupby(jobs, lambda job: job // self.seeds):
            yield self.spec(cell), tuple(members)

    def seeds_of(self, jobs: tuple[int, ...]) -> list[int]:
        """The seed of each job."""
        return [job % self.seeds for job in jobs]

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


def plan_sweep(
    what: Choices,
    sizes: Sequence[tuple[int, ...]] = (),
    batches: Sequence[Batch] = (),
    seeds: int | None = None,
    flags: Sequence[str] = (),
) -> tuple[SweepPlan, tuple[str, ...]]:
    """The plan for what was chosen in every size and strategy, and a line for each one left out.

    `flags` are those of `FLAGS` that are set. Raises UsageError where the main command would refuse
    every seed of a cell.
    """
    seeds = seeds or (1 if "--all-functions" in flags else SEEDS)
    several = [*flags, *(["--hidden", *map(_joined, sizes)] if sizes else [])]
    several += ["--batch", ",".join(batches)] if batches else []
    command = " ".join([PROGRAM, "sweep", what.line, *several, "--seeds", str(seeds)])
    if what.batch_size is not None and Batch.MINI not in batches:
        raise UsageError("--batch-size goes with --batch mini: leave it out or say mini")
    what, functions, tables, gates = _subjects(what, flags)
    groups = dict.fromkeys(
        replace(what, hidden=size, batch=batch, batch_size=_batch_size(what, batch))
        for size in sizes or (None,)
        for batch in batches or (None,)
    )
    plan = SweepPlan(command, tuple(groups), seeds, functions, tables, gates)
    kept = tuple(group for group in groups if not _has_no_mini(plan, group))
    if not kept:
        raise UsageError(f"{_NO_MINI.format('cannot be')}: use sgd or full")
    plan = replace(plan, groups=kept)
    _check(plan)
    return plan, () if len(kept) == len(groups) else (_NO_MINI.format("is left out"),)


def _batch_size(what: Choices, batch: Batch | None) -> int | None:
    return what.batch_size if batch is Batch.MINI else None


def _subjects(
    what: Choices, flags: Sequence[str]
) -> tuple[Choices, int, tuple[str, ...], tuple[str, ...]]:
    """What all cells choose of a subject, then functions, tables and gates of the plan."""
    named = bool(what.gates or what.table or what.expr)
    if "--all-functions" in flags or "--classes" in flags:
        if named or len(flags) > 1 or what.inputs is None:
            raise UsageError(
                "--all-functions or --classes goes with --inputs N and nothing else to learn"
            )
        classes = tuple(npn_classes(what.inputs))  # refuses numbers of inputs that are too large
        bare = replace(what, inputs=None)
        return (bare, 0, classes, ()) if "--classes" in flags else (bare, what.inputs, (), ())
    if "--each" in flags:
        if what.table or what.expr or not what.gates:
            raise UsageError("--each goes with gate names, such as: sweep and or xor --each")
        names = dict.fromkeys(canonical(name, what.inputs) for name in what.gates)
        return replace(what, gates=(), inputs=None), 0, (), tuple(names)
    return what, 0, (), ()


def _has_no_mini(plan: SweepPlan, group: Choices) -> bool:
    """Whether mini-batches are asked for and none of the subjects has more than two rows."""
    if group.batch is not Batch.MINI:
        return False
    plain = replace(plan, groups=(replace(group, batch=None, batch_size=None),))
    named = 1 if plan.family else plan.subjects
    return all(plain.spec(subject).table.rows == 2 for subject in range(named))


def _check(plan: SweepPlan) -> None:
    if plan.scripts > MAX_SCRIPTS:
        raise UsageError(
            f"{plan.scripts:,} scripts: a sweep has at most {MAX_SCRIPTS:,}; use fewer --seeds"
        )
    for cell in range(len(plan.groups) if plan.family else plan.cells):
        plan.spec(cell)


def _joined(size: tuple[int, ...]) -> str:
    return ",".join(map(str, size))
