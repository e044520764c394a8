"""The pytest plug-in: each script is one item, wherever it stands and however it is reached."""

import json
import os
import re
import sys
from importlib.metadata import entry_points
from pathlib import Path
from xml.etree import ElementTree

import pytest
from documents import AND, LAYOUTS, OTHERS, PAGES, WAYS, XOR, fence, notebook
from environment import few
from nineteen import pytest_plugin
from nineteen.script.choices import read
from nineteen.script.render import render

# NumPy can be imported once only in a process, and each inner run forgets what it imported.
from nineteen.verbs.check import (
    collect,  # noqa: F401
)
from nineteen.verbs.check.found_script import READERS

pytest_plugins = ["pytester"]

WRONG = XOR.replace("W2 += ", "W2 -= ")
SINCE_9 = pytest.mark.skipif(
    pytest.version_tuple < (9,), reason="it left a folder out beside a file in it (issue 13494)"
)
RESEMBLING = "# python -m generator schema.yaml\n"
NAMES = (
    *("xor.py", "test_xor.py", "xor_test.py", "test.py", "conftest.py", "conftest_xor.py"),
    *("__init__.py", "__main__.py", "setup.py", "tests.py", "two words.py", "numpy.py", "X.PY"),
)


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    """A project of its own, which knows neither this project's settings nor its conftest."""
    # Hypothesis would be imported, and rewritten, anew in each inner run.
    pytester.makeini("[pytest]\naddopts = -p no:hypothesispytest\n")
    return pytester.path


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def trap(folder: Path, name: str = "imported") -> str:
    """A script that leaves a mark when somebody imports it."""
    mark = str(folder / name)
    body = f"if __name__ != '__main__':\n    open({mark!r}, 'w')\n    raise ImportError(__name__)"
    return f"{XOR.partition(chr(10))[0]}\n{body}\n"


def collected(pytester: pytest.Pytester, *arguments: str) -> list[str]:
    """The node ids that a collection of its own finds; nothing may fail in it."""
    record = pytester.inline_run("--collect-only", *arguments)
    assert record.ret in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    assert not [report for report in record.getreports("pytest_collectreport") if report.failed]
    [finished] = record.getcalls("pytest_collection_finish")
    return [item.nodeid for item in finished.session.items]


def test_entry_point() -> None:
    [entry] = [one for one in entry_points(group="pytest11") if one.name == "nineteen"]
    assert entry.value == "nineteen.pytest_plugin"


def test_nothing_is_imported_without_a_script(pytester: pytest.Pytester) -> None:
    heavy = ["numpy", "black", "jinja2", "rich", "markdown_it"]
    put(
        pytester.path / "test_it.py",
        f"""
        import sys

        def test_it():
            assert not {{*{heavy}}} & {{*sys.modules}}
            ours = {{name for name in sys.modules if name.split(".")[0] == "nineteen"}}
            assert ours == {{"nineteen", "nineteen.errors", "nineteen.pytest_plugin"}}
        """.replace("\n        ", "\n"),
    )
    put(pytester.path / "page.md", fence("import numpy as np\n") + OTHERS["prose"])
    put(pytester.path / "conftest.py", RESEMBLING)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
    result.assert_outcomes(passed=1)
    put(pytester.path / "page.md", fence(AND))
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:hypothesispytest")
    result.assert_outcomes(passed=1, failed=1)


@pytest.mark.parametrize("way", WAYS)
def test_quick_test_knows_what_check_reads(way: str, tmp_path: Path) -> None:
    assert tuple(READERS) == pytest_plugin.SUFFIXES
    name, page = WAYS[way]
    put(tmp_path / name, page(XOR))
    assert pytest_plugin._looks_ours(tmp_path / name)


# Collected once, and never imported.


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["."],
        ["lessons"],
        ["lessons", "lessons"],
        pytest.param(["lessons", "lessons/test_xor.py", "lessons/xor.py"], marks=SINCE_9),
        [f"lessons/{name}" for name in NAMES],
        ["{folder}/lessons"],
        ["lessons/../lessons"],
        ["other/test_deep/../../lessons"],
        ["--doctest-modules"],
        pytest.param(["--doctest-modules", "lessons/xor.py", "lessons"], marks=SINCE_9),
        ["-o", "python_files=*.py"],
        ["-o", "python_files=*.py", "--doctest-modules", "--import-mode=importlib"],
        ["--import-mode=append"],
        ["-o", "testpaths=lessons"],
        ["--rootdir", "lessons"],
        ["--rootdir", "lessons", "--confcutdir", "lessons", "lessons"],
    ],
    ids=" ".join,
)
def test_every_name_is_one_item_and_none_is_imported(
    arguments: list[str], pytester: pytest.Pytester, folder: Path
) -> None:
    for name in NAMES:
        put(folder / "lessons" / name, trap(folder))
    (folder / "other/test_deep").mkdir(parents=True)
    ids = collected(pytester, *(word.format(folder=folder) for word in arguments))
    assert sorted(ids) == sorted({*ids})
    names = [Path(one.partition("::")[0]).name for one in ids]
    assert sorted(names) == sorted(NAMES)
    assert not (folder / "imported").exists()


def test_without_the_plugin_they_would_be_imported(pytester: pytest.Pytester, folder: Path) -> None:
    """So the tests here can fail."""
    for name in ("test_xor.py", "a/conftest.py", "b/__init__.py", "b/test_own.py"):
        put(folder / name, trap(folder, f"imported {Path(name).name}"))
    pytester.runpytest_inprocess("-p", "no:nineteen")
    marks = {path.name for path in folder.glob("imported *")}
    assert marks >= {"imported test_xor.py", "imported conftest.py", "imported __init__.py"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["{name}", "{name}::xor_mini", "{folder}/{name}::xor_mini"])
def test_one_file(name: str, form: str, pytester: pytest.Pytester, folder: Path) -> None:
    put(folder / name, trap(folder))
    assert collected(pytester, form.format(name=name, folder=folder)) == [f"{name}::xor_mini"]
    assert not (folder / "imported").exists()


def test_conftest_of_every_folder_is_shielded(pytester: pytest.Pytester, folder: Path) -> None:
    """Also those above the first path, and those of test folders, which pytest loads at once."""
    for place in (".", "a", "a/b", "a/b/test_c", "a/d"):
        put(folder / place / "conftest.py", trap(folder))
    put(folder / "a/b/test_c/test_own.py", "def test_own(): pass")
    assert len(collected(pytester, "a/b")) == 3
    assert len(collected(pytester)) == 6
    assert len(collected(pytester, "a/b/test_c/test_own.py::test_own")) == 1
    assert not (folder / "imported").exists()


def test_conftest_of_the_project_still_counts(pytester: pytest.Pytester, folder: Path) -> None:
    put(folder / "conftest.py", "import pytest\n@pytest.fixture\ndef seven(): return 7\n")
    put(folder / "test_own.py", "def test_own(seven): assert seven == 7\n")
    put(folder / "xor.py", AND)
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_linked_paths(pytester: pytest.Pytester, folder: Path) -> None:
    put(folder / "lessons/test_xor.py", trap(folder))
    try:
        (folder / "link").symlink_to(folder / "lessons")
        (folder / "test_link.py").symlink_to(folder / "lessons/test_xor.py")
    except OSError:
        pytest.skip("links are not allowed here")
    assert collected(pytester, "link") == ["link/test_xor.py::xor_mini"]
    assert collected(pytester, "test_link.py") == ["test_link.py::xor_mini"]
    assert collected(pytester, "lessons/test_xor.py") == ["lessons/test_xor.py::xor_mini"]
    assert not (folder / "imported").exists()


def test_files_without_script_stay_with_pytest(pytester: pytest.Pytester, folder: Path) -> None:
    put(folder / "test_own.py", '"""\n>>> 1\n1\n"""\ndef test_own(): pass\n')
    put(folder / "page.md", f">>> 1\n1\n\n{fence(AND)}")
    put(folder / "lesson.ipynb", notebook("1\n").replace(XOR.partition("\n")[0][18:], ""))
    assert collected(pytester) == ["page.md::block1_and_h4_e150_full", "test_own.py::test_own"]
    result = pytester.runpytest_inprocess("--doctest-modules", "--doctest-glob=*.md")
    result.assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("first", "named"),
    few(
        [
            (RESEMBLING, 0),
            (RESEMBLING.replace("schema.yaml", "xor"), 0),
            (f"import numpy  {RESEMBLING}", 0),
            (f"import numpy as np\n{RESEMBLING}", 0),
            (f'"""{RESEMBLING.strip()}"""\n', 0),
            (f"import numpy as np  {RESEMBLING}", 1),
            ("import numpy as np  # python -m generator xor --colour red\n", 1),
            ("import numpy as np  # python -m generator check .\n", 1),
            ("import numpy as np  # python -m generator --expr 'a\n", 1),
        ],
        4,
    ),
)
def test_what_resembles_a_script_is_left_alone(
    first: str, named: int, pytester: pytest.Pytester, folder: Path
) -> None:
    """A warning where an import carries the command; its own tests, fixtures and package stay."""
    put(folder / "test_models.py", f"{first}def test_it(seven): assert seven == 7\n")
    put(folder / "conftest.py", f"{first}import pytest\n@pytest.fixture\ndef seven(): return 7\n")
    put(folder / "inner/__init__.py", f"{first}SEVEN = 7\n")
    put(folder / "inner/test_own.py", "from . import SEVEN\ndef test_it(): assert SEVEN == 7\n")
    put(folder / "README.md", fence(first) + fence(first, "sh"))
    book = notebook(first).replace(json.dumps(XOR)[1:-1], "")
    put(folder / "book.ipynb", book)
    put(folder / "cut.ipynb", book[:-9])
    alone = pytester.runpytest_inprocess("-q", "-p", "no:nineteen")
    alone.assert_outcomes(passed=2)
    result = pytester.runpytest_inprocess("-q")
    result.assert_outcomes(passed=2, warnings=6 * named)
    if not named:
        assert result.outlines[:-1] == alone.outlines[:-1]
    pytester.runpytest_inprocess("-q", "-W", "error").assert_outcomes(passed=2)
    result = pytester.runpytest_inprocess("-q", "--nineteen-strict")
    result.assert_outcomes(passed=2, failed=6 * named)
    assert pytester.runpytest_inprocess("README.md").ret == pytest.ExitCode.USAGE_ERROR


def test_commands_of_broken_files_are_read(pytester: pytest.Pytester, folder: Path) -> None:
    """Whatever follows the first line, and however a notebook writes it."""
    source = render(read('# python -m generator --expr "a and (b != c)"'))
    put(folder / "cut.ipynb", notebook(source)[:-9])
    put(folder / "wide.py", "")
    (folder / "wide.py").write_bytes(source.encode("utf-16"))
    (folder / "bytes.py").write_bytes(source.encode() + b"\xff")
    names = ["bytes.py", "cut.ipynb", "wide.py"]
    assert collected(pytester) == [f"{name}::broken" for name in names]


def test_ignored_folders_are_ignored(pytester: pytest.Pytester, folder: Path) -> None:
    put(folder / ".hidden/x.py", trap(folder))
    put(folder / "build/x.py", trap(folder))
    put(folder / "old/x.py", trap(folder))
    assert collected(pytester, "--ignore=old") == []


# Run.


def documents(folder: Path) -> None:
    put(folder / "lessons/test_it.py", XOR)
    put(folder / "lessons/page.md", fence(AND) + PAGES["admonition"](WRONG) + fence(XOR))
    put(folder / "lessons/book.ipynb", LAYOUTS["Jupyter"](AND))
    put(folder / "test_own.py", "def test_own(): pass")


EXPECTED = [
    "lessons/book.ipynb::cell3_and_h4_e150_full",
    "lessons/page.md::block1_and_h4_e150_full",
    "lessons/page.md::block2_xor_mini",
    "lessons/page.md::block3_xor_mini",
    "lessons/test_it.py::xor_mini",
    "test_own.py::test_own",
]


@pytest.mark.parametrize(
    "workers", [[], pytest.param(["-n", "auto"], marks=pytest.mark.slow)], ids=" ".join
)
def test_run(workers: list[str], pytester: pytest.Pytester, folder: Path) -> None:
    if workers:
        pytest.importorskip("xdist", reason="pytest-xdist runs the tests side by side")
    documents(folder)
    result = pytester.runpytest_subprocess("-v", "--doctest-modules", *workers)
    result.assert_outcomes(passed=5, failed=1)
    for node in EXPECTED:
        assert re.search(rf"(^| ){node}( |$)", result.stdout.str(), re.MULTILINE)
    line = fence(AND).count("\n") + 4
    result.stdout.fnmatch_lines(
        [
            "*_ block2_xor_mini _*",
            "learns, honest failed",
            f"lessons{os.sep}page.md:{line} (block 2): xor --batch mini",
            "  learns: fail",
            "      row * should be *, it prints *",
            "  honest: fail",
            "  form: pass",
            "  same: differs",
            "      -*W2 -= *",
            "      +*W2 += *",
            "  look at lessons*page.md:* (block 2): it says 'W2 -= *', the generator writes 'W2 *'",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_collect_only_and_selection(pytester: pytest.Pytester, folder: Path) -> None:
    documents(folder)
    assert collected(pytester) == EXPECTED
    assert collected(pytester, "-k", "xor and page") == EXPECTED[2:4]
    assert collected(pytester, "-k", "cell3") == EXPECTED[:1]
    assert collected(pytester, EXPECTED[3], EXPECTED[0]) == [EXPECTED[3], EXPECTED[0]]
    pytester.runpytest_inprocess(EXPECTED[1]).assert_outcomes(passed=1)
    result = pytester.runpytest_inprocess("--collect-only", "-q")
    assert [line for line in result.outlines if "::" in line] == EXPECTED


def test_report_for_machines(pytester: pytest.Pytester, folder: Path) -> None:
    documents(folder)
    pytester.runpytest_inprocess("--junit-xml=report.xml", "lessons")
    cases = ElementTree.parse(folder / "report.xml").findall(".//testcase")
    assert [case.get("name") for case in cases] == [one.split("::")[1] for one in EXPECTED[:-1]]
    failures = [case.findall("failure") for case in cases]
    assert [len(each) for each in failures] == [0, 0, 1, 0, 0]
    assert "learns, honest failed" in (failures[2][0].text or "")


def test_broken_files_are_failed_items(pytester: pytest.Pytester, folder: Path) -> None:
    put(folder / "cut.ipynb", notebook(XOR)[:-9])
    put(folder / "gate.md", fence(XOR.replace("xor", "xro", 1)))
    (folder / "bytes.py").write_bytes(XOR.encode() + b"\xff")
    put(folder / "test_good.py", AND)
    result = pytester.runpytest_inprocess("-v", "--nineteen-strict")
    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        [
            "bytes.py::broken FAILED*",
            "cut.ipynb::broken FAILED*",
            "gate.md::block1_refused FAILED*",
            f"*byte 0xff on line {XOR.count(chr(10)) + 1} is not UTF-8: save the file as UTF-8",
            "*the notebook is not JSON: *",
            "*unknown gate 'xro': did you mean 'xor'?*",
        ]
    )


def test_options(pytester: pytest.Pytester, folder: Path) -> None:
    put(folder / "a.py", AND.replace("# update", "# mend"))
    put(folder / "b.py", AND.replace("print(", "while True: pass\nprint("))
    result = pytester.runpytest_inprocess("--nineteen-seconds=1.5", "-rP")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*had not finished after 1.5 seconds*", "*same: differs*"])
    result = pytester.runpytest_inprocess("--nineteen-strict", "a.py")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["same failed", "*# mend", "*# update"])
    result = pytester.runpytest_inprocess("--nineteen-seconds=no")
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_fault_of_the_checker_is_told_apart(
    pytester: pytest.Pytester, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def examine(*_: object) -> None:
        raise RuntimeError("no interpreter")

    monkeypatch.setattr("nineteen.verbs.check.check_report.examine", examine)
    put(folder / "x.py", AND)
    result = pytester.runpytest_inprocess("-p", "no:logging")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the checker itself failed, not the script:*", "*no interpreter"])


def test_this_package_is_the_one_that_is_checked() -> None:
    """The tests above use the plug-in as it is installed, so it has to be this checkout's."""
    import nineteen.pytest_plugin

    root = Path(__file__).parent.parent
    assert Path(nineteen.pytest_plugin.__file__).parent == root / "generator" / "nineteen"
    assert "nineteen.pytest_plugin" in sys.modules


def test_a_project_is_strict_by_its_pyproject(pytester: pytest.Pytester) -> None:
    put(pytester.path / "x.py", AND.replace("# update", "# mend"))
    pytester.runpytest_inprocess().assert_outcomes(passed=1)
    put(pytester.path / "pyproject.toml", "[tool.nineteen]\nstrict = true\n")
    pytester.runpytest_inprocess().assert_outcomes(failed=1)


BARE = XOR.replace("  # python -m generator xor --batch mini", "")


@pytest.mark.parametrize("options", few([[], ["-n", "1"]], 1), ids=" ".join)
def test_summary_says_what_was_seen(pytester: pytest.Pytester, options: list[str]) -> None:
    if options:
        pytest.importorskip("xdist", reason="pytest-xdist runs the tests side by side")
    put(pytester.path / "a.md", fence(XOR) + fence(AND))
    put(pytester.path / "b.md", fence(BARE))
    put(pytester.path / "test_c.py", "def test_c():\n    pass\n")
    result = pytester.runpytest_subprocess(*options)
    result.assert_outcomes(passed=3)
    looks = "nineteen: 1 block looks like such a script and begins with no command: b.md:2"
    result.stdout.fnmatch_lines(["nineteen: 2 scripts in 1 of 3 files", looks])
    only = pytester.runpytest_inprocess("a.md")
    only.stdout.fnmatch_lines(["nineteen: 2 scripts in 1 of 1 file"])
    without = pytester.runpytest_inprocess("test_c.py")
    assert "nineteen: " not in without.stdout.str()


def test_what_a_project_excludes_is_left_out(pytester: pytest.Pytester) -> None:
    put(pytester.path / "old/test_x.py", WRONG)
    put(pytester.path / "old/x.md", fence(WRONG))
    put(pytester.path / "new.md", fence(AND))
    pytester.runpytest_inprocess().assert_outcomes(passed=1, failed=2)
    put(pytester.path / "pyproject.toml", '[tool.nineteen]\nexclude = ["old"]\n')
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["nineteen: 1 script in 1 of 1 file"])


def test_scripts_of_any_origin(pytester: pytest.Pytester) -> None:
    put(pytester.path / "pyproject.toml", "[tool.nineteen]\nseeds = 3\n")
    put(pytester.path / "x.md", fence(BARE))
    put(pytester.path / "y.py", BARE)
    pytester.runpytest_inprocess().assert_outcomes()
    result = pytester.runpytest_inprocess("--nineteen-as", "xor", "-rA")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*learns with 3 of 3 seeds (43.8 to 100 %)"])
    result = pytester.runpytest_inprocess("--nineteen-as", "and", "y.py")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*learns with 0 of 3 seeds (0 to 56.2 %), not with 0, 1, 2"])
    put(pytester.path / "y.py", f"# learns xor\n{BARE}")
    pytester.runpytest_inprocess("y.py").assert_outcomes(passed=1)
    for head in ("", "import numpy\n"):  # a comment in somebody's tests is no claim
        put(
            pytester.path / "test_mine.py", f"{head}# learns nothing\ndef test_a():\n    assert 0\n"
        )
        pytester.runpytest_inprocess("test_mine.py").assert_outcomes(failed=1)
    put(pytester.path / "z.py", "import os\n# learns nothing\n")
    pytester.runpytest_inprocess().assert_outcomes(passed=1, failed=1)
