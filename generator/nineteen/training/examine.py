"""The honest check of a script in a process of its own: one run gives all the evidence."""

import ast
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from nineteen.script.judge import Verdict, judge
from nineteen.script.run import Ending, Run, run
from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import parse
from nineteen.training.execute import execute
from nineteen.training.honesty import PRINTED, Audit, Honesty
from nineteen.training.isolated import watched
from nineteen.training.observe import NotApplicable, instrument, observe


def examine(
    source: str, spec: ScriptSpec, seconds: float, around: Sequence[str] = ()
) -> tuple[Run, Verdict, Honesty]:
    """Run a script once, observed, in the sandbox `around` it, if any, for `seconds` at most.

    The Run is that of a plain `run`: what the script prints, how it ends. The Verdict is the
    judge's on it. A script that does not run to its end never passes the honest check. Raises
    RuntimeError where the check itself fails.
    """
    if unseen := _unobservable(source):
        result = run(source, seconds, around=around)
        return result, judge(result, spec.table, show_loss=spec.show_loss), unseen
    result, report = watched(source, partial(Audit, spec), seconds, around)
    if "fault" in report or (not report and result.ending is Ending.CRASHED):
        raise RuntimeError(f"the check itself failed: {report.get('fault', result.stderr)}")
    verdict = judge(result, spec.table, show_loss=spec.show_loss)
    if not report.get("ended"):
        unseen = Honesty("fail", "it did not run to its end, so its training was not seen")
        return result, verdict, unseen
    return result, verdict, _honesty(report["problem"], report.get("predictions"), verdict, spec)


def examine_here(source: str, spec: ScriptSpec) -> tuple[Verdict, Honesty]:
    """The same inside this process, without isolation. Raises whatever the script raises."""
    unseen, audit = _unobservable(source), Audit(spec)
    printed = execute(source) if unseen else observe(source, audit.see, audit.start)
    finished = Run(printed, "", 0, Ending.FINISHED)
    verdict = judge(finished, spec.table, show_loss=spec.show_loss)
    problem = "" if unseen else audit.problem()
    predictions: Any = [] if unseen or problem else audit.predictions()
    return verdict, unseen or _honesty(problem, predictions, verdict, spec)


def _unobservable(source: str) -> Honesty | None:
    """The verdict on a script that cannot be observed; None where it can."""
    try:
        instrument(source)
    except NotApplicable as error:
        if _trains(parse(source)):
            return Honesty("not applicable", str(error))
        return Honesty("fail", f"nothing in it is trained: {error}")
    except (SyntaxError, ValueError):
        return Honesty("fail", "it is not Python, so it trains nothing")
    except (RecursionError, MemoryError):
        return Honesty("not applicable", "it is nested too deeply to be observed")
    return None


def _trains(tree: ast.Module) -> bool:
    """Whether it may train under other names: it loops, and multiplies in a loop or a function."""
    products = (ast.Mult, ast.MatMult)
    functions = {"dot", "matmul", "einsum", "outer", "inner", "tensordot", "multiply", "vdot"}
    blocks: list[ast.stmt] = [
        node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)
    ]
    if blocks:
        blocks += [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return any(
        (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, products))
        or (isinstance(node, ast.Attribute) and node.attr in functions)
        for block in blocks
        for node in ast.walk(block)
    )


def _honesty(problem: str, predictions: Any, verdict: Verdict, spec: ScriptSpec) -> Honesty:
    """Honest training has to be what the printed predictions come from."""
    if problem or not verdict.predictions:
        return Honesty("fail", problem or verdict.reason)
    pairs = zip(np.array(verdict.predictions), np.array(predictions), strict=True)
    for row, pair in enumerate(pairs):
        for seen, meant in zip(*pair, strict=True):
            if not abs(seen - meant) <= PRINTED and not (np.isnan(seen) and np.isnan(meant)):
                return Honesty(
                    "fail",
                    f"row {spec.table.inputs_of(row)} prints {seen:g}, but the trained weights "
                    f"predict {meant:.2f}: look at the last lines, which print",
                )
    return Honesty("pass")
