"""What can be found of a claim: figures, and one of three verdicts by stated limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from nineteen.page.estimates import Estimate


class ClaimVerdict(StrEnum):
    HOLDS = "holds"
    FAILS = "does not hold"
    UNSEEN = "cannot be seen at this size"


@dataclass(frozen=True)
class _Limits:
    count: float = 1.1  # times as many rows or updates
    time: float = 1.5  # times as many seconds
    noisy: float = 0.1  # of the updates raise the loss
    noisier: float = 0.05  # more of the updates raise the loss
    rarely: float = 0.01  # of the seeds get stuck
    unsettled: float = 0.05  # of the seeds that had learned have lost it at the end
    pairs: float = 0.5  # of them, where pairs of seeds are counted


LIMITS = _Limits()  # what a claim has to clear: its whole interval has to lie above the limit


@dataclass(frozen=True)
class Finding:
    """A claim's figures in words, and what they say; `key` names it in claims.toml.

    `timed` marks what rests on seconds and so differs a little from run to run.
    """

    key: str
    figures: tuple[str, ...]
    verdict: ClaimVerdict
    timed: bool = False


def over(estimate: Estimate, limit: float) -> ClaimVerdict:
    """HOLDS where the interval lies above the limit, FAILS where below, UNSEEN where astride."""
    if estimate.low > limit:
        return ClaimVerdict.HOLDS
    return ClaimVerdict.FAILS if estimate.high < limit else ClaimVerdict.UNSEEN


def combined(verdicts: Sequence[ClaimVerdict], decisive: ClaimVerdict) -> ClaimVerdict:
    """The decisive verdict where it is among them, another where all say it, else UNSEEN."""
    if decisive in verdicts:
        return decisive
    return verdicts[0] if len(set(verdicts)) == 1 else ClaimVerdict.UNSEEN
