"""What a sweep runs: every subject x size x strategy x seed, each job under a number of its own."""

import re
from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from typing import Any

from nineteen.errors import UsageError
from nineteen.script import choices, gates, options
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.verbs.sweep.npn import npn_classes

MAX_SCRIPTS = 10_000_000
SEEDS = 100
FLAGS = ("all_functions", "classes", "each")
Jobs = tuple[int, ...]
Cell = tuple[ScriptSpec, list[int]]  # a script with seed 0, and its seeds


@dataclass(frozen=True)
class SweepPlan:
    """A sweep, small enough to be sent to a worker with every piece of work.

    A cell is a subject in a group, a job a cell with a seed: job = (subject * groups + group) *
    seeds + seed, which is what `scripts` counts. `groups` are choices of the main command, one for
    every size and strategy. The subjects are "gates" by name; or "functions" or "classes" of
    `inputs` inputs, by the number that their bits write; or what the groups name.
    """

    command: str
    groups: tuple[choices.Choices, ...]
    seeds: int
    subjects: Sequence[int | str] = ("",)
    kind: str = "gates"
    inputs: int = 0
    remarks: tuple[str, ...] = ()

    @property
    def cells(self) -> int:
        return len(self.subjects) * len(self.groups)

    @property
    def scripts(self) -> int:
        return self.cells * self.seeds

    @property
    def title(self) -> str:
        """What all the subjects are together."""
        if self.inputs:
            return f"{self.inputs}-input {self.kind}"
        return self.name(0) if len(self.subjects) == 1 else f"{len(self.subjects)} gates pooled"

    def name(self, cell: int) -> str:
        """What a cell trains: gate names, or the table's name."""
        spec = self.spec(cell)
        return " ".join(spec.gates) or spec.table.name

    def spec(self, cell: int) -> ScriptSpec:
        """A cell's spec, seed 0, with --keep if no weights can fit; raises UsageError as `make`."""
        place, group = divmod(cell, len(self.groups))
        subject, chosen = self.subjects[place], self.groups[group]
        if self.inputs:
            chosen = replace(chosen, table=f"{subject:0{2**self.inputs}b}")
        elif subject:
            chosen = replace(chosen, gates=(str(subject),))
        try:
            return choices.spec_of(chosen)
        except UsageError:
            return choices.spec_of(replace(chosen, keep=True))

    def spec_of_job(self, job: int) -> ScriptSpec:
        """The ScriptSpec of a job, with its seed."""
        return replace(self.spec(job // self.seeds), seed=job % self.seeds)

    def cells_of(self, jobs: Jobs) -> list[Cell]:
        """The cells of the jobs, in their order."""
        cells = groupby(jobs, lambda job: job // self.seeds)
        return [(self.spec(cell), [job % self.seeds for job in mine]) for cell, mine in cells]


def plan_sweep(given: Namespace) -> SweepPlan:
    """The plan for the options; raises UsageError where the main command would refuse a cell."""
    names, kinds = _words(given.gate), _words(given.batch or [])
    if kinds:  # what stands behind the first of them, and can only be a strategy, is one too
        kinds += [name for name in names if name.lower() in options.BATCHES]
        names = [name for name in names if name.lower() not in options.BATCHES]
    batches = [choices.choose([f"--batch={kind}"]).batch for kind in kinds]
    one = Namespace(**vars(given) | {"gate": names, "hidden": None, "batch": None})
    what, seeds = choices.choices_of(one), given.seeds or (1 if given.all_functions else SEEDS)
    several = choices.words_of((), {name: getattr(given, name) for name in FLAGS})
    several += ["--hidden", *map(options.written, given.hidden)] if given.hidden else []
    several += ["--batch", options.written(batches)] if batches else []
    command = " ".join([options.PROGRAM, "sweep", what.line, *several, "--seeds", str(seeds)])
    if what.batch_size is not None and Batch.MINI not in batches:
        raise UsageError("--batch-size goes with --batch mini: leave it out or say mini")
    what, subjects = _subjects(what, given)
    plain = replace(what, batch_size=None)
    plan = SweepPlan(command, (plain,), seeds, **subjects)
    first = range(1 if plan.inputs else len(plan.subjects))  # the functions of a family are alike
    if Batch.MINI in batches and all(plan.spec(subject).rows == 2 for subject in first):
        batches = [batch for batch in batches if batch is not Batch.MINI]
        reason = "two rows have nothing between one row and all"
        if not batches:
            raise UsageError(f"--batch mini cannot be: {reason}: use sgd or full")
        plan = replace(plan, remarks=(f"--batch mini is left out: {reason}",))
    groups = dict.fromkeys(
        replace(what if batch is Batch.MINI else plain, hidden=size, batch=batch)
        for size, batch in product(given.hidden or [None], batches or [None])
    )
    plan = replace(plan, groups=tuple(groups))
    if plan.scripts > MAX_SCRIPTS:
        limit = f"a sweep has at most {MAX_SCRIPTS:,}; use fewer --seeds"
        raise UsageError(f"{plan.scripts:,} scripts: {limit}")
    for cell in range(len(first) * len(groups)):
        plan.spec(cell)
    return plan


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in re.split(r"[,\s]+", text) if word]


def _subjects(what: choices.Choices, given: Namespace) -> tuple[choices.Choices, dict[str, Any]]:
    """What all cells choose of a subject, and the fields of the plan that name the subjects."""
    if given.all_functions or given.classes:
        several = given.each or (given.all_functions and given.classes)
        if what.gates or what.table or what.expr or several or what.inputs is None:
            option = "--all-functions or --classes"
            raise UsageError(f"{option} goes with --inputs N and nothing else to learn")
        classes = [int(first, 2) for first in npn_classes(what.inputs)]  # refuses large numbers
        family: dict[str, Any] = {"kind": "classes", "subjects": classes}
        if given.all_functions:
            family = {"kind": "functions", "subjects": range(1 << (1 << what.inputs))}
        return replace(what, inputs=None), family | {"inputs": what.inputs}
    if given.each:
        if what.table or what.expr or not what.gates:
            raise UsageError("--each goes with gate names, such as: sweep and or xor --each")
        names = tuple(dict.fromkeys(gates.canonical(name, what.inputs) for name in what.gates))
        return replace(what, gates=(), inputs=None), {"subjects": names}
    return what, {}
