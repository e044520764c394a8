"""`list`: every gate that has a name, with its truth table."""

from rich.table import Table

from nineteen.page.terminal import Terminal
from nineteen.script.gates import GATES, names, table_of
from nineteen.script.options import command_parser


def main(argv: list[str]) -> int:
    """Print the list; returns 0."""
    if command_parser("list").read(argv).quiet:
        print(*names(), sep="\n")
        return 0
    headings = ("gate", "inputs", "outputs in row order", "also called")
    grid = Table(*headings, box=None, header_style="bold")
    for name in names():
        table, gate = table_of(name), GATES[name]
        inputs = f"1 to 8, here {table.inputs}" if gate.rule else str(table.inputs)
        grid.add_row(name, inputs, " ".join(table.columns), " ".join(gate.aliases))
    more = "More inputs: xor3, and4, or --inputs N. Several names are the outputs of one network."
    Terminal().print(grid, f"\n{more}", sep="\n")
    return 0
