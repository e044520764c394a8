"""How fast sweeps are: python tests/benchmarks/bench_sweep.py [rounds] [--quick]

Prints medians and ranges, everything interleaved in one run: a sweep in one process against a bare
loop that compiles and executes the same sources one by one, as version 0.1.0 did; two workers
against two bare processes that run the same sources side by side; two Dask workers against two of
loky; and the peak memory of 100,000 scripts against that of 1,000. --quick makes a fiftieth of the
scripts: it shows that everything runs, and measures nothing.
"""

import json
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy, as in the workers

import contextlib
import io
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from nineteen.cli import main
from nineteen.script.choices import choose, spec_of
from nineteen.script.render import fit, for_seeds
from timing import interleaved

WORKERS = 2
NUMBERS = count()  # of the files of rows
# A sweep's scripts, and how many of them the bare loop runs.
LINES = {
    "not": (10_000, 500),
    "xor": (10_000, 500),
    "xor3": (5000, 300),
    "xor4": (1000, 100),
    "xor5": (100, 40),
    "xor6": (100, 20),
}
BARE = (
    "import json, sys\n"
    "from nineteen.training.side_by_side import run_together\n"
    "sources = json.load(open(sys.argv[1]))\n"
    "for at in range(0, len(sources), 2000):\n"
    "    run_together(sources[at : at + 2000])\n"
)
MEMORY = (
    "import resource, sys\n"
    "from nineteen.cli import main\n"
    "main(sys.argv[1:])\n"
    "from joblib.externals.loky import get_reusable_executor\n"
    "get_reusable_executor().shutdown()\n"
    "for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):\n"
    "    print(resource.getrusage(who).ru_maxrss, file=sys.stderr)\n"
)


def main_of(folder: Path, words: list[str]) -> Callable[[], object]:
    """A job: a whole sweep in this process, with a file of rows that is new each time."""

    def job() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            assert main(["sweep", *words, "-o", str(folder / f"{next(NUMBERS)}.jsonl")]) == 0

    return job


def sources_of(line: str, seeds: int) -> list[str]:
    return for_seeds(lambda spec: fit(spec)[0], spec_of(choose(line.split())), range(seeds))


def bare(sources: list[str]) -> None:
    """The bare loop: what the scripts cost one by one."""
    with contextlib.redirect_stdout(io.StringIO()):
        for source in sources:
            exec(compile(source, "script.py", "exec"), {"__name__": "__main__"})


def ratio(above: list[float], below: list[float], scale: float = 1.0) -> str:
    """The scaled ratio round by round, as median and range."""
    found = [scale * a / b for a, b in zip(above, below, strict=True)]
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def speed(folder: Path, rounds: int, part: int) -> None:
    """Scripts a second, by the clock and, steadier on a busy machine, by the processor's time."""
    for gate, sizes in LINES.items():
        seeds, few = (max(2, size // part) for size in sizes)
        for batch in ("full", "mini", "sgd")[:: 2 if gate == "not" else 1]:
            line = f"{gate} --batch {batch}"
            processor: dict[str, list[float]] = {"sweep": [], "bare": []}
            jobs = {
                "sweep": main_of(folder, [*line.split(), "--seeds", str(seeds), "--workers", "1"]),
                "bare": partial(bare, sources_of(line, few)),
            }
            timed = {name: partial(timing_processor, jobs[name], processor[name]) for name in jobs}
            taken = interleaved(timed, rounds)
            used = {name: seconds[1:] for name, seconds in processor.items()}
            times = seeds / few
            print(
                f"{line}: a sweep of {seeds} / the bare loop, scripts a second "
                f"{ratio(taken['bare'], taken['sweep'], times)}; "
                f"processor time {ratio(used['bare'], used['sweep'], times)}; "
                f"{1000 * statistics.median(used['sweep']) / seeds:.3f} ms a script",
                flush=True,
            )


def timing_processor(job: Callable[[], object], seconds: list[float]) -> None:
    """Run a job and note the processor time, its ended child processes' included."""
    before = os.times()
    job()
    after = os.times()
    seconds.append(sum(after[:4]) - sum(before[:4]))


def two_workers(folder: Path, rounds: int, seeds: int) -> None:
    words = ["xor", "--seeds", str(seeds)]
    sources = sources_of("xor", seeds)
    halves = [folder / f"half{half}.json" for half in range(WORKERS)]
    for half, path in enumerate(halves):
        path.write_text(json.dumps(sources[half::WORKERS]), encoding="utf-8")

    def bare_processes() -> None:
        started = [subprocess.Popen([sys.executable, "-c", BARE, str(path)]) for path in halves]
        assert not any(process.wait() for process in started)

    jobs = {
        "bare": bare_processes,
        "loky": main_of(folder, [*words, "--workers", str(WORKERS)]),
    }
    with contextlib.ExitStack() as stack:
        try:
            from distributed import LocalCluster
        except ImportError:
            print('no figure for Dask: pip install "nineteen[cluster]"')
        else:
            cluster = LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None)
            stack.enter_context(cluster)
            jobs["dask"] = main_of(folder, [*words, "--scheduler", cluster.scheduler_address])
        taken = interleaved(jobs, rounds)
    print(f"two workers / two bare processes, speed: {ratio(taken['bare'], taken['loky'])}")
    if "dask" in taken:
        print(f"two Dask workers / two loky workers: {ratio(taken['dask'], taken['loky'])}")
    sys.stdout.flush()


def memory(*counts: int) -> None:
    """One-epoch scripts that learn: with lr 100, `true` does at its first update."""
    line = "sweep true --epochs 1 --lr 100 --workers 2 --seeds".split()  # noqa: SIM905
    peaks = []
    for seeds in counts:
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, *line, str(seeds)],
            check=True,
            capture_output=True,
            text=True,
        )
        peaks.append([int(word) / 1024 for word in done.stderr.split()])
    for who, (few, many) in zip(("sweep", "largest worker"), zip(*peaks, strict=True), strict=True):
        print(f"peak memory of the {who}: {few:.0f} MB, then {many:.0f} MB: {many / few:.2f}")


if __name__ == "__main__":
    words = sys.argv[1:]
    scale = 50 if "--quick" in words else 1
    turns = int(next((word for word in words if word.isdigit()), 1 if scale > 1 else 5))
    with tempfile.TemporaryDirectory() as scratch:
        speed(Path(scratch), turns, scale)
        two_workers(Path(scratch), turns, 60_000 // scale)
    memory(1000 // scale, 100_000 // scale)
