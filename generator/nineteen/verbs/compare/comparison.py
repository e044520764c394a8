"""A whole comparison of batch sizes: what was measured, and everything that is said about it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from nineteen.script.make import Made, make
from nineteen.script.run import Ending
from nineteen.verbs.compare.batch_advice import advise
from nineteen.verbs.compare.claims import all_findings
from nineteen.verbs.compare.comparison_plan import ComparisonPlan
from nineteen.verbs.compare.findings import Finding
from nineteen.verbs.compare.measuring import check_printed, measure_sizes
from nineteen.verbs.compare.trainings import MeasuredSizes


@dataclass(frozen=True, eq=False)
class Comparison:
    """The trainings, what they say of each claim, what they advise, and the scripts to show.

    `scripts` are those of one row, of the usual mini-batch if there is one, and of all rows.
    """

    measured: MeasuredSizes
    findings: tuple[Finding, ...]
    advice: tuple[str, ...]
    scripts: tuple[Made, ...]


def compared(plan: ComparisonPlan, workers: int) -> Comparison:
    """Run the plan on so many processes, and say what was found; raises as `measure_sizes` does."""
    measured = measure_sizes(plan, workers)
    findings = all_findings(measured)
    advice = advise(measured, findings)
    return Comparison(measured, findings, advice, tuple(_scripts(measured)))


def _scripts(measured: MeasuredSizes) -> Iterator[Made]:
    """The three scripts, with a seed that all of them learn, and what they print alone.

    Where there is none, each has the first seed that it learns itself, else 0.
    """
    shown = [one for one in (measured.sgd, measured.mini, measured.full) if one]
    common = np.logical_and.reduce([one.learned for one in shown])
    for one in shown:
        seed = int((common if common.any() else one.learned).argmax())
        made = make(replace(one.spec, seed=seed), (seed,))
        if made.run.ending is Ending.FINISHED:
            check_printed(one, seed, made.run.stdout)
        yield made
