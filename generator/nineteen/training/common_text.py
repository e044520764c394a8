"""The text that scripts have in common, and its execution on lanes, one for each of them."""

import ast
import re
from collections.abc import Callable, Sequence, Set
from functools import lru_cache
from types import CodeType
from typing import Any

import numpy as np

from nineteen.script.run import SCRIPT
from nineteen.script.spec import MAX_SEED
from nineteen.script.syntax import LOCK, parse, parse_expression
from nineteen.training.lane_numpy import LaneGenerators, lane_numpy, lane_texts
from nineteen.training.lanes import BETWEEN, CLOSE, OPEN, Lanes, unknown
from nineteen.training.observe import CALLS, instrument

Names = dict[str, Any]

# So many numbers has the largest array of a block, 256 kB: the eight or so that a training works
# with then stay in a cache of 2 MB, and are long enough for the calls to cost little.
_BLOCK = 32768

# The lines in which the scripts may differ: in the numbers of their targets, and in the seed. The
# common text has calls there, and what else is in these lines as a comment.
_OWN_LINE = re.compile(r"(y|targets|bits|rng|rng, lr) = (.*)")
_NUMBERS = re.compile(r"0x[0-9a-f]+|[0-9]+")
_SEED = re.compile(r"default_rng\([0-9]+\)")
_PLAIN_SEED = re.compile(r"default_rng\((0|[1-9][0-9]{0,9})\)")

# What the scripts consist of. Whatever else stands in one, such as `try`, could hide a difference.
_NODES = re.compile(
    "Module|Import|alias|Assign|AugAssign|For|If|Expr|Call|keyword|Name|Attribute|Subscript|Slice"
    "|Tuple|List|ListComp|comprehension|Constant|JoinedStr|FormattedValue|Starred|BinOp|UnaryOp"
    "|Compare|Add|Sub|Mult|Div|MatMult|Mod|Pow|USub|Gt|GtE|Lt|LtE|Eq|NotEq|Load|Store"
)
_ATTRIBUTES = re.compile(
    "T|shape|reshape|sum|min|max|append|random|default_rng|normal|integers|permutation|array|zeros"
    "|ones|indices|c_|split|exp|log|tanh|maximum|abs|round"
)
_BUILTINS = {each.__name__: each for each in (abs, int, len, list, range, zip)}


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

    That is by the largest array after the first update. With `observed` the code has the calls of
    `instrument`. Raises TypeError for what is not known side by side, and what others raise.
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


def _check(tree: ast.AST, names: Set[str] = frozenset()) -> None:
    printed: list[ast.expr] = []
    for node in ast.walk(tree):
        known: object = _NODES.fullmatch(type(node).__name__)
        match node:
            case ast.Import():
                known = ast.unparse(node) == "import numpy as np"
            case ast.Attribute():
                known = isinstance(node.ctx, ast.Load) and _ATTRIBUTES.fullmatch(node.attr)
            case ast.Name():
                known = node.id in names or not node.id.startswith("_")
                known &= node.id != "np" or isinstance(node.ctx, ast.Load)
            case ast.Constant(value=str(text)):
                known = not any(mark in text for mark in (OPEN, BETWEEN, CLOSE))
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
        code: CodeType = compile(tree, SCRIPT, "exec" if isinstance(tree, ast.Module) else "eval")
    return code


@lru_cache(maxsize=16384)
def _right_side(line: str) -> CodeType:
    """The code of what stands on the right of an assignment; for all seeds it is compiled once."""
    seed = _PLAIN_SEED.search(line)
    if seed and int(seed[1]) != MAX_SEED:
        code = _right_side(line.replace(seed[0], f"default_rng({MAX_SEED})"))
        constants = [int(seed[1]) if each == MAX_SEED else each for each in code.co_consts]
        return code.replace(co_consts=tuple(constants))
    tree = parse_expression(line.partition(" = ")[2])
    _check(tree)
    return _compile(ast.Expression(tree))


def execute_together(
    code: CodeType, sources: Sequence[str], **more: Callable[..., None]
) -> tuple[Names, list[str]]:
    """Execute the common code of these scripts, who find `more` names; their names and prints.

    Raises TypeError for what is not known side by side, and whatever a script raises.
    """
    lines = [source.split("\n") for source in sources]
    printed: list[list[str]] = []

    def own(at: int) -> Any:
        """What the scripts have on the right of this line."""
        codes = [_right_side(line[at]) for line in lines]
        if codes.count(codes[0]) == len(codes):
            return eval(codes[0], names)
        # They find what is the same for all, and none of them can change.
        common: Names = {"__builtins__": _BUILTINS}
        for name, value in names.items():
            if type(value) in (int, float, str) or (type(value) is Lanes and len(value.each) == 1):
                common[name] = value
        common |= {"np": lane_numpy(1)} if "np" in names else {}
        return _stacked([eval(each, dict(common)) for each in codes])

    def show(value: Any) -> None:
        pieces = [*lane_texts(value), ["\n"]]
        printed.extend([piece * (len(lines) // len(piece)) for piece in pieces])

    here = {**_BUILTINS, "__import__": lambda *_: lane_numpy(len(lines)), "print": show}
    names: Names = {"__builtins__": here, "__own__": own, **more}
    with np.errstate(all="ignore"):
        exec(code, names)
    return names, list(map("".join, zip(*printed, strict=True))) or [""] * len(lines)


def _stacked(values: Sequence[Any]) -> Any:
    """What each script has for itself, as one for all of them."""
    [kind, *others] = {type(value) for value in values}
    if not others:
        if kind is tuple:
            return tuple(map(_stacked, zip(*values, strict=True)))
        if kind is LaneGenerators:
            return LaneGenerators([each for value in values for each in value.each], len(values))
        if kind is Lanes and len({value.each.dtype for value in values}) == 1:
            return Lanes(np.concatenate([value.each for value in values]))
    return values[0] if len(set(map(repr, values))) == 1 else unknown("values that differ")
