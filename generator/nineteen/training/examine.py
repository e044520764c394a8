"""The honest check of a script in a process of its own: one run gives all the evidence."""

import ast
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from nineteen.script.judge import Verdict, judge
from nineteen.script.run import SCRIPT, Ending, Run, run
from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import parse
from nineteen.training.diagnosis import say
from nineteen.training.execute import execute, run_here
from nineteen.training.honesty import Audit, Honesty
from nineteen.training.isolated import watched
from nineteen.training.observe import NotApplicable, instrument

# Rounded to 2 decimals: half a unit of the last, and a margin for binary floats.
PRINTED = 0.0051

_LOSS = re.compile(r"^epoch +([0-9]+): loss (\S+)$", re.MULTILINE)


def examine(
    source: str, spec: ScriptSpec, seconds: float, around: Sequence[str] = ()
) -> tuple[Run, Verdict, Honesty]:
    """Run a script once, observed, in the sandbox `around` it, if any, for `seconds` at most.

    The Run is that of a plain `run`. What does not run to its end is no honest training. Raises
    RuntimeError where the check itself fails.
    """
    if unseen := _unobservable(source):
        result, report = run(source, seconds, around=around), {"ended": True, "unseen": unseen}
    else:
        result, report = watched(source, partial(Audit, spec), seconds, around)
    if "fault" in report or (not report and result.ending is Ending.CRASHED):
        raise RuntimeError(f"the check itself failed: {report.get('fault', result.stderr)}")
    return result, *_verdicts(source, report, result, spec, partial(run, around=around))


def examine_here(source: str, spec: ScriptSpec) -> tuple[Verdict, Honesty]:
    """The same inside this process, without isolation. Raises whatever the script raises."""
    unseen, audit = _unobservable(source), Audit(spec)
    report: dict[str, Any] = {"unseen": unseen}
    try:
        printed = execute(source if unseen else audit.follow(source), **audit.calls())
        report = report if unseen else audit.found()
    except NotApplicable as error:
        printed, report = execute(source), {"unseen": str(error)}
    result = Run(printed, "", 0, Ending.FINISHED)
    return _verdicts(source, {"ended": True} | report, result, spec, run_here)


def _unobservable(source: str) -> str:
    """Why a script cannot be observed, or ""."""
    try:
        instrument(source)
        compile(source, SCRIPT, "exec")
    except NotApplicable as error:
        return str(error)
    except (SyntaxError, ValueError):
        return say("no_python")
    except (RecursionError, MemoryError):
        return say("too_deep")
    return ""


def _verdicts(
    source: str, report: dict[str, Any], result: Run, spec: ScriptSpec, again: Callable[[str], Run]
) -> tuple[Verdict, Honesty]:
    """Honest training has to be what the printed predictions come from."""
    verdict = judge(result, spec.table, show_loss=spec.show_loss)
    if not report.get("ended"):
        problem = say("not_ended")
    elif "unseen" not in report:
        problem = report["problem"] or _wrong_print(result.stdout, verdict, report, spec)
    elif report["unseen"] == say("no_python"):
        problem = report["unseen"]
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
    for epoch, shown in _LOSS.findall(text):
        found, loss = float(shown), losses.get(int(epoch), np.nan)
        unit = 10.0 ** -len(shown.partition(".")[2].partition("e")[0])
        if not (abs(found - loss) <= 0.501 * unit + 1e-9 * loss or str(found) == str(loss)):
            return say("loss", epoch=epoch, found=shown, meant=loss)
    return ""
