"""`--exercise`: a verified script to complete or to mend, its checks, and the teacher's key.

With `--variants`, for each student another gate, size and strategy, as hard by measure: each
learns with its first seed and nearly all that are tried, in a similar number of updates.
"""

import re
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import combinations, islice, product
from pathlib import Path
from typing import Any

from nineteen.errors import UsageError
from nineteen.page.document import code_cell, markdown_cell, notebook, write_all
from nineteen.script.annotate import annotated
from nineteen.script.choices import Choices, canonical_choices, command, file_stem, spec_of
from nineteen.script.files import GENERATED, check_folder, make_folder, output_path
from nineteen.script.gates import GATES, table_of
from nineteen.script.make import Made, make
from nineteen.script.render import environment, formatted, render
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.training.seeds import ALMOST_ALL, make_first, seed_share, seeds_to_try
from nineteen.verbs.exercise.assignment import LETTERS, POINTS, Bug, blanks_of, bug_of, ordered
from nineteen.verbs.exercise.grade import exercise_code

EXERCISES = GENERATED / "exercises"
_CELL = re.compile(r"^%% (\w+) ?(\w*) ?([0-9]*)\n", re.MULTILINE)
TABLE, KEY = "variants.csv", "key.md"
QUARTERS = (4, 2, 3, 6, 8)  # of the units of each layer of the command
FACTOR = 4  # at most, between the updates of a variant and those of the command
TRIED = 100  # seeds of each, at most


def make_exercise(options: Namespace, spec: ScriptSpec) -> tuple[Made, str]:
    """The verified script, and where the exercise on it was written: "" where it did not learn.

    Raises UsageError for what cannot be written, or cannot have a bug.
    """
    stem = f"{file_stem(spec)}{'_bug' if options.exercise == 'bug' else ''}"
    folder = EXERCISES / f"{stem}{'_variants' if options.variants else ''}"
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
    every = variants(made, options.variants) if options.variants else [made]
    texts = _files(every, options, folder, solutions)
    if to_stdout:
        sys.stdout.write(next(iter(texts.values())))
        return made, str(folder)
    make_folder(folder)  # before the folders of the variants in it
    write_all(texts, options.force)
    return made, str(folder)


def _files(every: list[Made], options: Namespace, folder: Path, solutions: Path) -> dict[Path, str]:
    """The files of one exercise, or of each variant in a folder of its own, with their key."""
    texts, keys, used = dict[Path, str](), list[dict[str, Any]](), Counter[str]()
    for number, made in enumerate(every, 1):
        own = folder / f"variant_{number:02}" if options.variants else folder
        bug, said = bug_of(made.spec, used) if options.exercise == "bug" else (None, "")
        texts |= exercise_files(made, options.format, own, solutions, bug)
        key = {"name": own.name, "spec": made.spec, "share": made.share, "bug": bug, "said": said}
        keys.append(key | {"blanks": blanks_of(made.spec).blanks})
    values = {"keys": keys, "letters": LETTERS, "command": command}
    names = [TABLE, KEY] if options.variants else [KEY]
    return texts | {solutions / name: _filled(f"{name}.j2", values) for name in names}


def exercise_files(
    made: Made, format: str, folder: Path, solutions: Path, bug: Bug | None = None
) -> dict[Path, str]:
    """The files of the exercise on a script that learned; the student's document comes last.

    The student gets a script with blanks or with a `bug`, its checks and a page, or a notebook.
    """
    blanks, code = blanks_of(made.spec), exercise_code(made.spec, bug)
    values: dict[str, Any] = {"name": folder.name, "spec": made.spec, "code": code, "bug": bug}
    values |= {"source": made.source, "lines": annotated(made.spec), "blanks": blanks}
    values |= {"points": POINTS, "letters": LETTERS}
    own, solution = (place / f"{folder.name}.{format}" for place in (folder, solutions))
    kind = "bug_" if bug else ""
    if format == "ipynb":
        both = [(path, values | {"solved": path == solution}) for path in (solution, own)]
        return {path: _notebook(_filled(f"{kind}notebook.j2", each)) for path, each in both}
    texts = {
        solution: made.source,
        folder / f"check_{own.name}": formatted(_filled(f"{kind}check.py.j2", values)),
        own.with_suffix(".md"): _filled(f"{kind}page.md.j2", values),
    }
    if bug:
        texts[folder / "answer.toml"] = _filled("bug_answer.toml.j2", values)
    return texts | {own: bug.script if bug else blanks.script}


def _filled(template: str, values: dict[str, Any]) -> str:
    """A template's text, without several blank lines in a row, or blank lines at its ends."""
    text = environment().get_template(f"exercise/{template}").render(values)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def _notebook(text: str) -> str:
    """A notebook that is one text, where a line `%% kind name points` begins each cell.

    The metadata are nbgrader's: nbgrader.readthedocs.io, "Metadata of nbgrader cells".
    """
    cells = []
    _, *parts = _CELL.split(text)
    for kind, name, points, source in zip(*[iter(parts)] * 4, strict=True):
        if kind == "text":
            cells.append(markdown_cell(source.strip("\n")))
            continue
        answer, check = kind == "answer", kind == "check"
        own = f"check_{name}" if check else name
        grading: dict[str, Any] = {"schema_version": 3, "grade_id": own, "grade": check}
        grading |= {"solution": answer, "locked": not answer, "task": False}
        grading |= {"points": int(points)} if check else {}
        cells.append(code_cell(source.strip("\n")) | {"id": own, "metadata": {"nbgrader": grading}})
    return notebook(cells)


def variants(own: Made, count: int) -> list[Made]:
    """`count` scripts with their shares of seeds: the command's own, and others that learn.

    They begin with the same for any `count`. Raises UsageError where there are not so many.
    """
    from joblib import Parallel, delayed

    found, waiting = [_measured(own.spec)], _in_turn(own.spec)
    with Parallel(n_jobs=-1) as parallel:
        while len(found) < count:
            specs = list(islice(waiting, count - len(found)))
            if not specs:
                few = f"{len(found)} of them for {canonical_choices(own.spec).line}"
                raise UsageError(f"--variants {count}: there are only {few}: take fewer")
            made = parallel(delayed(_measured)(spec) for spec in specs)
            found += [one for one in made if (s := one.share) and s.learned >= ALMOST_ALL * s.tried]
    return found


def _measured(spec: ScriptSpec) -> Made:
    """The script of the first seed, with its share of seeds where it learns."""
    made, tried = make(spec, (spec.seed,)), min(TRIED, seeds_to_try(spec))
    return replace(made, share=seed_share(made, tried)) if made.verdict.ok else made


def candidates(spec: ScriptSpec) -> list[ScriptSpec]:
    """Every variant with as many inputs, outputs and layers as `spec`, which is none of them."""
    found: list[ScriptSpec] = []
    sizes = [tuple(max(2, units * part // 4) for units in spec.hidden) for part in QUARTERS]
    own = canonical_choices(spec)
    kept = {name: getattr(own, name) for name in ("activation", "samples", "noise", "show")}
    for gates, hidden, batch in product(_gates(spec), dict.fromkeys(sizes), Batch):
        with suppress(UsageError):  # such as mini for two rows, or a layer too large
            render(other := spec_of(Choices(gates, hidden=hidden, batch=batch, **kept)))
            similar = spec.updates <= FACTOR * other.updates <= FACTOR**2 * spec.updates
            if similar and _choice(other) != _choice(spec):
                found.append(other)
    return found


def _gates(spec: ScriptSpec) -> list[tuple[str, ...]]:
    """As many gates at once as there are outputs; none ignores an input, no two are the same."""
    inputs, outputs = spec.table.inputs, spec.table.outputs
    gates = reversed(GATES.values())
    names = [one.name + (str(inputs) if one.rule and inputs != 2 else "") for one in gates]
    tables = {table_of(name): name for name in names}  # of several names the first
    fit = [one for one in tables if (one.inputs, one.outputs) == (inputs, 1)]
    single = sorted(tables[one] for one in fit if not one.ignores_an_input())
    return list(combinations(single, outputs))


def _in_turn(spec: ScriptSpec) -> Iterator[ScriptSpec]:
    """The candidates, next always one whose gates, size and strategy were used least so far."""
    waiting = sorted(candidates(spec), key=lambda other: ordered(spec, command(other)))
    used = Counter(_choice(spec))
    while waiting:
        chosen = min(waiting, key=lambda other: sum(used[part] for part in _choice(other)))
        waiting.remove(chosen)
        used.update(_choice(chosen))
        yield chosen


def _choice(spec: ScriptSpec) -> tuple[object, object, object]:
    return spec.table, spec.hidden, spec.batch
