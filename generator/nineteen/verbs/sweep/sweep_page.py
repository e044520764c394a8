"""The page of a sweep under generated/, with its chart and a summary."""

import json
import re
from dataclasses import asdict
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.page.look import save
from nineteen.script.files import write_atomically
from nineteen.script.options import PROGRAM
from nineteen.script.render import environment
from nineteen.script.spec import shorten
from nineteen.verbs.sweep.shares import Share
from nineteen.verbs.sweep.sweep_result import NAMED, SweepResult

FOLDER = Path("generated", "sweeps")


def write_page(result: SweepResult, folder: Path = FOLDER) -> tuple[Path, str]:
    """Write the Markdown page, its chart and a summary as JSON.

    Returns the page's path, and what is missing where the chart cannot be drawn, or "".
    """
    words = result.command.removeprefix(f"{PROGRAM} sweep ").lower()
    page = folder / f"{shorten(re.sub(r'[^a-z0-9]+', '_', words).strip('_'))}.md"
    command = f"{result.command} --report"
    shares = [*result.shares, *result.pooled]
    summary = {
        "command": command,
        "shares": [_summary(share) for share in shares],
        "hardest": [asdict(group) for group in result.hardest],
        "updates": [asdict(row) for row in result.updates],
        "not_learned": result.failures,
        "failing": result.failing,
        "script_seconds": round(result.seconds, 1),
    }
    chart, missing = page.with_suffix(".svg"), ""
    try:
        write_atomically(chart, save(result.plot()).decode())
    except UsageError as error:
        missing = str(error)
    text = (
        environment()
        .get_template("sweep.md.j2")
        .render(
            result=result,
            command=command,
            shares=shares,
            more=len(result.failing) == NAMED,
            seconds=f"{result.seconds:,.1f}",
            chart="" if missing else chart.name,
        )
    )
    write_atomically(page, text)
    write_atomically(page.with_suffix(".json"), json.dumps(summary, indent=1) + "\n")
    return page, missing


def _summary(share: Share) -> dict[str, object]:
    low, high = share.interval
    return asdict(share) | {"low": round(low, 6), "high": round(high, 6)}
