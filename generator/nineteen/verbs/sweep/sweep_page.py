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
from nineteen.verbs.sweep.sweep_result import SweepResult

FOLDER = Path("generated", "sweeps")


def write_page(result: SweepResult, folder: Path = FOLDER) -> tuple[Path, str]:
    """Write the Markdown page, its chart and a summary as JSON.

    Returns the page's path, and what is missing where the chart cannot be drawn, or "".
    """
    words = result.command.removeprefix(f"{PROGRAM} sweep ").lower()
    page = folder / f"{shorten(re.sub(r'[^a-z0-9]+', '_', words).strip('_'))}.md"
    chart, missing = page.with_suffix(".svg"), ""
    try:
        write_atomically(chart, save(result.plot()).decode())
    except UsageError as error:
        missing = str(error)
    shares = [*result.shares, *result.pooled]
    values = {"result": result, "shares": shares, "chart": "" if missing else chart.name}
    write_atomically(page, environment().get_template("sweep.md.j2").render(values))
    summary = {
        "command": f"{result.command} --report",
        "shares": [asdict(share) | {"interval": share.interval} for share in shares],
        "hardest": [asdict(group) for group in result.hardest],
        "updates": [asdict(row) for row in result.updates],
        "not_learned": result.failures,
        "failing": result.failing,
        "script_seconds": round(result.seconds, 1),
    }
    write_atomically(page.with_suffix(".json"), json.dumps(summary, indent=1) + "\n")
    return page, missing
