"""Finding scripts: in every way in which a document holds code, and in nothing that is similar."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from documents import AND, DEEP, LAYOUTS, OTHERS, PAGES, WAYS, XOR, fence, notebook, scripts_in
from hypothesis import given
from hypothesis import strategies as st
from nineteen.errors import UsageError
from nineteen.script.choices import read
from nineteen.script.spec import ScriptSpec
from nineteen.verbs.check.files_to_check import Settings, files_in
from nineteen.verbs.check.found_script import reading

FIRST = "import numpy as np  # python -m generator {}\n"


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("way", WAYS)
def test_way_of_the_table(way: str, tmp_path: Path) -> None:
    name, page = WAYS[way]
    for source in (XOR, DEEP):
        path = put(tmp_path, name, page(source))
        [found] = scripts_in(path)
        assert found.block.source == source
        assert found.spec == read(source.partition("\n")[0])
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in zip(found.block.numbers, found.block.lines, strict=True):
            assert json.dumps(line)[1:-1] in lines[number - 1] or line in lines[number - 1]
    # Without its command the same code is one of the blocks that look like a script.
    bare = XOR.replace("  # python -m generator xor --batch mini", "")
    read_again = reading(put(tmp_path, name, page(bare)))
    assert (read_again.scripts, len(read_again.alike)) == ((), 1)


@pytest.mark.parametrize("name", PAGES)
def test_page(name: str, tmp_path: Path) -> None:
    path = put(tmp_path, "page.md", PAGES[name](XOR))
    [found] = scripts_in(path)
    assert found.block.source == XOR
    assert found.spec == read(XOR.partition("\n")[0])
    # Its line, counted independently: the one that holds the command.
    lines = path.read_text(encoding="utf-8").split("\n")
    assert "# python -m generator xor" in lines[found.block.numbers[0] - 1]


@pytest.mark.parametrize("name", OTHERS)
def test_no_script_in_page(name: str, tmp_path: Path) -> None:
    assert scripts_in(put(tmp_path, "page.md", OTHERS[name])) == []


def test_blocks_are_counted_with_those_of_other_languages(tmp_path: Path) -> None:
    page = fence("ls\n", "sh") + fence(XOR) + fence("1 + 1\n") + fence(AND)
    found = scripts_in(put(tmp_path, "page.md", page))
    assert [(one.block.part, one.block.source) for one in found] == [
        ("block 2", XOR),
        ("block 4", AND),
    ]
    assert [one.name for one in found] == ["block2_xor_mini", "block4_and_h4_e150_full"]
    assert found[0].place(3) == f"{tmp_path}/page.md:7 (block 2)"


@pytest.mark.parametrize("name", LAYOUTS)
def test_notebook(name: str, tmp_path: Path) -> None:
    path = put(tmp_path, "lesson.ipynb", LAYOUTS[name](DEEP))
    [found] = scripts_in(path)
    assert found.block.source == DEEP
    assert found.block.part == "cell 3"
    text = path.read_bytes().decode()
    pieces = [text[start:end] for start, end in found.block.spans]
    assert [json.loads(f'"{piece}"') for piece in pieces] == DEEP.splitlines()
    lines = text.splitlines()
    for number, piece in zip(found.block.numbers, pieces, strict=True):
        assert piece in lines[number - 1]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_python_file(end: str, bom: str, tmp_path: Path) -> None:
    [found] = scripts_in(put(tmp_path, "any_name.PY", bom + XOR.replace("\n", end)))
    assert found.block.source == XOR
    assert found.name == "xor_mini"
    assert found.place(3) == f"{tmp_path}/any_name.PY:3"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.rst", ".. testcode:: group1\n\n@@\n"),
        ("x.rst", ".. CODE-BLOCK:: python\n\n@@\n"),
        ("x.rst", ".. code-block :: python\n\n@@\n"),
        ("x.adoc", "[source,linenums]\n----\n@@\n----\n"),
        ("x.adoc", "[source, language=python]\n----\n@@\n----\n"),
        ("x.adoc", '[source,subs="+quotes"]\n----\n@@\n----\n'),
    ],
)
def test_spelling_of_an_opening_line(name: str, text: str, tmp_path: Path) -> None:
    source = "".join(f"   {line}" for line in XOR.splitlines(True)) if name == "x.rst" else XOR
    [found] = scripts_in(put(tmp_path, name, text.replace("@@\n", source)))
    assert found.block.source == XOR


@pytest.mark.parametrize("comment", ["# +1 is true, -1 is false", "# - a", "#" * 20, "#" * 79])
def test_comment_parts_no_python_file(comment: str, tmp_path: Path) -> None:
    text = XOR.replace("y = ", f"{comment}\ny = ")
    [found] = scripts_in(put(tmp_path, "x.py", text))
    assert found.block.source == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("late.py", "import os\n" + XOR),
        ("other.txt", XOR),
        ("empty.py", ""),
        ("empty.md", ""),
        ("empty.ipynb", ""),
        ("broken.ipynb", "{"),
        ("bytes.py", b"\xff\xfe\xff"),
        ("markdown.ipynb", notebook("x = 1\n").replace('"code"', '"markdown"')),
    ],
)
def test_file_without_script(name: str, text: str | bytes, tmp_path: Path) -> None:
    assert scripts_in(put(tmp_path, name, text)) == []


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("cut.ipynb", notebook(XOR, indent=1)[:-30], "the notebook is not JSON: "),
        ("two.ipynb", notebook(XOR) + "{}", "Extra data"),
        ("deep.ipynb", XOR + "[" * 100_000, "not JSON"),
        ("deeper.ipynb", "[" * 100_000 + XOR, "nested too deeply"),
        ("list.ipynb", json.dumps([XOR]), "no list of cells"),
        ("old.ipynb", json.dumps({"worksheets": [{"cells": [XOR]}]}), "no list of cells"),
        ("cell.ipynb", json.dumps({"cells": [XOR]}), "cell 1 is not an object"),
        ("number.ipynb", notebook(XOR).replace('"source": ""', '"source": 1'), "source of cell 4"),
        ("none.ipynb", notebook(XOR).replace('"source": ""', '"text": ""'), "source of cell 4"),
        ("latin.py", f"{FIRST.format('xor')}\n# é".encode("latin-1"), "byte 0xe9 on line 3"),
        ("latin.md", b"\n\xff\n" + fence(XOR).encode(), "byte 0xff on line 2 is not UTF-8"),
        ("latin.ipynb", notebook(XOR).encode() + b"\xff", "byte 0xff on line 1 is not UTF-8"),
        ("wide.py", XOR.encode("utf-16"), "the file is UTF-16: save it as UTF-8"),
        ("wide.md", fence(XOR).encode("utf-16-be"), "the file is UTF-16"),
    ],
)
def test_broken_file_is_one_problem(
    name: str, text: str | bytes, reason: str, tmp_path: Path
) -> None:
    [found] = scripts_in(put(tmp_path, name, text))
    assert found.spec is None
    assert reason in found.problem
    assert "\n" not in found.problem
    assert found.name == "broken"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("xro", "unknown gate 'xro': did you mean 'xor'?"),
        ("", "nothing to learn"),
        ("xor --hidden 999999", "--hidden 999999"),
        ("xor --epochs 99999999999999999999", "has to be a whole number from 1 to 100000"),
        ("xor --lr nan", "is not a positive number"),
        ("xor --output /etc/passwd", "unknown option"),
        ("xor --help", "unknown option"),
        ("--expr \"__import__('os').system('x')\"", "refused"),
        ("'", "No closing quotation"),
        ("xor; ls", "unknown gate"),
        ("$(reboot)", "unknown gate"),
        ("xor \x1b[2J", "unknown gate"),
        ("xor " * 5_000, "characters"),
        ("--table " + "01" * 2_000, "rows"),
    ],
)
def test_refused_command(options: str, reason: str, tmp_path: Path) -> None:
    [found] = scripts_in(put(tmp_path, "page.md", fence(FIRST.format(options) + "print(1)\n")))
    assert found.spec is None
    assert "refused" in found.problem or "characters" in found.problem
    assert reason in found.problem
    assert found.problem.isprintable()
    assert found.name == "block1_refused"


def test_half_a_character(tmp_path: Path) -> None:
    text = notebook(XOR).replace("feedforward", "\\\\ud800", 99).replace("\\\\ud800", "\\ud800")
    [found] = scripts_in(put(tmp_path, "half.ipynb", text))
    assert found.spec is None
    assert "lone surrogate" in found.problem


@given(st.text(max_size=60))
def test_any_command_is_read_or_refused(options: str) -> None:
    with suppress(UsageError):
        assert isinstance(read(FIRST.format(options)), ScriptSpec)


def test_files_of_folders(tmp_path: Path) -> None:
    for name in ("a/x.py", "a/b/y.md", "a/.git/z.py", "a/node_modules/z.py", "env/lib/z.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        put(tmp_path, name, XOR)
    put(tmp_path, "env/pyvenv.cfg", "")
    put(tmp_path, "a/notes.txt", XOR)
    expected = [tmp_path / "a/b/y.md", tmp_path / "a/x.py"]
    assert files_in([tmp_path], Settings(), []) == expected
    assert (
        files_in([tmp_path / "a/x.py", tmp_path, tmp_path / "a/b/../x.py"], Settings(), [])
        == expected[::-1]
    )


def test_links_are_followed_once(tmp_path: Path) -> None:
    folder = tmp_path / "lessons"
    folder.mkdir()
    path = put(folder, "x.py", XOR)
    link = tmp_path / "link"
    try:
        link.symlink_to(folder)
        (folder / "loop").symlink_to(folder)
        (folder / "y.py").symlink_to(path)
        (folder / "dangling.py").symlink_to(tmp_path / "nowhere.py")
    except OSError:
        pytest.skip("links are not allowed here")
    assert files_in([folder], Settings(), []) == [path]
    assert files_in([link], Settings(), []) == [link / "x.py"]
    assert files_in([folder, link], Settings(), []) == [path]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("nowhere", "no such file or folder"), ("notes.txt", ".py, .md, .*, .ipynb files")],
)
def test_path_that_cannot_be_checked(name: str, reason: str, tmp_path: Path) -> None:
    put(tmp_path, "notes.txt", XOR)
    with pytest.raises(UsageError, match=reason):
        files_in([tmp_path / name], Settings(), [])
