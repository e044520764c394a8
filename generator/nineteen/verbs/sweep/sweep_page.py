"""The page of a sweep under generated/, with its chart and a summary as JSON."""

import json
import re
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from nineteen.errors import UsageError
from nineteen.page.look import save
from nineteen.script.files import write_atomically
from nineteen.script.options import PROGRAM
from nineteen.script.render import environment
from nineteen.script.spec import shorten
from nineteen.verbs.sweep.sweep_result import SweepResult

FOLDER = Path("generated", "sweeps")
NAMED = 100  # of how many cells the page names the scripts that did not learn


def write_page(result: SweepResult) -> tuple[Path, str]:
    """Write the Markdown page, its chart and a summary as JSON.

    Returns the page's path, and what is missing where the chart cannot be drawn, or "".
    """
    words = result.plan.command.removeprefix(f"{PROGRAM} sweep ").lower()
    page = FOLDER / f"{shorten(re.sub(r'[^a-z0-9]+', '_', words).strip('_'))}.md"
    picture, missing = page.with_suffix(".svg"), ""
    try:
        write_atomically(picture, save(result.plot()).decode())
    except UsageError as error:
        missing = str(error)
    shares = [*result.shares, *result.pooled]
    summary = {
        "command": f"{result.plan.command} --report",
        "shares": [asdict(share) | {"interval": share.interval} for share in shares],
        "not_learned": result.failures,
        "failing": list(islice(result.failing(), NAMED)),
        "script_seconds": round(result.seconds, 1),
    }
    values = summary | {"shares": shares, "pooled": result.pooled, "plan": result.plan}
    values |= {"named": NAMED, "chart": "" if missing else picture.name}
    write_atomically(page, environment().get_template("sweep.md.j2").render(values))
    write_atomically(page.with_suffix(".json"), json.dumps(summary, indent=1) + "\n")
    return page, missing
