"""A lesson around a verified script: the page as data, from which the formats are written."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from nineteen.page.document import FORMATS, LESSONS, Document, Picture
from nineteen.page.extras import extra
from nineteen.script.annotate import annotated
from nineteen.script.choices import command, file_stem
from nineteen.script.gates import gate_of
from nineteen.script.make import Made
from nineteen.script.recipe import recipe
from nineteen.script.render import environment
from nineteen.script.spec import Batch, ScriptSpec
from nineteen.training.execute import execute
from nineteen.training.observe import instrument
from nineteen.verbs.lesson.derivation import derive, tt
from nineteen.verbs.lesson.lesson_pictures import SHOWN, kind, learned, loss_curve, network

MATH = ("none", "some", "full")


@dataclass(frozen=True)
class Training:
    """What was seen of a script's training.

    The loss of each epoch, as `look.LOSS` says; the final weights as in an Update.
    """

    losses: tuple[float, ...]
    weights: Any


def lesson(made: Made, math: str, format: str) -> Document:
    """The lesson on a script that learned, with formulas for one of three readers.

    Raises UsageError where a library of the extra `lessons` is missing.
    """
    training = watch(made)
    values = _facts(made) | _words(made.spec, training) | {"format": format, "math": math}
    text = environment().get_template("lesson/lesson.md.j2").render(values)
    title = text.partition("\n")[0].removeprefix("# ").replace("`", "")
    return Document(title, text, pictures(made.spec, training, FORMATS[format]))


def _facts(made: Made) -> dict[str, Any]:
    """What the lesson's template tells of the script."""
    spec = made.spec
    return {
        "spec": spec,
        "command": command(spec),
        "source": made.source,
        "printed": made.run.stdout,
        "lines": list(enumerate(annotated(spec), 1)),
        "parameters": sum((a + 1) * b for a, b in pairwise(spec.sizes)),
        "last": spec.table.rows % spec.batch_size or spec.batch_size,
        "kind": kind(spec),
        "shown": SHOWN,
        "derivation": derive(spec),
    }


def _words(spec: ScriptSpec, training: Training) -> dict[str, Any]:
    """How the lesson's template puts it."""
    smaller = tuple(max(2, units // 2) for units in spec.hidden)
    other = smaller if smaller != spec.hidden else tuple(2 * units for units in spec.hidden)
    usual = recipe(spec.table.inputs, other, spec.batch, spec.activation)
    first, last = training.losses[0], training.losses[-1]
    return {
        "subject": spec.subject,
        "gate_of": gate_of,
        "inputs": spec.input_names,
        "outputs": spec.output_names,
        "losses": training.losses,
        "alt_network": "Diagram of the network, in columns: "
        + ", ".join(map(str, spec.sizes))
        + " units; each is joined to every unit of the next column.",
        "alt_loss": f"Line chart of the loss over the epochs: {first:.3g} first, {last:.3g} last.",
        "alt_learned": {
            "curve": "Line chart of the answer over the input.",
            "surfaces": "Maps of the answer over two inputs, with the rows of the truth table.",
            "squares": "Squares coloured by the answer, one for each row of the truth table.",
        }[kind(spec)],
        "other_size": command(
            replace(spec, hidden=other, lr=usual.lr, epochs=usual.epochs, seed=0)
        ),
        "other_units": " and ".join(map(str, other)) + " hidden units",
        "y": tt("y" if spec.batch is Batch.FULL else "y[rows]"),
        "tt": tt,
        "shape_tex": lambda shape: tt(str(shape)),
    }


def default_path(spec: ScriptSpec, math: str, format: str) -> Path:
    """Where a lesson goes: generated/lessons/, named as the script, with the level of formulas."""
    level = f"_math_{math}" if math != "none" else ""
    return LESSONS / f"{file_stem(spec)}{level}.{format}"


def check_extras(math: str, format: str) -> None:
    """Raise UsageError where a library that the lesson needs is missing, before any training."""
    extra("matplotlib")
    if format == "html" and math != "none":
        extra("latex2mathml")


def watch(made: Made) -> Training:
    """The training, seen once more in this process.

    Without the copies of `observe`, which cost half as much again as the run: a lesson needs no
    weights but the last.
    """
    import numpy as np

    losses: dict[int, float] = {}
    predictions = made.spec.table.predictions
    weights: Any = None

    def seen(epoch: int, _rows: Any, error: Any, _weights: Any) -> None:
        with np.errstate(divide="ignore"):
            loss = -float(np.log(1 - np.abs(error)).sum()) / predictions
            losses[epoch] = losses.get(epoch, 0.0) + loss

    def updated(after: Any) -> None:
        nonlocal weights
        weights = after

    calls: dict[str, Callable[..., Any]] = {
        "__started__": lambda *_: None,
        "__seen__": seen,
        "__updated__": updated,
    }
    execute(instrument(made.source), **calls)
    return Training(tuple(losses.values()), weights)


def pictures(spec: ScriptSpec, training: Training, file: str) -> tuple[Picture, ...]:
    """The network, the loss curve and what was learned, as "svg" or "png"."""
    from nineteen.page.look import save, style
    from nineteen.training.gradient import Array, matrices, predict

    weights = matrices(training.weights, spec)

    def prediction(X: Array) -> Array:
        return predict(weights, X, spec.activation)

    inputs, outputs = spec.input_names, spec.output_names
    with style():
        figures = {
            "network": network(spec, inputs, outputs),
            "loss": loss_curve(training.losses, spec.batch),
            "learned": learned(spec, inputs, outputs, prediction),
        }
        return tuple(Picture(name, save(figure, file), file) for name, figure in figures.items())
