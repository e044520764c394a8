"""The four checks, and `check` on the command line: what passes, what fails, and what it says."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from documents import AND, DEEP, PAGES, XOR, fence, notebook, scripts_in
from nineteen.cli import main
from nineteen.script.choices import read
from nineteen.script.ended import Ending, Run
from nineteen.script.judge import Status, Verdict, judge
from nineteen.training.examine import Honesty
from nineteen.verbs.check import check_report as checking
from nineteen.verbs.check import found_script, replacement
from nineteen.verbs.check.check_report import check_script, report_lines
from nineteen.verbs.check.files_to_check import Settings
from nineteen.verbs.check.found_script import FoundScript
from nineteen.verbs.check.four_checks import (
    CheckResult,
    ScriptResult,
    checked,
    learns,
    refused,
    same,
)
from nineteen.verbs.check.text_blocks import python_blocks

LINES = XOR.count("\n")
SPEC = read(XOR.partition("\n")[0])
GOOD = "[[0.01]\n [0.98]\n [0.99]\n [0.02]]\n"
WRONG = XOR.replace("W2 += ", "W2 -= ")


def found(source: str, block: int = 0, line: int = 1, name: str = "x.py") -> FoundScript:
    spec = read(source.partition("\n")[0])
    [whole] = python_blocks(source)
    numbers = tuple(number + line - 1 for number in whole.numbers)
    whole = replace(whole, part=f"block {block}" if block else "", numbers=numbers)
    return FoundScript(Path(name), whole, spec, named=spec)


def result_of(
    printed: str, source: str = XOR, ending: Ending = Ending.FINISHED, strict: bool = False
) -> ScriptResult:
    run = Run(printed, "", 0.1, ending)
    return checked(found(source), judge(run, SPEC.table), Honesty("pass"), strict)


def outcomes(result: ScriptResult) -> dict[str, str]:
    return {name: check.outcome for name, check in result.checks.items()}


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return str(path)


# The checks, each on evidence made by hand.


def test_all_pass() -> None:
    result = result_of(GOOD)
    assert outcomes(result) == dict.fromkeys(("learns", "honest", "form", "same"), "pass")
    assert (result.code, result.clean, result.failed, result.look) == (0, True, [], "")


def test_more_that_is_printed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = AND.replace("print(", 'print("Predictions:", ')
    assert main(["check", write(tmp_path, "x.py", source)]) == 0
    assert "learns: pass\n      and prints more than its predictions" in capsys.readouterr().out
    two = GOOD + GOOD.replace("0.98", "0.48")  # the last one counts
    verdict = judge(Run(two, "", 0.1, Ending.FINISHED), SPEC.table, more=True)
    assert verdict.reason == "row 01 should be 1, it prints 0.48"


@pytest.mark.parametrize(
    ("printed", "ending", "code", "line"),
    [
        (GOOD.replace("0.98", "0.48"), Ending.FINISHED, 1, "row 01 should be 1, it prints 0.48"),
        (GOOD.replace("0.01", "nan"), Ending.FINISHED, 1, "row 00 should be 0, it prints nan"),
        ("", Ending.FINISHED, 1, "it prints nothing"),
        ("", Ending.CRASHED, 3, "it ended with exit code 0"),
        ("", Ending.TIMEOUT, 3, "it had not finished after 60 seconds"),
        ("", Ending.TOO_MUCH_OUTPUT, 1, "it prints more than"),
    ],
)
def test_not_learned(printed: str, ending: Ending, code: int, line: str) -> None:
    result = result_of(printed, ending=ending)
    assert result.checks["learns"].outcome == "fail"
    assert result.checks["learns"].lines[0].startswith(line)
    assert result.code == code
    assert result.failed


def test_every_wrong_row_is_named_up_to_a_limit() -> None:
    wide = read("# python -m generator xor4")
    half = Verdict(Status.NOT_LEARNED, tuple((0.5,) for _ in range(16)), "x (x)", "too bad")
    lines = learns(half, wide).lines
    assert len(lines) == 10
    assert lines[7] == "row 0111 should be 1, it prints 0.5"
    assert lines[8:] == ("and 8 more", "too bad")


@pytest.mark.parametrize(
    ("verdict", "passes"),
    [
        (Verdict(Status.LEARNED, ((0.0,),)), False),
        (Verdict(Status.NOT_LEARNED, ((0.5,),)), True),
        (Verdict(Status.NOT_LEARNED, (), "it prints nothing"), False),
        (Verdict(Status.CRASHED, (), "NameError"), False),
        (Verdict(Status.TIMEOUT, (), "it had not finished"), False),
    ],
)
def test_keep_is_expected_not_to_learn(verdict: Verdict, passes: bool) -> None:
    result = learns(verdict, replace(SPEC, keep=True))
    assert (result.outcome == "pass") == passes
    assert result.lines


@pytest.mark.parametrize(("status", "code"), [("pass", 0), ("not applicable", 0), ("fail", 1)])
def test_honest(status: str, code: int) -> None:
    honesty = Honesty(status, "" if status == "pass" else "why")  # type: ignore[arg-type]
    verdict = judge(Run(GOOD, "", 0.1, Ending.FINISHED), SPEC.table)
    result = checked(found(XOR), verdict, honesty, strict=False)
    assert outcomes(result)["honest"] == status
    assert result.code == code
    assert result.clean == (status == "pass")


BODY = XOR.partition("\n")[2]
HEAD = XOR.partition("\n")[0]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (XOR + "print()\n" * (20 - LINES), "it has 20 lines, and 19 is the limit"),
        (f"{HEAD}\n" + "x = 1" + "0" * 84, "line 2 has 89 columns, and 88 is the limit"),
        (HEAD + " " * 5000, "line 1 has 5"),
        (f"{HEAD}\n\nx=1\n", "black would change line 3, to 'x = 1'"),
        (f"{HEAD}\n\nx = [{'1234, ' * 13}1,]\n", "black would change line 3, to 'x = ['"),
        (f"{HEAD}\n\nx = 1", "its last line has no end"),
        (f"{HEAD}\n\nx = 1\n\n\n", "or blanks follow it"),
        (f"{HEAD}\n\nx = 1\r\n", "or blanks follow it"),
        (f"{HEAD}\n# fmt: off\nx=1\n", "'# fmt: off' switches the formatter off"),
        (f"{HEAD}\nx = (\n", "line 2 is not Python: '(' was never closed"),
        (f"{HEAD}\nif 1:\nx = 1\n", "line 3 is not Python: expected an indented block"),
        (f"{HEAD}\nx = '\0'\n", "null byte"),
        (f"{HEAD}\n" + f"{'(' * 80}\n" * 3, "line 4 is not Python: too many nested parentheses"),
        (f"{HEAD}\nimport random\n", "line 2 uses random: NumPy only"),
        (f"import numpy as np, os.path  {HEAD[20:]}\n", "line 1 uses os.path: NumPy only"),
        (f"{HEAD}\nfrom . import numpy\n", "line 2 uses .: NumPy only"),
        (f"{HEAD}\nfrom scipy.special import expit\n", "line 2 uses scipy.special: NumPy only"),
        (f'{HEAD}\nnp = __import__("os")\n', "line 2 uses __import__(): NumPy only"),
        (f'{HEAD}\nprint(open("x"))\n', "line 2 uses open(): NumPy only"),
    ],
)
def test_form(source: str, problem: str) -> None:
    problems = found_script.form_problems(source)
    assert problem in problems[0]
    assert all(line.isprintable() for line in problems)


@pytest.mark.parametrize(
    "source",
    [XOR, AND, DEEP, f"{HEAD}{' ' * 200}# wide\nfrom numpy.linalg import norm\n\nprint(norm)\n"],
)
def test_good_form(source: str) -> None:
    assert found_script.form_problems(source) == []


def test_form_says_how_long_it_is_once_formatted() -> None:
    packed = f"{HEAD}\n\n" + "if X: y = 1\n" * 17
    assert found_script.form_problems(packed)[0].endswith("needs 36 lines then: 19 is the limit")


@pytest.mark.parametrize("strict", [False, True])
def test_same(strict: bool) -> None:
    assert same(found(XOR), strict) == CheckResult("pass")
    differs = same(found(WRONG), strict)
    assert differs.outcome == ("fail" if strict else "differs")
    [old] = {*WRONG.splitlines()} - {*XOR.splitlines()}
    [new] = {*XOR.splitlines()} - {*WRONG.splitlines()}
    assert differs.lines == (f"-{old}", f"+{new}")
    assert same(found(XOR[:-1]), strict).lines == ("only the end of its last line differs",)
    long = same(found(HEAD + "\nx" * 299), strict)
    assert long.lines == (f"it has 300 lines, the generator's {LINES}",)


def test_difference_fails_only_when_strict() -> None:
    other = XOR.replace("# error", "# mistake")
    assert result_of(GOOD, other).code == 0
    assert not result_of(GOOD, other).clean
    assert result_of(GOOD, other, strict=True).code == 1


@pytest.mark.parametrize(
    ("old", "new", "look"),
    [
        ("W2 += ", "W2 -= ", "', the generator writes 'W2 += "),
        (
            next(line for line in XOR.splitlines(True) if "b2 += " in line),
            "",
            "before this line the generator writes 'b2 +=",
        ),
        ("print(", "y = 1 - y\nprint(", "it says 'y = 1 - y', the generator has no such line"),
        ("        b1 +=", "    b1 +=", "is indented otherwise than the generator does"),
        ("# error", "# mistake", "its code is what the generator renders"),
    ],
)
def test_place_to_look(old: str, new: str, look: str) -> None:
    source = XOR.replace(old, new, 1)
    assert source != XOR
    assert look in result_of(GOOD.replace("0.98", "0.5"), source).look


def test_place_of_a_crash_is_a_line_of_the_page() -> None:
    trace = 'Traceback (most recent call last):\n  File "script.py", line 10\n'
    trace += "NameError: name 'Layer' is not defined\n"
    page = found(XOR, block=2, line=31, name="page.md")
    verdict = judge(Run("", trace, 0.1, Ending.CRASHED, 1), SPEC.table)
    result = checked(page, verdict, Honesty("fail", "x"), strict=False)
    assert result.look.startswith("look at page.md:40 (block 2): ")
    assert XOR.splitlines()[9].strip() in result.look
    assert result.checks["learns"].lines == ("NameError: name 'Layer' is not defined (line 10)",)


def test_report_is_printable() -> None:
    hostile = found(XOR, name="\x1b[2J\n.py")
    verdict = judge(Run("\x1b]0;x\x07", "", 0.1, Ending.FINISHED), SPEC.table)
    lines = report_lines("script", checked(hostile, verdict, Honesty("pass"), strict=False))
    assert all(line.isprintable() for line in lines)
    assert report_lines("script", refused(hostile, "why"))[2] == "      why"


# Real runs.


@pytest.mark.parametrize("source", [AND, XOR, DEEP], ids=["and", "xor", "deep"])
def test_generated_script_passes(source: str) -> None:
    assert check_script(found(source)).clean


@pytest.mark.parametrize(
    ("old", "new", "failed"),
    [
        ("W2 += ", "W2 -= ", ["learns", "honest"]),
        ("np.round(1 / (1 + np.exp(-(layer @ W2 + b2))), 2)", "y * 1.0", ["honest"]),
        ("W2 += ", "W2+=", ["form"]),
        ("mini\n", "mini --keep\n", ["learns"]),
        (" --batch mini\n", " --batch sgd\n", ["honest"]),
    ],
)
def test_mistake_fails_its_checks(old: str, new: str, failed: Sequence[str]) -> None:
    source = XOR.replace(old, new, 1)
    assert source != XOR
    result = check_script(found(source))
    assert [*result.failed] == failed
    assert result.code == 1


def test_weights_that_nobody_sees_are_not_applicable() -> None:
    result = check_script(
        found(XOR.replace("W1", "first").replace("size=(2, 8))", "size=(8, 2)).T"))
    )
    assert outcomes(result)["learns"] == "pass"
    assert outcomes(result)["honest"] == "not applicable"
    assert result.code == int(bool(found_script.form_problems(result.found.block.source)))


# Python 3.11.0 to 3.11.3 read a script up to the null byte.
NULL = "null bytes" if sys.version_info >= (3, 11, 4) else "unterminated string literal"

# What scripts may do before they print, and the line that this ends in.
BAD = {
    "hang": ("while True:\n    pass", 3, "it had not finished after 2 seconds"),
    "sleep": ("import time\n\ntime.sleep(60)", 3, "it had not finished after 2 seconds"),
    "input": ("input()", 3, "EOFError: EOF when reading a line (line "),
    "memory": ("x = bytearray(10**12)", 3, "MemoryError (line "),
    "print": ("while True:\n    print('x' * 1000)", 1, "it prints more than 1000000 bytes"),
    "close": ("import os\n\nos.close(1)", 3, "OSError: [Errno 9] Bad file descriptor"),
    "leave": ("import os\n\nos._exit(0)", 1, "it prints nothing"),
    "leave7": ("import os\n\nos._exit(7)", 3, "it ended with exit code 7"),
    "raise": ("raise SystemExit(5)", 3, "it ended with exit code 5"),
    "typo": ("print(Layer)", 3, "NameError: name 'Layer' is not defined"),
    "syntax": ("print((", 3, "SyntaxError"),
    "null": ("x = '\0'", 3, NULL),
    "more": (
        "print('done')\nW2 = W2 * 0",
        1,
        "row 00 should be 0, it prints",
    ),
}
FILES = {
    "cut.ipynb": (notebook(XOR)[:-9], "the notebook is not JSON"),
    "list.ipynb": ("[" + notebook(XOR) + "]", "the notebook is broken: it has no list of cells"),
    "gate.md": (fence(XOR.replace("xor", "xro", 1)), "unknown gate 'xro': did you mean 'xor'?"),
    "options.py": (XOR.replace("mini\n", "mini -o /etc/passwd\n", 1), "unknown option '-o'"),
    "long.py": (XOR.replace("mini\n", "sgd --hidden 9,9,9 --show loss\n", 1), "is refused: "),
}


@pytest.mark.skipif(os.name != "posix", reason="signals and descriptors are POSIX")
def test_bad_scripts_each_fail_with_a_line_and_the_run_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    *training, last = XOR.splitlines(keepends=True)
    for name, (body, _, _) in BAD.items():
        write(tmp_path, f"{name}.py", "".join(training) + f"{body}\n{last}")
    for name, (text, _) in FILES.items():
        write(tmp_path, name, text)
    (tmp_path / "bytes.py").write_bytes(XOR.encode() + b"\xff")
    write(tmp_path, "z_good.py", XOR)
    began = time.perf_counter()
    assert main(["check", "--seconds", "2", str(tmp_path)]) == 3
    assert time.perf_counter() - began < 60
    printed = capsys.readouterr().out
    reports = {Path(report.partition(":")[0]).name: report for report in printed.split("\n\n")[1:]}
    for name, (_, _, line) in BAD.items():
        assert "learns: fail" in reports[f"{name}.py"]
        assert line in reports[f"{name}.py"]
    for name, (_, line) in FILES.items():
        assert line in reports[name]
    assert "is not UTF-8" in reports["bytes.py"]
    assert "z_good.py" not in reports
    assert re.search(r"z_good\.py:1 +pass +pass +pass +pass", printed)
    assert "20 scripts in 20 of 20 files: 19 failed" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("name", [name for name, (_, code, _) in BAD.items() if code == 1])
def test_bad_script_that_ends_by_itself_is_no_crash(name: str) -> None:
    *training, last = XOR.splitlines(keepends=True)
    assert (
        check_script(
            found("".join(training) + f"{BAD[name][0]}\n{last}"), Settings(seconds=30)
        ).code
        == 1
    )


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="looks for processes in /proc")
def test_children_end_with_their_script(tmp_path: Path) -> None:
    mark = f"9{os.getpid()}"
    child = f"import subprocess\n\nsubprocess.Popen(['sleep', '{mark}'])\n"
    *training, last = XOR.splitlines(keepends=True)
    write(tmp_path, "x.py", "".join(training) + child + last)
    write(tmp_path, "y.py", "".join(training) + child + "while True:\n    pass\n" + last)
    assert main(["check", "--seconds", "2", str(tmp_path)]) == 3
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert not any(mark.encode() in line and b"sleep" in line for line in lines)


# The command line.


def test_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write(tmp_path, "good.py", AND)
    wrong = write(tmp_path, "wrong.md", PAGES["admonition"](WRONG))
    crash = write(tmp_path, "crash.ipynb", notebook(XOR.replace("W2 += ", "W2 += nothing * ")))
    other = write(tmp_path, "other.py", AND.replace("# update", "# mend"))
    assert main(["check", good]) == 0
    assert main(["check", good, wrong]) == 1
    assert main(["check", good, crash, wrong]) == 3
    assert main(["check", other]) == 0
    printed = capsys.readouterr().out
    assert "wrong.md:4 (block 1): xor --batch mini\n  learns: fail\n      row " in printed
    assert "NameError: name 'nothing' is not defined (line 1" in printed
    told = "1 script in 1 of 1 file: none failed, 1 differs from what the generator renders\n"
    assert printed.endswith(told)
    assert main(["check", "--strict", other]) == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "the following arguments are required: PATH"),
        (["nowhere"], "nowhere: there is no such file or folder"),
        (["."], "there is no generated script"),
        (["notes.txt"], "notes.txt: scripts are in .py, .md, .markdown"),
        ([".", "--seconds", "0"], "'0' is not a number of seconds above 0"),
        ([".", "--seconds", "nan"], "'nan' is not a number of seconds above 0"),
        ([".", "--workers", "0"], "'0': it has to be a whole number from 1 to 256"),
        ([".", "--workers", "9" * 5000], "it has to be a whole number from 1 to 256"),
        ([".", "--fix", "--adopt"], "--fix and --adopt: run the one, then the other"),
        ([".", "--str"], "unknown option '--str': did you mean --strict?"),
    ],
)
def test_usage(
    arguments: list[str],
    reason: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(tmp_path, "notes.txt", XOR)
    write(tmp_path, "page.md", "Nothing here.\n")
    monkeypatch.chdir(tmp_path)
    assert main(["check", *arguments]) == 2
    captured = capsys.readouterr()
    assert reason in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_fault_of_the_checker_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def examine(source: str, *_: object) -> tuple[Run, Verdict, Honesty]:
        if source == WRONG:
            raise RuntimeError("no interpreter")
        run = Run(GOOD, "", 0.1, Ending.FINISHED)
        return run, judge(run, SPEC.table), Honesty("pass")

    monkeypatch.setattr(checking, "examine", examine)
    page = write(tmp_path, "page.md", fence(WRONG) + fence(XOR))
    assert main(["check", "--fix", page]) == 3
    printed = capsys.readouterr().out
    assert "the checker itself failed, not the script: RuntimeError: no interpreter" in printed
    assert "fixed" not in printed
    assert re.search(r"block 2\) +pass +pass +pass +pass", printed)


@pytest.mark.skipif(os.name != "posix", reason="a closed pipe is POSIX")
@pytest.mark.parametrize(("source", "code"), [(XOR, 0), (WRONG, 1)])
def test_reader_of_a_pipe_may_leave(source: str, code: int, tmp_path: Path) -> None:
    page = write(tmp_path, "page.md", fence(source) * 3)
    command = [sys.executable, "-m", "generator", "check", page]
    read_end, write_end = os.pipe()
    os.close(read_end)
    ended = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, check=False)
    os.close(write_end)
    assert (ended.returncode, ended.stderr) == (code, b"")


def test_interrupted_fix_says_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [write(tmp_path, f"{name}.py", WRONG) for name in "abc"]
    writes = replacement.replace_text

    def write_two(path: Path, old: str, new: str) -> None:
        if path.name == "c.py":
            raise KeyboardInterrupt
        writes(path, old, new)

    monkeypatch.setattr(replacement, "replace_text", write_two)
    assert main(["check", "--fix", *paths]) == 130
    places = f"{paths[0]}:1, {paths[1]}:1"
    said = f"interrupted; changed already: {places}; nothing else was written\n"
    assert capsys.readouterr().err == said
    assert [Path(path).read_text(encoding="utf-8") for path in paths] == [XOR, XOR, WRONG]


@pytest.mark.parametrize("quiet", [False, True])
def test_what_will_run_is_said_before(
    quiet: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice as many scripts take twice as long, and half as long on twice as many workers."""
    said: list[tuple[str, float, bool]] = []
    monkeypatch.setattr(checking, "announce", lambda *words: said.append(words))
    monkeypatch.setattr(checking, "check_all", lambda *_: [])
    one, two = (write(tmp_path, f"{n}.md", fence(XOR) * n) for n in (1, 2))
    for workers, path in (("1", one), ("1", two), ("2", two)):
        main(["check", path, "--allow-empty", "--workers", workers, *["-q"] * quiet])
    assert [words for words, _, _ in said][:2] == [
        "1 script, each in a process of its own",
        "2 scripts, each in a process of its own",
    ]
    assert said[0][1] > 0
    assert [seconds / said[0][1] for _, seconds, _ in said] == pytest.approx([1, 2, 1])
    assert {hushed for _, _, hushed in said} == {quiet}


def test_results_keep_their_order(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(fence(XOR) + fence(AND) + fence(WRONG), encoding="utf-8")
    results = checking.check_all(scripts_in(page), Settings(workers=3))
    assert [result.found.block.part for result in results] == ["block 1", "block 2", "block 3"]
    assert [result.code for result in results] == [0, 0, 1]


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_interrupt_ends_the_scripts(tmp_path: Path) -> None:
    mark = f"8{os.getpid()}"
    for number in range(3):
        text = XOR.replace("print(", f"import os\nos.execlp('sleep', 'sleep', '{mark}')\nprint(")
        write(tmp_path, f"x{number}.py", text)
    command = [sys.executable, "-m", "generator", "check", "--workers", "2", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        running = ["pgrep", "-fx", f"sleep {mark}"]
        for _ in range(300):
            if subprocess.run(running, capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert (process.returncode, out) == (130, "")
    assert err == "interrupted, nothing was written\n"
    assert subprocess.run(running, capture_output=True, check=False).returncode == 1
