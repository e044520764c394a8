"""Many scripts in this process at once: those that differ only in seed and table run as one."""

import ast
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import suppress
from functools import lru_cache, partial
from itertools import pairwise
from types import CodeType
from typing import Any

import numpy as np

from nineteen.script.ended import SCRIPT, Ending, Run
from nineteen.script.spec import ScriptSpec
from nineteen.script.syntax import LOCK, parse, parse_expression
from nineteen.script.templates import data
from nineteen.training import lanes
from nineteen.training.execute import run_here
from nineteen.training.lanes import LaneGenerators, Lanes, lane_numpy, unknown
from nineteen.training.observe import CALLS, Array, Start, Update, calls, instrument

Names = dict[str, Any]
Places = tuple[int, ...]

# So few scripts are done before it is known how to run them as one; and where so few fill a block,
# the arrays are so large that they gain nothing (measured).
FEWEST = 4

# So many numbers has the largest array of a block, 256 kB: the eight or so that a training works
# with then stay in a cache of 2 MB, and are long enough for the calls to cost little.
_BLOCK = 32768

# The lines in which the scripts may differ: in the numbers of their targets, and in the seed. The
# common text has calls there, and what else is in these lines as a comment.
_OWN_LINE = re.compile(r"(y|targets|bits|rng|rng, lr) = (.*)")
_NUMBERS = re.compile(r"0x[0-9a-f]+|[0-9]+")
_SEED = re.compile(r"default_rng\((0|[1-9][0-9]{0,9})\)")

_BUILTINS = {each.__name__: each for each in (abs, int, len, list, range, zip)}


def run_together(sources: Sequence[str]) -> list[Run]:
    """Run the scripts in this process; the Runs that `run_here` makes of them, in order.

    Those that are equal but for their first comment, seed and targets run as one where that is
    faster: their common text once, on Lanes; the seconds of a Run are then its share. What cannot
    run that way, or fails in it, runs one by one.
    """
    runs: dict[int, Run] = {}
    for code, block in _blocks(sources, observed=False):
        began = time.perf_counter()
        with suppress(Exception):
            _, printed = execute_together(code, [sources[place] for place in block])
            share = (time.perf_counter() - began) / len(block)
            for place, text in zip(block, printed, strict=True):
                runs[place] = Run(text, "", share, Ending.FINISHED)
    return [runs.get(place) or run_here(source) for place, source in enumerate(sources)]


def _blocks(sources: Sequence[str], observed: bool) -> Iterator[tuple[CodeType, Places]]:
    """What scripts that run as one execute, if that is faster or observed, and their places."""
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, source in enumerate(sources):
        groups[common_lines(source)].append(place)
    fewest, failures = (0, ()) if observed else (FEWEST, (Exception,))
    for places in groups.values():
        most = -1
        if len(places) >= fewest:
            with suppress(*failures):
                code, most = common_code(sources[places[0]], observed)
        if most >= fewest:
            for block in np.array_split(places, -(-len(places) // max(1, most))):
                yield code, tuple(block.tolist())


def observe_together(
    sources: Sequence[str],
    each: Callable[[Places, Update], None],
    start: Callable[[Places, Start], None] | None = None,
) -> list[str]:
    """Run the scripts in this process, observed, and return what each printed, in order.

    `each` is called after every update of those that run as one, with their places in `sources`,
    `start` once before; all for some places before those for the next. Raises as `unknown` does.
    """
    printed: dict[int, str] = {}
    for code, block in _blocks(sources, observed=True):

        def copied(array: Lanes, scripts: int = len(block)) -> Array:
            return np.array(np.broadcast_to(array.each, (scripts, *array.shape)), float)

        watching = calls(partial(each, block), start and partial(start, block), copied)
        _, texts = execute_together(code, [sources[place] for place in block], **watching)
        printed.update(zip(block, texts, strict=True))
    return [printed[place] for place in range(len(sources))]


def common_lines(source: str) -> tuple[str, ...]:
    """The script's lines, with calls in place of what others may have differently."""
    lines = source.split("\n")
    if lines[0].startswith("import numpy as np  #"):
        lines[0] = "import numpy as np"
    for at, line in enumerate(lines):
        if own := _OWN_LINE.match(line):
            name, rest = own.groups()
            rest = _SEED.sub("", rest) if name[0] == "r" else _NUMBERS.sub("", rest)
            lines[at] = f"{name} = __own__({at})  # {rest}"
    return tuple(lines)


@lru_cache(maxsize=256)
def common_code(source: str, observed: bool) -> tuple[CodeType, int]:
    """What scripts with this one's common lines execute, and how many are best run as one.

    By the largest array after the first update. `observed` it has the calls of `instrument`.
    """
    lines = common_lines(source)
    text = "\n".join(lines)
    tree = instrument(text) if observed else parse(text)
    _check(tree, {"__own__", *CALLS})
    named = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    if named.count("__own__") != sum(" = __own__(" in line for line in lines):
        unknown("a line of its own inside a string")
    code = _compile(tree)
    first = next(at for at, line in enumerate(tree.body) if isinstance(line, ast.For))
    for node in ast.walk(tree.body[first]):
        if isinstance(node, ast.For) and ast.unparse(node.target) in ("epoch", "rows"):
            node.iter = ast.Subscript(node.iter, ast.Slice(upper=ast.Constant(1)), ast.Load())
    beginning = _compile(ast.fix_missing_locations(ast.Module(tree.body[: first + 1], [])))
    names, _ = execute_together(beginning, [source], **dict.fromkeys(CALLS, lambda *_: None))
    # Samples are read here and there, a few rows at a time, if not all at once into a layer.
    values = [value for name, value in names.items() if name not in ("X", "y", "samples")]
    values += [each for value in values if type(value) is list for each in value]
    return code, _BLOCK // max(value.each[0].size for value in values if type(value) is Lanes)


def together(spec: ScriptSpec) -> int:
    """How many seeds of a script run as one, about; 1 where they run one by one."""
    weights = [a * b for a, b in pairwise(spec.sizes)]
    most = _BLOCK // max(spec.batch_size * max(spec.sizes), *weights)
    return most if most >= FEWEST else 1


def _check(tree: ast.AST, names: Set[str] = frozenset()) -> None:
    printed, what = list[ast.expr](), data("side_by_side.toml")
    for node in ast.walk(tree):
        known = type(node).__name__ in what["nodes"]
        match node:
            case ast.Import():
                known = ast.unparse(node) == "import numpy as np"
            case ast.Attribute():
                known = isinstance(node.ctx, ast.Load) and node.attr in what["attributes"]
            case ast.Name():
                known = node.id in names or not node.id.startswith("_")
                known &= node.id != "np" or isinstance(node.ctx, ast.Load)
            case ast.Constant(value=str(text)):
                known = not any(mark in text for mark in (lanes.OPEN, lanes.BETWEEN, lanes.CLOSE))
            case ast.Call(func=ast.Name(id="print")):
                printed += node.args
            case ast.JoinedStr():  # only what is printed has a text for each lane
                parts = [part for part in node.values if isinstance(part, ast.FormattedValue)]
                constant = all(isinstance(part.value, ast.Constant) for part in parts)
                known = constant or node in printed
        if not known:
            unknown(type(node).__name__)


def _compile(tree: ast.Module | ast.Expression) -> CodeType:
    with LOCK:
        made: CodeType = compile(tree, SCRIPT, "exec" if isinstance(tree, ast.Module) else "eval")
    return made


@lru_cache(maxsize=16384)
def _right_side(text: str) -> CodeType:
    tree = parse_expression(text)
    _check(tree, {"__seed__"})
    return _compile(ast.Expression(tree))


def execute_together(
    code: CodeType, sources: Sequence[str], **more: Callable[..., None]
) -> tuple[Names, list[str]]:
    """Execute scripts' common code; their names and prints. Raises TypeError as `unknown` does."""
    lines = [source.split("\n") for source in sources]
    printed: list[list[str]] = []

    def own(at: int) -> Any:
        sides = [line[at].partition(" = ")[2] for line in lines]
        if len(set(sides)) == 1:
            return eval(_right_side(sides[0]), names)
        # They find what is the same for all, and none of them can change.
        common: Names = {"__builtins__": _BUILTINS} | {
            name: value
            for name, value in names.items()
            if type(value) in (int, float, str) or (type(value) is Lanes and len(value.each) == 1)
        }
        common |= {"np": lane_numpy(1)} if "np" in names else {}
        values = []
        for side in sides:  # for all seeds it is compiled once
            seed = _SEED.search(side) or ("", "0")
            code = _right_side(side.replace(seed[0], "default_rng(__seed__)") if seed[0] else side)
            values.append(eval(code, common | {"__seed__": int(seed[1])}))
        return _stacked(values)

    def show(value: Any) -> None:
        pieces = [*lanes.lane_texts(value), ["\n"]]
        printed.extend([piece * (len(lines) // len(piece)) for piece in pieces])

    here = {**_BUILTINS, "__import__": lambda *_: lane_numpy(len(lines)), "print": show}
    names: Names = {"__builtins__": here, "__own__": own, **more}
    with np.errstate(all="ignore"):
        exec(code, names)
    return names, list(map("".join, zip(*printed, strict=True))) or [""] * len(lines)


def _stacked(values: Sequence[Any]) -> Any:
    [kind, *others] = {type(value) for value in values}
    if not others:
        if kind is tuple:
            return tuple(map(_stacked, zip(*values, strict=True)))
        if kind is LaneGenerators:
            return LaneGenerators([each for value in values for each in value.each], len(values))
        if kind is Lanes and len({value.each.dtype for value in values}) == 1:
            return Lanes(np.concatenate([value.each for value in values]))
    return values[0] if len(set(map(repr, values))) == 1 else unknown("values that differ")
