"""Runs scripts alone, each in a process of its own, and says how that ended."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path
from typing import IO

from nineteen.script.ended import OUTPUT_LIMIT, SCRIPT, Ending, Run

# One thread each: faster for matrices this small, fair to scripts that run side by side, and the
# same sums in the same order whatever the caller's environment says. NO_COLOR outranks a
# FORCE_COLOR around us, which would put codes into tracebacks.
_ENVIRONMENT = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
) | {"NO_COLOR": "1"}
_LINGER = 0.5  # seconds for the rest of the output, once everything is killed
_SLICE = 0.2  # seconds, the longest that Ctrl-C can go unnoticed on Windows
_NEXT = "- - - the next script"

# NumPy is imported once; every script then gets a process forked from that clean state.
_FORKER = """\
import os, sys
import numpy
for number, source in enumerate({sources!r}):
    if os.fork() == 0:
        os.mkdir(str(number))
        os.chdir(str(number))
        name = os.path.abspath("script.py")
        with open(name, "wb") as file:
            file.write(source.encode())
        exec(compile(source, name, "exec"), {{"__name__": "__main__", "__file__": name}})
        sys.stdout.flush()
        os._exit(0)
    os.wait()
    print({mark!r}, flush=True)
"""

_running: set[threading.Event] = set()


def run(
    source: str, seconds: float = 60.0, memory: int = 2 * 1024**3, around: Sequence[str] = ()
) -> Run:
    """Run a script with `python -I` in an empty folder and return its Run.

    It gets no input, at most `seconds` of wall-clock time and, on Linux, `memory` bytes of
    address space. `around` are the words that start a program in a sandbox, which is given the
    folder. When this returns or raises, its process group is dead and the folder is gone. An
    OSError means that the interpreter or the folder could not be had.
    """
    # Ctrl-C strikes the main thread only. In a thread of its own neither the start of the process
    # nor the tidying up after it can be torn in the middle.
    done, pool = threading.Event(), ThreadPoolExecutor(1)
    _running.add(done)
    try:
        outcome = pool.submit(_supervise, source, seconds, memory, around, done)
        while not wait([outcome], _SLICE).done:
            pass
    finally:
        done.set()
        pool.shutdown()
        _running.discard(done)
    return outcome.result()


def printed_in_isolation(
    sources: list[str], seconds: float = 60.0, around: Sequence[str] = ()
) -> list[str | None]:
    """What each script prints when it runs alone, None for one that does not finish; in `seconds`.

    On Linux the processes are forked from one that has imported NumPy and nothing else, which
    costs a fiftieth of a fresh start; elsewhere, and for a single script, each is a fresh start.
    """
    if len(sources) > 1 and sys.platform == "linux":
        whole = run(_FORKER.format(sources=sources, mark=_NEXT), seconds, around=around)
        printed = whole.stdout.split(f"{_NEXT}\n")[: len(sources)]
        if whole.ending is Ending.FINISHED and len(printed) == len(sources):
            return list(printed)
    runs = [run(source, seconds, around=around) for source in sources]
    return [each.stdout if each.ending is Ending.FINISHED else None for each in runs]


def stop_all() -> None:
    """End the scripts that run in this process's other threads, which Ctrl-C does not strike."""
    for done in tuple(_running):
        done.set()


def _supervise(
    source: str, seconds: float, memory: int, around: Sequence[str], done: threading.Event
) -> Run:
    """Start the script, wait until `done` or out of time, end it, collect its output."""
    kept = bytearray(), bytearray()
    # A script can make its folder hard to remove; that is no reason to fail.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder, SCRIPT).write_bytes(source.encode())
        began = time.perf_counter()
        process = _start(folder, memory, around)
        try:
            if sys.platform == "linux":  # only Linux can limit the memory of a process from outside
                import resource

                # It may have ended already, or live under a lower limit, which then stays.
                with suppress(OSError, ValueError):
                    resource.prlimit(process.pid, resource.RLIMIT_AS, (memory, memory))
            _thread(_await_exit, process, done)
            pipes = zip((process.stdout, process.stderr), kept, strict=True)
            readers = [_thread(_read, *pipe, done) for pipe in pipes]
            in_time = done.wait(seconds)
            used = time.perf_counter() - began
        finally:
            _end(process)
        # A process that left the group may hold the pipes for ever: leave it to them.
        for reader in readers:
            reader.join(_LINGER)
    code = process.returncode
    if around and code > 128:  # what a shell makes of a signal
        code = 128 - code
    ending = Ending.CRASHED if code else Ending.FINISHED
    if max(map(len, kept)) > OUTPUT_LIMIT:
        ending = Ending.TOO_MUCH_OUTPUT
    elif not in_time:
        ending = Ending.TIMEOUT
    texts = (part[:OUTPUT_LIMIT].decode("utf-8", "replace") for part in kept)
    stdout, stderr = (text.replace(os.linesep, "\n") for text in texts)
    return Run(stdout, stderr, used, ending, code, seconds)


def _start(folder: str, memory: int, around: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the script as the leader of a new process group, without a terminal."""
    words = [sys.executable, "-I", SCRIPT]
    if around:  # the limit from outside strikes the sandbox only
        limited = ["/bin/sh", "-c", 'ulimit -v "$0"; exec "$@"', str(memory // 1024), *words]
        words = [*around, "--bind", folder, folder, "--chdir", folder, *limited]
    return subprocess.Popen(
        words,
        cwd=folder,
        env=os.environ | _ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Windows ignores this, and elsewhere the flag is 0
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _thread(target: Callable[..., None], *args: object) -> threading.Thread:
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread


def _await_exit(process: subprocess.Popen[bytes], done: threading.Event) -> None:
    """Set `done` when the process has exited."""
    if hasattr(os, "waitid"):
        # Not reaped yet, so that nobody else can have its number when it is killed.
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    else:
        process.wait()
    done.set()


def _read(pipe: IO[bytes], kept: bytearray, done: threading.Event) -> None:
    """Keep what comes until the pipe is closed; set `done` when it is too much."""
    with pipe:
        while chunk := os.read(pipe.fileno(), 65536):
            kept += chunk
            if len(kept) > OUTPUT_LIMIT:
                done.set()
                return


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process with all of its group, and reap it."""
    if sys.platform == "win32":
        process.kill()
    else:
        # macOS refuses a group of which only the zombie is left.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
