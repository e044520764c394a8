"""`list`: every gate that has a name, with its truth table."""

from nineteen.page.terminal import Terminal
from nineteen.script.gates import GATES, names, table_of
from nineteen.script.options import command_parser
from nineteen.script.render import environment


def main(argv: list[str]) -> int:
    """Print the list; returns 0."""
    if command_parser("list").read(argv).quiet:
        print(*names(), sep="\n")
        return 0
    gates = [(GATES[name], table_of(name)) for name in names()]
    text = environment().get_template("list.j2").render(gates=gates)
    Terminal().print(text, soft_wrap=True, end="")
    return 0
