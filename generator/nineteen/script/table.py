"""The truth table: what a script has to learn."""

from dataclasses import dataclass

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
        if not 1 <= self.inputs <= MAX_INPUTS:
            raise UsageError(
                f"a truth table of {self.inputs} inputs: it has 1 to {MAX_INPUTS} inputs here"
            )
        if not 1 <= self.outputs <= MAX_OUTPUTS:
            raise UsageError(
                f"a truth table of {self.outputs} outputs: it has 1 to {MAX_OUTPUTS} outputs here"
            )
        if self.predictions > MAX_BITS:
            raise UsageError(
                f"a truth table of {self.rows} rows and {self.outputs} outputs: "
                f"rows times outputs is at most {MAX_BITS}, so that it fits in a script"
            )
        if any(len(column) != self.rows or set(column) - {"0", "1"} for column in self.columns):
            raise UsageError(
                f"a truth table of {self.inputs} inputs: each column is {self.rows} bits, 0 or 1"
            )

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
