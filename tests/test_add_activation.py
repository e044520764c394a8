"""Adding an activation is adding one row (and its measured defaults): the whole package has it."""

from pathlib import Path

import numpy as np
import pytest
import test_derivation
from exact import gradient, loss
from nineteen.script.annotate import annotated
from nineteen.script.choices import command, read
from nineteen.script.make import make
from nineteen.script.render import confirm, render
from nineteen.script.spec import ACTIVATIONS, RECIPE_FILE, Activation, ScriptSpec, kinds
from nineteen.script.templates import data, templates_folder
from nineteen.training.gradient import hidden, matrices
from nineteen.training.observe import Update, observe
from nineteen.verbs.lesson.command import lesson
from space import spec

ROWS = {
    "arctan": Activation(
        name="arctan",
        function="np.arctan({z})",
        slope="np.cos({a}) ** 2",
        slope_tex="(cos {a})^2",
        least=-np.pi / 2,
        noun="arctan",
        formula=r"here $f(z) = \arctan z$",
        meaning="`np.arctan` squeezes the sum into the range of an angle.",
        slope_meaning="Where arctan gives t, its slope is np.cos(t)**2.",
        slope_derived=r"Written by its own value $a$, the slope of arctan is $(\cos a)^2$.",
    ),
    "softplus": Activation(
        name="softplus",
        function="np.log1p(np.exp({z}))",
        slope="(1 - np.exp(-{a}))",
        slope_tex="(1 - e^{{-{a}}})",
        least=0,
        noun="softplus",
        formula=r"here $f(z) = \ln(1 + e^z)$",
        meaning="Softplus bends smoothly from 0 to the sum itself.",
        slope_meaning="Where softplus gives s, its slope is 1 - np.exp(-s).",
        slope_derived="Written by its own value $a$, the slope of softplus is $1 - e^{-a}$.",
    ),
    "leaky": Activation(
        name="leaky",
        function="np.maximum(0.1 * ({z}), {z})",
        slope="np.where({a} > 0, 1, 0.1)",
        slope_tex="({a} > 0 ? 1 : 0.1)",
        least=float("-inf"),
        kink=True,
        noun="leaky ReLU",
        formula=r"here leaky ReLU, $f(z) = \max(0.1 z, z)$",
        meaning="Leaky ReLU keeps a sum above 0 and makes a tenth of any other.",
        slope_meaning="Where leaky ReLU gives more than 0, its slope is 1, else 0.1.",
        slope_derived="The slope of leaky ReLU is 1 where its value is above 0, and else 0.1.",
    ),
}
SIZES = ["--hidden 6", "--hidden 5,4 --batch mini"]
# Naming z twice, leaky ReLU makes the line of several layers too wide.
CASES = [(name, sizes) for name in ROWS for sizes in SIZES if (name, sizes) != ("leaky", SIZES[1])]


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, row in ROWS.items():
        monkeypatch.setitem(ACTIVATIONS, name, row)
        monkeypatch.setitem(data(RECIPE_FILE), name, data(RECIPE_FILE)["tanh"])


def chosen(name: str, sizes: str) -> ScriptSpec:
    return spec("xor", *sizes.split(), "--activation", name, "--lr", "0.3", "--epochs", "200")


@pytest.mark.parametrize(("name", "sizes"), CASES)
def test_its_script_is_rendered_explained_and_learns(name: str, sizes: str) -> None:
    wanted = chosen(name, sizes)
    source = render(wanted)
    confirm(source)
    assert read(f"# {command(wanted)}") == wanted
    assert kinds() == "sigmoid, tanh, relu, arctan, softplus or leaky"
    told = " ".join(line.meaning for line in annotated(wanted))
    assert ROWS[name].meaning in told
    assert f"the slope of {ROWS[name].noun}" in told
    assert make(wanted, range(4)).verdict.ok


@pytest.mark.parametrize(("name", "sizes"), CASES)
def test_its_updates_are_the_gradient_and_the_derivation_says_so(name: str, sizes: str) -> None:
    wanted = chosen(name, sizes)
    seen: list[Update] = []
    start = observe(render(wanted), seen.append) and seen[0]
    assert start
    X = np.array([[2.0 * int(bit) - 1 for bit in wanted.table.inputs_of(r)] for r in start.rows])
    y = np.array(wanted.table.targets(), float)[list(start.rows)]
    before, after = (matrices(part, wanted) for part in (start.before, start.after))
    exact = gradient(before, X, y, wanted.activation)
    for old, new, slope in zip(before, after, exact, strict=True):
        np.testing.assert_allclose(new - old, -wanted.lr * slope, rtol=1e-9, atol=1e-12)
    for place, matrix in enumerate(before):
        nudged = [other.copy() for other in before]
        nudged[place][0, 0] += 1e-6
        up = loss(tuple(nudged), X, y, wanted.activation)
        nudged[place][0, 0] -= 2e-6
        rise = (up - loss(tuple(nudged), X, y, wanted.activation)) / 2e-6
        assert rise == pytest.approx(exact[place][0, 0], rel=1e-4, abs=1e-8), matrix.shape
    words = tuple(command(wanted).split()[3:])
    test_derivation.test_the_expressions_are_the_gradient_and_the_update(words)


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS)
def test_its_lesson_has_its_words(name: str) -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra lessons")
    made = make(chosen(name, SIZES[0]), range(4))
    text = lesson(made, "full", "md").text
    assert ROWS[name].formula in text
    assert ROWS[name].slope_derived in text
    assert ROWS[name].slope_meaning in text


def test_a_wrong_slope_is_noticed() -> None:
    z = np.array([-2.0, -0.5, 0.25, 3.0])
    for row in ACTIVATIONS.values():
        function, slope = hidden(row)
        rise = (function(z + 1e-6) - function(z - 1e-6)) / 2e-6
        np.testing.assert_allclose(slope(function(z)), rise, rtol=1e-6, atol=1e-9)
        assert not np.allclose(slope(function(z)) + 0.01, rise, rtol=1e-6, atol=1e-9)


def test_no_other_file_has_a_table_of_activations() -> None:
    folders = (templates_folder(), templates_folder().parent / "generator")
    found = {
        path.name
        for folder in folders
        for path in folder.rglob("*.*")
        if path.suffix in {".py", ".j2", ".js", ".html"} and _quotes_two(path)
    }
    assert found == set()  # what was measured for each stands in recipe.toml


def _quotes_two(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return '"tanh"' in text and '"relu"' in text
