"""What the main command says about a script that it made."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from generator.judge import Status
from generator.make import Made, advice

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
    if made.verdict.status is Status.NOT_LEARNED:
        console.print(
            Text("what is known to help: " + "; or ".join(advice(made.spec))), soft_wrap=True
        )
    console.print(Text(place, style="bold"), soft_wrap=True)


def _predictions(made: Made) -> Table:
    outputs = [*made.spec.gates] if len(made.spec.gates) == made.spec.table.outputs else []
    outputs = outputs or [f"output {i + 1}" for i in range(made.spec.table.outputs)]
    grid = Table(
        "inputs", *(f"{name}: wanted, predicted" for name in outputs), box=None, header_style="dim"
    )
    rows = list(zip(made.spec.table.targets(), made.verdict.predictions, strict=False))
    for row, (targets, predictions) in enumerate(rows[:MAX_ROWS]):
        cells = [_cell(*pair) for pair in zip(targets, predictions, strict=False)]
        grid.add_row(" ".join(made.spec.table.inputs_of(row)), *cells)
    if len(rows) > MAX_ROWS:
        grid.caption = f"… and {len(rows) - MAX_ROWS} more rows"
    return grid


def _cell(target: int, prediction: float) -> Text:
    close = abs(target - prediction) <= 0.1 + 1e-9
    return Text(f"{target}  {prediction:.2f}", style="" if close else "red")


def _seeds(made: Made) -> str:
    failed = len(made.failed_seeds)
    if not failed:
        return f"seed {made.spec.seed}, the first one tried"
    if made.verdict.ok:
        seeds = ", ".join(map(str, made.failed_seeds))
        return f"seed {made.spec.seed}; {failed} before it did not learn: {seeds}"
    return f"none of {failed} seed{'s' * (failed > 1)} learned"
