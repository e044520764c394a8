"""The confidence interval of a share."""

from math import sqrt

Z95 = 1.959963984540054  # the 97.5 % point of the standard normal distribution


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
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == runs else centre + half
    return low, high
