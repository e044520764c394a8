"""What the main command says about a script that it made: on a terminal, and as data."""

from typing import Any

from rich.markup import escape

from nineteen.page.estimates import seeds_in_words, wilson
from nineteen.page.look import STRATEGIES
from nineteen.page.terminal import Terminal, share_bar, sparkline
from nineteen.script.choices import command
from nineteen.script.judge import TOLERANCE
from nineteen.script.make import Made
from nineteen.script.render import environment
from nineteen.script.spec import Batch
from nineteen.training.observe import losses_of
from nineteen.training.seeds import expected_seconds

MAX_ROWS = 32
MAX_SECONDS = 0.5  # of a training, by the rule of thumb, that is watched once more for its losses


def report(made: Made, place: str, console: Terminal) -> None:
    """Print the truth table beside the predictions, the verdict, pictures, figures, the place."""
    said, share, batch = as_data(made, place), made.share, made.spec.batch
    values = {
        **{"said": said, "spec": made.spec, "tolerance": TOLERANCE, "most": MAX_ROWS},
        # The colour of the strategy; that of full batch, black, is not seen on black.
        "colour": "default" if batch is Batch.FULL else STRATEGIES[batch].colour,
        "curve": sparkline(said["losses"], console.encoding),
        "bar": share_bar(share.learned, share.tried, console.encoding) if share else "",
        "shares": seeds_in_words(share) if share else "",
        "escape": escape,
    }
    text = environment().get_template("make/report.j2").render(values)
    console.print(text, soft_wrap=True, end="")


def as_data(made: Made, place: str) -> dict[str, Any]:
    """The same as templates/reference/results.schema.json describes it."""
    spec, share, verdict, losses = made.spec, made.share, made.verdict, list[float]()
    if verdict.predictions and expected_seconds(spec) <= MAX_SECONDS:
        losses = losses_of(made.source, spec.rows * spec.table.outputs)[0]
    low, high = wilson(share.learned, share.tried) if share and share.tried else (0.0, 1.0)
    return {
        "version": 1,
        "kind": "make",
        "command": command(spec),
        "status": verdict.status,
        "reason": verdict.reason,
        "file": place,
        "lines": made.source.count("\n"),
        "updates": spec.updates,
        "seconds": made.run.seconds,
        "targets": spec.table.targets(),
        "predictions": verdict.predictions,
        "losses": losses,
        "seed": spec.seed,
        "failed_seeds": made.failed_seeds,
        "share": share and {"tried": share.tried, "failed": share.failed, "low": low, "high": high},
        "advice": made.advice,
    }
