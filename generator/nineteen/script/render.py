"""From a ScriptSpec to the script's source text: Jinja2, the line budget, black's confirmation."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nineteen.errors import UsageError
from nineteen.script import choices, gates, syntax
from nineteen.script.options import decimal
from nineteen.script.spec import MAX_SEED, Batch, ScriptSpec
from nineteen.script.templates import templates_folder

MAX_LINES = 19
MAX_COLUMNS = 88


def render(spec: ScriptSpec) -> str:
    """The script's source text, at most 19 lines, as airy as they allow.

    Raises UsageError where the options need more lines, SyntaxError or RuntimeError where a
    template is wrong.
    """
    source, _ = fit(spec)
    syntax.parse(source)
    if any(len(line) > MAX_COLUMNS for line in source.splitlines()[1:]):
        raise RuntimeError(f"a line is wider than {MAX_COLUMNS} columns: {choices.command(spec)}")
    return source


@lru_cache(maxsize=8)  # a lesson or an exercise asks for the meanings of the same script
def fit(spec: ScriptSpec) -> tuple[str, dict[str, Any]]:
    """The source at the lowest density that fits, and its values; UsageError where none fits."""
    values = _values(spec)
    template = environment().get_template(values["template"])
    # Each density packs one thing more. One layer: no blank line before the loop, the learning rate
    # beside the generator, a layer's two updates in one line, the output inside the error. Several:
    # the two results of a step of backpropagation in one line, the output inside the error.
    densities, lines = range(5), 0
    if spec.show_loss and len(spec.hidden) > 1 and spec.batch is not Batch.FULL:
        densities, lines = range(0), 20  # at best: the batches' losses are kept and added up
    for density in densities:
        source = template.render(values, density=density)
        lines = source.count("\n")
        if lines <= MAX_LINES:
            return source, values | {"density": density}
    limit = f"{lines} lines and {MAX_LINES} is the limit"
    if spec.show_loss:
        layer = " or one hidden layer" if len(spec.hidden) > 1 else ""
        way_out = f"leave it out, or use --batch full{layer}"
        raise UsageError(f"--show loss does not fit: it makes {limit}; {way_out}")
    way_out = ": use one hidden layer" if len(spec.hidden) > 1 else ""
    raise UsageError(f"these options need {limit}{way_out}")


def for_seeds(
    text_of: Callable[[ScriptSpec], str], spec: ScriptSpec, seeds: Sequence[int]
) -> list[str]:
    """`text_of(spec)` with each of the seeds in place of the spec's own.

    The text is made once, with a number that stands for the seed, and checked with another; where
    that does not do, as for the seed 0, which no command names, it is made for the seed itself.
    """

    def one(seed: int) -> str:
        return text_of(replace(spec, seed=seed))

    text, mark = one(MAX_SEED) if len(seeds) > 3 else "", str(MAX_SEED)
    alike = bool(text) and text.replace(mark, "4") == one(4)
    return [text.replace(mark, str(seed)) if seed and alike else one(seed) for seed in seeds]


def confirm(source: str) -> None:
    """Raise RuntimeError unless black leaves the source as it is: it repairs no template."""
    if formatted(source) != source:
        raise RuntimeError(f"black would change the script: {source.splitlines()[0]}")


def formatted(source: str, fast: bool = False) -> str:
    """Python as black lays it out; with `fast` it does not check that the code stays the same."""
    with syntax.LOCK:  # black parses too, and may not be imported by two threads at once
        import black

        mode = black.Mode(line_length=MAX_COLUMNS)
        try:
            return black.format_file_contents(source, fast=fast, mode=mode)
        except black.report.NothingChanged:
            return source


@cache
def environment() -> Environment:
    """The Jinja2 environment of the templates: strict about names, whole-line directives."""
    return Environment(
        loader=FileSystemLoader(templates_folder()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _values(spec: ScriptSpec) -> dict[str, Any]:
    inputs, rows = spec.table.inputs, range(spec.table.rows)
    bits = [[2 * int(bit) - 1 for bit in spec.table.inputs_of(row)] for row in rows]
    targets, form = _targets(spec)
    numbers = {"inputs": inputs, "outputs": spec.table.outputs, "table_rows": len(rows)}
    numbers |= {"rows": spec.rows, "show_every": max(1, spec.epochs // 10)}
    texts = {"command": choices.command(spec), "targets": targets, "batches": _batches(spec)}
    texts |= {"form": form, "lr": decimal(spec.lr), "noise": decimal(spec.noise)}
    return {"spec": spec, **vars(spec), **numbers, **texts} | {
        "template": "one_layer.py.j2" if len(spec.hidden) == 1 else "deep.py.j2",
        "X": bits,
        "X_and_ones": [[*row, 1] for row in bits],
        "shape": (2,) * inputs if inputs <= 4 else f"(2,) * {inputs}",
        "matrices": tuple((before + 1, after) for before, after in pairwise(spec.sizes)),
    }


def _batches(spec: ScriptSpec) -> str:
    """The batches of an epoch as an expression: reshuffled rows, cut every batch_size."""
    rows, size = spec.rows, spec.batch_size
    if spec.batch is Batch.MINI and rows % size:
        return f"np.split(rng.permutation({rows}), range({size}, {rows}, {size}))"
    return f"rng.permutation({rows}).reshape({rows // size}, {size})"


def _targets(spec: ScriptSpec) -> tuple[str, str]:
    """The line or two that set the targets, in the form that fits and reads best, and its name.

    A form is a table, words, bits or a hexadecimal number; a gate's rule has its meaning here.
    """
    table = spec.table
    X, y = ("table", "targets") if spec.samples else ("X", "y")
    words = " ".join("".join(map(str, row)) for row in table.targets())
    bits = words.replace(" ", "")
    kind, text = "bits", f'"{bits}"'
    if len(bits) > 16:
        kind, text = "hexadecimal", f'f"{{0x{int(bits, 2):0{len(bits) // 4}x}:0{len(bits)}b}}"'
    shape = f".reshape({table.rows}, {table.outputs})"
    gate = gates.gate_of(spec.gates[0]) if len(spec.gates) == 1 else None
    forms = []
    if table.inputs <= 2:
        forms.append((f"{y} = np.array({[list(row) for row in table.targets()]})", "table"))
    elif gate and gate.y:
        X += "" if len(spec.hidden) == 1 else "[:, :-1]"
        forms.append((f"{y} = {gate.y.format(X=X)}", gate.y_meaning))
    if table.outputs > 1:
        forms.append((f'{y} = np.array([list(row) for row in "{words}".split()], int)', "words"))
    forms.append((f"{y} = np.array(list({text}), int){shape}", kind))
    forms.append((f"bits = {text}\n{y} = np.array(list(bits), int){shape}", "bits"))
    return next(form for form in forms if max(map(len, form[0].splitlines())) <= MAX_COLUMNS)
