"""What a sweep costs beside the scripts themselves: python tests/benchmarks/bench_sweep.py [rounds]

Prints medians and ranges, everything interleaved in one run: a sweep in one process against
compiling and executing the same sources in a bare loop; two workers against two bare processes;
the two-input scripts of the catalogue in warm workers against a fresh process each; two Dask
workers against two of loky; and the peak memory of 100,000 scripts against that of 1,000.
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
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path

from joblib import Parallel, delayed
from nineteen.cli import main
from nineteen.script.choices import command as command_of
from nineteen.script.choices import file_stem
from nineteen.script.options import command_parser
from nineteen.script.render import render
from nineteen.verbs.catalogue.command import specs
from nineteen.verbs.sweep.jobs import Plan, plan_of
from nineteen.verbs.sweep.work import run_piece
from timing import command, interleaved, ratio

ROOT = Path(__file__).parent.parent.parent
WORKERS = 2
NUMBERS = count()  # of the files of rows
BARE = (
    "import contextlib, io, json, sys\n"
    "with contextlib.redirect_stdout(io.StringIO()):\n"
    "    for source in json.load(open(sys.argv[1])):\n"
    "        exec(compile(source, 'script.py', 'exec'), {'__name__': '__main__'})\n"
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


def plan(words: list[str]) -> Plan:
    return plan_of(command_parser("sweep").read(words))[0]


def bare(sources: list[str]) -> None:
    """The bare loop: what the scripts cost by themselves."""
    with contextlib.redirect_stdout(io.StringIO()):
        for source in sources:
            exec(compile(source, "script.py", "exec"), {"__name__": "__main__"})


def overhead(folder: Path, rounds: int) -> None:
    """Wall-clock time and, steadier where others use the machine too, processor time."""
    for line, seeds in (("xor", 4000), ("xor --batch mini", 2000), ("xor --batch sgd", 1000)):
        words = [*line.split(), "--seeds", str(seeds)]
        swept = plan(words)
        sources = [render(spec) for _, spec in swept.specs(tuple(range(seeds)))]
        processor: dict[str, list[float]] = {"sweep": [], "bare": []}
        jobs = {
            "sweep": main_of(folder, [*words, "--workers", "1"]),
            "bare": partial(bare, sources),
        }
        timed = {name: partial(timing_processor, jobs[name], processor[name]) for name in jobs}
        taken = interleaved(timed, rounds)
        used = {name: seconds[1:] for name, seconds in processor.items()}  # as `interleaved` does
        each = statistics.median(used["bare"]) / seeds * 1000
        print(f"sweep {line}, {seeds} seeds, / bare loop: {ratio(taken['sweep'], taken['bare'])}")
        print(
            f"  processor time: {ratio(used['sweep'], used['bare'])}; {each:.2f} ms a bare script"
        )
        sys.stdout.flush()


def timing_processor(job: Callable[[], object], seconds: list[float]) -> None:
    """Run a job and note the processor time, its ended child processes' included."""
    before = os.times()
    job()
    after = os.times()
    seconds.append(sum(after[:4]) - sum(before[:4]))


def two_workers(folder: Path, rounds: int, seeds: int = 10_000) -> None:
    words = ["xor", "--seeds", str(seeds)]
    sources = [render(spec) for _, spec in plan(words).specs(tuple(range(seeds)))]
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
            where = cluster.scheduler_address
            jobs["dask"] = main_of(folder, [*words, "--scheduler", where])
        taken = interleaved(jobs, rounds)
    print(f"two bare processes / two workers, speed: {ratio(taken['bare'], taken['loky'])}")
    if "dask" in taken:
        print(f"two Dask workers / two loky workers: {ratio(taken['dask'], taken['loky'])}")
    sys.stdout.flush()


def fresh_processes(rounds: int, seeds: int = 20) -> None:
    wanted = [spec for spec in specs() if spec.table.inputs == 2 and not spec.show_loss]
    paths = [str(ROOT / "generated" / f"{file_stem(spec)}.py") for spec in wanted]
    words = [command_of(spec).split()[3:] for spec in wanted]
    plans = [plan([*line, "--seeds", "10000"]) for line in words]

    def fresh() -> None:
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda path: command([sys.executable, path])(), paths))

    def warm() -> None:
        jobs = tuple(range(1, seeds + 1))
        Parallel(WORKERS)(delayed(run_piece)(swept, jobs) for swept in plans)

    taken = interleaved({"fresh": fresh, "warm": warm}, rounds)
    fast = [seeds * second for second in taken["fresh"]]
    print(f"scripts a second, warm / fresh, {len(paths)} scripts: {ratio(fast, taken['warm'])}")
    sys.stdout.flush()


def memory() -> None:
    """One-epoch scripts that learn: with lr 100, `true` does at its first update."""
    line = "sweep true --epochs 1 --lr 100 --workers 2 --seeds".split()  # noqa: SIM905
    peaks = []
    for seeds in ("1000", "100000"):
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, *line, seeds],
            check=True,
            capture_output=True,
            text=True,
        )
        peaks.append([int(word) / 1024 for word in done.stderr.split()])
        print(done.stdout.strip())
    for who, (few, many) in zip(("sweep", "largest worker"), zip(*peaks, strict=True), strict=True):
        print(f"peak memory of the {who}: {few:.0f} MB, then {many:.0f} MB: {many / few:.2f}")


if __name__ == "__main__":
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as scratch:
        overhead(Path(scratch), turns)
        two_workers(Path(scratch), turns)
    fresh_processes(turns)
    memory()
