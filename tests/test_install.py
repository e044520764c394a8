"""Installed beside other people's projects: their tests run as before, and nothing stays behind.

The dependencies are left out: where no script of ours is, the plug-in needs none of them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fresh import ROOT, Fresh, put
from nineteen import pytest_plugin

pytestmark = pytest.mark.slow

OWN = "if __name__ == '__main__': print('their own')\nSEVEN = 7\n"
TEST = "from generator{} import SEVEN\n\ndef test_own(): assert SEVEN == 7\n"
PROJECTS = {
    "a module": {"generator.py": OWN, "test_own.py": TEST.format("")},
    "a package": {
        "generator/__init__.py": OWN,
        "generator/__main__.py": "print('their own')",
        "test_own.py": TEST.format(""),
    },
    "a folder of modules": {
        "generator/seven.py": OWN,
        "generator/__main__.py": "print('their own')",
        "test_own.py": TEST.format(".seven"),
    },
    "a package in src": {
        "src/generator/__init__.py": OWN,
        "tests/test_own.py": TEST.format(""),
        "tests/schema/test_models.py": f"# python -m generator schema.yaml\n{TEST.format('')}",
        "pytest.ini": "[pytest]\npythonpath = src\n",
    },
    "a package in src, by conftest.py": {
        "src/generator/__init__.py": OWN,
        "conftest.py": "# python -m generator schema.yaml\nimport sys\nsys.path.insert(0, 'src')\n",
        "tests/test_own.py": TEST.format(""),
    },
}
MACHINES = [
    *(("6.2.5", "wheel"), ("7.4.4", "wheel"), ("7.4.4", "editable")),
    *(("", "wheel"), ("", "editable")),  # the newest
]


@pytest.fixture(scope="module", params=MACHINES, ids=lambda one: f"pytest {one[0]} {one[1]}")
def installed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, wheel: Path
) -> Iterator[Fresh]:
    """pytest and this package, and nothing else."""
    version, way = request.param
    fresh = Fresh(tmp_path_factory.mktemp("fresh"))
    fresh.pip("install", f"pytest=={version}" if version else "pytest")
    before = fresh.files()
    fresh.pip("install", "--no-deps", *([wheel] if way == "wheel" else ["-e", ROOT]))
    yield fresh
    fresh.pip("uninstall", "-y", "nineteen")
    assert fresh.files() == before


@pytest.mark.parametrize("name", PROJECTS)
def test_their_tests_run(name: str, installed: Fresh, tmp_path: Path) -> None:
    for path, text in PROJECTS[name].items():
        put(tmp_path / path, text)
    if version_of(installed, tmp_path) < "7" and (tmp_path / "pytest.ini").exists():
        (tmp_path / "pytest.ini").replace(tmp_path / "unknown.ini")  # it has no pythonpath
        put(tmp_path / "conftest.py", PROJECTS["a package in src, by conftest.py"]["conftest.py"])
    tests = sum("test_" in path for path in PROJECTS[name])
    for command in ("pytest", "python -W error -m pytest -W error"):
        said = installed.run(f"{command} -p no:cacheprovider", tmp_path)
        assert f"= {tests} passed in" in said  # and no warning
        assert "nineteen-" in said
    if "src" not in name:
        assert installed.run("python -m generator", tmp_path) == "their own\n"


def version_of(fresh: Fresh, folder: Path) -> str:
    [version] = re.findall(r"pytest ([0-9.]+)", fresh.run("pytest --version", folder))
    return str(version)


def test_old_pytest_says_so_when_asked(installed: Fresh, tmp_path: Path) -> None:
    """And a newer one takes the plug-in's options."""
    put(tmp_path / "test_own.py", "def test_own(): pass")
    version = version_of(installed, tmp_path)
    old = int(version.partition(".")[0]) < pytest_plugin.OLDEST
    said = installed.run("pytest --nineteen-strict", tmp_path, code=4 if old else 0)
    words = (
        f"ERROR: --nineteen-strict: pytest {version} is too old to collect generated scripts; "
        f"install pytest {pytest_plugin.OLDEST} or newer, or use: python -m generator check"
    )
    assert (said.strip() == words) == old
    assert "--nineteen-seconds" in installed.run("pytest --help", tmp_path)
