"""The command line as a user meets it: exit codes, messages, files; nothing half written."""

import itertools
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from nineteen import UsageError, cli
from nineteen.script import files, make
from nineteen.script.judge import Status
from nineteen.script.options import command_parser
from nineteen.script.templates import data
from nineteen.verbs.make import command as make_command
from space import spec

POSIX = os.name == "posix"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


def left_behind(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_main_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["xor", "--batch", "mini"]) == 0
    assert left_behind(tmp_path) == [str(Path("generated", "xor_mini.py"))]
    source = Path("generated/xor_mini.py").read_bytes().decode()
    assert source.startswith("import numpy as np  # python -m generator xor --batch mini")
    said = capsys.readouterr().out
    assert all(
        word in said
        for word in ("wanted", "predicted", "learned", "19 lines", "updates", " s)", "seed")
    )
    assert str(Path("generated", "xor_mini.py")) in said
    run = subprocess.run(
        [sys.executable, "-I", "generated/xor_mini.py"], capture_output=True, text=True, check=True
    )
    assert len(run.stdout.splitlines()) == 4


def test_the_script_alone_goes_to_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["and", "-o", "-"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("import numpy as np  # python -m generator and\n")
    assert "learned" in printed.err
    assert "learned" not in printed.out
    assert left_behind(tmp_path) == []


def test_seeds_are_tried_until_one_learns_and_the_report_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (
        cli.main(
            ["xor", "--hidden", "2", "--batch", "sgd", "--epochs", "100", "--lr", "1", "-o", "x.py"]
        )
        == 0
    )
    made = [
        cli.main(
            [
                "xor",
                "--hidden",
                "2",
                "--batch",
                "sgd",
                "--epochs",
                "100",
                "--lr",
                "1",
                "--seed",
                str(seed),
                "-o",
                "-",
            ]
        )
        for seed in range(4)
    ]
    first = made.index(0)
    assert first > 0, "choose a setting whose seed 0 does not learn"
    assert f"--seed {first}" in Path("x.py").read_text(encoding="utf-8").splitlines()[0]
    assert f"{first} before it did not learn: 0" in capsys.readouterr().out


def test_what_does_not_learn_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["xor", "--epochs", "1", "--seed", "0"]) == 1
    said = capsys.readouterr().out
    assert "not learned: row 00 should be 0" in said
    assert "what helps: leave out --epochs (learns with seed 0)" in said
    assert "nothing was written" in said
    assert left_behind(tmp_path) == []


@pytest.mark.slow
def test_advice_helps(capsys: pytest.CaptureFixture[str]) -> None:
    """Following the advice, by leaving the options out, learns."""
    for bad in (["--lr", "0.0001"], ["--epochs", "2"], ["--hidden", "2", "--epochs", "9"]):
        assert cli.main(["xor", *bad, "--seed", "0", "-o", "-"]) == 1
        assert "what helps: leave out" in capsys.readouterr().err
    assert cli.main(["xor", "--seed", "0", "-o", "-"]) == 0


def test_keep_writes_a_failure_and_says_so_on_its_first_line(tmp_path: Path) -> None:
    assert cli.main(["xor", "--epochs", "1", "--keep"]) == 1
    assert left_behind(tmp_path) == [str(Path("generated", "xor_e1_keep_full.py"))]
    first = next(iter(tmp_path.rglob("*.py"))).read_text(encoding="utf-8").splitlines()[0]
    assert first.endswith("# python -m generator xor --epochs 1 --keep")
    assert cli.main(["xor", "--keep"]) == 0
    assert "generated/xor_full.py".replace("/", os.sep) in left_behind(tmp_path)


def test_the_command_of_a_kept_script_makes_it_again() -> None:
    words = ["xor", "--hidden", "2", "--batch", "mini", "--seeds", "0"]
    assert cli.main([*words, "--seed", "0", "--keep", "-o", "kept.py"]) == 1
    kept = Path("kept.py").read_text(encoding="utf-8")
    assert cli.main([*shlex.split(kept.splitlines()[0])[8:], "-o", "again.py"]) == 1
    assert Path("again.py").read_text(encoding="utf-8") == kept


def test_a_file_changed_by_hand_is_replaced_only_with_force(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["and"]) == 0
    path = Path("generated/and_full.py")
    ours = path.read_text(encoding="utf-8")
    assert cli.main(["and"]) == 0, "what the generator wrote itself may be replaced"
    path.write_text(ours.replace("rng(0)", "rng(1)"), encoding="utf-8")
    assert cli.main(["and"]) == 2
    assert "--force" in capsys.readouterr().err
    assert "rng(1)" in path.read_text(encoding="utf-8")
    assert cli.main(["and", "--force"]) == 0
    assert path.read_text(encoding="utf-8") == ours
    path.write_bytes(b"\xff\xfe not ours")
    assert cli.main(["and"]) == 2


BAD = [
    (["xro"], "did you mean 'xor'"),
    ([], "nothing to learn"),
    (["xor", "--table", "0110"], "more than one thing"),
    (["--table", "01", "--expr", "a"], "more than one thing"),
    (["xor", "--hidden", "0"], "--hidden 0"),
    (["xor", "--hidden", "257"], "1 to 256"),
    (["xor", "--hidden", "65,2"], "1 to 64"),
    (["xor", "--hidden", "300,2"], "1 to 64"),
    (["xor", "--hidden", "2,2,2,2"], "1 to 3 hidden layers"),
    (["xor", "--hidden", "-1"], "--hidden"),
    (["xor", "--hidden", "many"], "'many' is not a size"),
    (["xor", "--noise", "0.5"], "--noise goes with --samples: add --samples 1024"),
    (["xor", "--samples", "1"], "--samples: '1': it has to be a whole number from 2 to 65,536"),
    (["xor", "--samples", "0", "--noise", "0.5"], "'0': it has to be a whole number from 2"),
    (["xor", "--samples", "65537"], "'65537': it has to be a whole number from 2 to 65,536"),
    (["xor", "--samples", "8", "--noise", "2.5"], "--noise 2.5: it has to be a number from 0 to 2"),
    (["xor", "--samples", "8", "--noise", "0.12345"], "is not a number of at most 4 decimals"),
    (["xor", "--samples", "8", "--noise", "nan"], "'nan' is not a number"),
    (["xor", "--samples", "2", "--batch", "mini"], "2 samples have none between one"),
    (["xor", "--samples", "8", "--batch", "mini", "--batch-size", "8"], "all 8 samples per update"),
    (["xor", "--samples", "8", "--batch", "mini", "--batch-size", "0"], "allow 2 to 7"),
    (["xor", "--samples", "8", "--batch", "mini", "--batch-size", "9"], "allow 2 to 7"),
    (["xor", "--hidden", "8,4", "--samples", "8", "--batch", "mini"], "use one hidden layer"),
    (["xor", "--hidden", "٤"], "is not a size"),
    (["xor", "--hidden", "8,"], "is not a size"),
    (
        ["xor", "--hidden", "1"],
        "xor is not linearly separable, and one hidden unit can only draw one line",
    ),
    (["xor", "--hidden", "1,1"], "xor is not linearly separable"),
    (["and", "xor", "--hidden", "1"], "xor is not linearly separable"),
    (["xor", "--lr", "nan"], "not a positive number"),
    (["xor", "--lr", "inf"], "not a positive number"),
    (["xor", "--lr", "-1"], "--lr"),
    (["xor", "--lr", "0"], "--lr"),
    (["xor", "--lr", "1e999"], "--lr inf"),
    (["xor", "--epochs", "0"], "--epochs 0"),
    (["xor", "--epochs", "100001"], "1 to 100000"),
    (["xor", "--epochs", "9" * 5000], "not a whole number"),
    (["xor", "--seed", "4294967296"], "--seed"),
    (["xor", "--seed", "x"], "not a whole number"),
    (["xor", "--batch", "huge"], "not sgd, mini or full"),
    (["xor", "--batch-size", "2"], "--batch-size goes with --batch mini"),
    (["xor", "--batch", "sgd", "--batch-size", "2"], "--batch-size goes with --batch mini"),
    (["xor", "--batch", "mini", "--batch-size", "1"], "is --batch sgd"),
    (["xor", "--batch", "mini", "--batch-size", "4"], "is --batch full"),
    (["xor", "--batch", "mini", "--batch-size", "5"], "allow 2 to 3"),
    (["xor", "--batch", "mini", "--batch-size", "0"], "--batch-size 0"),
    (["not", "--batch", "mini"], "2 rows"),
    (["xor", "--activation", "softmax"], "not sigmoid, tanh or relu"),
    (["xor", "--show", "all"], "--show"),
    (["xor", "--colour"], "--colour"),
    (["xor", "--batc", "mini"], "--batc"),
    (["xor", "--hidden"], "expected one argument"),
    (["and", "or3"], "2 and 3 inputs"),
    (["xor"] * 9, "9 outputs: it has 1 to 8 inputs here, and 1 to 8 outputs"),
    (["xor8", "and8"], "at most 256"),
    (["xor", "--inputs", "9"], "1 to 8 inputs"),
    (["--table", "0110", "--inputs", "2"], "--inputs goes with gate names"),
    (["--table", ""], "write the rows as 0 and 1"),
    (["--table", "011"], "it has 3 rows"),
    (["--table", "0"], "it has 1 rows"),
    (["--table", "0120"], "write the rows as 0 and 1"),
    (["--table", "0110,01"], "each column is 4 bits"),
    (["--table", "0110,"], "write the rows as 0 and 1"),
    (["--table", "0x"], "write the rows as 0 and 1"),
    (["--table", "0xg"], "write the rows as 0 and 1"),
    (["--table", "0x123"], "it has 12 rows"),
    (["--table", "01" * 256], "inputs"),
    (["--table", ",".join(["01"] * 9)], "outputs"),
    (["--table", "0" * 1_000_000], "--table"),
    (["--table", "0110;import os"], "write the rows as 0 and 1"),
    (["--table", "\uff10\uff11\uff11\uff10"], "write the rows as 0 and 1"),
    (["--expr", "a.b"], "--expr"),
    (["--expr", "__import__('os').system('touch hacked')"], "--expr"),
    (["xor", "-o", "no/such/folder/x.py"], "there is no folder"),
    (["xor", "-o", "."], "it is a folder"),
    (["xor", "-o", "{{ 7 * 7 }}/{% raw %}/x.py"], "there is no folder"),
    (["xor\n# python -m generator and"], "unknown gate"),
    (["'; import os; os.system('touch hacked') #"], "unknown gate"),
    (["{{ cycler.__init__.__globals__ }}"], "unknown gate"),
    (["xor\x1b]0;title\x07"], "unknown gate"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[" ".join(words)[:40] for words, _ in BAD])
def test_bad_input_is_one_clear_line(
    words: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(make, "run", lambda *_, **__: pytest.fail("something was run"))
    assert cli.main(words) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert len(printed.err.splitlines()) == 1
    assert printed.err.rstrip("\n").isprintable()
    assert len(printed.err) < 400
    assert printed.out == ""
    assert left_behind(tmp_path) == []


@pytest.mark.skipif(not POSIX or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert cli.main(["xor"]) == 2
    tmp_path.chmod(0o700)


def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["xor", "-o", "x.py"]) == 0
    before = Path("x.py").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    assert cli.main(["xor", "--batch", "sgd", "-o", "x.py"]) == 2
    assert capsys.readouterr().err == "x.py: No space left on device; nothing was written\n"
    assert Path("x.py").read_bytes() == before
    assert left_behind(tmp_path) == ["x.py"]


def test_a_script_out_of_time_is_exit_3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(make, "SECONDS", 0.0)
    made = make.make(spec("xor"), seconds=0.01)
    assert made.verdict.status is Status.TIMEOUT
    monkeypatch.setattr(make_command, "make_shared", lambda *_: made)
    assert cli.main(["xor"]) == 3
    assert left_behind(tmp_path) == []


@pytest.mark.skipif(not POSIX, reason="needs a signal to send")
def test_ctrl_c_is_exit_130_and_leaves_nothing(tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-m",
        "generator",
        "xor8",
        "--batch",
        "sgd",
        "--epochs",
        "100000",
        "--hidden",
        "256",
    ]
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parent.parent)}
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment)
    time.sleep(2.0)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said == "interrupted, nothing was written\n"
    assert left_behind(tmp_path) == []


def test_a_closed_pipe_is_no_traceback() -> None:
    if not POSIX:
        pytest.skip("a pipe of the shell")
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parent.parent)}
    command = f"'{sys.executable}' -m generator list | head -n 1"
    run = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment)
    assert run.stdout
    assert run.stderr == ""


@pytest.mark.parametrize("words", ["xor", "--help", "check generated", "catalogue"])
def test_a_checkout_whose_packages_are_not_installed_says_how(words: str) -> None:
    bare = [sys.executable, "-S", "-m", "generator", *words.split()]  # -S: without site-packages
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    checkout = Path(__file__).parents[1]
    run = subprocess.run(bare, capture_output=True, text=True, cwd=checkout, env=environment)
    assert run.returncode == 2
    [line] = run.stderr.splitlines()
    assert ": not installed, and Nineteen needs it; 'pip install .'" in line


def test_help_and_the_list_name_everything(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        cli.main(["--help"])
    assert leaving.value.code == 0
    said = capsys.readouterr().out
    for option in make_command.main_parser()._actions:
        assert option.help, option.dest
        assert all(name in said for name in option.option_strings)
    assert all(verb in said for verb in cli.VERBS)
    assert cli.main(["list"]) == 0
    listed = capsys.readouterr().out
    from nineteen.script.gates import names, table_of

    for name in names():
        line = next(line for line in listed.splitlines() if line.split()[:1] == [name])
        assert all(column in line for column in table_of(name).columns)


def test_help_fits_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    _, *after_usage = make_command.main_parser().format_help().split("\n\n")
    assert max(map(len, "\n".join(after_usage).splitlines())) <= 40


@pytest.mark.parametrize("verb", sorted(cli.VERBS))
def test_every_verb_has_help_and_refuses_what_it_does_not_know(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        cli.main([verb, "--help"])
    assert leaving.value.code == 0
    assert f"python -m generator {verb}" in capsys.readouterr().out
    assert cli.main([verb, "--no-such-option"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    heavy = {"numpy", "black", "rich", "joblib", "matplotlib"}
    code = f"import sys, nineteen.cli; print(*sorted({heavy!r} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(cli.__file__).parent.parent.parent,
    )
    assert run.stdout.split() == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("chek generated", "unknown command 'chek': did you mean 'python -m generator check'?"),
        ("lesson xor", "unknown command 'lesson': did you mean 'python -m generator xor --format"),
        (
            "exercise",
            "unknown command 'exercise': did you mean 'python -m generator xor --exercise'",
        ),
        ("a/xor_mini.py", "did you mean 'python -m generator check a/xor_mini.py'?"),
        ("list foo", "unknown word 'foo' (see"),
        ("steps xor --json", "unknown option '--json' (see"),
        ("lst", "did you mean 'python -m generator list'?"),
        ("catalog", "did you mean 'python -m generator catalogue'?"),
        ("help", "did you mean 'python -m generator --help'?"),
        ("xor --hiden 4", "unknown option '--hiden': did you mean --hidden?"),
        ("xor --fromat md", "unknown option '--fromat': did you mean --format?"),
        ("xor --hidden 4 4", "a comma joins hidden layers (--hidden 8,4)"),
        ("xor --batch sgd mini", "a script has one strategy (--batch mini)"),
        ("--table 0110 0001", "columns of a table (--table 0110,0001)"),
        ("xor --seed -1", "--seed -1: it has to be a whole number from 0 to 4294967295"),
        ("xor --seed 12345678901234567890", "it has to be a whole number from 0 to 4294967295"),
        ("xor --exercise --seeds 5", "--seeds goes without --format and --exercise: leave it out"),
        ("xor --format md --seeds 5", "--seeds goes without --format and --exercise: leave it out"),
        ("xor --seeds 10000000000", "it has to be a whole number from 0 to 10,000"),
        ("xor -o ''", "-o '': name a file"),
    ],
)
def test_what_was_nearly_right_is_told_what_is(
    words: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(shlex.split(words)) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert complaint in err
    assert left_behind(tmp_path) == []


OPTIONS = data("options.toml")
REFUSED = [(verb, row) for verb in ("make", *cli.VERBS) for row in OPTIONS[verb].get("refuse", [])]


@pytest.mark.parametrize(("verb", "row"), REFUSED)
def test_what_does_not_go_together_is_refused(verb: str, row: dict[str, Any]) -> None:
    parser, options = command_parser(verb), list[list[str]]()
    actions = {action.dest: action for action in parser._actions}
    for name, what in row["when"].items():
        value = what[:1] if isinstance(what, list) else ["3"]
        bare = actions[name].nargs in (0, "?")
        options += [[f"--{name}", *([] if bare else value)]] * (what is not False)
    words = ["xor"] * bool({"gate", "paths"} & {*actions})
    with pytest.raises(UsageError) as caught:
        parser.read([*words, *itertools.chain(*options)])
    assert str(caught.value) == row["say"]
    assert len(options) == 1 or parser.read([*words, *options[0]])  # which may stand by itself


def test_commas_separate_gates_as_spaces_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["xor,and", "or", "-o", "-", "--seeds", "0"]) == 0
    assert "# python -m generator xor and or\n" in capsys.readouterr().out


@pytest.mark.skipif(not POSIX, reason="a shell's redirections")
@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("list | head -1", 0, ""),
        ("xor -o - >&-", 2, "standard output is closed: there is no place for the report\n"),
        ("list > /dev/full", 2, "output: No space left on device\n"),  # what was written stays
    ],
)
def test_a_reader_who_leaves_is_no_error(line: str, code: int, said: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parent.parent)}
    program = f'set -o pipefail; "{sys.executable}" -m nineteen {line}'
    run = subprocess.run(["bash", "-c", program], env=environment, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (code, said)
