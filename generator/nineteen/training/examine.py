"""The honest check: does a script train by the strategy, and on the gradient, that it names?"""

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from nineteen.script.any_origin import judge_any
from nineteen.script.ended import Ending, Run
from nineteen.script.judge import Verdict, judge
from nineteen.script.run import run
from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import parse
from nineteen.training import execute
from nineteen.training.alone import watched
from nineteen.training.audit import Audit
from nineteen.training.diagnosis import say
from nineteen.training.execute import Report, Watcher

PRINTED = 0.0051  # rounded to 2 decimals: half a unit of the last, and a margin for binary floats
_TENTHS = re.compile(r"round\((?:.*, )?1\)|:\.1f")
# All is bounded, so that no line, however long, takes long.
_LOSS = re.compile(
    r"(?i)epoch[^\d\n]{0,40}(\d{1,9})\b.{0,80}?loss"
    r"[^\d\n]{0,40}?(-?\d{0,20}\.?\d{1,20}(?:e[+-]?\d\d?)?|(?:nan|inf)\b)"
)


@dataclass(frozen=True)
class Honesty:
    """Whether a script trains as its command says, if that can be seen, and why not."""

    status: Literal["pass", "fail", "not applicable"]
    reason: str = ""


def examine(
    source: str, spec: ScriptSpec, seconds: float, around: Sequence[str] = ()
) -> tuple[Run, Verdict, Honesty]:
    """Run a script once, observed, in the sandbox `around` it, if any, for `seconds` at most.

    What does not run to its end does not pass. Raises RuntimeError where the check itself fails.
    """
    limits: dict[str, Any] = {"seconds": seconds, "around": around}
    return _examined(source, spec, partial(watched, **limits), partial(run, **limits))


def examine_here(source: str, spec: ScriptSpec) -> tuple[Run, Verdict, Honesty]:
    """The same inside this process, without isolation."""
    return _examined(source, spec, execute.watched_here, execute.run_here)


def _examined(
    source: str,
    spec: ScriptSpec,
    watch: Callable[[str, Callable[[], Watcher]], tuple[Run, Report]],
    plain: Callable[[str], Run],
) -> tuple[Run, Verdict, Honesty]:
    unseen, report = _unreadable(source), Report(named=True, unseen="")
    if unseen:
        result = plain(source)
        return result, judge(result, spec.table, show_loss=spec.show_loss, more=True), unseen
    while report.get("named"):  # by its names; then, where they do not tell, without them
        result, report = watch(source, partial(Audit, spec, report["unseen"]))
    verdict = judge(result, spec.table, show_loss=spec.show_loss, more=True)
    if not (verdict.predictions or verdict.reason.startswith("it prints an array")):
        other = judge_any(result, spec.table, source)
        verdict = replace(other, remark=say("otherwise")) if other.ok else verdict
    if report.get("problem") or "fault" in report:  # its names may only be used otherwise
        again = watch(source, partial(Audit, spec, report.get("problem", "?")))[1]
        wrong = again.get("problem", "?") or _wrong_print(result.stdout, verdict, again, spec)
        report = report if wrong else again
    if "fault" in report or (not report and result.ending is Ending.CRASHED):
        raise RuntimeError(f"the check itself failed: {report.get('fault', result.stderr)}")
    if not report.get("ended"):
        problem = say("not_ended")
    elif "unseen" not in report:
        unlike = partial(_wrong_print, result.stdout, verdict, report, spec)
        problem = report["problem"] or unlike()
        last = ast.unparse(parse(source).body[-1]) if problem != report["problem"] else ""
        if _TENTHS.search(last) and not unlike(off=0.0501):
            return result, verdict, Honesty("not applicable", say("tenths"))
        if not problem and spec.show_loss and not _LOSS.search(result.stdout):
            return result, verdict, Honesty("not applicable", say("no_loss"))
    elif verdict.ok and plain(_once(source)).stdout == result.stdout:
        problem = say("untrained")
    else:
        return result, verdict, Honesty("not applicable", report["unseen"])
    return result, verdict, Honesty("fail" if problem else "pass", problem)


def _unreadable(source: str) -> Honesty | None:
    try:
        compile(parse(source), "script.py", "exec")
    except (SyntaxError, ValueError):
        return Honesty("fail", "it is not Python, so it trains nothing")
    except (RecursionError, MemoryError):
        return Honesty("not applicable", "it is nested too deeply to be observed")
    return None


def _once(source: str) -> str:
    tree = parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.While):
            node.body.append(ast.Break())
    return ast.unparse(tree)


def _wrong_print(
    text: str, verdict: Verdict, trained: Report, spec: ScriptSpec, off: float = PRINTED
) -> str:
    if not verdict.predictions:
        return verdict.reason
    for row, pair in enumerate(zip(verdict.predictions, trained["predictions"], strict=True)):
        for seen, meant in zip(*pair, strict=True):
            if not abs(seen - meant) <= off and not np.isnan([seen, meant]).all():
                return say("prediction", row=spec.table.inputs_of(row), found=seen, meant=meant)
    losses = dict(trained["losses"])
    for epoch, shown in _LOSS.findall(text) if spec.show_loss else []:
        found, loss = float(shown), losses.get(int(epoch), np.nan)
        digits, _, exponent = shown.lower().partition("e")
        unit = 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))
        if not (abs(found - loss) <= 0.501 * unit + 1e-9 * loss or str(found) == str(loss)):
            return say("loss", epoch=epoch, found=shown, meant=loss)
    return ""
