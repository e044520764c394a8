"""The chart of a sweep, and its page under generated/ with a summary as JSON."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nineteen.errors import UsageError
from nineteen.page.look import STRATEGIES, logarithmic, new_figure, save, style
from nineteen.script.files import write_atomically
from nineteen.script.options import PROGRAM
from nineteen.script.render import environment
from nineteen.script.spec import shorten
from nineteen.verbs.sweep.sweep_result import SweepResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FOLDER = Path("generated", "sweeps")
NAMED = 100  # of how many cells the page names the scripts that did not learn
FLOORS = (99.9, 99, 90, 50, 0)  # where the axis of percentages may begin


def write_page(result: SweepResult, folder: Path = FOLDER) -> tuple[Path, str]:
    """Write the Markdown page, its chart and a summary as JSON.

    Returns the page's path, and what is missing where the chart cannot be drawn, or "".
    """
    words = result.plan.command.removeprefix(f"{PROGRAM} sweep ").lower()
    page = folder / f"{shorten(re.sub(r'[^a-z0-9]+', '_', words).strip('_'))}.md"
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


def chart(result: SweepResult) -> "Figure":
    """The picture that SweepResult.plot returns."""
    shares = {(one.hidden, one.batch): (one.rate, *one.interval) for one in result.pooled}
    updates = {
        (one.hidden, one.batch): (one.updates_of(50), one.updates[0], one.updates[-1])
        for one in result.pooled
        if one.updates
    }
    with style():
        figure = new_figure(8.6, 4.0)
        figure.suptitle(result.plan.title)
        left, *right = figure.subplots(1, 2 if updates else 1, squeeze=False)[0]
        _draw(left, shares, 100)
        lowest = 100 * min(low for _, low, _ in shares.values())
        floor = next(end for end in FLOORS if end <= lowest)
        left.set(title="Share that learned (%), with 95 % intervals", xlabel="hidden units")
        left.set_ylim(floor - (100 - floor) / 40, 100 + (100 - floor) / 40)
        for axes in right:
            _draw(axes, updates)
            logarithmic(axes, "y")
            axes.set(title="Updates needed: median, least, most", xlabel="hidden units")
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, handlelength=4)
        return figure


def _draw(
    axes: "Axes", points: Mapping[tuple[str, str], tuple[float, ...]], scale: int = 1
) -> None:
    """A line for each strategy, a little aside of each other: value, low and high end."""
    sizes = list(dict.fromkeys(hidden for hidden, _ in points))
    for aside, (batch, look) in zip((-0.12, 0, 0.12), STRATEGIES.items(), strict=True):
        places = [sizes.index(hidden) + aside for hidden, one in points if one == batch]
        if places:
            mine = [point for (_, one), point in points.items() if one == batch]
            values, lows, highs = scale * np.array(mine).T
            ranges, form = (values - lows, highs - values), f"{look.line}{look.marker}"
            axes.errorbar(
                places, values, ranges, fmt=form, color=look.colour, capsize=3, label=look.label
            )
    axes.set_xticks(range(len(sizes)), sizes)
    axes.set_xlim(-0.5, len(sizes) - 0.5)
