"""The truth table: what a script has to learn, and whether one straight cut is enough for it."""

from dataclasses import dataclass
from operator import add, mul

from nineteen.errors import UsageError

MAX_INPUTS = 8
MAX_OUTPUTS = 8
MAX_BITS = 256


@dataclass(frozen=True)
class TruthTable:
    """One bit string per output, the row of zeros first; the first input is the highest bit."""

    inputs: int
    columns: tuple[str, ...]

    def __post_init__(self) -> None:
        wrong = ""
        if not 1 <= self.inputs <= MAX_INPUTS or not 1 <= self.outputs <= MAX_OUTPUTS:
            wrong = f"it has 1 to {MAX_INPUTS} inputs here, and 1 to {MAX_OUTPUTS} outputs"
        elif self.predictions > MAX_BITS:
            wrong = f"rows times outputs is at most {MAX_BITS}, so that it fits in a script"
        elif any(len(column) != self.rows or set(column) - {*"01"} for column in self.columns):
            wrong = f"each column is {self.rows} bits, 0 or 1"
        if wrong:
            sizes = f"{self.inputs} inputs and {self.outputs} outputs"
            raise UsageError(f"a truth table of {sizes}: {wrong}")

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

    @property
    def name(self) -> str:
        """The table as an identifier, its columns in hexadecimal: table3_96."""
        return "_".join([f"table{self.inputs}", *(f"{int(one, 2):x}" for one in self.columns)])

    def targets(self) -> tuple[tuple[int, ...], ...]:
        """The wanted outputs, row by row: (rows, outputs), each 0 or 1."""
        return tuple(tuple(map(int, row)) for row in zip(*self.columns, strict=True))

    def ignores_an_input(self) -> bool:
        """Whether some input never makes a difference, as in a copy of one input."""
        wanted, rows, places = self.targets(), range(self.rows), range(self.inputs)
        return any(all(wanted[row] == wanted[row ^ 1 << at] for row in rows) for at in places)

    def inputs_of(self, row: int) -> str:
        """The inputs of a row as bits, such as "01"."""
        return f"{row:0{self.inputs}b}"


def linearly_separable(column: str, inputs: int) -> bool:
    """True if a hyperplane parts the rows of ones from the rows of zeros; True for a constant.

    A perceptron in whole numbers decides it exactly: where there is a hyperplane, it finds one
    (Novikoff 1962); where there is none, its weights stay bounded (Minsky and Papert 1969), so it
    comes back to weights that it had before a round, and would go round for ever.
    """
    points = []  # with an input that is always 1, and negated where the column has a zero
    for row, bit in enumerate(column):
        values = (1, *(1 if row >> place & 1 else -1 for place in range(inputs)))
        points.append(values if bit == "1" else tuple(-value for value in values))
    weights, seen, mistaken = (0,) * (inputs + 1), set[tuple[int, ...]](), True
    while mistaken and weights not in seen:
        seen.add(weights)
        mistaken = False
        for point in points:
            if sum(map(mul, weights, point)) <= 0:
                weights, mistaken = tuple(map(add, weights, point)), True
    return not mistaken
