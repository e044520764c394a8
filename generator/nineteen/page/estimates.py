"""Medians, ratios and shares with their 95 % intervals, free of any assumed distribution."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil, comb, floor, inf, isfinite, nan, sqrt

from nineteen.script.make import SeedShare

NAMED = 6  # seeds that do not learn
Z95 = 1.959963984540054  # the 97.5 % point of the standard normal distribution


@dataclass(frozen=True)
class Estimate:
    """A value with the ends of its 95 % interval, and how many runs it rests on.

    In words it is a ratio in `times`, a share in `percent`, a difference of shares in `points`, or
    a `count` of updates or rows: 1.05 times (0.98 to 1.12).
    """

    value: float
    low: float
    high: float
    runs: int

    times = property(lambda self: self._written(_factor, " times"))
    percent = property(lambda self: self._written(_hundredths, "\u00a0%"))
    points = property(lambda self: self._written(lambda v: f"{100 * v:.3g}", " percentage points"))
    count = property(lambda self: self._written(lambda number: rounded(max(number, 0.0)), ""))

    def _written(self, form: Callable[[float], str], unit: str) -> str:
        return f"{form(self.value)}{unit} ({form(self.low)} to {form(self.high)})"


def rounded(value: float) -> str:
    """A measured number: three digits, from a hundred on whole; what never comes is infinite."""
    if not isfinite(value):
        return "never" if value == inf else "unknown"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _factor(value: float) -> str:
    value = max(value, 0.0)  # and unknown stays so
    return f"{value:.2f}" if value < 10 else "endlessly many" if value == inf else rounded(value)


def _hundredths(value: float) -> str:
    return f"{100 * value:.0f}" if isfinite(value) else "unknown"


def wilson(successes: int, runs: int) -> tuple[float, float]:
    """The 95 % score interval of a share, as (low, high) between 0 and 1.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
    (1927). It needs no success and no failure: 10,000 of 10,000 gives 0.99962 to 1. Raises
    ValueError where there are no runs, or fewer than successes.
    """
    if not 0 <= successes <= runs or runs == 0:
        raise ValueError(f"{successes} successes in {runs} runs")
    share, spread = successes / runs, Z95**2 / runs
    centre = (share + spread / 2) / (1 + spread)
    half = Z95 * sqrt(share * (1 - share) / runs + spread / (4 * runs)) / (1 + spread)
    # At 0 and 1 the bound is exact; rounding would miss it by a hair.
    return centre - half if successes else 0.0, centre + half if successes < runs else 1.0


def share(successes: int, runs: int) -> Estimate:
    """The share of runs that succeeded, with Wilson's interval; of no runs, from 0 to 1."""
    if not runs:
        return Estimate(nan, 0.0, 1.0, 0)
    return Estimate(successes / runs, *wilson(successes, runs), runs)


def median(values: Iterable[float]) -> Estimate:
    """The median of values, which may be infinite, and the order statistics that enclose it.

    The interval turns the sign test around: each value lies below the true median with probability
    1/2, so the count below is binomial (Conover, "Practical Nonparametric Statistics", 3rd edition,
    1999, section 3.2). Fewer than six values leave it infinite.
    """
    ordered = sorted(map(float, values))
    runs = len(ordered)
    if not runs:
        return Estimate(nan, -inf, inf, 0)
    low, high = ordered[(runs - 1) // 2], ordered[runs // 2]
    value = (low + high) / 2 if isfinite(low + high) else low
    outside = below = 0  # fewer heads than that in so many tosses have a chance of at most 2.5 %
    while 40 * (below := below + comb(runs, outside)) <= 2**runs:
        outside += 1
    ends = (ordered[outside - 1], ordered[runs - outside]) if outside else (-inf, inf)
    return Estimate(value, *ends, runs)


def ratio(above: Iterable[float], below: Iterable[float]) -> Estimate:
    """The median of the ratios of pairs, such as updates needed from the same first weights.

    Infinite means never. A pair with one infinite value counts as a ratio of 0 or infinity; a pair
    of two says nothing and is left out.
    """
    pairs = [(a, b) for a, b in zip(above, below, strict=True) if isfinite(a) or isfinite(b)]
    return median([inf if a == inf else a / b for a, b in pairs])


def difference(left: Iterable[float], right: Iterable[float]) -> Estimate:
    """The median of the differences of pairs, left minus right."""
    return median([a - b for a, b in zip(left, right, strict=True)])


def seeds_in_words(share: SeedShare) -> str:
    """How many of the seeds learn, with the 95 % interval, and the first that do not."""
    if not share.tried:
        return "other seeds were not tried, for the training is long: --seeds N tries N of them"
    low, high = (100 * end for end in wilson(share.learned, share.tried))
    interval = f"{floor(10 * low) / 10:g} to {ceil(10 * high) / 10:g} %"
    seeds = "seeds" if share.tried > 1 else "seed"
    shown = [*map(str, share.failed[:NAMED]), *["…"] * (len(share.failed) > NAMED)]
    others = f", not with {', '.join(shown)}" if shown else ""
    return f"learns with {share.learned:,} of {share.tried:,} {seeds} ({interval}){others}"
