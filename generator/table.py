"""The truth table: what a script has to learn."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TruthTable:
    """One bit string per output column, in row order: the row of zeros first, the first input most significant."""

    inputs: int
    columns: tuple[str, ...]

    @property
    def rows(self) -> int:
        return 2**self.inputs

    @property
    def outputs(self) -> int:
        return len(self.columns)

    def targets(self) -> tuple[tuple[int, ...], ...]:
        """The wanted outputs, row by row: (rows, outputs), each 0 or 1."""
        return tuple(tuple(map(int, row)) for row in zip(*self.columns, strict=True))

    def inputs_of(self, row: int) -> str:
        """The inputs of a row as bits, such as "01"."""
        return f"{row:0{self.inputs}b}"
