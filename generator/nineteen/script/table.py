"""The truth table: what a script has to learn, and whether one straight cut is enough for it."""

from dataclasses import dataclass
from fractions import Fraction

from nineteen.errors import UsageError

MAX_INPUTS = 8
MAX_OUTPUTS = 8
MAX_BITS = 256


@dataclass(frozen=True)
class TruthTable:
    """One bit string per output column, in row order: the row of zeros first.

    The first input is the most significant bit of the row's number.
    """

    inputs: int
    columns: tuple[str, ...]

    def __post_init__(self) -> None:
        of, wrong = f"{self.inputs} inputs", ""
        if not 1 <= self.inputs <= MAX_INPUTS:
            wrong = f"it has 1 to {MAX_INPUTS} inputs here"
        elif not 1 <= self.outputs <= MAX_OUTPUTS:
            of, wrong = f"{self.outputs} outputs", f"it has 1 to {MAX_OUTPUTS} outputs here"
        elif self.predictions > MAX_BITS:
            of = f"{self.rows} rows and {self.outputs} outputs"
            wrong = f"rows times outputs is at most {MAX_BITS}, so that it fits in a script"
        elif any(len(column) != self.rows or set(column) - {*"01"} for column in self.columns):
            wrong = f"each column is {self.rows} bits, 0 or 1"
        if wrong:
            raise UsageError(f"a truth table of {of}: {wrong}")

    @property
    def rows(self) -> int:
        return 1 << self.inputs

    @property
    def outputs(self) -> int:
        return len(self.columns)

    @property
    def predictions(self) -> int:
        """How many numbers a network answers with: rows times outputs."""
        return self.rows * self.outputs

    def targets(self) -> tuple[tuple[int, ...], ...]:
        """The wanted outputs, row by row: (rows, outputs), each 0 or 1."""
        return tuple(tuple(map(int, row)) for row in zip(*self.columns, strict=True))

    def ignores_an_input(self) -> bool:
        """Whether some input never makes a difference, as in a copy of one input."""
        wanted, places = self.targets(), range(self.inputs)
        return any(
            all(wanted[row] == wanted[row ^ 1 << place] for row in range(self.rows))
            for place in places
        )

    def inputs_of(self, row: int) -> str:
        """The inputs of a row as bits, such as "01"."""
        return f"{row:0{self.inputs}b}"


def linearly_separable(column: str, inputs: int) -> bool:
    """True if a hyperplane parts the rows of ones from the rows of zeros; True for a constant.

    A row x becomes the vector s * (1, x), with s = 1 where the column has a one and -1 where it has
    a zero. By Gordan's theorem (1873) exactly one of two things holds: some weights have a positive
    product with every vector, or some convex combination of the vectors is zero. Phase 1 of the
    simplex method looks for the combination: with Bland's rule (1977), under which it cannot cycle,
    and with the fraction-free pivots of Bareiss (1968), which keep every number an exact integer.
    """
    count = len(column)
    signs = [1 if bit == "1" else -1 for bit in column]
    # One equation per coordinate says that the combination is zero there, and one that its weights
    # add up to 1; the last number of each is the right-hand side. Every equation starts with an
    # artificial variable, which needs no column: once it has left the basis it never returns. The
    # last row is the cost, the sum of the others: positive entries lower it. All are whole numbers
    # over a common, positive denominator.
    tableau = [[*signs, 0]]
    for place in range(inputs):
        tableau.append([*(sign * (row >> place & 1) for row, sign in enumerate(signs)), 0])
    tableau.append([1] * (count + 1))
    tableau.append([sum(entries) for entries in zip(*tableau, strict=True)])
    basis, denominator = [*range(count, count + inputs + 2)], 1

    while tableau[-1][-1] > 0:
        entering = next((j for j in range(count) if tableau[-1][j] > 0), None)
        if entering is None:
            return True
        leaving = min(  # the least ratio and, among equals, the lowest basic variable
            (i for i in range(len(basis)) if tableau[i][entering] > 0),
            key=lambda i: (Fraction(tableau[i][-1], tableau[i][entering]), basis[i]),
        )
        pivots = tableau[leaving]
        for index, row in enumerate(tableau):
            if index != leaving:  # by Bareiss's identity no division has a remainder
                pairs = zip(row, pivots, strict=True)
                factor = row[entering]
                tableau[index] = [
                    (pivots[entering] * a - factor * b) // denominator for a, b in pairs
                ]
        denominator, basis[leaving] = pivots[entering], entering
    return False
