"""Many scripts in this process at once: those that differ only in seed and table share one run."""

import ast
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from nineteen.script.run import Ending, Run
from nineteen.script.syntax import LOCK, parse
from nineteen.training.execute import run_here
from nineteen.training.lane_numpy import LaneGenerators, lane_numpy
from nineteen.training.lane_printer import MARKS, LanePrinter
from nineteen.training.lanes import Lanes

Names = dict[str, Any]

# A block's lanes are so many that its largest array has this many numbers, 64 kB: the ten or so
# that a training works with then stay in a cache of 1 MB, and the calls are long enough.
_BLOCK = 8192
_FEWEST = 4  # lanes; with fewer, the single run is faster

# The lines in which the scripts of a group may differ; in that of the generator only the seed.
_OWN = ("y = ", "bits = ", "rng = ", "rng, lr = ")
_SEED = re.compile(r"default_rng\(\d+\)")

_NODES = (
    *(ast.Module, ast.Import, ast.alias, ast.Assign, ast.AugAssign, ast.For, ast.If, ast.Expr),
    *(ast.Call, ast.keyword, ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Tuple),
    *(ast.List, ast.ListComp, ast.comprehension, ast.Constant, ast.JoinedStr, ast.FormattedValue),
    *(ast.BinOp, ast.UnaryOp, ast.Compare, ast.operator, ast.unaryop, ast.cmpop),
    ast.expr_context,
)
_ATTRIBUTES = {
    *("T", "shape", "reshape", "sum", "min", "max", "append", "default_rng"),
    *("normal", "integers", "permutation", *vars(lane_numpy(1))),
}
_BUILTINS = {each.__name__: each for each in (abs, int, len, list, range, zip)}


class NotTogether(Exception):
    """Scripts that cannot run in the same lanes; each of the `groups` of them may try again."""

    def __init__(self, groups: Iterable[list[int]] = ()) -> None:
        self.groups = list(groups)


@dataclass(frozen=True)
class Together:
    """What became of many scripts: their Runs in order, and the places of those run one by one."""

    runs: list[Run]
    one_by_one: list[int]


def run_together(sources: Sequence[str]) -> list[Run]:
    """Run the scripts in this process; the Runs that `run_here` makes of them, in order.

    The seconds of a Run are its share where several ran as one.
    """
    return together(sources).runs


def together(sources: Sequence[str]) -> Together:
    """Run the scripts in this process, side by side where that is possible and faster.

    Scripts that are equal but for their first comment, seed and targets run as one: their common
    statements are executed once, on Lanes, and the others for each. What cannot run that way, or
    fails in it, runs one by one.
    """
    runs: dict[int, Run] = {}
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, source in enumerate(sources):
        groups[_key(source)].append(place)
    for key, places in groups.items():
        if len(places) > 1 and (plan := _plan(key)):
            runs.update(_run_group(plan, sources, places))
    alone = [place for place in range(len(sources)) if place not in runs]
    runs.update((place, run_here(sources[place])) for place in alone)
    return Together([runs[place] for place in range(len(sources))], alone)


def _run_group(plan: "_Plan", sources: Sequence[str], places: list[int]) -> dict[int, Run]:
    """The Runs of a group's scripts, in blocks of lanes; without those that have to run alone."""
    runs: dict[int, Run] = {}
    lanes = plan.lanes(sources[places[0]])
    waiting = [places[at : at + lanes] for at in range(0, len(places), lanes)] if lanes else []
    while waiting:
        block = waiting.pop()
        began = time.perf_counter()
        try:
            texts = plan.run([sources[place] for place in block])
        except NotTogether as error:
            if not error.groups:
                break
            groups = [[block[lane] for lane in group] for group in error.groups]
            waiting += [group for group in groups if len(group) > 1]
            continue
        share = (time.perf_counter() - began) / len(block)
        runs.update(
            (place, Run(text, "", share, Ending.FINISHED))
            for place, text in zip(block, texts, strict=True)
        )
    return runs


def _key(source: str) -> tuple[str, ...]:
    """The script's lines without that in which it may differ from others of its group."""
    lines = source.split("\n")
    if lines[0].startswith("import numpy as np  #"):
        lines[0] = "import numpy as np"
    for at, line in enumerate(lines):
        if line.startswith(_OWN):
            name = line.partition(" =")[0]
            lines[at] = _SEED.sub("default_rng()", line) if name[0] == "r" else f"{name} = 0"
    return tuple(lines)


@dataclass(frozen=True)
class _Step:
    """A statement: its code, the names in it, and its line where scripts have their own."""

    code: CodeType
    reads: frozenset[str]
    sets: tuple[str, ...]
    line: int | None = None


@lru_cache(maxsize=256)
def _plan(key: tuple[str, ...]) -> "_Plan | None":
    """How scripts of this key run together; None where they contain what is not known."""
    try:
        tree = parse("\n".join(key))
        own = [at for at, line in enumerate(key) if line.startswith(_OWN)]
        return _Plan(tree, own)
    except (NotTogether, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Plan:
    """How the scripts of one key run in lanes."""

    def __init__(self, tree: ast.Module, own: list[int]) -> None:
        _check(tree)
        self.steps = [_step(line, own) for line in tree.body]
        if [step.line for step in self.steps if step.line is not None] != own:
            raise NotTogether
        self.probe = self._until_first_update(tree)
        self._lanes: int | None = None

    def lanes(self, source: str) -> int:
        """How many lanes a block has, by its largest array; 0 where one by one is as fast.

        A script of the group is run up to its first update to see them.
        """
        if self._lanes is None:
            try:
                names = _execute(self.probe, [source], LanePrinter(1), {})
            except NotTogether:
                names = {}
            values = [*names.values()]
            values += [each for value in values if type(value) is list for each in value]
            sizes = [value.each[0].size for value in values if type(value) is Lanes]
            lanes = _BLOCK // max(sizes) if sizes else 0
            self._lanes = lanes if lanes >= _FEWEST else 0
        return self._lanes

    def run(self, sources: list[str], **names: Callable[..., Any]) -> list[str]:
        """What each of the scripts prints. Raises NotTogether."""
        printer = LanePrinter(len(sources))
        _execute(self.steps, sources, printer, names)
        return printer.texts()

    def _until_first_update(self, tree: ast.Module) -> list[_Step]:
        loops = [at for at, line in enumerate(tree.body) if isinstance(line, ast.For)]
        if not loops:
            raise NotTogether
        for node in ast.walk(tree.body[loops[0]]):
            if isinstance(node, ast.For) and ast.unparse(node.target) in ("epoch", "rows"):
                first = ast.Slice(upper=ast.Constant(1))
                node.iter = ast.Subscript(node.iter, first, ast.Load())
        ast.fix_missing_locations(tree)
        return [*self.steps[: loops[0]], _step(tree.body[loops[0]], [])]


def _check(tree: ast.AST) -> None:
    """Raise NotTogether where the tree has more than scripts need."""
    printed: set[ast.AST] = set()
    for node in ast.walk(tree):
        known = isinstance(node, _NODES)
        match node:
            case ast.Import():
                known = ast.unparse(node) == "import numpy as np"
            case ast.Attribute():
                known = node.attr in _ATTRIBUTES and isinstance(node.ctx, ast.Load)
            case ast.Constant(value=str(text)):
                known = MARKS.isdisjoint(text)
            case ast.Call(func=ast.Name(id="print")):
                printed.update(node.args)
            case ast.JoinedStr():
                values = [v.value for v in node.values if isinstance(v, ast.FormattedValue)]
                known = node in printed or all(isinstance(v, ast.Constant) for v in values)
        if not known:
            raise NotTogether


def _step(statement: ast.stmt, own: Sequence[int]) -> _Step:
    """A statement, compiled."""
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    with LOCK:
        code = compile(ast.Module([statement], []), "<script>", "exec")
    return _Step(
        code,
        frozenset(name.id for name in names if isinstance(name.ctx, ast.Load)),
        tuple(name.id for name in names if isinstance(name.ctx, ast.Store)),
        statement.lineno - 1 if statement.lineno - 1 in own else None,
    )


@lru_cache(maxsize=8192)
def _own_step(line: str) -> _Step:
    """A statement that a script has for itself: it sets names and does nothing else."""
    try:
        [statement] = parse(line).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NotTogether from None
    _check(statement)
    if not isinstance(statement, ast.Assign):
        raise NotTogether
    return _step(statement, [])


def _execute(steps: list[_Step], sources: list[str], printer: LanePrinter, more: Names) -> Names:
    """The names of the scripts after these steps. Raises NotTogether."""
    lanes = len(sources)
    names = _beginning(lanes, print=printer) | more
    apart: list[Names] = [{} for _ in sources]  # what scripts have of their own and is no array
    lines = [source.split("\n") for source in sources]
    try:
        with np.errstate(all="ignore"):
            for step in steps:
                texts = [line[step.line] for line in lines] if step.line is not None else []
                if len(set(texts)) > 1 or step.reads & apart[0].keys():
                    own = [_own_step(text) for text in texts] or [step] * lanes
                    _join(own, names, apart)
                else:
                    exec(_own_step(texts[0]).code if texts else step.code, names)
    except NotTogether:
        raise
    except Exception:
        raise NotTogether from None
    return names


def _beginning(lanes: int, **builtins: Any) -> Names:
    """The names that scripts find when they begin."""

    def imported(*_: Any) -> Any:
        return lane_numpy(lanes)

    return {
        "__name__": "__main__",
        "__builtins__": {**_BUILTINS, "__import__": imported, **builtins},
    }


def _join(own: list[_Step], names: Names, apart: list[Names]) -> None:
    """Execute each script's own statement, and stack what they set."""
    common = _beginning(1) | {"np": lane_numpy(1)}
    common |= {name: value for name, value in names.items() if _is_single(value)}
    outcomes: dict[Any, list[int]] = defaultdict(list)
    values: list[Names] = []
    for lane, step in enumerate(own):
        space = common | apart[lane]
        try:
            exec(step.code, space)
            found = {name: space[name] for name in step.sets}
            kind: Any = tuple((name, *_kind(value)) for name, value in found.items())
        except Exception:
            found, kind = {}, lane  # it runs alone, and shows what is wrong
        values.append(found)
        outcomes[kind].append(lane)
    if len(outcomes) > 1 or not values[0]:
        raise NotTogether(outcomes.values())
    for name in values[0]:
        each = [found[name] for found in values]
        if type(each[0]) is Lanes:
            names[name] = Lanes(np.concatenate([array.each for array in each]))
        elif type(each[0]) is LaneGenerators:
            generators = [generator for one in each for generator in one.each]
            names[name] = LaneGenerators(generators, len(each))
        elif each.count(each[0]) == len(each):
            names[name] = each[0]
        else:
            for lane, value in enumerate(each):
                apart[lane][name] = value


def _is_single(value: Any) -> bool:
    """Whether a value is the same for all scripts, and cannot be changed by one of them."""
    return type(value) in (int, float, str) or (type(value) is Lanes and len(value.each) == 1)


def _kind(value: Any) -> tuple[Any, ...]:
    """What values of several scripts must have in common."""
    if type(value) is Lanes:
        return Lanes, value.each.dtype, value.each.shape
    if type(value) in (int, float, str, LaneGenerators):
        return (type(value),)
    raise NotTogether
