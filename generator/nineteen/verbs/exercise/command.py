"""`--exercise`: a verified script with blanks, its checks, its solution; for each student another.

A variant has another gate, another size and another batch strategy.
"""

import csv
import io
import re
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from itertools import combinations, islice, product
from pathlib import Path
from typing import Any

from nineteen.errors import UsageError
from nineteen.page.document import code_cell, markdown_cell, notebook, write_all
from nineteen.script.choices import Choices, command, file_stem, spec_of
from nineteen.script.files import GENERATED, check_folder, make_folder, output_path
from nineteen.script.gates import GATES, table_of
from nineteen.script.make import Made, make
from nineteen.script.options import PROGRAM
from nineteen.script.render import environment, formatted, render
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.script.table import TruthTable
from nineteen.training.seeds import make_first
from nineteen.verbs.exercise.blanks import POINTS, blanks_of
from nineteen.verbs.exercise.grade import exercise_code

EXERCISES = GENERATED / "exercises"
EXERCISE_FORMATS = ("py", "ipynb")
_CELL = re.compile(r"^%% (\w+) ?(\w*) ?([0-9]*)\n", re.MULTILINE)
TABLE = "variants.csv"
# Sizes of the layers, in quarters of those of the command.
QUARTERS = (4, 2, 3, 6, 8)


def make_exercise(options: Namespace, spec: ScriptSpec) -> tuple[Made, str]:
    """The verified script, and where the exercise on it was written: "" where it did not learn.

    Raises UsageError for options that do not go together or a place that cannot be written.
    """
    _check(options)
    folder = EXERCISES / f"{file_stem(spec)}{'_variants' if options.variants else ''}"
    to_stdout = options.output == "-"
    if not to_stdout:
        folder = output_path(options.output, folder)
        if not re.fullmatch(r"[A-Za-z0-9_-]+", folder.name):  # which stands in checks and pages
            raise UsageError(f"-o {folder.name}: the folder's name: letters, digits, _ and - only")
        check_folder(folder)
    solutions = folder.with_name(f"{folder.name}_solution")
    made = make_first(spec, options.seed)
    if not made.verdict.ok:
        return made, ""
    if options.variants:
        every = variants(made, options.variants)
        texts = variant_files(every, options.format, folder, solutions)
        told = f"{len(every)} variants, all learned: {solutions / TABLE} says which is which"
    else:
        texts = exercise_files(made, options.format, folder, solutions)
        told = f"{folder}, and for the teacher {solutions}"
    if to_stdout:
        sys.stdout.write(next(iter(texts.values())))
        return made, str(folder)
    make_folder(folder)  # before the folders of the variants in it
    write_all(texts, options.force)
    return made, told


def _check(options: Namespace) -> None:
    if not options.exercise:
        raise UsageError("--variants goes with --exercise: add it")
    if options.format not in EXERCISE_FORMATS:
        raise UsageError(f"--exercise goes with --format {' or '.join(EXERCISE_FORMATS)}")
    if options.math != "none":
        raise UsageError("--math goes with a lesson, not with --exercise")
    if options.keep:
        raise UsageError("--keep: an exercise is made from a script that learned; leave it out")
    if options.output == "-" and (options.variants or options.format == "py"):
        raise UsageError("-o - cannot hold several files: name a folder for the exercise")


def exercise_files(made: Made, format: str, folder: Path, solutions: Path) -> dict[Path, str]:
    """The files of the exercise on a script that learned; the student's document comes last.

    In the student's `folder` are the script with blanks, its checks and a page, or a notebook. The
    folder of the solutions has the script, or the notebook from which nbgrader takes them out.
    """
    blanks, code = blanks_of(made.spec), exercise_code(made.spec)
    values = {"name": folder.name, "spec": made.spec, "source": made.source, "points": POINTS}
    values |= {"blanks": blanks, "code": code}
    own, solution = (place / f"{folder.name}.{format}" for place in (folder, solutions))
    if format == "ipynb":
        both = [(path, values | {"solved": path == solution}) for path in (solution, own)]
        return {path: _notebook(_filled("notebook.j2", each)) for path, each in both}
    return {
        solution: made.source,
        folder / f"check_{own.name}": formatted(_filled("check.py.j2", values)),
        own.with_suffix(".md"): _one_blank_line(_filled("page.md.j2", values)),
        own: blanks.script,
    }


def _filled(template: str, values: dict[str, Any]) -> str:
    return environment().get_template(f"exercise/{template}").render(values)


def _one_blank_line(text: str) -> str:
    """Markdown without several blank lines in a row, or blank lines at its ends."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def _notebook(text: str) -> str:
    """A notebook that is one text, where a line `%% kind name points` begins each cell.

    A cell is text, given code, an answer to write, or a check with its points. nbgrader reads the
    metadata: schema version 3 of nbgrader.readthedocs.io, "Metadata of nbgrader cells".
    """
    cells = []
    _, *parts = _CELL.split(text)
    for kind, name, points, source in zip(*[iter(parts)] * 4, strict=True):
        if kind == "text":
            cells.append(markdown_cell(_one_blank_line(source).strip("\n")))
            continue
        answer, check = kind == "answer", kind == "check"
        grading = {
            "schema_version": 3,
            "grade_id": f"check_{name}" if check else name,
            "grade": check,
            "solution": answer,
            "locked": not answer,
            "task": False,
        } | ({"points": int(points)} if check else {})
        graded = {"id": grading["grade_id"], "metadata": {"nbgrader": grading}}
        cells.append(code_cell(source.strip("\n")) | graded)
    return notebook(cells)


def variants(own: Made, count: int) -> list[Made]:
    """`count` scripts that learned: the command's own, and others with as many inputs and outputs.

    The same command gives the same variants, and more of them begin with fewer of them. Raises
    UsageError where there are not so many.
    """
    from joblib import Parallel, delayed

    learned = [own]
    waiting = _in_turn(own.spec)
    with Parallel(n_jobs=-1) as parallel:
        while len(learned) < count:
            specs = list(islice(waiting, count - len(learned)))
            if not specs:
                raise UsageError(
                    f"--variants {count}: there are only {len(learned)} of them for "
                    f"{command(own.spec).removeprefix(PROGRAM).strip()}: take fewer"
                )
            made = parallel(delayed(make)(spec) for spec in specs)
            learned += [script for script in made if script.verdict.ok]
    return learned


def variant_files(made: list[Made], format: str, folder: Path, solutions: Path) -> dict[Path, str]:
    """The files of every variant in a folder of its own, and the table of which one is which.

    The table stands with the solutions. It is CSV, with an empty column for the students' names.
    """
    texts: dict[Path, str] = {}
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    table.write("variant,folder,learns,hidden,batch,rows,updates,command,student\n")
    for number, script in enumerate(made, 1):
        spec, own = script.spec, folder / f"variant_{number:02}"
        texts |= exercise_files(script, format, own, solutions)
        learns, hidden = spec.subject.replace("`", ""), ",".join(map(str, spec.hidden))
        about = [number, own.name, learns, hidden, spec.batch, spec.batch_size, spec.updates]
        writer.writerow([*about, command(spec), ""])
    return texts | {solutions / TABLE: table.getvalue()}


def candidates(spec: ScriptSpec) -> list[ScriptSpec]:
    """Every variant with as many inputs, outputs and layers as `spec`, which is none of them."""
    found: list[ScriptSpec] = []
    sizes = dict.fromkeys(
        tuple(max(2, units * quarters // 4) for units in spec.hidden) for quarters in QUARTERS
    )
    show = "loss" if spec.show_loss else None
    for gates, hidden, batch in product(_gates(spec), sizes, Batch):
        chosen = Choices(gates, hidden=hidden, batch=batch, activation=spec.activation, show=show)
        try:
            other = spec_of(chosen)
            render(other)
        except UsageError:  # such as mini for two rows, or a layer too large
            continue
        if _choice(other) != _choice(spec):
            found.append(other)
    return found


def _gates(spec: ScriptSpec) -> list[tuple[str, ...]]:
    """The gates to choose from: as many of them at once as `spec` has outputs.

    None copies one input or answers always the same, and no two are the same function.
    """
    inputs, outputs = spec.table.inputs, spec.table.outputs
    single: dict[TruthTable, str] = {}
    for gate in GATES.values():
        name = f"{gate.name}{inputs}" if gate.rule and inputs != 2 else gate.name
        table = table_of(name)
        if (table.inputs, table.outputs) == (inputs, 1) and not table.ignores_an_input():
            single.setdefault(table, name)
    return list(combinations(sorted(single.values()), outputs))


def _in_turn(spec: ScriptSpec) -> Iterator[ScriptSpec]:
    """The candidates, next always one whose gates, size and strategy were used least so far.

    Ties are broken by a hash, so that the order depends on nothing but the commands.
    """
    texts = {other: f"{command(spec)}\n{command(other)}" for other in candidates(spec)}
    waiting = sorted(texts, key=lambda other: sha256(texts[other].encode()).digest())
    used = Counter(_choice(spec))
    while waiting:
        chosen = min(waiting, key=lambda other: sum(used[part] for part in _choice(other)))
        waiting.remove(chosen)
        used.update(_choice(chosen))
        yield chosen


def _choice(spec: ScriptSpec) -> tuple[object, object, object]:
    """What a variant chooses."""
    return spec.table, spec.hidden, spec.batch
