"""Where files may go: one rule for names, and one for missing folders, whatever the verb."""

import os
import re
import sys
from pathlib import Path

import pytest
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script.files import check_folder, make_folder, output_path, write_atomically


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_name_ends_as_its_format() -> None:
    default = Path("generated", "x.html")
    assert output_path(None, default, "html") == default
    for name in ("a.html", "a.HTML", "b.c/a.b.html"):
        assert output_path(name, default, "html") == Path(name)
    assert output_path("folder.pdf", default) == Path("folder.pdf")
    for name in ("h.pdf", "h", ".html", "h.htm", "html"):
        with pytest.raises(UsageError, match=r"in the format html has to end in \.html"):
            output_path(name, default, "html")
    with pytest.raises(UsageError, match="-o '': name a place"):
        output_path("", default)


@pytest.mark.parametrize(
    ("folder", "complaint"),
    [
        (".", ""),
        ("there", ""),
        ("there/new", ""),
        ("generated", ""),
        ("generated/new/and/more", ""),
        ("new/more", "there is no folder new"),
        ("new/generated/x", "there is no folder new/generated"),
        ("there/new/and/more", "there is no folder there/new/and"),
        ("file", "there is no folder file"),
        ("file/new", "there is no folder file"),
    ],
)
def test_one_missing_folder_is_made_and_all_of_our_own(
    folder: str, complaint: str, here: Path
) -> None:
    (here / "there").mkdir()
    (here / "file").touch()
    if complaint:
        with pytest.raises(UsageError, match=re.escape(str(Path(complaint)))):
            make_folder(Path(folder))
    else:
        make_folder(Path(folder))
    assert Path(folder).is_dir() != bool(complaint)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs file permissions")
def test_a_folder_that_may_not_be_written(here: Path) -> None:
    here.chmod(0o500)
    try:
        with pytest.raises(UsageError, match="nothing may be written in"):
            check_folder(here / "new")
    finally:
        here.chmod(0o700)


def test_writing_follows_the_rule() -> None:
    with pytest.raises(UsageError, match="there is no folder a"):
        write_atomically(Path("a/b/c.txt"), "x")
    write_atomically(Path("a/c.txt"), "x")
    assert [path.name for path in Path("a").iterdir()] == ["c.txt"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("xor -o x.ipynb", "-o x.ipynb: the name of a file in the format py has to end in .py"),
        ("xor -o", "-o '': name a file"),
        ("xor --format html -o h.pdf", "-o h.pdf: the name of a file in the format html"),
        ("xor --format ipynb -o x.py", "has to end in .ipynb"),
        ("xor --format md -o x.html", "has to end in .md"),
        ("xor --exercise -o x.ipynb", "-o x.ipynb: the folder's name: letters, digits, _ and -"),
        ("xor --format md -o", "-o '': name a file"),
        ("xor --exercise -o", "-o '': name a place"),
        ("xor --exercise --variants 2 -o", "-o '': name a place"),
        ("catalogue -o", "-o '': name a place"),
        ("playground -o", "-o '': name a place"),
        ("sweep xor -o", "-o '': name a place"),
        ("catalogue -o a/b", "there is no folder a"),
        ("playground -o a/b", "there is no folder a"),
        ("sweep xor -o a/b/c.jsonl", "there is no folder a"),
        ("compare xor -o a/b", "there is no folder a"),
        ("xor --format md -o a/b/c.md", "there is no folder a"),
        ("xor --exercise --variants 2 -o a/b", "there is no folder a"),
    ],
)
def test_every_verb_refuses_the_same(
    words: str, complaint: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = words.split()
    assert main([*argv, ""] if argv[-1] == "-o" else argv) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert complaint in err
    assert list(here.iterdir()) == []


def test_every_verb_makes_one_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra lessons")
    assert main(["and", "--format", "md", "-o", "new/x.md"]) == 0
    assert main(["and", "--exercise", "-o", "exercises"]) == 0
    assert {path.name for path in here.iterdir()} == {"new", "exercises", "exercises_solution"}
    assert (here / "new" / "x_files" / "loss.svg").is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux only")
@pytest.mark.parametrize("format", ["md", "html", "py"])
def test_a_name_that_is_not_utf8(
    format: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if format != "py":
        pytest.importorskip("matplotlib", reason="pictures need the extra lessons")
    name = os.fsdecode(b"caf\xe9")
    assert main(["and", "--format", format, "-o", f"{name}.{format}"]) == 0
    text = (here / f"{name}.{format}").read_text(encoding="utf-8")
    if format == "md":
        assert "](caf%E9_files/network.svg)" in text
        assert (here / f"{name}_files" / "network.svg").is_file()
