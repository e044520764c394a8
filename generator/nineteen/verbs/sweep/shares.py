"""What a sweep found, from one byte a job: its result."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from statistics import median

from nineteen.script.choices import command
from nineteen.script.options import decimal
from nineteen.script.spec import table_name
from nineteen.verbs.sweep.jobs import SweepPlan
from nineteen.verbs.sweep.ledger import Ledger
from nineteen.verbs.sweep.results_file import LEARNED, NOT_LEARNED
from nineteen.verbs.sweep.sweep_result import Hardest, Share, SweepResult, UpdatesNeeded

NAMED = 100  # of how many cells the failing scripts are named
SEEDS_NAMED = 12


def result_of(
    ledger: Ledger, updates: Iterable[list[int]], remarks: tuple[str, ...]
) -> SweepResult:
    """The result of a sweep that is over; `updates` are those of each group, sorted, or none."""
    plan, states = ledger.plan, ledger.states
    pooled = tuple(pooled_shares(plan, states))
    return SweepResult(
        command=plan.command,
        shares=tuple(shares_by_subject(plan, states)),
        pooled=pooled,
        hardest=tuple(hardest(plan, states)),
        failures=states.count(NOT_LEARNED),
        failing=tuple(islice(failing_cells(plan, states), NAMED)),
        updates=tuple(_needed(*each) for each in zip(pooled, updates, strict=False) if each[1]),
        classes=plan.classes,
        scripts=ledger.done,
        seconds=ledger.seconds,
        confirmed=ledger.confirmed,
        problems=tuple(ledger.problems),
        remarks=remarks,
    )


def pooled_shares(plan: SweepPlan, states: bytearray) -> list[Share]:
    """One share for each group, over all subjects; none for a group without a run."""
    cells = [range(group, plan.cells, len(plan.groups)) for group in range(len(plan.groups))]
    return [share for each in cells if (share := _share(plan, states, _name(plan), each)).runs]


def shares_by_subject(plan: SweepPlan, states: bytearray) -> list[Share]:
    """One share for each named subject in each group; none for a family."""
    if plan.functions or plan.subjects == 1:
        return []
    every = [_share(plan, states, subject_name(plan, cell), [cell]) for cell in range(plan.cells)]
    return [share for share in every if share.runs]


def hardest(plan: SweepPlan, states: bytearray) -> list[Hardest]:
    """For each group of a family, which of its functions learned least often."""
    found = []
    for group in range(len(plan.groups) if plan.functions else 0):
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
        seeds = [job % plan.seeds for job in jobs]
        shown = ", ".join(map(str, seeds[:SEEDS_NAMED]))
        more = f" and {len(seeds) - SEEDS_NAMED:,} more" if len(seeds) > SEEDS_NAMED else ""
        text = "" if seeds == [0] else f", seed{'s' * (len(seeds) > 1)} {shown}{more}"
        yield command(plan.spec(cell)) + text


def subject_name(plan: SweepPlan, cell: int) -> str:
    """What a cell trains: gate names, or the table's name."""
    spec = plan.spec(cell)
    return " ".join(spec.gates) or table_name(spec.table)


def _share(plan: SweepPlan, states: bytearray, what: str, cells: Sequence[int]) -> Share:
    counts = [_counts(plan, states, cell) for cell in cells]
    return Share(what, *_options(plan, cells), *map(sum, zip(*counts, strict=True)))


def _counts(plan: SweepPlan, states: bytearray, cell: int) -> tuple[int, int]:
    """Runs and learned of a cell."""
    start, end = cell * plan.seeds, (cell + 1) * plan.seeds
    learned = states.count(LEARNED, start, end)
    return learned + states.count(NOT_LEARNED, start, end), learned


def _options(plan: SweepPlan, cells: Sequence[int]) -> tuple[str, str, str, str]:
    """Hidden sizes, strategy, learning rate and epochs, each value once.

    The functions of a family have the same; the defaults of named gates go with their inputs.
    """
    specs = [plan.spec(cell) for cell in (cells[:1] if plan.functions else cells)]
    hidden = (",".join(map(str, spec.hidden)) for spec in specs)
    batch = (spec.batch.value for spec in specs)
    lr, epochs = (decimal(spec.lr) for spec in specs), (str(spec.epochs) for spec in specs)
    return _each(hidden), _each(batch), _each(lr), _each(epochs)


def _each(values: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(values))


def _name(plan: SweepPlan) -> str:
    """What the pooled subjects of a plan are."""
    if plan.functions:
        return f"{plan.inputs}-input {'classes' if plan.classes else 'functions'}"
    return subject_name(plan, 0) if plan.subjects == 1 else f"{plan.subjects} gates pooled"


def _jobs(states: bytearray, wanted: int) -> Iterator[int]:
    """The jobs in a state, in order."""
    job = states.find(wanted)
    while job >= 0:
        yield job
        job = states.find(wanted, job + 1)


def _needed(share: Share, updates: list[int]) -> UpdatesNeeded:
    ninetieth = updates[-(-9 * len(updates) // 10) - 1]
    ends = updates[0], round(median(updates)), ninetieth, updates[-1]
    return UpdatesNeeded(share.hidden, share.batch, len(updates), *ends)
