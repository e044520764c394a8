"""Whatever a script does, it ends in time as an orderly Run and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nineteen.script.ended import OUTPUT_LIMIT, Ending, Run
from nineteen.script.run import run

ROOT = Path(__file__).resolve().parent.parent
SOON = 10.0  # seconds; generous, and far below the sleeps of the scripts that must not delay us
posix = pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX")
pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory from outside")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for temporary files, which every test has to find empty at its end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def alive(pid: int) -> bool:
    """Whether the process lives; a zombie that nobody has reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return sys.platform != "linux"


def assert_dies(pid: int) -> None:
    deadline = time.monotonic() + SOON
    while alive(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            pytest.fail(f"process {pid} was left behind")
        time.sleep(0.01)


def quickly(source: str, seconds: float = 60.0) -> Run:
    """Run a script that has to be over soon, whatever the limit."""
    began = time.monotonic()
    result = run(source, seconds=seconds)
    assert time.monotonic() - began < SOON
    return result


# What a script is given


def test_finished() -> None:
    result = run("import sys\nprint('out')\nprint('err', file=sys.stderr)", seconds=30)
    assert (result.stdout, result.stderr) == ("out\n", "err\n")
    assert (result.ending, result.exit_code, result.limit) == (Ending.FINISHED, 0, 30)
    assert 0 < result.seconds < 30


def test_source_arrives_unchanged() -> None:
    source = "# é\nimport sys\nsys.stdout.buffer.write(open(__file__, 'rb').read())\n"
    assert run(source).stdout == source


def test_folder_is_its_own_and_holds_the_script_alone(folder: Path) -> None:
    result = run("import os\nprint(os.getcwd())\nprint(os.listdir())\nopen('left', 'w').close()")
    where, what = result.stdout.splitlines()
    assert Path(where).parent == folder.resolve()
    assert what == "['script.py']"


def test_reading_the_input_finds_its_end() -> None:
    ours = os.dup(0)
    reading, writing = os.pipe()
    os.write(writing, b"what is typed here\n")
    os.dup2(reading, 0)
    try:
        result = quickly("import sys\nprint(repr(sys.stdin.readline()))", seconds=5)
    finally:
        os.dup2(ours, 0)
        for descriptor in (ours, reading, writing):
            os.close(descriptor)
    assert result.stdout == "''\n"


def test_python_path_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helper_of_the_student.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = run("import helper_of_the_student")
    assert result.ending is Ending.CRASHED
    assert "ModuleNotFoundError" in result.stderr


def test_one_thread_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    result = run("import os\nprint(os.environ['OPENBLAS_NUM_THREADS'], os.environ['PATH'])")
    assert result.stdout.strip() == f"1 {os.environ['PATH']}"


def test_traceback_has_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = run("1 / 0")
    assert "\x1b" not in result.stderr
    assert "ZeroDivisionError" in result.stderr


def test_output_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    read = os.read
    monkeypatch.setattr(os, "read", lambda *args: time.sleep(0.1) or read(*args))
    assert run("print('x' * 9999)").stdout == "x" * 9999 + "\n"


def test_undecodable_output() -> None:
    result = run("import sys\nsys.stdout.buffer.write(b'a\\xffb')")
    assert result.stdout == "a\ufffdb"


# How it ends


@pytest.mark.parametrize(
    ("source", "exit_code"),
    [("1 / 0", 1), ("def", 1), ("import sys; sys.exit(3)", 3), ("import os; os._exit(4)", 4)],
)
def test_crashed(source: str, exit_code: int) -> None:
    result = run(source)
    assert (result.ending, result.exit_code) == (Ending.CRASHED, exit_code)


@posix
def test_ended_by_a_signal() -> None:
    result = run("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)")
    assert (result.ending, result.exit_code) == (Ending.CRASHED, -signal.SIGSEGV)


def test_exit_without_a_word_is_finished() -> None:
    result = run("import os\nprint('lost in the buffer')\nos._exit(0)")
    assert (result.ending, result.stdout) == (Ending.FINISHED, "")


@pytest.mark.parametrize(
    "source",
    [
        "print('begun', flush=True)\nwhile True: pass",
        "import os, time\nos.write(1, b'begun\\n')\nos.close(1)\nos.close(2)\ntime.sleep(60)",
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\nprint('begun', flush=True)\ntime.sleep(60)",
    ],
    ids=["loop", "closed output", "deaf to signals"],
)
def test_timeout(source: str) -> None:
    result = quickly(source, seconds=0.5)
    assert (result.ending, result.stdout.strip()) == (Ending.TIMEOUT, "begun")
    assert 0.5 <= result.seconds < SOON
    assert result.limit == 0.5


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_endless_printing(stream: str) -> None:
    result = quickly(f"import sys\nwhile True: print('x' * 1000, file=sys.{stream})")
    assert result.ending is Ending.TOO_MUCH_OUTPUT
    assert len(getattr(result, stream)) == OUTPUT_LIMIT


def test_as_much_output_as_allowed() -> None:
    result = run(f"print('x' * {OUTPUT_LIMIT - 1})")
    assert (result.ending, len(result.stdout)) == (Ending.FINISHED, OUTPUT_LIMIT)


def test_one_byte_too_much_in_a_script_that_ends() -> None:
    result = run(f"print('x' * {OUTPUT_LIMIT})")
    assert (result.ending, len(result.stdout)) == (Ending.TOO_MUCH_OUTPUT, OUTPUT_LIMIT)


@linux
def test_memory_is_limited() -> None:
    source = "blocks = [bytes(2**25) for _ in range(16)]\nprint(len(blocks))"
    assert run(source, memory=2**30).stdout == "16\n"
    result = run(source, memory=2**28)
    assert result.ending is Ending.CRASHED
    assert "MemoryError" in result.stderr


# What it leaves behind

CHILD = "import subprocess, sys\nchild = [sys.executable, '-c', 'import time; time.sleep(60)']\n"


@posix
@pytest.mark.parametrize("pipes", ["", ", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"])
def test_child_left_behind_is_killed_and_does_not_delay(pipes: str) -> None:
    result = quickly(f"{CHILD}print(subprocess.Popen(child{pipes}).pid)")
    assert result.ending is Ending.FINISHED
    assert_dies(int(result.stdout))


@posix
def test_children_die_with_a_script_out_of_time() -> None:
    script = f"{CHILD}print(subprocess.Popen(child).pid, flush=True)\nwhile True: pass"
    result = quickly(script, seconds=1.0)
    assert result.ending is Ending.TIMEOUT
    assert_dies(int(result.stdout))


@posix
def test_child_that_left_the_group_does_not_delay() -> None:
    result = quickly(f"{CHILD}print(subprocess.Popen(child, start_new_session=True).pid)")
    os.kill(int(result.stdout), signal.SIGKILL)
    assert result.ending is Ending.FINISHED


@posix
def test_many_forks_are_killed() -> None:
    source = (
        "import os, time\n"
        "for _ in range(20):\n"
        "    if os.fork() == 0:\n"
        "        print(os.getpid(), flush=True)\n"
        "        time.sleep(60)\n"
        "time.sleep(60)"
    )
    result = quickly(source, seconds=1.0)
    assert result.ending is Ending.TIMEOUT
    assert result.stdout.count("\n") == 20
    for pid in map(int, result.stdout.split()):
        assert_dies(pid)


# Where it is called


def test_in_another_thread() -> None:
    results = []
    thread = threading.Thread(target=lambda: results.append(run("print(1)")))
    thread.start()
    thread.join(SOON)
    assert [result.stdout for result in results] == ["1\n"]


def test_side_by_side() -> None:
    results = {}
    threads = [
        threading.Thread(target=lambda n=n: results.update({n: run(f"print({n})").stdout}))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert results == {n: f"{n}\n" for n in range(8)}


def test_no_interpreter_is_not_the_fault_of_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(OSError, match="/no/such/python"):
        run("print(1)")


@posix
def test_interrupt_ends_the_script(tmp_path: Path, folder: Path) -> None:
    told = tmp_path / "pid"
    script = (
        "import os, pathlib, time\n"
        f"new = pathlib.Path({str(tmp_path / 'new')!r})\n"
        f"new.write_text(str(os.getpid()))\nnew.rename({str(told)!r})\ntime.sleep(60)"
    )
    caller = (
        "import os, signal\nfrom nineteen.script.run import run\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"try:\n    run({script!r})\n"
        f"except KeyboardInterrupt:\n    print('interrupted', os.listdir({str(folder)!r}))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", caller],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + SOON
        while not told.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(list(folder.iterdir())) == 1
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=SOON) == ("interrupted []\n", "")
    finally:
        process.kill()
        process.wait()
    assert_dies(int(told.read_text()))
