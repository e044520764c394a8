"""The package: what it holds, and that it works from a wheel, an editable install, a checkout."""

import re
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fresh import ROOT, Fresh, call, put
from nineteen import pytest_plugin
from nineteen.verbs import VERBS

pytestmark = pytest.mark.slow

# What the command imports sooner or later, in its worker processes too.
SHADOWED = (
    *("random", "logging", "string", "copy", "numpy", "typing", "argparse", "multiprocessing"),
    *("joblib", "jinja2", "black", "rich", "pathlib", "json", "tempfile", "subprocess", "enum"),
)
COMMANDS = ("python -m generator", "python -m nineteen", "nineteen")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Fresh:
    """The dependencies of the package, without it, and the oldest pytest that it works with."""
    fresh = Fresh(tmp_path_factory.mktemp("bare"))
    fresh.pip("install", wheel, f"pytest=={pytest_plugin.OLDEST}.0.0")
    fresh.pip("uninstall", "-y", "nineteen")
    return fresh


@pytest.fixture(scope="module", params=["wheel", "editable"])
def installed(request: pytest.FixtureRequest, bare: Fresh, wheel: Path) -> Iterator[Fresh]:
    before = bare.files()
    what = [wheel] if request.param == "wheel" else ["-e", ROOT]
    bare.pip("install", "--no-deps", *what)
    yield bare
    bare.pip("uninstall", "-y", "nineteen")
    assert bare.files() == before


def shadowed(folder: Path) -> Path:
    """The folder, with modules that leave a mark when they are imported; returns the mark."""
    mark = folder / "imported"
    for name in SHADOWED:
        text = f"open({str(mark)!r}, 'a').write(__name__)\nraise ImportError({name!r})\n"
        put(folder / f"{name}.py", text)
    return mark


def use(fresh: Fresh, command: str, folder: Path) -> None:
    """Make a script, check it and sweep, in a folder of shadowed modules."""
    mark = shadowed(folder)
    fresh.run(f"{command} xor --batch mini --force", folder)
    made = (folder / "generated/xor_mini.py").read_bytes()
    assert made == (ROOT / "generated/xor_mini.py").read_bytes()
    assert "1 script in 1 of 1 file: all passed" in fresh.run(
        f"{command} check generated/xor_mini.py", folder
    )
    fresh.run(f"{command} sweep xor --seeds 40 --workers 2 -o {folder}/sweep.json", folder)
    assert not mark.exists()


def test_wheel_and_sdist(tmp_path: Path, wheel: Path) -> None:
    pytest.importorskip("build", reason="build makes the sdist")
    built = call(sys.executable, "-m", "build", "-o", tmp_path, ROOT, cwd=tmp_path)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "warning" not in (built.stdout + built.stderr).lower()
    [sdist], [again] = tmp_path.glob("*.tar.gz"), tmp_path.glob("*.whl")
    inside = {name: zipfile.ZipFile(wheel).read(name) for name in zipfile.ZipFile(wheel).namelist()}
    assert {name: zipfile.ZipFile(again).read(name) for name in inside} == inside
    package = ROOT / "generator/nineteen"
    wanted = {
        "generator/__main__.py",
        *(f"nineteen/{path.relative_to(package).as_posix()}" for path in package.rglob("*.py")),
        *(
            f"nineteen/{path.relative_to(ROOT).as_posix()}"
            for path in (ROOT / "templates").rglob("*")
            if path.is_file()
        ),
        "nineteen/py.typed",
    }
    assert {name for name in inside if ".dist-info/" not in name} == wanted
    about = {name.partition(".dist-info/")[2]: text for name, text in inside.items()}
    assert about["licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert b"Requires-Dist: markdown-it-py" in about["METADATA"]
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "CITATION.cff", "pyproject.toml"} <= names
    folders = {name.partition("/")[0] for name in names if "/" in name}
    assert folders == {"generator", "templates"}  # no tests, and no generated files
    assert not [name for name in names if name.endswith((".pyc", "__pycache__"))]


def test_bare_checkout_works(bare: Fresh, tmp_path: Path) -> None:
    """With the dependencies only; those of its folder that a student put there stay unread."""
    for name in ("generator", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name)
    use(bare, "python -m generator", tmp_path)
    bare.run("python -m nineteen list", tmp_path, code=1)


def test_citation_names_who_holds_the_licence() -> None:
    [holder] = re.findall(r"Copyright \(c\) \d+ (.+)", (ROOT / "LICENSE").read_text())
    citation = (ROOT / "CITATION.cff").read_text()
    assert f"authors:\n  - name: {holder}\n" in citation
    assert "://" not in citation


def test_such_modules_would_be_imported(bare: Fresh, tmp_path: Path) -> None:
    """So the tests here can fail."""
    mark = shadowed(tmp_path)
    put(tmp_path / "own.py", "import random")
    bare.run("python -m own", tmp_path, code=1)
    assert mark.read_text() == "random"


@pytest.mark.parametrize("command", COMMANDS)
def test_installed_it_works_elsewhere(command: str, installed: Fresh, tmp_path: Path) -> None:
    use(installed, command, tmp_path)


def test_every_verb_runs_where_only_the_wheel_is(installed: Fresh, tmp_path: Path) -> None:
    told = {
        "list -q": "xor",
        "explain xor": "backpropagation",
        "steps xor": "Update 1 of 100",
        "sweep xor --seeds 5 --workers 1": "100",
        "playground -o site": "any web server",
        "catalogue": "all learned",
        "check generated/xor_mini.py": "all passed",
        "compare xor -o .": "matplotlib is not installed: pip install matplotlib",
    }
    assert {words.split()[0] for words in told} == set(VERBS)
    for words, expected in told.items():
        code = 2 if "not installed" in expected else 0
        assert expected in installed.run(f"nineteen {words}", tmp_path, code), words


def test_the_wheel_is_built_offline_too(tmp_path: Path, wheel: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "--no-index", "--no-build-isolation", "--no-deps")
    built = call(*pip, "-w", tmp_path, ROOT, cwd=tmp_path)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "warning" not in (built.stdout + built.stderr).lower()
    [again] = tmp_path.glob("*.whl")
    names = [set(zipfile.ZipFile(one).namelist()) for one in (again, wheel)]
    assert names[0] == names[1]


@pytest.mark.parametrize("command", ["uv run --no-dev nineteen", "uvx --from . nineteen"])
def test_uv_needs_no_installation(command: str, tmp_path: Path) -> None:
    if not shutil.which("uv"):
        pytest.skip("needs uv")
    for name in ("generator", "templates", "pyproject.toml", "README.md", "LICENSE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    done = call(*command.split(), "xor", "--batch", "mini", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    made = (tmp_path / "generated/xor_mini.py").read_bytes()
    assert made == (ROOT / "generated/xor_mini.py").read_bytes()


def test_plugin_works_with_the_oldest_pytest(installed: Fresh, tmp_path: Path) -> None:
    """All of its tests where they find the package in this checkout, otherwise those that run."""
    those = "test" if any(name.endswith("_nineteen.pth") for name in installed.files()) else "run"
    tests = f"--noconftest -o addopts= -p no:cacheprovider --basetemp={tmp_path}/inner"
    said = installed.run(
        f"python -P -m pytest -q -k {those} {tests} {ROOT}/tests/test_plugin.py", ROOT
    )
    assert " passed" in said
