"""What a claim is measured against, and the three things that can be said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from nineteen.page.estimates import Estimate

# What a claim has to clear: its whole interval has to lie above the limit.
COUNT_FACTOR = 1.1  # so many times as many rows or updates
TIME_FACTOR = 1.5  # so many times as many seconds
NOISY = 0.1  # of the updates raise the loss
NOISIER = 0.05  # more of the updates raise the loss
RARELY = 0.01  # of the seeds get stuck
UNSETTLED = 0.05  # of the seeds that had learned have lost it at the end
MUCH_MEMORY = 2**30  # bytes


class Verdict(StrEnum):
    HOLDS = "holds"
    FAILS = "does not hold"
    UNSEEN = "cannot be seen at this size"


@dataclass(frozen=True)
class Finding:
    """A claim's figures in words, and what they say; `key` names it in claim_words.py.

    `timed` marks what rests on seconds and so differs a little from run to run.
    """

    key: str
    figures: tuple[str, ...]
    verdict: Verdict
    timed: bool = False


def over(estimate: Estimate, limit: float) -> Verdict:
    """HOLDS where the interval lies above the limit, FAILS where below, UNSEEN where astride."""
    if estimate.low > limit:
        return Verdict.HOLDS
    return Verdict.FAILS if estimate.high < limit else Verdict.UNSEEN


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """HOLDS where every verdict does, FAILS where one of them fails, else UNSEEN."""
    if Verdict.FAILS in verdicts:
        return Verdict.FAILS
    return Verdict.HOLDS if set(verdicts) == {Verdict.HOLDS} else Verdict.UNSEEN


def any_of(verdicts: Sequence[Verdict]) -> Verdict:
    """HOLDS where one verdict does, FAILS where all of them fail, else UNSEEN."""
    if Verdict.HOLDS in verdicts:
        return Verdict.HOLDS
    return Verdict.FAILS if set(verdicts) == {Verdict.FAILS} else Verdict.UNSEEN
