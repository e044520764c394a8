"""The honest check of a script in a process of its own: one run gives its Run and its Honesty."""

import ast
import json
import pickle
import secrets
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from nineteen.script.judge import read_predictions
from nineteen.script.run import Ending, Run, run
from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import parse
from nineteen.training.execute import execute
from nineteen.training.honesty import PRINTED, Audit, Honesty
from nineteen.training.observe import NotApplicable, instrument, observe


def examine(source: str, spec: ScriptSpec, seconds: float) -> tuple[Run, Honesty]:
    """Run a script once, alone and observed, for at most `seconds` of wall-clock time.

    The Run is that of a plain `run`: what the script prints, how it ends. A script that does not
    run to its end never passes. Raises RuntimeError where the check itself fails.
    """
    if unseen := _unobservable(source):
        return run(source, seconds=seconds), unseen
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page = Path(folder, "report.json")
        result = run(_watching(source, spec, page, token), seconds=seconds)
        report = _read(page, token)
    if "fault" in report or (not report and result.ending is Ending.CRASHED):
        raise RuntimeError(f"the check itself failed: {report.get('fault', result.stderr)}")
    if "problem" not in report:
        return result, Honesty("fail", "it did not run to its end, so its training was not seen")
    return result, _verdict(report["problem"], report.get("predictions"), result.stdout, spec)


def _watching(source: str, spec: ScriptSpec, page: Path, token: str) -> str:
    """A script that becomes the given one and watches it (see watch.py); texts stay literals."""
    package = str(Path(__file__).parent.parent.parent)
    arguments = (source, pickle.dumps(spec).hex(), str(page), token)
    return (
        f"import sys\nsys.path.insert(0, {package!a})\n"
        "from nineteen.training.observed_process import main\n"
        f"sys.path.pop(0)\nmain(*{arguments!a})\n"
    )


def examine_here(source: str, spec: ScriptSpec) -> tuple[str, Honesty]:
    """The same check inside this process, without isolation: what it printed, and the Honesty.

    Raises whatever the script raises.
    """
    if unseen := _unobservable(source):
        return execute(source), unseen
    audit = Audit(spec)
    printed = observe(source, audit.see, audit.start)
    problem = audit.problem()
    return printed, _verdict(problem, [] if problem else audit.predictions(), printed, spec)


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


def _read(page: Path, token: str) -> dict[str, Any]:
    """The report of the watching process; empty where it wrote none, or somebody else did."""
    try:
        report = json.loads(page.read_bytes())
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) and report.get("token") == token else {}


def _verdict(problem: str, predictions: Any, printed: str, spec: ScriptSpec) -> Honesty:
    """Honest training has to be what the printed predictions come from."""
    if problem:
        return Honesty("fail", problem)
    try:
        shown = read_predictions(printed, spec.table, show_loss=spec.show_loss)
    except ValueError as error:
        return Honesty("fail", str(error))
    for row, pair in enumerate(zip(np.array(shown), np.array(predictions), strict=True)):
        for seen, meant in zip(*pair, strict=True):
            if not abs(seen - meant) <= PRINTED and not (np.isnan(seen) and np.isnan(meant)):
                return Honesty(
                    "fail",
                    f"row {spec.table.inputs_of(row)} prints {seen:g}, but the trained weights "
                    f"predict {meant:.2f}: look at the last lines, which print",
                )
    return Honesty("pass")
