"""Sweeps: that the main command's scripts are run, and nothing is lost or counted twice."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest
from environment import few
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.page.estimates import wilson
from nineteen.script.choices import choose, read, spec_of
from nineteen.script.ended import Ending, Run
from nineteen.script.judge import judge
from nineteen.script.render import for_seeds, render
from nineteen.script.run import printed_in_isolation, run
from nineteen.training.execute import run_here
from nineteen.verbs.sweep import ledger, pool
from nineteen.verbs.sweep.command import main as sweep_main
from nineteen.verbs.sweep.command import sweep
from nineteen.verbs.sweep.jobs import Jobs, SweepPlan
from nineteen.verbs.sweep.ledger import observe_jobs, resume, run_jobs, to_observe
from nineteen.verbs.sweep.npn import npn_classes
from nineteen.verbs.sweep.pool import WorkersDie, workers_for
from nineteen.verbs.sweep.sweep_result import LEARNED, NOT_LEARNED, SweepResult
from test_side_by_side import together

QUICK = ["xor", "--epochs", "50", "--seeds", "60"]
HERE = ["--workers", "1"]
SMALL = 0.0008  # seconds, so that even a quick sweep has several pieces


class Planned(Exception):
    """What a sweep is going to run."""


def plan(line: str) -> SweepPlan:
    def stop(result: SweepResult, crew: object) -> None:
        raise Planned(result.plan)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nineteen.verbs.sweep.command.run_plan", stop)
        with pytest.raises(Planned) as planned:
            sweep_main(shlex.split(line))
    found = planned.value.args[0]
    assert isinstance(found, SweepPlan)
    return found


def rows(path: Path) -> list[dict[str, object]]:
    """The file's rows in order, seconds aside."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return sorted(
        ({key: row[key] for key in row if key != "seconds"} for row in found), key=json.dumps
    )


# What is run


@pytest.mark.parametrize(
    ("line", "scripts"),
    [
        ("xor", 100),
        ("xor --seeds 7 --hidden 2 3 8,4 --batch sgd,mini,full", 63),
        ("xor --seeds 7 --batch sgd mini, full --hidden 2 3 8,4", 63),
        ("--batch sgd xor mini --seeds 7", 14),
        ("and or xor --seeds 5", 5),
        ("and,or,xor --seeds 5 --each", 15),
        ("and or xor --seeds 5 --each", 15),
        ("and or parity xor --inputs 3 --seeds 5 --each", 15),
        ("--table 0110 --seeds 2 --batch sgd,stochastic", 2),
        ('--expr "a != b" --seeds 2', 2),
        ("--inputs 1 --all-functions --batch sgd,mini,full", 8),
        ("--inputs 2 --all-functions --batch sgd,mini,full", 48),
        ("--inputs 3 --all-functions --batch sgd,mini,full", 768),
        ("--inputs 4 --all-functions", 65_536),
        ("--inputs 4 --classes --batch mini,sgd --seeds 100", 44_400),
    ],
)
def test_the_number_of_scripts(line: str, scripts: int) -> None:
    assert plan(line).scripts == scripts


@pytest.mark.parametrize(
    "options",
    [
        "xor",
        "and or --hidden 3 --batch mini --batch-size 3",
        "--table 0110,0001 --hidden 8,4 --activation tanh --lr 0.25 --epochs 9 --batch sgd",
        '--expr "a and (b != c)" --hidden 5',
        "majority --inputs 3 --batch stochastic",
        "xor --samples 64 --noise 0.25 --batch mini",
    ],
)
def test_a_sweep_runs_the_main_commands_scripts(options: str) -> None:
    wanted = spec_of(choose(shlex.split(options)))
    swept = plan(f"{options} --seeds 3")
    assert [swept.spec_of_job(0), swept.spec_of_job(2)] == [wanted, replace(wanted, seed=2)]


def test_every_function_of_a_family_is_there_once() -> None:
    swept = plan("--inputs 3 --all-functions --seeds 2 --batch sgd,full")
    found = [swept.spec_of_job(job) for job in range(swept.scripts)]
    assert len(set(found)) == len(found) == 256 * 2 * 2
    assert len({spec.table.columns for spec in found}) == 256
    classes = plan("--inputs 3 --classes --seeds 1")
    tables = {classes.spec_of_job(job).table.columns for job in range(classes.scripts)}
    assert tables == {(first,) for first in npn_classes(3)}


def test_what_no_weights_can_represent_is_run_and_fails(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    assert main(["sweep", "xor", "--hidden", "1", "--seeds", "2", *HERE, "-o", str(path)]) == 0
    assert [row["learned"] for row in rows(path)] == [False, False]
    assert all(read(f"# {row['command']}").keep for row in rows(path))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "nothing to learn"),
        ("xro", "did you mean 'xor'"),
        ("xor --seeds 0", "--seeds: '0'"),
        ("xor --seeds ten", "--seeds: 'ten'"),
        ("xor --seeds 10000000000", "a whole number from 1 to 10,000,000"),
        ("xor --hidden 2 many", "'many' is not a size"),
        ("xor --hidden 2 300", "1 to 256 units"),
        ("xor --batch full,all", "'all' is not sgd, mini or full"),
        ("xor --batch-size 2", "--batch-size goes with --batch mini"),
        ("xor --batch mini --batch-size 4", "--batch full"),
        ("not --batch mini", "use sgd or full"),
        ("xor --inputs 5 --all-functions", "goes with --inputs N and nothing else"),
        ("--all-functions", "goes with --inputs N"),
        ("--inputs 3 --all-functions --classes", "goes with --inputs N"),
        ("--inputs 5 --all-functions", "1 to 4 inputs"),
        ("--inputs 5 --classes", "1 to 4 inputs"),
        ("--table 0110 --each", "--each goes with gate names"),
        ("and xor3", "one network needs the same for all"),
        ("--inputs 4 --all-functions --seeds 1000", "at most 10,000,000"),
        ("xor --seed 3", "--seed"),
        ("xor --workers 0", "--workers: '0'"),
        ("xor --workers 2 --scheduler tcp://127.0.0.1:1", "--workers is for this machine"),
        ("xor --at-least 101", "--at-least 101: a percentage"),
        ("xor --at-least most", "--at-least: 'most'"),
        ("xor --lr -1", "--lr"),
        ("xor --noise 0.5", "--noise goes with --samples"),
        ("not --samples 2 --batch mini", "use sgd or full"),
        ("xor -o -", "rows go to a file"),
        ("xor -o nowhere/at/all.jsonl", "there is no folder"),
        ("xor -o /", "it is a folder"),
    ],
)
def test_what_is_refused_is_refused_in_one_line(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", *shlex.split(line)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_a_strategy_that_two_rows_do_not_allow_is_left_out_and_said_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["sweep", "not", "--batch", "mini,full", "--seeds", "2", *HERE]) == 0
    out, err = capsys.readouterr()
    assert "--batch mini is left out" in err
    assert "full" in out
    assert "mini" not in out


def test_samples_are_swept_and_told_from_the_truth_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.jsonl"
    line = "sweep not --samples 8 --batch mini,full --seeds 4".split()  # noqa: SIM905
    assert main([*line, *HERE, "-o", str(path)]) == 0
    assert "left out" not in capsys.readouterr().err  # eight samples of two rows allow mini-batches
    assert {(row["samples"], row["noise"], row["batch_size"]) for row in rows(path)} == {
        *((8, 0.5, 2), (8, 0.5, 8))
    }
    for other in (["--samples", "9"], ["--noise", "0.25"], []):
        words = (
            [*line, *other] if other else [word for word in line if word not in ("--samples", "8")]
        )
        assert main([*words, *HERE, "-o", str(path)]) == 2
        assert "is of another sweep" in capsys.readouterr().err


def test_the_updates_that_noisy_samples_need_are_not_observed() -> None:
    found = sweep("not", samples=8, seeds=4, workers=1, report=True)
    assert [share.updates for share in found.pooled] == [()]
    [share] = sweep("not", seeds=4, workers=1, report=True).pooled
    assert len(share.updates) == 4


# The evidence


@pytest.mark.parametrize("inputs", ["1", "2", "3"])
def test_every_function_of_up_to_three_inputs_learns_in_every_strategy(
    inputs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """All 824 scripts, with seed 0."""
    sweep = ["sweep", "--inputs", inputs, "--all-functions", "--batch", "sgd,mini,full"]
    code = main([*sweep, "--at-least", "100"])
    assert code == 0, capsys.readouterr()


def test_a_share_below_at_least_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", *QUICK, *HERE, "--at-least", "100"]) == 1
    assert " of 60 learned, less than --at-least 100 %" in capsys.readouterr().err


def test_a_run_here_prints_what_a_run_alone_prints() -> None:
    for line in ("xor", "xor --batch sgd --hidden 2", "and or --hidden 8,4", "xor --lr 1000"):
        spec = plan(line).spec(0)
        assert run_here(render(spec)).stdout == run(render(spec)).stdout


def test_a_verdict_is_the_judges() -> None:
    swept = plan("xor --hidden 2 --seeds 6 --epochs 150")
    specs = [swept.spec_of_job(job) for job in range(6)]
    wanted = [judge(run(render(spec)), spec.table).ok for spec in specs]
    assert [row.learned for row in run_jobs(swept, tuple(range(6)))] == wanted
    assert {True, False} == set(wanted)


def test_a_script_that_prints_something_else_alone_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiled = render(replace(plan("xor").spec(0), seed=20))

    def together(sources: list[str]) -> list[Run]:
        wrong = Run("[[0.5]\n [1.  ]\n [1.  ]\n [0.  ]]\n", "", 0.0, Ending.FINISHED)
        return [wrong if source == spoiled else run_here(source) for source in sources]

    monkeypatch.setattr(ledger, "run_together", together)
    path = tmp_path / "rows.jsonl"
    assert main(["sweep", "xor", "--seeds", "30", *HERE, "-o", str(path)]) == 1
    err = capsys.readouterr().err
    assert "python -m generator xor --seed 20: it prints '[[0.5]" in err
    assert "beside others and prints '[[0." in err
    assert len(rows(path)) == 29  # the row in question is not kept
    monkeypatch.undo()
    assert main(["sweep", "xor", "--seeds", "30", *HERE, "-o", str(path)]) == 0
    assert len(rows(path)) == 30


def test_a_script_that_crashes_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fit(spec: object) -> tuple[str, None]:
        return 'import numpy as np\n\nraise ZeroDivisionError("as planned")\n', None

    monkeypatch.setattr(ledger.render, "fit", fit)
    assert main(["sweep", "xor", "--seeds", "1", *HERE]) == 3
    assert "ZeroDivisionError: as planned (line 3)" in capsys.readouterr().err


def test_a_script_that_crashes_beside_others_only_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crash = Run("", "ZeroDivisionError: division by zero", 0.0, Ending.CRASHED, 1)
    monkeypatch.setattr(ledger, "run_together", lambda sources: [crash] * len(sources))
    assert main(["sweep", "xor", "--seeds", "1", *HERE]) == 1
    err = capsys.readouterr().err
    assert "prints 'ZeroDivisionError: division by zero' beside others and prints '[[0." in err


@pytest.mark.slow
def test_at_most_fifty_failures_of_a_cell_are_confirmed() -> None:
    found = sweep("xor", hidden=[2, 3], seeds=60, epochs=1, workers=1)
    assert found.failures == 120
    samples_among_the_others = len([job for job in range(0, 120, 40) if job % 60 >= 50])
    assert found.confirmed == 2 * 50 + samples_among_the_others


@pytest.mark.parametrize(
    "line", ["xor", "xor3 --hidden 1 --lr 0.4294967295 --keep", "and or --hidden 8,4 --batch sgd"]
)
def test_the_texts_of_many_seeds_are_those_of_each(line: str) -> None:
    spec = spec_of(choose(line.split()))
    seeds = [0, 3, 4, 5, 12, 4294967295]
    for text_of in (render, repr):
        one_by_one = [text_of(replace(spec, seed=seed)) for seed in seeds]
        assert for_seeds(text_of, spec, seeds) == one_by_one
        assert for_seeds(text_of, spec, seeds[:2]) == one_by_one[:2]


def test_scripts_that_run_alone_do_not_see_each_other() -> None:
    spoiler = "import numpy as np\nnp.round = None\nprint('spoiled')\n"
    crash = "1 / 0\n"
    honest = render(plan("xor").spec(0))
    found = printed_in_isolation([spoiler, honest, crash, honest])
    assert found[0] == "spoiled\n"
    assert found[1] == found[3] == run(honest).stdout
    assert found[2] in ("", None)
    assert run(spoiler + honest).ending == "crashed"  # the spoiler does spoil


def test_the_updates_to_learn_are_enough_and_five_fewer_are_not() -> None:
    swept = plan("xor")
    for job, needed in observe_jobs(swept, tuple(range(5))):
        spec = swept.spec_of_job(job)
        assert judge(run_here(render(replace(spec, epochs=needed))), spec.table).ok
        fewer = run_here(render(replace(spec, epochs=needed - 5)))
        assert not judge(fewer, spec.table).ok


def test_what_will_run_is_said_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And only what is missing."""
    said: list[tuple[str, float, bool]] = []
    monkeypatch.setattr("nineteen.verbs.sweep.command.announce", lambda *words: said.append(words))
    path = str(tmp_path / "rows.jsonl")
    for seeds, quiet in (("20", []), ("60", ["-q"]), ("60", [])):
        assert main(["sweep", "xor", "--seeds", seeds, *HERE, "-o", path, *quiet]) == 0
    assert [words for words, _, _ in said] == ["20 scripts", "40 scripts", "0 scripts"]
    first, second, last = (seconds for _, seconds, _ in said)
    assert second - 1 == pytest.approx(2 * (first - 1))  # in both, ten confirm, 0.1 seconds each
    assert last == 0
    assert [hushed for _, _, hushed in said] == [False, True, False]


# Nothing lost, nothing twice


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sweep") / "whole.jsonl"
    assert main(["sweep", *QUICK, *HERE, "-o", str(path)]) == 0
    assert len(rows(path)) == 60
    return path.read_bytes()


@pytest.fixture
def whole(uninterrupted: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An uninterrupted sweep's file; from now on pieces are so small that there are several."""
    monkeypatch.setattr(pool, "SECONDS", SMALL)
    path = tmp_path / "whole.jsonl"
    path.write_bytes(uninterrupted)
    return path


@pytest.mark.parametrize("keep", few([5, 1000, 0, 9000], 2))
def test_a_file_cut_anywhere_is_continued(whole: Path, tmp_path: Path, keep: int) -> None:
    path = tmp_path / "cut.jsonl"
    path.write_bytes(whole.read_bytes()[:keep])
    assert main(["sweep", *QUICK, *HERE, "-o", str(path)]) == 0
    assert rows(path) == rows(whole)


def test_only_the_sample_runs_again_when_all_is_there(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(swept: SweepPlan, jobs: Jobs) -> None:
        raise AssertionError(jobs)

    before = whole.read_bytes()
    monkeypatch.setattr("nineteen.verbs.sweep.ledger.run_jobs", never)
    assert main(["sweep", *QUICK, *HERE, "-o", str(whole)]) == 0
    assert whole.read_bytes() == before


def test_a_row_that_is_wrong_about_the_sample_is_an_error(
    whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = whole.read_text(encoding="utf-8")
    [row] = [line for line in text.splitlines() if '"seed": 20,' in line]
    wrong = row.replace('"learned": true', '"learned": false')
    whole.write_text(text.replace(row, wrong), encoding="utf-8")
    assert main(["sweep", *QUICK, *HERE, "-o", str(whole)]) == 1
    assert "its row is wrong about whether it learned" in capsys.readouterr().err


def test_a_row_that_is_there_twice_counts_once(whole: Path) -> None:
    swept = plan(shlex.join(QUICK))
    once, twice = (SweepResult(swept, bytearray(60), whole) for _ in range(2))
    resume(once)
    whole.write_bytes(whole.read_bytes() * 2)
    resume(twice)
    assert twice.states == once.states
    assert twice.seconds == pytest.approx(once.seconds)
    assert once.seconds > 0


def test_more_seeds_continue_the_file(whole: Path, tmp_path: Path) -> None:
    more = ["sweep", *["xor", "--epochs", "50", "--seeds", "90", "--hidden", "8", "9"], *HERE, "-o"]
    assert main([*more, str(whole)]) == 0
    assert main([*more, str(tmp_path / "fresh.jsonl")]) == 0
    assert rows(whole) == rows(tmp_path / "fresh.jsonl")


@pytest.mark.parametrize(
    "line",
    [
        "xor --epochs 50 --seeds 59",
        "xor --epochs 51 --seeds 60",
        "xnor --epochs 50 --seeds 60",
        "--table 0110 --epochs 50 --seeds 60",
        "xor --epochs 50 --seeds 60 --batch sgd",
        "--inputs 2 --all-functions --epochs 50 --seeds 60",
    ],
)
def test_another_sweeps_file_is_refused_and_left_alone(
    whole: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = whole.read_bytes()
    assert main(["sweep", *shlex.split(line), *HERE, "-o", str(whole)]) == 2
    assert "is of another sweep" in capsys.readouterr().err
    assert whole.read_bytes() == before


@pytest.mark.parametrize(
    "text", ["my notes", "my notes\n", "{}\n", '{"command": 3}\n', "[1]\n", "[" * 100_000 + "\n"]
)
def test_somebody_elses_file_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(text, encoding="utf-8")
    assert main(["sweep", *QUICK, *HERE, "-o", str(path)]) == 2
    assert path.read_text(encoding="utf-8") == text


def test_ctrl_c_keeps_what_is_written_and_says_so(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.jsonl"
    honest, calls = ledger.run_together, []

    def together(sources: list[str]) -> list[Run]:
        calls.append(sources)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return honest(sources)

    monkeypatch.setattr(pool, "MANY", 16)  # on every machine several pieces
    monkeypatch.setattr(ledger, "run_together", together)
    assert main(["sweep", *QUICK, *HERE, "-o", str(path)]) == 130
    kept = len(rows(path))
    assert 0 < kept < 40
    assert f"{kept} of 60 rows are in {path}: the same command goes on" in capsys.readouterr().err
    monkeypatch.setattr(ledger, "run_together", honest)
    assert main(["sweep", *QUICK, *HERE, "-o", str(path)]) == 0
    assert rows(path) == rows(whole)


SMALL_PIECES = (
    f"import sys, nineteen.verbs.sweep.pool as pool; pool.SECONDS = {SMALL}; "
    "from nineteen.cli import main; sys.exit(main(sys.argv[1:]))"
)


@pytest.mark.slow
def test_a_sweep_that_is_killed_is_continued(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    words = [sys.executable, "-c", SMALL_PIECES, "sweep", *QUICK, "--workers", "2", "-o", str(path)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (path.exists() and path.stat().st_size):
        time.sleep(0.01)
    workers = children(process.pid)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while any(map(runs, workers)):
        assert time.monotonic() < deadline, "its workers are still there"
        time.sleep(0.05)
    assert 0 < len(path.read_text(encoding="utf-8").splitlines()) <= 60
    assert main(["sweep", *QUICK, "--workers", "2", "-o", str(path)]) == 0
    assert rows(path) == rows(whole)


def children(pid: int) -> list[int]:
    """The process's children that work for joblib, where the system tells (Linux)."""
    try:
        numbers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(number) for number in numbers if "popen_loky" in command_of(int(number))]


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def runs(pid: int) -> bool:
    return bool(command_of(pid))  # empty for a zombie


@pytest.mark.skipif(sys.platform == "win32", reason="a file's size can be limited on POSIX only")
def test_a_full_disk_keeps_the_rows_before(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    limit = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (7000, 7000)); "
    words = [
        sys.executable,
        "-B",
        "-c",
        limit + SMALL_PIECES,
        "sweep",
        *QUICK,
        *HERE,
        "-o",
        str(path),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "of 60 rows are in" in done.stderr
    assert path.stat().st_size == 7000  # to the last byte, torn
    assert main(["sweep", *QUICK, *HERE, "-o", str(path)]) == 0
    assert rows(path) == rows(whole)


@pytest.mark.parametrize(
    ("line", "least"),
    [
        ("xor6 --batch sgd --seeds 20", 16),  # two of them take as long as a piece should
        ("xor8 --batch mini --seeds 20", 4),
        ("xor8 --seeds 20", 1),  # they run one by one
    ],
)
def test_a_piece_has_as_many_scripts_as_run_as_one(line: str, least: int) -> None:
    swept = plan(line)
    pieces = list(pool.cut(swept, range(20)))
    assert [job for piece in pieces for job in piece] == list(range(20))
    assert {len(piece) for piece in pieces[:-1]} == {least}
    assert {len(piece) for piece in pool.cut(swept, range(20), alone=True)} == {1}
    sources = [render(replace(swept.spec(0), seed=seed, epochs=1)) for seed in range(least)]
    _, one_by_one = together(sources)
    assert (one_by_one == []) == (least > 1)


def mortal(swept: SweepPlan, jobs: Jobs) -> list[int]:
    """A task that kills its worker over job 7, as often as the file in the environment says."""
    deaths = Path(os.environ["DEATHS"])
    # Only the worker with job 7 reads: another could meet the file half written.
    if 7 in jobs and (left := int(deaths.read_text())):
        deaths.write_text(str(left - 1))
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    return list(jobs)


@pytest.mark.slow
def test_a_worker_that_dies_twice_is_survived_and_nothing_counts_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sorted(spread_mortal(2, tmp_path, monkeypatch)) == list(range(40))
    assert (tmp_path / "deaths").read_text() == "0"


@pytest.mark.slow
def test_workers_that_keep_dying_end_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WorkersDie, match="a worker died 3 times before python -m generator xor"):
        spread_mortal(99, tmp_path, monkeypatch)
    left = int((tmp_path / "deaths").read_text())
    assert 99 - 3 * 8 <= left <= 99 - 3  # three deaths for each job that was the first, up to 7


def spread_mortal(deaths: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    (folder / "deaths").write_text(str(deaths))
    monkeypatch.setenv("DEATHS", str(folder / "deaths"))
    monkeypatch.setattr(pool, "SECONDS", SMALL)
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown()  # so that the workers see the environment
    done: list[int] = []

    def missing() -> list[int]:
        return [job for job in range(40) if job not in done]

    with workers_for(
        plan("xor --seeds 40"), Namespace(workers=2, scheduler=None, quiet=True)
    ) as workers:
        for jobs in workers("", mortal, missing):
            done.extend(jobs)
    return done


# What is said


def test_the_table_and_the_page_say_what_the_file_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra lessons")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "generated").mkdir()
    words = "sweep xor --hidden 2 8 --batch full,sgd --seeds 12 --epochs 80 --report -o r.jsonl"
    assert main([*words.split(), *HERE]) == 0
    out, err = capsys.readouterr()
    assert err == ""  # no progress bar where there is no terminal
    found = rows(Path("r.jsonl"))
    [page] = Path("generated", "sweeps").glob("*.md")
    text = page.read_text(encoding="utf-8")
    summary = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    for share in summary["shares"]:
        mine = [
            row
            for row in found
            if (str(row["hidden"][0]), row["batch"]) == (share["hidden"], share["batch"])
        ]
        learned = sum(row["learned"] for row in mine)
        assert (share["learned"], share["runs"]) == (learned, len(mine) or None)
        how = f"{mine[0]['lr']:g} | {mine[0]['epochs']}"
        assert f"| {share['hidden']} | {share['batch']} | {how} | {learned} | 12 |" in text
    failed = [row for row in found if not row["learned"]]
    assert 0 < len(failed) == summary["failures"] < 48
    assert f"{len(failed)} did not learn" in out
    assert "python -m generator sweep xor --epochs 80 --hidden 2 8 --batch full,sgd" in text
    drawing = ElementTree.parse(page.with_suffix(".svg")).getroot()
    assert drawing.tag.endswith("svg")
    before = {path.name: path.read_bytes() for path in page.parent.glob("*[!n]")}
    assert main([*words.split(), *HERE]) == 0
    assert {path.name: path.read_bytes() for path in page.parent.glob("*[!n]")} == before
    again = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    assert again == summary | {"confirmed": 3}  # what was there already: only the sample


def test_without_matplotlib_the_page_has_its_tables_and_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "generated").mkdir()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["sweep", "xor", "--seeds", "2", "--report", *HERE]) == 0
    assert 'pip install matplotlib, or ".[lessons]"' in capsys.readouterr().err
    [page] = Path("generated", "sweeps").glob("*.md")
    assert "| xor | 8 | full | 1 | 100 | 2 | 2 | 100 % |" in page.read_text(encoding="utf-8")
    assert "![" not in page.read_text(encoding="utf-8")
    assert not page.with_suffix(".svg").exists()


@pytest.mark.slow
def test_the_function_measures_what_the_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra lessons")
    found = sweep("xor", hidden=[2, (3, 2)], batch=["sgd", "full"], lr=0.5, seeds=6, workers=1)
    assert (
        main(
            [
                "sweep",
                "xor",
                "--hidden",
                "2",
                "3,2",
                "--batch",
                "sgd,full",
                "--lr",
                "0.5",
                "--seeds",
                "6",
            ]
        )
        == 0
    )
    assert without_seconds(str(found)) == without_seconds(capsys.readouterr().out)
    assert [share.hidden for share in found.pooled] == ["2", "2", "3,2", "3,2"]
    assert found.pooled[0].interval == wilson(found.pooled[0].learned, 6)
    assert len(found.plot().axes) == 1


@pytest.mark.parametrize(
    ("gates", "options", "said"),
    [
        (("xro",), {}, "did you mean 'xor'"),
        (("xor",), {"hidden": "many"}, "'many' is not a size"),
        (("xor",), {"hidden": [2, 300]}, "1 to 256 units"),
        (("xor",), {"batch": ["sgd", "all"]}, "'all' is not sgd, mini or full"),
        (("xor",), {"seeds": 0}, "--seeds: '0'"),
        (("xor",), {"workers": -1}, "--workers: '-1'"),
        (("xor",), {"each": True, "table": "0110"}, "--each goes with gate names"),
        (("xor",), {"seed": 3}, "unknown option"),
    ],
)
def test_the_function_refuses_what_the_command_does(
    gates: tuple[str, ...], options: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        sweep(*gates, **options)


def without_seconds(text: str) -> str:
    return re.sub(r"[0-9.]+ s of script time", "", text).strip()


def test_the_picture_shows_the_shares_and_the_updates() -> None:
    pytest.importorskip("matplotlib", reason="pictures need the extra lessons")
    swept = plan("xor --hidden 2 8 --batch full,sgd --seeds 10")
    found = SweepResult(swept, bytearray([LEARNED] * 40))
    found.states[0] = NOT_LEARNED  # with 2 units, full batch
    found.needed[3] += [40, 4, 8]  # with 8 units, one row at a time
    share, updates = found.plot().axes
    heights = [line.lines[0].get_ydata().tolist() for line in share.containers]
    assert heights == [[100, 100], [90, 100]]  # sgd, full
    [observed] = updates.containers
    assert observed.lines[0].get_ydata().tolist() == [8]
    [ends] = observed.lines[2][0].get_segments()
    assert ends[:, 1].tolist() == pytest.approx([4, 40])


def test_gates_with_other_defaults_are_pooled_under_all_of_them() -> None:
    swept = plan("xor xor3 and --each --seeds 2")
    [share] = SweepResult(swept, bytearray([LEARNED] * 6)).pooled
    xor, xor3 = swept.spec(0), swept.spec(1)
    assert xor.hidden != xor3.hidden
    assert share.hidden == f"{xor.hidden[0]} / {xor3.hidden[0]}"
    assert share.lr == " / ".join(dict.fromkeys([f"{xor.lr:g}", f"{xor3.lr:g}"]))
    assert (share.learned, share.runs) == (6, 6)


def test_failing_functions_and_the_worst_are_named() -> None:
    swept = plan("--inputs 2 --classes --seeds 10")
    states = bytearray([LEARNED] * 40)
    states[20:23] = bytes([NOT_LEARNED] * 3)
    states[30] = NOT_LEARNED
    found = SweepResult(swept, states)
    assert found.shares == []
    [share] = found.pooled
    assert (share.learned, share.runs, share.subjects) == (36, 40, 4)
    assert (share.least, share.failing, share.hardest) == (7, 2, ("table2_3",))
    assert "2 of 4 classes did not learn with every seed; the fewest: 7 of 10" in str(found)
    assert found.failing(100) == [
        "python -m generator --table 0011, seeds 0, 1, 2",
        "python -m generator --table 0110",
    ]
    assert set(to_observe(found, 0)) == {job for job in range(40) if states[job] == LEARNED}


def test_pooled_gates_add_up() -> None:
    swept = plan("and xor --each --seeds 10 --batch full,sgd")
    states = bytearray([LEARNED] * 40)
    states[20] = NOT_LEARNED  # xor, full
    found = SweepResult(swept, states)
    assert [(share.what, share.batch, share.learned) for share in found.shares] == [
        ("and", "full", 10),
        ("and", "sgd", 10),
        ("xor", "full", 9),
        ("xor", "sgd", 10),
    ]
    full, sgd = found.pooled
    assert (full.runs, full.learned, sgd.runs, sgd.learned) == (20, 19, 20, 20)
    assert (full.hardest, full.least, sgd.hardest) == (("xor",), 9, ())
    assert "full: 1 of 2 gates did not learn with every seed; the fewest: 9 of 10" in str(found)


def test_a_share_is_100_percent_only_where_all_learned() -> None:
    swept = plan("xor --seeds 100000")
    states = bytearray([LEARNED] * 100_000)
    [share] = SweepResult(swept, states).pooled
    assert (share.percent, share.bounds) == ("100 %", "99.99 to 100.00 %")
    states[5] = NOT_LEARNED
    assert SweepResult(swept, states).pooled[0].percent == "99.99 %"
