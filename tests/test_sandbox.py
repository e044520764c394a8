"""The sandbox of `check`: a script in it reads, writes, reaches and leaves behind nothing."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from documents import XOR
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script import sandbox as module
from nineteen.script.choices import read
from nineteen.script.ended import Ending, Run
from nineteen.script.run import run
from nineteen.script.sandbox import sandbox, sandbox_remark
from nineteen.training.examine import examine

NEEDED = pytest.mark.skipif(
    not sandbox("auto"), reason=f"there is no sandbox: {sandbox_remark('auto')}"
)


def in_it(source: str, **more: float) -> Run:
    return run(source, around=sandbox("require"), **more)  # type: ignore[arg-type]


@NEEDED
def test_home_is_empty_but_for_the_interpreter(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"  # below the folder for temporary files, which is hidden too
    secret.write_text("secret", encoding="utf-8")
    source = f"print(open({str(secret)!r}).read())"
    assert run(source).stdout == "secret\n"
    assert "FileNotFoundError" in in_it(source).stderr
    files = (
        "import os\nhome = os.path.expanduser('~')\n"
        "print([name for name in os.listdir(home) if os.path.isfile(os.path.join(home, name))])"
    )
    assert in_it(files).stdout == "[]\n"


@NEEDED
def test_nothing_is_written_outside(tmp_path: Path) -> None:
    mark = tmp_path / "mark.txt"
    own = Path(__file__).with_name("written_by_a_script.txt")
    inside = Path(sys.prefix, "written_by_a_script.txt")
    for path in (mark, own, inside):
        result = in_it(f"open({str(path)!r}, 'w').write('x')")
        assert result.ending is Ending.CRASHED
        assert "Error" in result.stderr
        assert not path.exists()
    assert run(f"open({str(mark)!r}, 'w').write('x')").ending is Ending.FINISHED  # as it is without
    assert mark.exists()
    private = "import tempfile\nf = tempfile.NamedTemporaryFile()\nf.write(b'x')\nprint(1)"
    assert in_it(private).stdout == "1\n"


@NEEDED
def test_nothing_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        source = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)\nprint(1)"
        assert run(source).stdout == "1\n"
        result = in_it(source)
        assert result.ending is Ending.CRASHED
        assert "ConnectionRefusedError" in result.stderr


@NEEDED
def test_nothing_outlives_the_run() -> None:
    mark = f"7{os.getpid()}"
    away = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        f"        os.execlp('sleep', 'sleep', '{mark}')\n    os._exit(0)\ntime.sleep(0.3)\nprint(1)"
    )
    seen = ["pgrep", "-fx", f"sleep {mark}"]
    assert run(away).stdout == "1\n"  # one that leaves its group lives on without the sandbox
    assert subprocess.run(seen, capture_output=True, check=False).returncode == 0
    subprocess.run(["pkill", "-fx", f"sleep {mark}"], check=True)
    assert in_it(away).stdout == "1\n"
    for _ in range(50):
        if subprocess.run(seen, capture_output=True, check=False).returncode:
            return
        time.sleep(0.1)
    raise AssertionError("it lives on")


@NEEDED
def test_others_are_not_seen() -> None:
    source = "import os\nprint(len([name for name in os.listdir('/proc') if name.isdigit()]))"
    assert int(in_it(source).stdout) <= 4
    assert "ProcessLookupError" in in_it(f"import os\nos.kill({os.getpid()}, 0)").stderr


@NEEDED
def test_a_run_is_what_it_is_without() -> None:
    assert in_it("while True:\n    pass", seconds=1).ending is Ending.TIMEOUT
    assert "MemoryError" in in_it("x = bytearray(10**12)").stderr
    assert in_it("import os\nos.kill(os.getpid(), 9)").exit_code == -9
    assert in_it("raise SystemExit(5)").exit_code == 5
    spec = read(XOR.partition("\n")[0])
    plain, inside = (examine(XOR, spec, 60, around) for around in ((), sandbox("require")))
    assert plain[1:] == inside[1:]
    assert plain[0].stdout == inside[0].stdout


@NEEDED
def test_report_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spy = XOR.replace("print(", "import os\nopen(os.path.expanduser('~/x'), 'w')\nprint(", 1)
    path = tmp_path / "x.py"
    path.write_text(XOR, encoding="utf-8")
    assert main(["check", str(path)]) == 0
    assert "the scripts ran in a sandbox: bubblewrap\n" in capsys.readouterr().out
    assert main(["check", "--sandbox", "off", "--json", str(path)]) == 0
    said = "the scripts ran without a sandbox: --sandbox off says so"
    assert json.loads(capsys.readouterr().out)["sandbox"] == said
    path.write_text(spy, encoding="utf-8")
    assert main(["check", "--sandbox", "require", str(path)]) == 1  # for its form: it uses open()
    assert not Path("~/x").expanduser().exists()


def test_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    monkeypatch.setattr(module.sys, "platform", "linux")
    module._bubblewrap.cache_clear()
    try:
        path = tmp_path / "x.py"
        path.write_text(XOR, encoding="utf-8")
        assert main(["check", str(path)]) == 0
        assert "ran without a sandbox: install bubblewrap (such as:" in capsys.readouterr().out
        assert main(["check", "--sandbox", "require", str(path)]) == 2
        assert "--sandbox require: install bubblewrap" in capsys.readouterr().err
        assert sandbox("off") == ()
        with pytest.raises(UsageError):
            sandbox("require")
    finally:
        module._bubblewrap.cache_clear()


def test_project_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.py").write_text(XOR, encoding="utf-8")
    Path("pyproject.toml").write_text('[tool.nineteen]\nsandbox = "perhaps"\n', encoding="utf-8")
    assert main(["check", "x.py"]) == 2
    Path("pyproject.toml").write_text('[tool.nineteen]\nsandbox = "off"\n', encoding="utf-8")
    assert main(["check", "x.py"]) == 0
