"""What the main command says about a script that it made."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nineteen.page.estimates import seeds_in_words
from nineteen.script.judge import TOLERANCE
from nineteen.script.make import Made

MAX_ROWS = 32


def report(made: Made, place: str, console: Console) -> None:
    """Print the truth table beside the predictions, the verdict, the figures and the place."""
    if made.verdict.predictions:
        console.print(_predictions(made))
    learned = made.verdict.ok
    lines = len(made.source.splitlines())
    facts = f"{lines} lines, {made.spec.updates} updates, {made.run.seconds:.2f} s"
    verdict = "learned" if learned else f"{made.verdict.status}: {made.verdict.reason}"
    console.print(
        Text(verdict, style="bold green" if learned else "bold red"), f"({facts})", soft_wrap=True
    )
    console.print(Text(_seeds(made)), soft_wrap=True)
    if made.share:
        console.print(Text(seeds_in_words(made.share)), soft_wrap=True)
    if made.advice:
        console.print(Text(f"what helps: {'; or '.join(made.advice)}"), soft_wrap=True)
    console.print(Text(place, style="bold"), soft_wrap=True)


def _predictions(made: Made) -> Table:
    table, predictions = made.spec.table, made.verdict.predictions
    names = (
        made.spec.gates if len(made.spec.gates) == table.outputs else range(1, table.outputs + 1)
    )
    headings = ["wanted", "predicted"] if table.outputs == 1 else [f"{name}" for name in names]
    grid = Table("inputs", *headings, box=None, header_style="dim")
    rows = list(zip(table.targets(), predictions, strict=True))
    for row, (targets, values) in enumerate(rows[:MAX_ROWS]):
        pairs = list(zip(targets, values, strict=True))
        cells = [_cell(*pair, f"{pair[0]}  {pair[1]:.2f}") for pair in pairs]
        if table.outputs == 1:
            cells = [Text(f"{targets[0]}"), _cell(*pairs[0], f"{values[0]:.2f}")]
        grid.add_row(" ".join(table.inputs_of(row)), *cells)
    if len(rows) > MAX_ROWS:
        grid.add_row(f"… and {len(rows) - MAX_ROWS} more rows")
    return grid


def _cell(target: int, prediction: float, shown: str) -> Text:
    return Text(shown, style="" if abs(target - prediction) <= TOLERANCE else "red")


def _seeds(made: Made) -> str:
    failed = len(made.failed_seeds)
    if not failed:
        return f"seed {made.spec.seed}, the first one tried"
    if made.verdict.ok:
        seeds = ", ".join(map(str, made.failed_seeds))
        return f"seed {made.spec.seed}; {failed} before it did not learn: {seeds}"
    return f"none of {failed} seed{'s' * (failed > 1)} learned"
