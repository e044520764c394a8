"""The pictures of a lesson: the network, the loss as it falls, and what was learned.

Matplotlib figures, drawn inside `look.style()`. `weights` are the matrices of a trained network.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

from nineteen.page import look
from nineteen.script.spec import SIGMOID, Batch, ScriptSpec
from nineteen.training.gradient import Matrices, inputs_of, predict, shapes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = 8  # most units of a layer that are drawn; of a larger one dots stand for the others
PANELS = 8  # most decision surfaces in one picture
TENTHS = [step / 10 for step in range(11)]  # of a surface, each with a colour
AXIS = "input {} (-1 means 0, +1 means 1)"


def network(spec: ScriptSpec) -> "Figure":
    """The layers as columns of circles, joined by lines; below, names, sizes and shapes."""
    figure = look.new_figure(6.4, 3.8)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set(xlim=(-0.5, len(spec.sizes) - 0.3), ylim=(-1.75, 1.1))
    columns = [_heights(size) for size in spec.sizes]
    weights, step = list(shapes(spec).items()), 2 if len(spec.hidden) == 1 else 1
    for x, (left, right) in enumerate(pairwise(columns)):
        for start, end in product(left, right):
            axes.plot([x, x + 1], [start, end], color=look.GREY, linewidth=0.6, zorder=1)
        between = "\n".join(f"{name} {shape}" for name, shape in weights[step * x : step * (x + 1)])
        axes.text(x + 0.5, -1.62, between, ha="center", va="center", family="monospace")
    last = len(columns) - 1
    hidden = ["layer"] if last == 2 else [f"layers[{x}]" for x in range(1, last)]
    titles = ["X", *hidden, "output"]
    for x, heights in enumerate(columns):
        circles = axes.scatter([x] * len(heights), heights, s=190, color="white", zorder=2)
        circles.set_edgecolor(look.INK)
        if spec.sizes[x] > SHOWN:
            axes.text(x, 0, "⋮", ha="center", va="center", fontsize=16)
        curve = (SIGMOID if x == last else spec.activation).noun.removeprefix("the ")
        units = f"{spec.sizes[x]} {'unit' if x else 'input'}{'s' * (spec.sizes[x] > 1)}"
        about = f"{titles[x]}\n{units}{f', {curve}' if x else ''}"
        axes.text(x, -1.28, about, ha="center", va="center")
        names = spec.output_names if x == last else () if x else spec.input_names
        for y, name in zip(heights, names if len(names) == len(heights) else (), strict=False):
            axes.text(x + (0.12 if x else -0.12), y, name, ha="left" if x else "right", va="center")
    return figure


def loss_curve(losses: Sequence[float], batch: Batch) -> "Figure":
    """The loss of each epoch, as `look.LOSS` says."""
    figure = look.new_figure(6.4, 3.2)
    axes = figure.subplots()
    drawn = look.STRATEGIES[batch]
    mark = drawn.marker if len(losses) < 20 else ""
    axes.plot(range(len(losses)), losses, drawn.line, color=drawn.colour, marker=mark)
    axes.set(xlabel="epoch", ylabel=look.LOSS, xlim=(0, None), ylim=(0, None))
    return figure


def which_losses(curves: Iterable[Sequence[float]]) -> "Figure":
    """Two losses side by side, A and B; no colour and no dash says of what."""
    figure, grid = _panels(2, 2.6)
    for letter, axes, losses in zip("AB", grid, curves, strict=True):
        axes.plot(losses, color=look.INK)
        axes.set(title=letter, xlabel="epoch", xlim=(0, None))
    grid[0].set(ylabel="mean loss (nats)", ylim=(0, None))
    return figure


def unit_lines(spec: ScriptSpec, weights: Matrices) -> "Figure":
    """The line of each unit of the first layer over two inputs, with an arrow to its high side."""
    figure = look.new_figure(6.4, 3.8)
    axes = figure.subplots()
    for *across, bias in weights[0].T[:SHOWN]:
        up = np.array(across) / np.hypot(*across)
        foot = -bias / np.hypot(*across) * up  # the point of the line next to the middle
        ends = foot + np.outer((-9, 9), (-up[1], up[0]))
        axes.plot(*ends.T, color=look.GREY)
        axes.annotate("", foot + up / 4, foot, arrowprops={"arrowstyle": "->"})
    for (x, y), targets in zip(inputs_of(spec.table), spec.table.targets(), strict=True):
        axes.plot(x, y, **look.TARGETS[targets[0]])
    axes.set(aspect="equal", xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    axes.set(xlim=(-look.EDGE, look.EDGE), ylim=(-look.EDGE, look.EDGE))
    axes.set(xlabel=AXIS.format(spec.input_names[0]), ylabel=AXIS.format(spec.input_names[1]))
    look.legend_above(figure, look.TARGETS)
    return figure


def learned(spec: ScriptSpec, weights: Matrices) -> "Figure":
    """What the network predicts, as `kind` says."""
    return {"curve": _curves, "surfaces": _surfaces, "squares": _squares}[kind(spec)](spec, weights)


def kind(spec: ScriptSpec) -> str:
    """How `learned` shows a network: a "curve" of one input, "surfaces" of two, or "squares".

    Surfaces of more inputs are slices, at most PANELS; else every row of the table is a square.
    """
    panels = spec.table.outputs * 2.0 ** (spec.table.inputs - 2)
    return "curve" if spec.table.inputs == 1 else "surfaces" if panels <= PANELS else "squares"


def _heights(size: int) -> list[float]:
    if size > SHOWN:
        return [1, 0.7, 0.4, -0.4, -0.7, -1]
    step = min(0.5, 2 / max(1, size - 1))
    return [((size - 1) / 2 - i) * step for i in range(size)]


def _curves(spec: ScriptSpec, weights: Matrices) -> "Figure":
    figure = look.new_figure(6.4, 3.2)
    axes = figure.subplots()
    x, targets = np.linspace(-look.EDGE, look.EDGE, 2 * look.GRID), np.array(spec.table.targets())
    predictions = predict(weights, x[:, None], spec.activation)
    for i, name in enumerate(spec.output_names):
        line, marker = look.OUTPUTS[i % len(look.OUTPUTS)]
        axes.plot(x, predictions[:, i], line, color=look.INK)
        axes.plot([-1, 1], targets[:, i], marker, color=look.INK, clip_on=False)
        axes.plot([], [], line, marker=marker, color=look.INK, label=name)
    axes.set(xlabel=AXIS.format(spec.input_names[0]), ylabel="prediction (line), target (mark)")
    axes.set(ylim=(0, 1))
    figure.legend(loc="outside right upper")
    return figure


def _surfaces(spec: ScriptSpec, weights: Matrices) -> "Figure":
    answers = partial(predict, weights, activation=spec.activation)
    fixed = list(product((-1, 1), repeat=spec.table.inputs - 2))
    panels = [(i, values) for i in range(spec.table.outputs) for values in fixed]
    figure, grid = _panels(len(panels), 2.0 if len(panels) > 1 else 3.4)
    for axes, (i, values) in zip(grid, panels, strict=True):
        shape = look.draw_surface(axes, spec.table, answers, TENTHS, values, i)
        names = zip(spec.input_names[2:], values, strict=True)
        title = [spec.output_names[i]] * (spec.table.outputs > 1)
        axes.set_title(", ".join(title + [f"{name} = {int(bit > 0)}" for name, bit in names]))
    figure.supxlabel(AXIS.format(spec.input_names[0]), fontsize="medium")
    figure.supylabel(AXIS.format(spec.input_names[1]), fontsize="medium")
    look.explain_surfaces(figure, shape, grid)
    return figure


def _squares(spec: ScriptSpec, weights: Matrices) -> "Figure":
    count, down = spec.table.inputs, spec.table.inputs // 2
    shape = 2**down, 2 ** (count - down), spec.table.outputs
    predictions = predict(weights, inputs_of(spec.table), spec.activation).reshape(shape)
    targets = np.array(spec.table.targets()).reshape(shape)
    one = look.TARGETS[1] | {"markersize": 4.5}
    figure, grid = _panels(spec.table.outputs, 2.4 if spec.table.outputs > 1 else 4.0)
    for i, axes in enumerate(grid):
        mesh = axes.pcolormesh(predictions[:, :, i], cmap=look.SURFACE, vmin=0, vmax=1)
        mesh.set(edgecolor="white", linewidth=0.5)
        y, x = np.argwhere(targets[:, :, i] == 1).T + 0.5
        axes.plot(x, y, **one)
        axes.set(aspect="equal", ylim=(shape[0], 0))
        for axis, bits in ((axes.xaxis, count - down), (axes.yaxis, down)):
            axis.set_ticks(np.arange(2**bits) + 0.5, [f"{n:0{bits}b}" for n in range(2**bits)])
        axes.tick_params("x", rotation=90)
        axes.tick_params(length=0, labelsize=8 if shape[1] < 16 else 6)
        axes.set_title(spec.output_names[i] if spec.table.outputs > 1 else "")
    figure.supxlabel(f"inputs {' '.join(spec.input_names[down:])}", fontsize="medium")
    figure.supylabel(f"inputs {' '.join(spec.input_names[:down])}", fontsize="medium")
    figure.colorbar(mesh, ax=grid, label="prediction (0 to 1)")
    look.legend_above(figure, [one])
    return figure


def _panels(count: int, side: float) -> "tuple[Figure, list[Axes]]":
    width = min(count, 4)
    height = -(-count // width)
    figure = look.new_figure(width * side + 1.4, height * (side + 0.3) + 0.5)
    grid = figure.subplots(height, width, squeeze=False, sharex=True, sharey=True).ravel()
    for axes in grid[count:]:
        axes.set_axis_off()
    return figure, list(grid[:count])
