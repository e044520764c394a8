"""Nothing is passed over in silence: what `check` counts, names, leaves out and says as JSON."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from documents import AND, XOR, fence, notebook, scripts_in
from environment import few
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script.choices import read
from nineteen.script.render import templates_folder
from nineteen.verbs.check import found_script
from nineteen.verbs.check.files_to_check import Settings, files_in, settings_of
from nineteen.verbs.check.found_script import reading
from nineteen.verbs.check.text_blocks import restructured_blocks

BARE = XOR.replace("  # python -m generator xor --batch mini", "")
TRASK = """import numpy as np

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
syn0 = 2 * np.random.random((3, 4)) - 1
for j in range(60000):
    l1 = 1 / (1 + np.exp(-(np.dot(X, syn0))))
"""
LOOP_INSIDE = """import numpy as np
def train(X, y):
    w = np.random.randn(2, 1)
    for epoch in range(100):
        w += X.T@(y - X@w)
    return w
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files of all sorts, which is the current one."""
    texts = {
        "a.md": fence(XOR) + fence(AND),
        "b.md": "Text.\n\n" + fence(BARE),
        "c.ipynb": notebook(AND),
        "d.rst": "Nothing.\n",
        "trask.py": TRASK,
        "tool.py": "import numpy as np\n\n\ndef f():\n    return np.random.rand(3) @ np.eye(3)\n",
        "test_it.py": f'import numpy as np\n\nSOURCE = """\n{BARE}"""\n',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_everything_is_counted(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "."]) == 0
    *_, alike, counts = capsys.readouterr().out.splitlines()
    assert counts == "3 scripts in 2 of 7 files: all passed"
    looks = "2 blocks look like such a script and begin with no command: b.md:4, trask.py:1"
    assert alike == looks


def test_named_file_without_a_script_is_named(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "a.md", "d.rst", "tool.py"]) == 1
    printed = capsys.readouterr().out
    assert "d.rst: there is no generated script in it\ntool.py: there is no" in printed
    assert printed.endswith("2 scripts in 1 of 3 files: all passed\n")
    assert main(["check", "--allow-empty", "a.md", "d.rst", "tool.py"]) == 0
    assert main(["check", "d.rst"]) == 1
    assert main(["check", "--allow-empty", "d.rst"]) == 0


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "x.py",
            "x = 1\n",
            "x.py: there is no generated script in it\n0 scripts in 0 of 1 file: no",
        ),
        ("f.py", LOOP_INSIDE, "begins with no command: f.py:1\n0 scripts in 0 of 1 file: nothing"),
        ("f.py", BARE.replace("layer @ W2", "layer@W2"), "begins with no command: f.py:1\n"),
        (
            "f.py",
            f"import os\n{XOR}",
            "1 block looks like such a script and begins with no command",
        ),
    ],
)
def test_nothing_passes_where_nothing_was_checked(
    name: str,
    text: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text, encoding="utf-8")
    main(["check", name if name == "x.py" else "."])
    assert said in capsys.readouterr().out


def test_quiet_and_verbose(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "-q", "a.md"]) == 0
    assert capsys.readouterr().out == ""
    Path("a.md").write_text(fence(XOR.replace("W2 += ", "W2 -= ")) + fence(AND), encoding="utf-8")
    assert main(["check", "-q", "."]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("\na.md:2 (block 1): xor --batch mini\n  learns: fail\n")
    assert "block 2" not in printed
    assert printed.endswith("3 scripts in 2 of 7 files: 1 failed\n")
    assert main(["check", "-v", "a.md", "c.ipynb"]) == 1
    printed = capsys.readouterr().out
    assert "read: a.md\nread: c.ipynb\n" in printed
    assert "c.ipynb:1 (cell 3): and --hidden 4 --epochs 150\n  learns: pass\n" in printed


def test_not_applicable_is_counted_and_never_all_passed(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = XOR.replace("W1", "V1").replace("W2", "V2")
    Path("e.py").write_text(text, encoding="utf-8")
    found = main(["check", "e.py", "a.md"])
    printed = capsys.readouterr().out.splitlines()[-1]
    if "not applicable" in printed:  # until such scripts can be judged
        assert found == 0
        assert printed.startswith("3 scripts in 2 of 2 files: none failed, 1 differs")
        assert printed.endswith("1 not checked in full (not applicable)")
    assert main(["check", "--strict", "e.py"]) == 1


def test_json_is_as_its_schema_says(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((templates_folder() / "reference/results.schema.json").read_text("utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    Path("a.md").write_text(fence(XOR.replace("W2 += ", "W2 -= ")), encoding="utf-8")
    Path("f.py").write_text(XOR.replace("xor", "xro", 1), encoding="utf-8")
    for options, code in (
        (["."], 1),
        (["a.md", "c.ipynb", "d.rst", "--diff"], 1),
        (["c.ipynb"], 0),
        (["a.md", "--fix"], 0),
    ):
        assert main(["check", "--json", *options]) == code
        report = json.loads(capsys.readouterr().out)
        validator.validate(report)
        assert report["code"] == code
        if code == 0:
            assert [one["code"] for one in report["scripts"]] == [0]
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(report | {"more": 1})
    assert report["notes"] == ["fixed: a.md:2 (block 1)"]
    assert report["scripts"][0]["command"] == "python -m generator xor --batch mini"


@pytest.mark.skipif(os.name != "posix" or not os.getuid(), reason="root may read everything")
def test_what_cannot_be_read_is_said(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "closed").mkdir(mode=0)
    (course / "a.md").chmod(0)
    assert main(["check", "."]) == 1
    printed = capsys.readouterr().out
    assert "left out: " in printed
    assert "the file cannot be read" in printed


def test_folder_that_cannot_be_read_is_said(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where root runs the tests, who may read everything."""
    scandir = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    (course / "closed").mkdir()
    monkeypatch.setattr(os, "scandir", closed)
    assert main(["check", "."]) == 1
    assert "closed: Permission denied" in capsys.readouterr().out


def test_left_out_by_default_and_by_a_project(course: Path) -> None:
    for name in ("_build/x.md", "site/x.md", ".ipynb_checkpoints/x.md", ".venv/x.md", "old/x.md"):
        (course / name).parent.mkdir()
        (course / name).write_text(fence(XOR), encoding="utf-8")
    Path("old/y.md").write_text(fence(XOR), encoding="utf-8")

    def names(settings: Settings) -> set[str]:
        paths = (
            os.path.relpath(path).replace(os.sep, "/") for path in files_in([Path()], settings, [])
        )
        return {name for name in paths if "/" in name}

    assert names(Settings()) == {"old/x.md", "old/y.md"}
    assert files_in([Path("site")], Settings(), []) == [Path("site/x.md")]  # named, it is read
    for exclude, left in (
        ('["old"]', set[str]()),
        ('["old/*"]', set()),
        ('["x.md"]', {"old/y.md"}),
        ('["b.md", "old/y*"]', {"old/x.md"}),
    ):
        Path("pyproject.toml").write_text(f"[tool.nineteen]\nexclude = {exclude}\n", "utf-8")
        assert names(settings_of([Path("old"), Path("a.md")])) == left


def test_settings_of_a_project(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert settings_of([Path("a.md")]) == Settings()
    Path("pyproject.toml").write_text("[tool.nineteen]\nseconds = 5\nstrict = true\n", "utf-8")
    found = settings_of([course / "a.md"])
    assert (found.seconds, found.strict, found.exclude) == (5, True, ())
    Path("e.py").write_text(XOR.replace("# error", "# miss"), encoding="utf-8")
    assert main(["check", "e.py"]) == 1
    for line in ("exclude = 1", 'seconds = "5"', "strict = 1", "stict = true"):
        Path("pyproject.toml").write_text(f"[tool.nineteen]\n{line}\n", "utf-8")
        with pytest.raises(UsageError, match=r"\[tool.nineteen\] \w+ = "):
            settings_of([course / "a.md"])
    Path("pyproject.toml").write_text("broken", "utf-8")
    assert settings_of([Path("a.md")]) == Settings()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_pipe_is_never_waited_for(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo("pipe.md")
    assert main(["check", "."]) == 0
    assert main(["check", "pipe.md"]) == 2
    assert "pipe.md: it is not a regular file" in capsys.readouterr().err
    assert reading(Path("pipe.md")).left_out == "it is not a regular file"


def test_file_that_is_too_large_is_named(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(found_script, "MAX_SIZE", 1)
    Path("large.md").write_text(fence(XOR) + "x" * 2**21, encoding="utf-8")
    assert main(["check", "."]) == 1
    assert "left out: large.md: it has 2 MB, and 1 MB is the limit" in capsys.readouterr().out


# The same command, however it is written.


@pytest.mark.parametrize(
    "words",
    [
        *(
            "python3 -m generator",
            "python3.12 -m nineteen",
            "py -m generator",
            "py -3.12 -m nineteen",
        ),
        *("uv run python -m generator", "uv run nineteen", "uvx nineteen", "nineteen"),
        *("python -m nineteen", "$ python -m generator", "python.exe -m generator"),
    ],
)
@pytest.mark.parametrize(
    "note", ["", "  # noqa", " # noqa: E501", " (lesson 3)", " // note", " - - x"]
)
def test_the_same_command(words: str, note: str) -> None:
    line = f"import numpy as np  # {words} xor --batch mini{note}"
    if note == " - - x":
        with pytest.raises(UsageError):
            read(line)
    else:
        assert read(line) == read(XOR.partition("\n")[0])


def test_note_and_expression_are_told_apart() -> None:
    line = '# python -m generator --expr "(a and b) or c" --batch mini (a note)'
    assert read(line).expr == "a and b or c"
    assert read(line) == read(line.removesuffix(" (a note)"))


# reStructuredText, against docutils.


@pytest.mark.slow
def test_blocks_are_those_of_docutils(tmp_path: Path) -> None:
    core = pytest.importorskip("docutils.core")
    nodes = pytest.importorskip("docutils.nodes")
    rng = random.Random(3)
    codes = [XOR, "x = 1\n\n\ny = 2\n", "if x:\n    y = 1\n"]
    heads = [".. code-block:: python", ".. code:: python", ".. sourcecode:: python", "Text::", "::"]
    compared = 0
    for _ in range(300):
        text = "Title\n=====\n\n"
        for _ in range(rng.randrange(1, 5)):
            depth, lead = rng.choice([("", ""), ("  ", "* item\n\n"), ("   ", "1. item\n\n")])
            if rng.random() < 0.2:
                depth, lead = "   ", ".. note::\n\n"
            head, more = rng.choice(heads), rng.choice(["", "  "])
            options = (
                "   :number-lines:\n" if head.startswith(".. code:") and rng.random() < 0.5 else ""
            )
            body = f"{head}\n{options}\n" + "".join(
                f"    {more}{line}\n" if line else "\n" for line in rng.choice(codes).splitlines()
            )
            noise = rng.choice(
                ["", "Para graph.\n\n", ".. comment\n   more::\n\n       no\n\n", "- a\n\n"]
            )
            inside = "".join(f"{depth}{line}\n" if line else "\n" for line in body.splitlines())
            text += f"{lead}{inside}\n{noise}"
        tree = core.publish_doctree(text, settings_overrides={"report_level": 5})
        theirs = [
            node.astext()
            for node in tree.findall(nodes.literal_block)
            if "number-lines" not in text
        ]
        ours = [block.source.removesuffix("\n") for block in restructured_blocks(text)]
        if "number-lines" not in text:
            assert ours == theirs, text
            compared += len(ours)
    assert compared > 200


# A large page: read in time and memory that grow with its size, which the figures below bound.

PROSE = "Words about neural networks, é, that go on for a line of eighty columns or so.\n"
LARGE = {
    "prose": lambda size: PROSE * (size // len(PROSE)) + "\n" + fence(XOR),
    "paragraphs": lambda size: f"{PROSE}\n" * (size // len(PROSE)) + fence(XOR),
    "code": lambda size: fence("x = 1\ny = [2]\n" * (size // 14)) + fence(XOR),
    "one line": lambda size: "x" * size + "\n\n" + fence(XOR),
    "lists": lambda size: "- one two three four\n- five\n\n  six\n\n" * (size // 38)
    + "\nEnd.\n\n"
    + fence(XOR),
}
MEASURE = """
import re, sys, time
from pathlib import Path
from nineteen.verbs.check.found_script import reading
began = time.process_time()
found = reading(Path(sys.argv[1])).scripts
# The process's own peak; what getrusage says counts the one that it was forked from.
used = int(re.search("VmHWM:[^0-9]*([0-9]+)", Path("/proc/self/status").read_text())[1]) / 1024
print(len(found), time.process_time() - began, used)
"""


@pytest.mark.parametrize("kind", few(LARGE, 2))
def test_reading_is_linear(kind: str, tmp_path: Path) -> None:
    """Ten times the text takes no more than 30 times as long, where a square takes 100 times."""
    times = []
    for size in (200_000, 2_000_000):
        path = tmp_path / "x.md"
        path.write_text(LARGE[kind](size), encoding="utf-8")
        spent = []
        for _ in range(3):
            began = time.process_time()
            assert len(scripts_in(path)) == 1
            spent.append(time.process_time() - began)
        times.append(min(spent))
    assert times[1] < 30 * times[0] + 0.5


def test_what_is_never_closed_is_read_in_time(tmp_path: Path) -> None:
    """Twice the text takes less than three times as long, where a square takes four times."""
    for name, opened in (
        ("x.tex", "\\begin{lstlisting}" + "[\n" * 40_000),
        ("x.md", "```{note}\n" * 800),
    ):
        times = []
        for text in (opened, opened * 2 if name == "x.md" else opened + "[\n" * 40_000):
            (tmp_path / name).write_text(f"numpy\n{text}", encoding="utf-8")
            began = time.process_time()
            assert scripts_in(tmp_path / name) == []
            times.append(time.process_time() - began)
        assert times[1] < 3 * times[0] + 0.5


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
@pytest.mark.parametrize("kind", LARGE)
def test_large_page_needs_little_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text(LARGE[kind](10_000_000), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
    )
    count, _, memory = map(float, done.stdout.split())
    assert count == 1
    assert memory < 250
