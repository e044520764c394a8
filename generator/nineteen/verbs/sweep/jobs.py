"""What a sweep runs: every subject x size x strategy x seed, each job under a number of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from nineteen.errors import UsageError
from nineteen.script.choices import Choices, spec_of
from nineteen.script.gates import canonical
from nineteen.script.options import PROGRAM, written
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.verbs.sweep.npn import npn_classes

MAX_SCRIPTS = 10_000_000
SEEDS = 100
FLAGS = ("--all-functions", "--classes", "--each")


@dataclass(frozen=True)
class SweepPlan:
    """A sweep, small enough to be sent to a worker with every piece of work.

    A cell is a subject in a group, a job a cell with a seed: job = (subject * groups + group) *
    seeds + seed, which is what `scripts` counts. `groups` are choices of the main command, one for
    every size and strategy; `command` is the sweep's own in a fixed order. The subjects are the
    `functions` of `inputs` inputs, each as the number that its bits write, or the `gates` one by
    one, or just what the groups name.
    """

    command: str
    groups: tuple[Choices, ...]
    seeds: int
    inputs: int = 0
    functions: Sequence[int] = ()
    gates: tuple[str, ...] = ()

    @property
    def subjects(self) -> int:
        return len(self.functions) or len(self.gates) or 1

    @property
    def cells(self) -> int:
        return self.subjects * len(self.groups)

    @property
    def scripts(self) -> int:
        return self.cells * self.seeds

    @property
    def classes(self) -> bool:
        """Whether the functions stand for classes."""
        return 0 < len(self.functions) < 1 << (1 << self.inputs)

    def group(self, job: int) -> int:
        """The number of the job's group."""
        return job // self.seeds % len(self.groups)

    def spec(self, cell: int) -> ScriptSpec:
        """The ScriptSpec of a cell, with seed 0.

        What no weights can represent carries --keep, as the main command wants it, and is run all
        the same. Raises UsageError as the main command does.
        """
        subject, group = divmod(cell, len(self.groups))
        choices = self.groups[group]
        if self.functions:
            bits = f"{self.functions[subject]:0{2**self.inputs}b}"
            choices = replace(choices, table=bits)
        elif self.gates:
            choices = replace(choices, gates=(self.gates[subject],))
        try:
            return spec_of(choices)
        except UsageError:
            return spec_of(replace(choices, keep=True))

    def spec_of_job(self, job: int) -> ScriptSpec:
        """The ScriptSpec of a job, with its seed."""
        return replace(self.spec(job // self.seeds), seed=job % self.seeds)

    def cells_of(
        self, jobs: tuple[int, ...]
    ) -> Iterator[tuple[ScriptSpec, list[int], tuple[int, ...]]]:
        """The ScriptSpec of each cell, with seed 0, its seeds and its jobs."""
        for cell, members in groupby(jobs, lambda job: job // self.seeds):
            mine = tuple(members)
            yield self.spec(cell), [job % self.seeds for job in mine], mine

    def subject_of(self, columns: str, gate: str) -> int | None:
        """The number of the subject with these columns and this name; None where there is none."""
        if self.functions:
            number = int(columns, 2) if len(columns) == 2**self.inputs else -1
            return self.functions.index(number) if number in self.functions else None
        if self.gates:
            return self.gates.index(gate) if gate in self.gates else None
        return 0


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
    several = [*flags, *(["--hidden", *map(written, sizes)] if sizes else [])]
    several += ["--batch", ",".join(batches)] if batches else []
    command = " ".join([PROGRAM, "sweep", what.line, *several, "--seeds", str(seeds)])
    if what.batch_size is not None and Batch.MINI not in batches:
        raise UsageError("--batch-size goes with --batch mini: leave it out or say mini")
    what, subjects = _subjects(what, flags)
    plain = replace(what, batch_size=None)
    groups = dict.fromkeys(
        replace(what if batch is Batch.MINI else plain, hidden=size, batch=batch)
        for size in sizes or (None,)
        for batch in batches or (None,)
    )
    plan = SweepPlan(command, (plain,), seeds, **subjects)
    remarks: tuple[str, ...] = ()
    if Batch.MINI in batches and _has_two_rows(plan):
        groups = dict.fromkeys(group for group in groups if group.batch is not Batch.MINI)
        remarks = ("--batch mini is left out: two rows have nothing between one row and all",)
        if not groups:
            raise UsageError(f"{remarks[0].replace('is left out', 'cannot be')}: use sgd or full")
    plan = replace(plan, groups=tuple(groups))
    if plan.scripts > MAX_SCRIPTS:
        raise UsageError(
            f"{plan.scripts:,} scripts: a sweep has at most {MAX_SCRIPTS:,}; use fewer --seeds"
        )
    for cell in range(len(groups) if plan.functions else plan.cells):
        plan.spec(cell)
    return plan, remarks


def _has_two_rows(plan: SweepPlan) -> bool:
    """Whether none of the subjects has more than two rows."""
    named = range(1 if plan.functions else plan.subjects)
    return all(plan.spec(subject).table.rows == 2 for subject in named)


def _subjects(what: Choices, flags: Sequence[str]) -> tuple[Choices, dict[str, Any]]:
    """What all cells choose of a subject, and the fields of the plan that name the subjects."""
    if "--all-functions" in flags or "--classes" in flags:
        if what.gates or what.table or what.expr or len(flags) > 1 or what.inputs is None:
            raise UsageError(
                "--all-functions or --classes goes with --inputs N and nothing else to learn"
            )
        classes = npn_classes(what.inputs)  # refuses numbers of inputs that are too large
        every = range(2 ** (2**what.inputs))
        functions = every if "--all-functions" in flags else tuple(int(one, 2) for one in classes)
        return replace(what, inputs=None), {"inputs": what.inputs, "functions": functions}
    if "--each" in flags:
        if what.table or what.expr or not what.gates:
            raise UsageError("--each goes with gate names, such as: sweep and or xor --each")
        names = tuple(dict.fromkeys(canonical(name, what.inputs) for name in what.gates))
        return replace(what, gates=(), inputs=None), {"gates": names}
    return what, {}
