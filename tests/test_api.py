"""The Python interface: the command line's functions, words and refusals; cheap to import."""

import subprocess
import sys
from pathlib import Path

import nineteen
import pytest
from nineteen import UsageError, cli
from nineteen.script.choices import words_of

GENERATED = Path(cli.__file__).parents[2] / "generated"


def test_it_is_cheap_to_import() -> None:
    heavy = ["numpy", "jinja2", "black", "rich", "argparse", "nineteen.script"]
    program = f"import sys, nineteen; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert told.stdout == "[]\n"


def test_make_returns_the_script_with_its_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = nineteen.make("xor", batch="mini", seeds=20)
    assert made.source == (GENERATED / "xor_mini.py").read_text(encoding="utf-8")
    assert made.verdict.ok
    assert made.spec.batch == "mini"
    assert made.run.stdout.startswith("[[0.01]")
    assert made.share is not None
    assert made.share.tried == 20
    assert list(tmp_path.iterdir()) == []


def test_a_script_shows_itself_in_a_notebook() -> None:
    html = nineteen.make(expr="a != b", seeds=0)._repr_html_()
    assert "<pre>import numpy as np" in html
    assert "--expr &#34;a != b&#34;" in html
    assert "<tr><td>10</td><td>1</td><td>0.99</td></tr>" in html


@pytest.mark.parametrize(
    ("gates", "options", "words"),
    [
        (("and", "xor"), {"hidden": (8, 4), "batch": None}, ["and", "xor", "--hidden=8,4"]),
        ((), {"table": "0110", "keep": True}, ["--table=0110", "--keep"]),
        (("xor",), {"lr": 0.5, "batch_size": 3}, ["xor", "--lr=0.5", "--batch-size=3"]),
        (("xor",), {"keep": False, "hidden": [4]}, ["xor", "--hidden=4"]),
        ((3,), {}, ["3"]),
    ],
)
def test_arguments_are_the_words_of_a_command_line(
    gates: tuple[object, ...], options: dict[str, object], words: list[str]
) -> None:
    assert words_of(gates, options) == words


@pytest.mark.parametrize(
    ("gates", "options"),
    [
        (("xro",), {}),
        (("xor",), {"hiden": 4}),
        (("xor",), {"seed": -1}),
        (("xor",), {"lr": "fast"}),
        (("xor",), {"hidden": 1}),
        ((), {}),
        (("xor",), {"table": "0110"}),
    ],
)
def test_bad_arguments_are_refused_in_the_command_lines_words(
    gates: tuple[str, ...],
    options: dict[str, object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refused:
        nineteen.make(*gates, **options)
    assert cli.main(words_of(gates, options)) == 2
    assert capsys.readouterr().err == f"{refused.value}\n"


def test_check_returns_the_report() -> None:
    report = nineteen.check(GENERATED / "xor_mini.py", GENERATED / "and_full.py")
    assert report.code == 0
    assert [result.found.path.name for result in report.results] == ["xor_mini.py", "and_full.py"]
    with pytest.raises(UsageError, match="no such file"):
        nineteen.check("nowhere.py")


def test_sweep_returns_shares_with_intervals() -> None:
    result = nineteen.sweep("xor", hidden=[2, 8], batch="sgd,full", seeds=20, workers=1)
    assert [(share.hidden, share.batch, share.runs) for share in result.pooled] == [
        *(("2", "sgd", 20), ("2", "full", 20), ("8", "sgd", 20), ("8", "full", 20))
    ]
    assert all(
        share.interval[0] <= share.learned / 20 <= share.interval[1] for share in result.pooled
    )


@pytest.mark.slow
def test_compare_returns_the_findings() -> None:
    comparison = nineteen.compare("and", seeds=6, epochs=20, workers=1)
    assert {finding.key for finding in comparison.findings} >= {"sgd faster", "full stable"}
    with pytest.raises(UsageError, match="leave it out"):
        nineteen.compare("and", seed=3)


def test_explain_and_steps_take_gates_or_a_file() -> None:
    path = GENERATED / "xor_mini.py"
    assert nineteen.explain("xor", batch="mini") == nineteen.explain(path)
    assert all(line.meaning for line in nineteen.explain(path) if line.text)
    one, other = nineteen.steps("xor", batch="mini", update=2), nineteen.steps(path, update=2)
    assert [line.text for line in one.lines] == [line.text for line in other.lines]
    with pytest.raises(UsageError, match="update"):
        nineteen.steps("xor", update=0)
