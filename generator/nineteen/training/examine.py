"""The honest check of a script in a process of its own: one run gives all the evidence."""

import ast
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from nineteen.script.judge import Verdict, judge
from nineteen.script.run import Ending, Run, run
from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import parse
from nineteen.training.diagnosis import say
from nineteen.training.execute import execute, run_here
from nineteen.training.honesty import Audit, Honesty
from nineteen.training.isolated import watched
from nineteen.training.observe import NotApplicable

# Rounded to 2 decimals: half a unit of the last, and a margin for binary floats.
PRINTED = 0.0051

_LOSS = re.compile(r"^epoch +([0-9]+): loss (\S+)$", re.MULTILINE)


def examine(
    source: str, spec: ScriptSpec, seconds: float, around: Sequence[str] = ()
) -> tuple[Run, Verdict, Honesty]:
    """Run a script once, observed, in the sandbox `around` it, if any, for `seconds` at most.

    The Run is that of a plain `run`. It runs once more where its names turn out not to tell what it
    trains. What does not run to its end never passes the honest check. Raises RuntimeError where
    the check itself fails.
    """
    if unseen := _unreadable(source):
        result = run(source, seconds, around=around)
        return result, judge(result, spec.table, show_loss=spec.show_loss, more=True), unseen
    result, report = watched(source, partial(Audit, spec), seconds, around)
    if report.get("named"):
        again = partial(Audit, spec, report["unseen"])
        result, report = watched(source, again, seconds, around)
    if "fault" in report or (not report and result.ending is Ending.CRASHED):
        raise RuntimeError(f"the check itself failed: {report.get('fault', result.stderr)}")
    return result, *_verdicts(
        source, report, result, spec, partial(run, seconds=seconds, around=around)
    )


def examine_here(source: str, spec: ScriptSpec) -> tuple[Verdict, Honesty]:
    """The same inside this process, without isolation. Raises whatever the script raises."""
    unseen, report = _unreadable(source), dict[str, Any](named=True, unseen="")
    while report.get("named"):
        audit, printed, error = Audit(spec, report["unseen"]), "", None
        try:
            printed = execute(source if unseen else audit.follow(source), **audit.calls())
        except NotApplicable as reason:
            error = reason
        report = {"ended": True, **audit.found(error)}
    result = Run(printed, "", 0, Ending.FINISHED)
    verdict, honesty = _verdicts(source, report, result, spec, run_here)
    return verdict, unseen or honesty


def _unreadable(source: str) -> Honesty | None:
    """The verdict on a text that nobody can observe, or None."""
    try:
        compile(parse(source), "script.py", "exec")
    except (SyntaxError, ValueError):
        return Honesty("fail", "it is not Python, so it trains nothing")
    except (RecursionError, MemoryError):
        return Honesty("not applicable", "it is nested too deeply to be observed")
    return None


def _verdicts(
    source: str, report: dict[str, Any], result: Run, spec: ScriptSpec, again: Callable[[str], Run]
) -> tuple[Verdict, Honesty]:
    """Honest training has to be what the printed predictions come from."""
    verdict = judge(result, spec.table, show_loss=spec.show_loss, more=True)
    if not report.get("ended"):
        problem = say("not_ended")
    elif "unseen" not in report:
        problem = report["problem"] or _wrong_print(result.stdout, verdict, report, spec)
    elif verdict.ok and again(_once(source)).stdout == result.stdout:
        problem = say("untrained")
    else:
        return verdict, Honesty("not applicable", report["unseen"])
    return verdict, Honesty("fail" if problem else "pass", problem)


def _once(source: str) -> str:
    """The script with loops that end after one round."""
    tree = parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.While):
            node.body.append(ast.Break())
    return ast.unparse(tree)


def _wrong_print(text: str, verdict: Verdict, trained: dict[str, Any], spec: ScriptSpec) -> str:
    """Where the predictions, or a loss, are not those of the training, one sentence, or ""."""
    if not verdict.predictions:
        return verdict.reason
    for row, pair in enumerate(zip(verdict.predictions, trained["predictions"], strict=True)):
        for seen, meant in zip(*pair, strict=True):
            if not abs(seen - meant) <= PRINTED and not np.isnan([seen, meant]).all():
                place = spec.table.inputs_of(row)
                return say("prediction", row=place, found=seen, meant=meant)
    losses = dict(trained["losses"])
    for epoch, shown in _LOSS.findall(text) if spec.show_loss else []:
        found, loss = float(shown), losses.get(int(epoch), np.nan)
        unit = 10.0 ** -len(shown.partition(".")[2].partition("e")[0])
        if not (abs(found - loss) <= 0.501 * unit + 1e-9 * loss or str(found) == str(loss)):
            return say("loss", epoch=epoch, found=shown, meant=loss)
    return ""
