"""A lesson around a verified script: the page as data, from which the formats are written."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from nineteen.page.array_text import ROOM, update_rows
from nineteen.page.document import FORMATS, Document, Picture
from nineteen.page.filled import filled_in
from nineteen.page.look import save, style
from nineteen.script.annotate import annotated
from nineteen.script.choices import command
from nineteen.script.gates import gate_of
from nineteen.script.make import Made
from nineteen.script.recipe import recipe
from nineteen.script.render import environment
from nineteen.script.spec import ScriptSpec
from nineteen.training.execute import execute
from nineteen.training.gradient import Matrices, matrices
from nineteen.training.observe import instrument
from nineteen.training.one_update import one_update
from nineteen.verbs.lesson.derivation import derive, tex
from nineteen.verbs.lesson.lesson_pictures import SHOWN, kind, learned, loss_curve, network

MATH = ("none", "some", "full")


def lesson(made: Made, math: str, format: str) -> Document:
    """The lesson on a script that learned, with formulas for one of three readers.

    The script is trained once more, in this process. Raises UsageError where a library of the extra
    `lessons` is missing.
    """
    spec = made.spec
    losses, weights = train_again(made)
    update = one_update(spec)
    values = {
        "spec": spec,
        "format": format,
        "math": math,
        "command": command,
        "source": made.source,
        "printed": made.run.stdout,
        "lines": annotated(spec),
        "losses": losses,
        "parameters": sum((a + 1) * b for a, b in pairwise(spec.sizes)),
        "kind": kind(spec),
        "shown": SHOWN,
        "gate_of": gate_of,
        "other": _other_size(spec),
        "derivation": derive(spec) if math != "none" else None,
        "tex": tex,
        "update": update,
        "rows": update_rows(update, ROOM),
    }
    if math == "full":
        values["formulas"] = filled_in(update)
    text = environment().get_template("lesson/lesson.md.j2").render(values)
    title = text.partition("\n")[0].removeprefix("# ").replace("`", "")
    return Document(title, text, _pictures(spec, losses, weights, FORMATS[format]))


def train_again(made: Made) -> tuple[list[float], Matrices]:
    """The loss of each epoch, as `look.LOSS` says, and the final weights, seen in this process.

    Without the copies of `observe`, which cost half as much again as the run: a lesson needs no
    weights but the last.
    """
    losses: dict[int, float] = {}
    weights: list[Any] = []

    def seen(epoch: int, _rows: Any, error: Any, _weights: Any) -> None:
        with np.errstate(divide="ignore"):
            loss = -float(np.log(1 - np.abs(error)).sum()) / made.spec.table.predictions
            losses[epoch] = losses.get(epoch, 0.0) + loss

    def updated(after: Any) -> None:
        weights[:] = after

    tree = instrument(made.source)
    execute(tree, __started__=lambda *_: None, __seen__=seen, __updated__=updated)
    return list(losses.values()), matrices(weights, made.spec)


def _other_size(spec: ScriptSpec) -> ScriptSpec:
    """The same with half as many hidden units, where there are hardly any with twice as many."""
    smaller = tuple(max(2, units // 2) for units in spec.hidden)
    other = smaller if smaller != spec.hidden else tuple(2 * units for units in spec.hidden)
    usual = recipe(spec.table.inputs, other, spec.batch, spec.activation)
    return replace(spec, hidden=other, lr=usual.lr, epochs=usual.epochs, seed=0)


def _pictures(
    spec: ScriptSpec, losses: list[float], weights: Matrices, file: str
) -> tuple[Picture, ...]:
    """The network, the loss curve and what was learned, as "svg" or "png"."""
    with style():
        drawn = {
            "network": network(spec),
            "loss": loss_curve(losses, spec.batch),
            "learned": learned(spec, weights),
        }
        return tuple(Picture(name, save(figure, file), file) for name, figure in drawn.items())
