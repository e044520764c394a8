"""Whether one straight cut is enough: linear separability, decided exactly."""

from fractions import Fraction


def linearly_separable(column: str, inputs: int) -> bool:
    """True if a hyperplane parts the rows of ones from the rows of zeros; True for a constant.

    A row x becomes the vector s * (1, x), with s = 1 where the column has a one and -1 where it has
    a zero. By Gordan's theorem (1873) exactly one of two things holds: some weights have a positive
    product with every vector, or some convex combination of the vectors is zero. Phase 1 of the
    simplex method looks for the combination: with Bland's rule (1977), under which it cannot cycle,
    and with the fraction-free pivots of Bareiss (1968), which keep every number an exact integer.
    """
    vectors = []
    for row, bit in enumerate(column):
        sign = 1 if bit == "1" else -1
        vectors.append([sign] + [sign * int(x) for x in f"{row:0{inputs}b}"])
    count = len(vectors)

    # One equation per coordinate says that the combination is zero there, and one that its weights
    # add up to 1; the last number of each is the right-hand side. Every equation starts with an
    # artificial variable, which needs no column: once it has left the basis it never returns.
    equations = [[*coordinate, 0] for coordinate in zip(*vectors, strict=True)]
    equations.append([1] * count + [1])
    basis = [count + index for index in range(len(equations))]
    # The last number of the cost is the sum of the artificial variables; positive entries lower it.
    cost = [sum(entries) for entries in zip(*equations, strict=True)]
    # Every number of the equations and the cost stands over this common, positive denominator.
    denominator = 1

    while cost[-1] > 0:
        entering = next((j for j in range(count) if cost[j] > 0), None)
        if entering is None:
            return True
        leaving = _leaving(equations, basis, entering)
        pivot_row = equations[leaving]
        for index, equation in enumerate(equations):
            if index != leaving:
                equations[index] = _clear(equation, pivot_row, entering, denominator)
        cost = _clear(cost, pivot_row, entering, denominator)
        denominator = pivot_row[entering]
        basis[leaving] = entering
    return False


def _leaving(equations: list[list[int]], basis: list[int], entering: int) -> int:
    """The equation with the least ratio and, among equals, the lowest basic variable."""
    candidates = [i for i, equation in enumerate(equations) if equation[entering] > 0]
    return min(
        candidates,
        key=lambda i: (Fraction(equations[i][-1], equations[i][entering]), basis[i]),
    )


def _clear(row: list[int], pivot_row: list[int], entering: int, denominator: int) -> list[int]:
    """The row without the entering variable; by Bareiss's identity no division has a remainder."""
    pivot = pivot_row[entering]
    factor = row[entering]
    return [(pivot * a - factor * b) // denominator for a, b in zip(row, pivot_row, strict=True)]
