"""`--format md|ipynb|html`: a verified script, and a lesson around it in one of three formats."""

from argparse import Namespace
from dataclasses import replace
from functools import partial
from itertools import pairwise
from math import log
from typing import Any

from nineteen.errors import UsageError, extra
from nineteen.page.array_text import ROOM, filled_in, values_text
from nineteen.page.document import FORMATS, Document, Picture, document_files, write_all
from nineteen.page.look import save, style
from nineteen.script.annotate import annotated
from nineteen.script.choices import command, file_stem
from nineteen.script.files import LESSONS, check_target, output_path
from nineteen.script.gates import gate_of, linearly_separable
from nineteen.script.make import Made
from nineteen.script.render import environment, render
from nineteen.script.spec import ACTIVATIONS, Activation, Batch, ScriptSpec, default_values
from nineteen.training.gradient import matrices
from nineteen.training.observe import losses_of
from nineteen.training.one_update import OneUpdate, one_update
from nineteen.training.record import record
from nineteen.training.seeds import failing_seeds, make_first, seeds_to_try
from nineteen.training.side_by_side import run_together
from nineteen.verbs.lesson import lesson_pictures
from nineteen.verbs.lesson.derivation import derive, tex

BESIDE = 68  # columns of the arrays of an update, which stand beside their lines on paper
FEW = 16  # numbers of an array that are all shown
SEEDS = 100  # at most, to count with how many of them a script learns
NUDGE = 0.01  # by which one weight is changed by hand


def make_lesson(options: Namespace, spec: ScriptSpec) -> tuple[Made, str]:
    """The verified script, and where the lesson on it was written: "" where it did not learn.

    Raises UsageError before any training: for a place, or a library that is missing.
    """
    if options.math == "all" and ("+=" not in render(spec) or not seeds_to_try(spec)):
        raise UsageError("--math all: leave out --show, or take a smaller network", "--math")
    level = f"_math_{options.math}" if options.math != "none" else ""
    path = LESSONS / f"{file_stem(spec)}{level}.{options.format}"
    path = output_path(options.output, path, options.format)
    check_target(path, force=True)
    extra("matplotlib")
    if options.format == "html" and options.math != "none":
        extra("latex2mathml")
    made = make_first(spec, options.seed)
    if not made.verdict.ok:
        return made, ""
    texts = document_files(lesson(made, options.math, options.format), options.format, path)
    write_all(texts, options.force)
    return made, str(path)


def lesson(made: Made, math: str, format: str) -> Document:
    """The lesson on a script that learned, with formulas for one of three readers.

    The script is trained once more. Raises UsageError where a library of `lessons` is missing.
    """
    spec = made.spec
    losses, arrays = losses_of(made.source, spec.rows * spec.table.outputs)
    weights = matrices(arrays, spec)
    update = one_update(spec)
    values: dict[str, Any] = {"spec": spec, "format": format, "math": math}
    values |= {"lines": annotated(spec), "source": made.source, "printed": made.run.stdout}
    values |= {"arrays": partial(values_text, room=BESIDE, full=FEW), "room": ROOM}
    values |= {"losses": losses, "parameters": sum(matrix.size for matrix in weights)}
    values |= {"kind": lesson_pictures.kind(spec), "shown": lesson_pictures.SHOWN, "update": update}
    values |= {"command": command, "gate_of": gate_of, "tex": tex} | answers(made, update)
    values |= {"derivation": derive(spec), "curves": two_losses(spec) if values["tried"] else {}}
    if math == "full":
        values["formulas"] = filled_in(update)
    if math == "all":
        values |= readings(spec, values["tried"], values["another"])
    name = "readings" if math == "all" else "lesson"
    text = environment().get_template(f"lesson/{name}.md.j2").render(values)
    title = text.partition("\n")[0].removeprefix("# ").replace("`", "")
    file = FORMATS[format]
    with style():
        drawn = {
            "network": lesson_pictures.network(spec),
            "loss": lesson_pictures.loss_curve(losses, spec.batch),
            "learned": lesson_pictures.learned(spec, weights),
        }
        if values["curves"]:
            drawn["which"] = lesson_pictures.which_losses(values["curves"].values())
        if spec.table.inputs == 2:
            drawn["units"] = lesson_pictures.unit_lines(spec, weights)
        shown = {name: figure for name, figure in drawn.items() if f"(picture:{name})" in text}
        pictures = [Picture(name, save(figure, file), file) for name, figure in shown.items()]
    return Document(title, text, tuple(pictures))


def answers(made: Made, update: OneUpdate) -> dict[str, Any]:
    """What the template of a lesson needs to answer its questions, by name."""
    spec = made.spec
    kind = ACTIVATIONS["tanh" if spec.activation.name != "tanh" else "sigmoid"]
    batch, size = (Batch.FULL, spec.rows) if spec.batch is Batch.SGD else (Batch.SGD, 1)
    pairs = zip(made.verdict.predictions, spec.table.targets(), strict=True)
    tried = min(SEEDS, seeds_to_try(replace(spec, epochs=2 * spec.epochs)))
    epochs = {"usual": spec.epochs, "half": max(1, spec.epochs // 2), "twice": 2 * spec.epochs}
    others = {name: replace(spec, epochs=count) for name, count in epochs.items()}
    half = tuple(max(2, units // 2) for units in spec.hidden)
    sizes = half if half != spec.hidden else tuple(2 * units for units in half)
    usual = default_values(spec.table, vars(spec) | {"hidden": sizes})
    new = {"hidden": sizes, "lr": usual["lr"], "epochs": usual["epochs"], "seed": 0}
    others["other"] = other = replace(spec, **new)
    return {"other": other, "another": kind, "tried": tried} | {
        "learns": {name: learned_with(one, tried) for name, one in others.items()},
        "missed": max(abs(a - b) for row in pairs for a, b in zip(*row, strict=True)),
        "one_line": [linearly_separable(bits, spec.table.inputs) for bits in spec.table.columns],
        "strategy": changed_lines(spec, batch=batch, batch_size=size),
        "activation": changed_lines(spec, activation=kind),
        "nudge": nudge(spec, update),
        "log": log,
    }


def two_losses(spec: ScriptSpec) -> dict[Batch, list[float]]:
    """How the loss begins to fall with full batch and with SGD, in an order that tells nothing.

    Empty where the one does not rise more often than the other, so that nobody could tell them.
    """
    sizes, found = {Batch.FULL: spec.rows, Batch.SGD: 1}, {}
    for batch, size in sorted(sizes.items(), reverse=len(command(spec)) % 2 > 0):
        source = render(replace(spec, batch=batch, batch_size=size, show_loss=False))
        losses, _ = losses_of(source, spec.rows * spec.table.outputs)
        found[batch] = losses[: max(20, spec.epochs // 3)]
    rises = {batch: sum(b > a for a, b in pairwise(losses)) for batch, losses in found.items()}
    return found if rises[Batch.SGD] > rises[Batch.FULL] + 2 else {}


def learned_with(spec: ScriptSpec, tried: int, *edits: tuple[str, str]) -> int:
    """With how many of so many seeds the script learns with these replacements made in it."""
    texts = [render(replace(spec, seed=seed)) for seed in range(tried)]
    for old, new in edits:
        texts = [text.replace(old, new) for text in texts]
    return tried - len(failing_seeds(spec, range(tried), run_together(texts)))


def readings(spec: ScriptSpec, tried: int, another: Activation) -> dict[str, Any]:
    """With how many seeds the script learns with other activations, and with each sign turned."""
    other, tanh = (replace(spec, activation=one) for one in (another, ACTIVATIONS["tanh"]))
    pairs = zip(annotated(other), annotated(spec), strict=True)
    slopes = [(new.text, old.text) for new, old in pairs if new.step == "backpropagation"]
    arctan = ("np.tanh", "np.arctan"), ("1 - layer**2", "np.cos(layer) ** 2")
    signs = [(i, line) for i, line in enumerate(render(spec).splitlines(), 1) if "+=" in line]
    turned = [(i, line, line.replace("+=", "-=")) for i, line in signs]
    flips = [(i, new.strip(), learned_with(spec, tried, (old, new))) for i, old, new in turned]
    return {
        "wrong_slope": learned_with(other, tried, *slopes),
        "right_slope": learned_with(other, tried),
        "arctan": learned_with(tanh, tried, *arctan),
        "flips": flips,
    }


def changed_lines(spec: ScriptSpec, **changes: Any) -> list[tuple[int, str]]:
    """The lines, with their numbers, that the script has after a change and has not before it."""
    plain = replace(spec, show_loss=False)
    old, new = (render(one).splitlines() for one in (plain, replace(plain, **changes)))
    return [(i, line.strip()) for i, line in enumerate(new, 1) if i > 1 and line not in old]


def nudge(spec: ScriptSpec, update: OneUpdate) -> dict[str, Any]:
    """What becomes of the loss when the first weight to the output is changed by hand.

    The loss of the update's rows, added up, in nats, with the weight as it is and a little `below`
    and `above`; by these its `slope`, and the `change` that the update makes in the weight.
    """
    name, place = ("W2", -2) if len(spec.hidden) == 1 else (f"W[{len(spec.hidden)}]", -1)
    value = next(one.new for one in update.given if one.name == name)[0, 0]

    def loss(more: float) -> float:  # by the script itself
        source = render(spec).replace("for epoch", f"{name}[0, 0] += {more}\nfor epoch", 1)
        [first, *_] = record(source, {1}).snapshots
        return first.loss * len(first.rows) * spec.table.outputs

    below, above = loss(-NUDGE), loss(NUDGE)
    losses = {"loss": loss(0), "below": below, "above": above, "slope": (above - below) / 2 / NUDGE}
    change = update.snapshot.weights[place][0, 0] - value
    return losses | {"name": name, "value": value, "change": change}
