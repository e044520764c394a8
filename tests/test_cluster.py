"""A sweep on a Dask cluster of two workers over the loopback, started with dask's own commands."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nineteen.cli import main
from nineteen.verbs.sweep import pool
from test_sweep import rows

distributed = pytest.importorskip("distributed", reason="pip install nineteen[cluster]")
pytestmark = pytest.mark.slow

SWEEP = "sweep xor --seeds 30 --hidden 3 8 --batch full,sgd".split()  # noqa: SIM905
PATIENCE = 60


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler with two workers of one thread each."""
    folder = tmp_path_factory.mktemp("cluster")
    scheduler = dask(folder, "scheduler", "--host", "127.0.0.1", "--port", "0")
    worker = None
    try:
        wait_for((folder / "cluster.json").exists)
        worker = dask(folder, "worker", "--nworkers", "2", "--nthreads", "1")
        with distributed.Client(scheduler_file=str(folder / "cluster.json")) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
            yield client.scheduler.address
    finally:
        for process in (worker, scheduler):
            if process is not None:
                process.terminate()
                process.wait()


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """The rows of the same sweep without a cluster."""
    path = tmp_path_factory.mktemp("local") / "rows.jsonl"
    assert main([*SWEEP, "--workers", "1", "-o", str(path)]) == 0
    return rows(path)


def dask(folder: Path, *words: str) -> "subprocess.Popen[bytes]":
    """One of dask's commands, its scheduler known by a file."""
    command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
    command += ["--scheduler-file", str(folder / "cluster.json")]
    with open(folder / f"{words[0]}.log", "wb") as log:
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)


def wait_for(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.02)


def test_a_cluster_gives_the_rows_of_this_machine(
    address: str, local: list[dict[str, object]], tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    assert main([*SWEEP, "--scheduler", address, "-o", str(path)]) == 0
    assert rows(path) == local
    assert {row["learned"] for row in local} == {True, False}


def test_a_worker_that_dies_is_survived_and_nothing_counts_twice(
    address: str,
    local: list[dict[str, object]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "SECONDS", 0.0008)
    path = tmp_path / "rows.jsonl"
    with distributed.Client(address, set_as_default=False) as client:
        victim = next(iter(client.run(os.getpid).values()))

    def kill() -> None:
        wait_for(lambda: path.exists() and path.stat().st_size)
        seen.append(len(path.read_bytes().splitlines()))
        os.kill(victim, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

    seen: list[int] = []
    killer = threading.Thread(target=kill)
    killer.start()
    assert main([*SWEEP, "--scheduler", address, "-o", str(path)]) == 0
    killer.join()
    assert seen[0] < len(local)  # it died in the middle
    assert len(path.read_bytes().splitlines()) == len(local)
    assert rows(path) == local


def test_an_interrupted_sweep_goes_on_elsewhere(
    address: str, local: list[dict[str, object]], tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    assert main([*SWEEP, "--scheduler", address, "-o", str(path)]) == 0
    path.write_bytes(path.read_bytes()[:5000])
    assert main([*SWEEP, "--workers", "1", "-o", str(path)]) == 0
    assert rows(path) == local


def test_a_scheduler_that_is_killed_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pool, "SECONDS", 0.0008)
    path, processes = tmp_path / "rows.jsonl", []
    try:
        processes.append(dask(tmp_path, "scheduler", "--host", "127.0.0.1", "--port", "0"))
        wait_for((tmp_path / "cluster.json").exists)
        processes.append(dask(tmp_path, "worker", "--nworkers", "2", "--nthreads", "1"))
        with distributed.Client(scheduler_file=str(tmp_path / "cluster.json")) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
            where = client.scheduler.address

        def kill() -> None:
            wait_for(lambda: path.exists() and path.stat().st_size)
            processes[0].kill()

        killer = threading.Thread(target=kill)
        killer.start()
        words = ["sweep", "xor", "--seeds", "100000", "--scheduler", where, "-o", str(path)]
        assert main(words) == 3
        killer.join()
    finally:
        for process in processes:
            process.kill()
            process.wait()
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "the connection to the Dask scheduler is lost" in err
    assert f"{len(rows(path)):,} of 100,000 rows are in {path}" in err


@pytest.mark.parametrize(
    ("where", "said"),
    [("tcp://127.0.0.1:1", "nobody answers there"), ("nonsense://x", "it is no address")],
)
def test_no_cluster_is_one_line(
    where: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nineteen.verbs.sweep.pool.PATIENCE", 1.0)
    assert main([*SWEEP, "--scheduler", where]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_cluster_without_workers_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scheduler = dask(tmp_path, "scheduler", "--host", "127.0.0.1", "--port", "0")
    try:
        wait_for((tmp_path / "cluster.json").exists)
        with distributed.Client(scheduler_file=str(tmp_path / "cluster.json")) as client:
            where = client.scheduler.address
        assert main([*SWEEP, "--scheduler", where]) == 2
    finally:
        scheduler.terminate()
        scheduler.wait()
    err = capsys.readouterr().err
    assert "it has no workers; start some with: dask worker" in err
    assert err.count("\n") == 1


def test_a_worker_that_renders_other_scripts_is_refused(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from nineteen.verbs.sweep.pool import fingerprint

    real = fingerprint

    def strange(plan: Any) -> str:
        return real(plan) if "dask" in " ".join(sys.argv) else "what this machine renders"

    monkeypatch.setattr("nineteen.verbs.sweep.pool.fingerprint", strange)
    assert main([*SWEEP, "--scheduler", address]) == 2
    assert "renders other scripts" in capsys.readouterr().err
