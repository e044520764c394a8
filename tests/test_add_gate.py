"""Adding a gate is adding one row: a copy of the package gets two more, and every verb has them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from environment import few
from nineteen.script.templates import templates_folder

# A gate of any number of inputs and a circuit of two outputs.
ROWS = """
[one_hot]
meaning = "1 if exactly one input is 1, otherwise 0"
rule = "ones == 1"
y = "({X} > 0).sum(axis=1, keepdims=True) == 1"
y_meaning = "true, which counts as 1, where exactly one input is above 0"
aliases = ["exactly_one"]

[half_subtractor]
meaning = "the difference a - b of two bits, and what has to be borrowed for it"
bits = ["0110", "0100"]
outputs = ["difference", "borrow"]
aliases = ["halfsub"]
"""
ORACLES = {
    "one_hot": lambda a, b: (a + b == 1,),
    "one_hot3": lambda a, b, c: (a + b + c == 1,),
    "half_subtractor": lambda a, b: ((a - b) % 2, a < b),
}
CATALOGUE = (
    '[[chapter]]\ntitle = "New"\nteach = "new gates"\ngroup = "first"\nname = "one_gate"\n'
    'scripts = ["one_hot3", "half_subtractor"]\n'
)
BRIDGE = """
import json, sys
from nineteen.verbs.playground.bridge import answer
from nineteen.verbs.playground.site import site
asked = [json.loads(answer(json.dumps(request))) for request in json.loads(sys.argv[1])]
print(json.dumps({"page": site()["index.html"].decode(), "answers": asked}))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package and its templates, and the two rows more."""
    folder = tmp_path_factory.mktemp("added")
    templates = templates_folder()
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(templates, folder / "templates")
    shutil.copytree(templates.parent / "generator", folder / "generator", ignore=ignore)
    for name, text in (("gates.toml", ROWS), ("catalogue/scripts.toml", CATALOGUE)):
        with open(folder / "templates" / name, "a", encoding="utf-8") as file:
            file.write(text)
    return folder


def run(copy: Path, *words: str, code: int = 0) -> str:
    """What the copied package prints."""
    environment = os.environ | {"PYTHONPATH": str(copy / "generator"), "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, *words], cwd=copy, env=environment, capture_output=True, text=True
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def verb(copy: Path, *words: str, code: int = 0) -> str:
    """What a verb of the copied package prints."""
    return run(copy, "-m", "nineteen", *words, code=code)


def bits(name: str) -> list[str]:
    """The gate's columns by the oracle."""
    inputs = ORACLES[name].__code__.co_argcount
    rows = [tuple(map(int, f"{row:0{inputs}b}")) for row in range(2**inputs)]
    wanted = [ORACLES[name](*row) for row in rows]
    return ["".join(str(int(value)) for value in column) for column in zip(*wanted, strict=True)]


def test_without_the_rows_the_names_are_unknown() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nineteen", "one_hot", "-o", "-"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "unknown gate 'one_hot'" in done.stderr


def test_the_list_has_them_with_the_right_bits(copy: Path) -> None:
    lines = {line.split()[0]: line for line in verb(copy, "list").splitlines() if line.split()}
    for name in ("one_hot", "half_subtractor"):
        assert f" {' '.join(bits(name))} " in lines[name]
    assert "exactly_one" in lines["one_hot"]
    assert "1 to 8" in lines["one_hot"]


@pytest.mark.parametrize("name", few(ORACLES, 1))
def test_scripts_are_made_explained_and_checked(copy: Path, name: str) -> None:
    path = copy / f"{name}.py"
    verb(copy, name, "-o", str(path))
    assert ": all passed" in verb(copy, "check", str(path))
    explained = verb(copy, "explain", name)
    assert ("where exactly one input is above 0." in explained) == (name == "one_hot3")


@pytest.mark.slow
def test_a_wrong_line_for_y_does_not_learn(copy: Path) -> None:
    path = copy / "wrong.py"
    verb(copy, "one_hot3", "-o", str(path))
    source = path.read_text(encoding="utf-8")
    path.write_text(source.replace("== 1", "== 2"), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != source
    verb(copy, "check", str(path), code=1)


def test_aliases_and_several_at_once(copy: Path) -> None:
    printed = verb(copy, "exactly_one", "halfsub", "-o", "-")
    assert "# python -m generator one_hot half_subtractor" in printed


@pytest.mark.slow
@pytest.mark.parametrize("format", ["md", "ipynb", "html"])
def test_lessons(copy: Path, format: str) -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra lessons")
    path = copy / f"lesson.{format}"
    verb(copy, "one_hot3", "--format", format, "--math", "full", "-o", str(path))
    assert "exactly one input is 1" in path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_exercises_and_their_variants(copy: Path) -> None:
    path = copy / "exercise"
    verb(copy, "half_subtractor", "--exercise", "--format", "ipynb", "-o", str(path))
    assert (path / "exercise.ipynb").stat().st_size
    verb(copy, "xor3", "--exercise", "--variants", "12", "-o", str(copy / "class"))
    assert "one_hot3" in (copy / "class_solution" / "variants.csv").read_text(encoding="utf-8")


@pytest.mark.slow
def test_sweeps_and_comparisons(copy: Path) -> None:
    swept = verb(copy, "sweep", "one_hot3", "half_subtractor", "--each", "--seeds", "3")
    assert "6 scripts" in swept
    words = ["--seeds", "6", "--epochs", "60", "--workers", "1", "-o", str(copy / "compared")]
    verb(copy, "compare", "one_hot", *words)
    [page] = (copy / "compared").glob("*.md")
    assert "one_hot" in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_catalogue(copy: Path) -> None:
    (copy / "generated").mkdir()
    verb(copy, "catalogue")
    page = (copy / "generated" / "README.md").read_text(encoding="utf-8")
    assert "(one_hot3_full.py)" in page
    assert "is fresh: " in verb(copy, "catalogue", "--check")


def test_the_playground(copy: Path) -> None:
    asked = [
        {"ask": ask, "words": name} | ({"format": "ipynb"} if ask == "file" else {})
        for name in ORACLES
        for ask in ("script", "start", "run", "file")
    ]
    told = json.loads(run(copy, "-c", BRIDGE, json.dumps(asked)))
    assert not [answer for answer in told["answers"] if "error" in answer]
    for name in ("half_subtractor", "one_hot"):
        assert f'name="gate" value="{name}"' in told["page"]
    assert 'title="1 if exactly one' in told["page"]
    for name, answer in zip(ORACLES, told["answers"][::4], strict=True):
        assert answer["table"]["columns"] == bits(name)
    assert all(answer["ok"] for answer in told["answers"][2::4])
