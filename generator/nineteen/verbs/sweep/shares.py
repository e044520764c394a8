"""What a sweep found: shares with their intervals, from one byte a job."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor

from nineteen.page.estimates import wilson
from nineteen.script.choices import command
from nineteen.script.options import decimal
from nineteen.script.spec import table_name
from nineteen.verbs.sweep.jobs import SweepPlan
from nineteen.verbs.sweep.results_file import LEARNED, NOT_LEARNED

SEEDS_NAMED = 12


@dataclass(frozen=True)
class Share:
    """How many of some runs learned; `what` ran with these options, as they are written."""

    what: str
    hidden: str
    batch: str
    lr: str
    epochs: str
    runs: int
    learned: int

    @property
    def rate(self) -> float:
        """The share itself, between 0 and 1."""
        return self.learned / self.runs

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share, between 0 and 1; see page/estimates.py."""
        return wilson(self.learned, self.runs)

    @property
    def percent(self) -> str:
        """The share, cut and not rounded to two decimals: 100 stands for all of them."""
        return f"{10_000 * self.learned // self.runs / 100:g} %"

    @property
    def bounds(self) -> str:
        """The interval in percent, rounded outwards to two decimals."""
        low, high = self.interval
        return f"{floor(1e4 * low) / 100:.2f} to {ceil(1e4 * high) / 100:.2f} %"


@dataclass(frozen=True)
class Hardest:
    """The functions of a family that learned least often, in one group."""

    hidden: str
    batch: str
    runs: int
    least: int
    functions: int
    failing: int
    names: tuple[str, ...]


def pooled_shares(plan: SweepPlan, states: bytearray) -> list[Share]:
    """One share for each group, over all subjects; none for a group without a run."""
    shares = [
        _share(plan, states, _name(plan), range(group, plan.cells, len(plan.groups)))
        for group in range(len(plan.groups))
    ]
    return [share for share in shares if share.runs]


def shares_by_subject(plan: SweepPlan, states: bytearray) -> list[Share]:
    """One share for each named subject in each group; none for a family."""
    if plan.family or plan.subjects == 1:
        return []
    every = [_share(plan, states, subject_name(plan, cell), [cell]) for cell in range(plan.cells)]
    return [share for share in every if share.runs]


def hardest(plan: SweepPlan, states: bytearray) -> list[Hardest]:
    """For each group of a family, which of its functions learned least often."""
    if not plan.family:
        return []
    found = []
    for group in range(len(plan.groups)):
        cells = range(group, plan.cells, len(plan.groups))
        counts = {cell: _counts(plan, states, cell) for cell in cells}
        failing = [cell for cell, (runs, learned) in counts.items() if learned < runs]
        fewest = min(learned for _, learned in counts.values())
        at_least = [cell for cell, (_, learned) in counts.items() if learned == fewest]
        names = tuple(subject_name(plan, cell) for cell in at_least[:5]) if failing else ()
        hidden, batch, *_ = _options(plan, cells)
        found.append(Hardest(hidden, batch, plan.seeds, fewest, len(cells), len(failing), names))
    return found


def failing_cells(plan: SweepPlan, states: bytearray) -> Iterator[str]:
    """A line for each cell in which a script did not learn: its command, and which seeds."""
    for cell, jobs in groupby(_jobs(states, NOT_LEARNED), lambda job: job // plan.seeds):
        yield _line(command(plan.spec(cell)), [job % plan.seeds for job in jobs])


def _line(text: str, seeds: list[int]) -> str:
    if seeds == [0]:
        return text
    shown = ", ".join(map(str, seeds[:SEEDS_NAMED]))
    more = f" and {len(seeds) - SEEDS_NAMED:,} more" if len(seeds) > SEEDS_NAMED else ""
    return f"{text}, seed{'s' * (len(seeds) > 1)} {shown}{more}"


def subject_name(plan: SweepPlan, cell: int) -> str:
    """What a cell trains: gate names, or the table's name."""
    spec = plan.spec(cell)
    return " ".join(spec.gates) or table_name(spec.table)


def _share(plan: SweepPlan, states: bytearray, what: str, cells: range | list[int]) -> Share:
    counts = [_counts(plan, states, cell) for cell in cells]
    return Share(what, *_options(plan, cells), *map(sum, zip(*counts, strict=True)))


def _counts(plan: SweepPlan, states: bytearray, cell: int) -> tuple[int, int]:
    """Runs and learned of a cell."""
    start, end = cell * plan.seeds, (cell + 1) * plan.seeds
    learned = states.count(LEARNED, start, end)
    return learned + states.count(NOT_LEARNED, start, end), learned


def _options(plan: SweepPlan, cells: range | list[int]) -> tuple[str, str, str, str]:
    """Hidden sizes, strategy, learning rate and epochs, each value once.

    The functions of a family have the same; the defaults of named gates go with their inputs.
    """
    specs = [plan.spec(cell) for cell in (cells[:1] if plan.family else cells)]
    hidden = (",".join(map(str, spec.hidden)) for spec in specs)
    batch = (spec.batch.value for spec in specs)
    lr, epochs = (decimal(spec.lr) for spec in specs), (str(spec.epochs) for spec in specs)
    return _each(hidden), _each(batch), _each(lr), _each(epochs)


def _each(values: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(values))


def _name(plan: SweepPlan) -> str:
    """What the pooled subjects of a plan are."""
    if plan.functions:
        return f"{plan.functions}-input functions"
    if plan.tables:
        return f"{(len(plan.tables[0]) - 1).bit_length()}-input classes"
    return subject_name(plan, 0) if plan.subjects == 1 else f"{plan.subjects} gates pooled"


def _jobs(states: bytearray, wanted: int) -> Iterator[int]:
    """The jobs in a state, in order."""
    job = states.find(wanted)
    while job >= 0:
        yield job
        job = states.find(wanted, job + 1)
