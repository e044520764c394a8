"""Scripts of any origin: the predictions among what they print, and what other seeds do."""

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain, pairwise

from nineteen.errors import UsageError
from nineteen.script import make, subject, syntax
from nineteen.script.ended import Ending, Run
from nineteen.script.gates import TruthTable
from nineteen.script.judge import Status, Verdict, compared, unfinished
from nineteen.script.run import printed_in_isolation
from nineteen.script.templates import data

_TOGETHER = 10  # seeds whose processes are forked from one that has imported NumPy
_SEEDS = data("check/seeds.toml")
_NUMBER = re.compile(
    r"(?<![\w.])(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|true|false|nan)(?!\w)", re.I
)
# What print(*array) makes of an array: one bracket behind the other.
_SPREAD = re.compile(r"^([^][\n]*)((?:\[[^][\n]*\] *){2,}+)$", re.MULTILINE)
_WORDS = {"true": "1", "false": "0"}
Rows = list[list[float]]


def table_named(name: str) -> TruthTable:
    """The truth table of gate names, with commas between, or of bits. Raises UsageError."""
    bits = name if re.fullmatch(r"0x[0-9a-fA-F]+|[01,]+", name) else None
    return subject.subject_table(() if bits else tuple(name.split(",")), bits, None, None)[0]


def judge_any(result: Run, table: TruthTable, source: str) -> Verdict:
    """The verdict on a run in any style: the last predictions that it prints count.

    They are an array or a list, in the order of the inputs in the source, or else lines, which may
    name the inputs, and the targets beside the predictions.
    """
    if broken := unfinished(result):
        return broken
    if found := _array(result.stdout, table, source) or _lines(result.stdout, table):
        return compared(tuple(map(tuple, found)), table)
    return Verdict(Status.NOT_LEARNED, reason=f"no {table.rows} predictions are in what it prints")


def _array(printed: str, table: TruthTable, source: str) -> Rows:
    """The last array or list that has as many numbers as the table has bits; none if none has."""
    printed = _SPREAD.sub(r"\1[\2]", printed)
    depth, start, behind, found, width = 0, 0, 0, Rows(), table.outputs
    order = _order(source, table)
    targets = [float(column[row]) for row in order for column in table.columns]
    for bracket in re.finditer(r"[][]", printed):
        start = start if depth else bracket.start()
        depth = max(0, depth + (1 if bracket[0] == "[" else -1))
        numbers = [] if depth else _numbers(printed[start : bracket.end()])
        if len(numbers) == table.predictions and _likely(numbers):
            # Behind predictions often stand the targets themselves.
            said = re.search("pred|result|class|round", printed[behind:start], re.I)
            if not found or said or numbers != targets:
                found = [numbers[i : i + width] for i in range(0, len(numbers), width)]
            behind = bracket.end()
    return [found[order.index(row)] for row in range(table.rows)] if found else []


def _order(source: str, table: TruthTable) -> list[int]:
    """The truth table's row of each of the inputs that the source lists; its own order if none."""
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        for node in ast.walk(syntax.parse(source)):
            with suppress(ValueError, TypeError):
                listed = [list(row)[: table.inputs] for row in ast.literal_eval(node)]
                if order := _rows_of(listed, table):
                    return order
    return list(range(table.rows))


def _rows_of(inputs: Rows, table: TruthTable) -> list[int]:
    """The rows that inputs of 0 and 1, or -1 and 1, stand for; none unless each is there once."""
    if {value for row in inputs for value in row} not in ({0, 1}, {-1, 1}):
        return []
    order = [int("".join("01"[value > 0] for value in row), 2) for row in inputs]
    return order if sorted(order) == list(range(table.rows)) else []


def _lines(printed: str, table: TruthTable) -> Rows:
    """The last lines with a prediction each, beside which inputs, targets and counts may stand."""
    lines = [numbers for line in printed.splitlines() if (numbers := _numbers(line))]
    targets = [[float(bit) for bit in column] for column in table.columns]
    for end in range(len(lines), table.rows - 1, -1):
        window = lines[end - table.rows : end]
        if len({*map(len, window)}) > 1:
            continue
        order = list(range(table.rows))
        for at in range(len(window[0]) - table.inputs):
            if named := _rows_of([line[at : at + table.inputs] for line in window], table):
                order = named
                window = [line[:at] + line[at + table.inputs :] for line in window]
                break
        rows = [window[order.index(row)] for row in range(table.rows)]
        columns = [list(column) for column in zip(*rows, strict=True)]
        # Beside a prediction may stand its target, a count of the lines, and what never changes.
        steps = [{b - a for a, b in pairwise(column)} for column in columns]
        even = [column for column, step in zip(columns, steps, strict=True) if step in ({0}, {1})]
        for known in targets:  # once each: a prediction may be as exact
            if known in columns and len(columns) > table.outputs:
                columns.remove(known)
        rest = [column for column in columns if column not in even]
        columns = rest if len(rest) >= table.outputs else columns
        columns = columns[: table.outputs]
        if len(columns) == table.outputs and all(map(_likely, columns)):
            return [list(row) for row in zip(*columns, strict=True)]
    return []


def _likely(numbers: list[float]) -> bool:
    """Whether these may be predictions, good or bad: near 0 to 1, or no numbers."""
    return all(not (value < -0.5 or value > 1.5) for value in numbers)


def _numbers(text: str) -> list[float]:
    return [float(_WORDS.get(word.lower(), word)) for word in _NUMBER.findall(text)]


def reseeded(source: str, seed: int) -> str:
    """The script's code with every seed that it sets replaced, and those of its modules set first.

    Raises UsageError where it draws no random numbers that have a seed, SyntaxError or ValueError
    where it is not Python.
    """
    tree = syntax.parse(source)
    try:
        calls = _seeding(tree)
        for call in calls:
            if call.args or not call.keywords:
                call.args[:1] = [ast.Constant(seed)]
            else:
                call.keywords[0].value = ast.Constant(seed)
        code = ast.unparse(tree)
    except RecursionError:
        raise UsageError("its seeds cannot be replaced: it is nested too deeply") from None
    setters = _SEEDS["setters"]
    used = [module for module in setters if re.search(rf"\b{module}\b", code)]
    if not calls and used in ([], ["numpy"]):
        raise UsageError("its seeds cannot be replaced: it draws no random numbers that have one")
    own = "".join(f"import {name}\n{name}.{setters[name]}({seed})\n" for name in used)
    future = re.finditer(r"^from __future__ .*\n", code, re.MULTILINE)  # they have to stay first
    at = max((line.end() for line in future), default=0)
    return code[:at] + own + code[at:]


def _seeding(tree: ast.Module) -> list[ast.Call]:
    """The calls that set a seed, under whatever name their function or class goes."""
    own = re.findall(_SEEDS["named"].format("|".join(_SEEDS["seeders"])), ast.unparse(tree))
    known = {*_SEEDS["seeders"], *chain.from_iterable(own)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls]
    return [call for call, name in zip(calls, names, strict=True) if name in known]


def seeds_learned(
    source: str, table: TruthTable, many: int, seconds: float, around: tuple[str, ...], workers: int
) -> tuple[make.SeedShare, bool]:
    """With which seeds it does not learn; whether all print the same. UsageError without seeds."""

    def printed(seeds: range) -> list[str]:
        sources = [reseeded(source, seed) for seed in seeds]
        texts = printed_in_isolation(sources, seconds * len(seeds), around)
        return [text or "" for text in texts]

    chunks = [range(at, min(at + _TOGETHER, many)) for at in range(0, many, _TOGETHER)]
    with ThreadPoolExecutor(workers) as pool:
        texts = [*chain.from_iterable(pool.map(printed, chunks))]
    runs = [Run(text, "", 0, Ending.FINISHED) for text in texts]
    failed = [seed for seed, each in enumerate(runs) if not judge_any(each, table, source).ok]
    return make.SeedShare(many, tuple(failed)), many > 1 == len({*texts})
