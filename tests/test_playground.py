"""The playground's site, its server, and the Python that answers its page; without a browser."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import tomllib
import urllib.error
import urllib.request
import zipfile
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from environment import few, some
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nineteen import cli
from nineteen.errors import UsageError
from nineteen.script.annotate import annotated
from nineteen.script.choices import command
from nineteen.script.judge import judge
from nineteen.script.render import render
from nineteen.script.run import run
from nineteen.script.templates import data, templates_folder
from nineteen.training.diagnosis import mistakes
from nineteen.training.observe import Start, Update, observe
from nineteen.training.record import record
from nineteen.training.snapshots import Snapshot, packed, unpacked
from nineteen.verbs.check.parsed_blocks import code_cells
from nineteen.verbs.playground import bridge, live
from nineteen.verbs.playground.command import server
from nineteen.verbs.playground.live import POINTS, thinned
from nineteen.verbs.playground.site import LOCK, MANIFEST, PARTS, PYODIDE, digest, site
from space import command_lines, spec

RUNTIME = data(PARTS)["runtime"]
NUMPY = "numpy-2.4.3-cp314-cp314-pyemscripten_2026_0_wasm32.whl"


def ask(words: object, name: str = "script", **more: object) -> Any:
    return json.loads(bridge.answer(json.dumps({"ask": name, "words": words, **more})))


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return site()


@pytest.fixture
def pyodide(tmp_path: Path) -> Path:
    """A folder with the names that a folder with Pyodide has."""
    folder = tmp_path / "pyodide"
    folder.mkdir()
    for name in (*RUNTIME, NUMPY):
        (folder / name).write_bytes(name.encode())
    lock = {"info": {"python": "3.14.2", "abi_version": "2026_0"}}
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    return folder


# The site.


def test_the_site_is_small_and_the_same_each_time(files: dict[str, bytes]) -> None:
    assert site() == files
    assert sum(map(len, files.values())) <= 2_000_000
    assert sorted([*json.loads(files[MANIFEST])["files"], MANIFEST]) == sorted(files)


def test_the_site_holds_all_the_python_that_the_page_needs(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    """Sources only, and without the packages of this environment (-S) they render and confirm."""
    for name in files:
        if name.startswith("python/"):
            archive = zipfile.ZipFile(io.BytesIO(files[name]))
            kinds = {Path(inside).suffix for inside in archive.namelist()}
            assert not kinds & {".so", ".pyd", ".pyc", ".dylib"}
            archive.extractall(tmp_path)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from nineteen.verbs.playground.bridge import answer\n"
        "for line in sys.stdin: print(answer(line))"
    )
    requests = [
        {"ask": "file", "words": "xor --batch mini", "format": "py"},
        {"ask": "script", "words": "xor --hidden 8,4"},
        {"ask": "script", "words": "xro"},
    ]
    done = subprocess.run(
        [sys.executable, "-S", "-I", "-c", program, str(tmp_path)],
        input="\n".join(map(json.dumps, requests)),
        capture_output=True,
        text=True,
    )
    assert not done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0]["text"] == render(spec("xor", "--batch", "mini"))
    assert len(answers[1]["meanings"]) == len(answers[1]["lines"]) <= 19
    assert "did you mean 'xor'" in answers[2]["error"]


def test_the_site_carries_the_licences_of_what_it_copies(files: dict[str, bytes]) -> None:
    inside = [
        name
        for archive in ("python/rendering.zip", "python/confirming.zip")
        for name in zipfile.ZipFile(io.BytesIO(files[archive])).namelist()
    ]
    packages = {name.partition("/")[0] for name in inside if ".dist-info/" in name}
    licensed = {name.partition("/")[0] for name in inside if ".dist-info/licenses/" in name}
    assert len(packages) == 9
    assert licensed == packages


def policy(files: dict[str, bytes]) -> dict[str, str]:
    """The page's Content-Security-Policy, by directive."""
    page = files["index.html"].decode()
    match = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert match
    return dict(rule.split(" ", 1) for rule in unescape(match[1]).split("; "))


def test_the_page_may_load_nothing_but_the_site_and_pyodide(
    files: dict[str, bytes], pyodide: Path
) -> None:
    rules = policy(files)
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == f"'self' {PYODIDE}"
    assert rules["script-src"] == f"'self' {PYODIDE} 'wasm-unsafe-eval'"
    assert rules["style-src"] == rules["img-src"] == "'self'"
    assert not any("unsafe-inline" in rule for rule in rules.values())
    assert not any("http" in rule for rule in policy(site(str(pyodide))).values())


def test_the_page_has_no_inline_code_and_makes_no_markup_from_text(
    files: dict[str, bytes],
) -> None:
    page = files["index.html"].decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=", page)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    scripts = {name: files[name].decode() for name in files if name.endswith(".js")}
    assert len(scripts) > 5
    assert "codemirror.LICENSE.txt" in scripts.pop("codemirror.js").partition("\n")[0]
    for name, text in scripts.items():
        unsafe = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
        assert not re.search(unsafe, text), name
        addresses = set(re.findall(r"https?://[^\"'` ]+", text))
        assert addresses <= {"http://www.w3.org/2000/svg"}, name


def test_every_element_that_a_script_names_is_on_the_page(files: dict[str, bytes]) -> None:
    page = files["index.html"].decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    named = {
        name
        for script, text in files.items()
        if script.endswith(".js")
        for name in re.findall(r'byId\("([^"]+)"\)', text.decode())
    }
    assert named - {"error"} <= set(ids)  # the error is made when there is one
    assert len(named) > 20


def test_a_folder_with_pyodide_becomes_part_of_the_site(pyodide: Path) -> None:
    built = site(str(pyodide))
    assert built[f"pyodide/{NUMPY}"] == NUMPY.encode()
    assert {f"pyodide/{name}" for name in RUNTIME} < set(built)
    manifest = json.loads(built[MANIFEST])
    assert manifest["pyodide"] == "pyodide/"
    assert manifest["numpy"] == f"pyodide/{NUMPY}"
    assert b"http" not in built["index.html"].partition(b"viewport")[0].partition(b"Policy")[2]


@pytest.mark.parametrize("missing", few([*RUNTIME, LOCK, NUMPY], 2))
def test_a_folder_that_lacks_something_is_refused(pyodide: Path, missing: str) -> None:
    (pyodide / missing).unlink()
    with pytest.raises(UsageError, match="is not there"):
        site(str(pyodide))


def test_a_wheel_for_another_python_is_not_taken(pyodide: Path) -> None:
    (pyodide / NUMPY).rename(pyodide / NUMPY.replace("cp314", "cp313"))
    with pytest.raises(UsageError, match=r"numpy-\*-cp314-cp314"):
        site(str(pyodide))
    (pyodide / LOCK).write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="is not Pyodide's"):
        site(str(pyodide))


@pytest.mark.parametrize(
    "address",
    [
        "nowhere",
        "ftp://example.org/",
        "https://example.org/'; script-src *",
        'https://example.org/"><script>',
        "https://example.org/ https://other.org",
        "https://example.org/;x",
        "https://user@example.org/",
        "https://",
    ],
)
def test_an_address_that_is_none_is_refused(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "site"
    assert cli.main(["playground", "--pyodide", address, "-o", str(target)]) == 2
    assert capsys.readouterr().err.startswith("--pyodide ")
    assert not target.exists()


# Writing and serving it.


def test_the_verb_writes_the_site_and_writes_it_again(
    tmp_path: Path, files: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "site"
    assert cli.main(["playground", "-o", str(target)]) == 0
    assert f"{len(files)} files" in capsys.readouterr().out
    manifest = json.loads(files[MANIFEST])
    for name in ("old.js", "edited.js", "../kept.js", "gone.js"):
        manifest["files"][name] = digest(b"old")
        (target / name).write_bytes(b"old")
    (target / "edited.js").write_bytes(b"mine")
    (target / "gone.js").unlink()
    (target / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert cli.main(["playground", "-o", str(target)]) == 0
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert found == {*files, "edited.js"}
    assert all((target / name).read_bytes() == data for name, data in files.items())
    assert (tmp_path / "kept.js").exists()


def test_a_folder_with_other_files_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine", encoding="utf-8")
    assert cli.main(["playground", "-o", str(tmp_path)]) == 2
    assert "holds other files" in capsys.readouterr().err
    assert cli.main(["playground", "-o", str(mine)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert mine.read_text(encoding="utf-8") == "mine"


def test_what_a_foreign_list_names_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    for listed in (["mine.txt"], {"mine.txt": "another's"}, {"mine.txt": None}, None):
        (tmp_path / MANIFEST).write_text(json.dumps({"files": listed}), encoding="utf-8")
        assert cli.main(["playground", "-o", str(tmp_path)]) == 2
        assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_many_seeds_are_tried_side_by_side() -> None:
    told = ask("xor --hidden 2", "seeds", count=60)
    assert told["tried"] == 60
    assert told["words"].startswith(f"learns with {60 - len(told['failed'])} of 60 seeds (")
    script = spec("xor", "--hidden", "2")
    alone = [run(render(replace(script, seed=seed))) for seed in told["failed"][:3]]
    assert len(alone) == 3
    assert not any(judge(each, script.table).ok for each in alone)


def test_the_server_answers_with_the_site_and_nothing_else(files: dict[str, bytes]) -> None:
    running = server(files, 0)
    with running, pytest.raises(UsageError, match="--port"):
        server(files, running.server_port)  # taken
    running = server(files, 0)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{running.server_port}/"
        for name, data in {**files, "": files["index.html"]}.items():
            with urllib.request.urlopen(address + name) as response:
                assert response.read() == data
                kind = response.headers["Content-Type"]
                tag = response.headers["ETag"]
            assert ("javascript" in kind) == name.endswith(".js")
            again = urllib.request.Request(address + name, headers={"If-None-Match": tag})
            with pytest.raises(urllib.error.HTTPError, match="304"):  # not sent a second time
                urllib.request.urlopen(again)
        for name in ("../pyproject.toml", "%2e%2e/cli.py", "python/", "nothing.js"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(address + name)
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for a child")
def test_the_verb_serves_until_interrupted() -> None:
    """With a browser that only says where it was sent."""
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "playground", "--port", "0"],
        env=os.environ | {"BROWSER": "echo opened %s"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    address = process.stdout.readline().split()[4]
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/", address)
    assert process.stdout.readline() == f"opened {address}\n"
    with urllib.request.urlopen(address) as response:
        assert b"<h1>Nineteen</h1>" in response.read()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[1] == ""
    assert process.returncode == 0


def test_ports_that_cannot_be(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["playground", "--port", "70000"]) == 2
    assert cli.main(["playground", "--port", "80", "-o", str(tmp_path / "site")]) == 2
    assert "--port goes without -o" in capsys.readouterr().err


# The six questions to begin with.

STARTS = tomllib.loads((templates_folder() / "playground" / "starts.toml").read_text())["start"]


@pytest.mark.parametrize("start", STARTS, ids=[start["name"] for start in STARTS])
def test_a_question_is_about_what_happens(start: dict[str, str]) -> None:
    told = ask(start["words"])
    assert told["words"] == start["words"]
    source = told["source"].replace(start.get("old", ""), start.get("new", ""))
    assert (source != told["source"]) == ("old" in start)
    learns = ask(start["words"], "run", source=source)["ok"]
    assert learns == (start["name"] in ("A first gate", "Batch size"))
    assert len(STARTS) == 6


# What the page asks for.


@settings(max_examples=some(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(command_lines())
def test_what_the_page_shows_is_what_the_command_line_makes(words: list[str]) -> None:
    told = ask(words)
    if "error" in told:
        with pytest.raises(UsageError, match=re.escape(told["error"])):
            render(spec(*words))
        return
    source = render(spec(*words))
    assert told["source"] == source
    lines = ["".join(text for _, text in tokens) for tokens in told["lines"]]
    assert lines == source.splitlines()
    assert told["command"] == command(spec(*words))
    again = ask(told["words"])  # as it stands in the address
    assert again == told
    meanings = told["meanings"]
    assert meanings == [line.meaning for line in annotated(spec(*words))]
    assert [bool(meaning) for meaning in meanings] == [bool(line) for line in lines]


def test_highlighting_knows_python() -> None:
    lines = ask("xor8 --hidden 8,4 --batch mini")["lines"]
    pieces = {tuple(piece) for line in lines for piece in line}
    assert {("keyword", "for"), ("keyword", "import"), ("comment", "# feedforward")} <= pieces
    assert not any(kind == "keyword" and text == "epoch" for kind, text in pieces)
    strings = {text for kind, text in {tuple(p) for p in ask("--table 0x1ee1")["lines"][3]}}
    assert '"0001111011100001"' in strings


@pytest.mark.parametrize(
    ("before", "after", "differ"),
    [
        ("xor --batch mini", "xor --batch sgd", {"# python", "for rows"}),
        ("xor", "xor --seed 3", {"# python", "rng ="}),
        ("xor", "and", {"# python", "y ="}),
        ("xor", "xor", set()),
    ],
)
def test_the_lines_that_a_choice_changed(before: str, after: str, differ: set[str]) -> None:
    old, new = ask(before)["source"], ask(after)["source"].splitlines()
    marked = [new[index] for index in ask(after, before=old)["changed"]]
    if before == "xor" and after == "and":  # its own recipe
        marked = [line for line in marked if "range(" not in line and "lr" not in line]
    assert len(marked) == len(differ)
    assert all(any(part in line for line in marked) for part in differ)
    assert ask(after)["changed"] == []


@pytest.mark.parametrize(
    "words",
    [
        "xro",
        "xor --hidden 0",
        "xor --hidden 1",
        "xor --batch mini --batch-size 4",
        "not --batch mini",
        "xor --lr -1",
        "xor --epochs 1e9",
        "xor --seed x",
        "--table 011",
        "--expr 'a +'",
        "xor --table 0110",
        "xor -o /tmp/x",
        "xor --hidden 8,4 --batch sgd --show loss --activation tanh --table 0x1ee1",
        "",
    ],
)
def test_a_choice_is_refused_in_the_command_lines_own_words(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import shlex

    told = ask(words)
    assert "error" in told
    if "-o" not in words:  # which only the command line has
        assert cli.main(shlex.split(words)) == 2
        assert capsys.readouterr().err == told["error"] + "\n"


HOSTILE = st.one_of(
    st.text(max_size=200),
    st.lists(st.text(max_size=30), max_size=6),
    st.lists(
        st.sampled_from(
            [
                *("xor", "--expr", "--expr=a", "--table", "0x", "--lr", "nan", "--hidden"),
                *("9" * 12, "--keep", "--", "-", "\x00", '"', "'"),
                *("# python -m generator ", "</script>"),
            ]
        ),
        max_size=5,
    ),
)


@settings(max_examples=some(200), deadline=None)
@given(HOSTILE)
def test_whatever_an_address_says_is_a_script_or_one_line(words: object) -> None:
    told = ask(words)
    if "error" in told:
        assert set(told) == {"error", "option"}
        assert told["error"]
        assert told["error"].isprintable()
    else:
        assert told["source"] == render(spec_of_words(told["words"]))


def spec_of_words(words: str) -> Any:
    from nineteen.script.choices import read
    from nineteen.script.options import PROGRAM

    return read(f"# {PROGRAM} {words}")


def test_a_request_that_no_page_makes() -> None:
    assert "load it again" in ask("xor", "delete")["error"]


# Running in the page.


def train(words: str) -> tuple[Any, list[Any]]:
    heard: list[Any] = []
    request = json.dumps({"ask": "run", "words": words})
    return json.loads(bridge.answer(request, lambda text: heard.append(json.loads(text)))), heard


@pytest.mark.parametrize(
    "words", few(["xor --batch mini", "half_adder --hidden 8,4", "xor3 --show loss"], 1)
)
def test_a_run_in_the_page_ends_as_a_run_alone(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "EVERY", 0.0)
    told, heard = train(words)
    one = spec_of_words(words)
    alone = judge(run(render(one)), one.table, show_loss=one.show_loss)
    assert (told["ok"], told["status"], told["reason"]) == (alone.ok, alone.status, alone.reason)
    assert told["predictions"] == [list(row) for row in alone.predictions]
    assert all(all(row) for row in told["close"])
    assert len(heard) == one.updates == told["updates"]
    assert heard[-1]["loss"] == told["loss"][:-1]  # the last epoch has just ended
    assert len(told["loss"]) * told["stride"] == one.epochs


def test_the_loss_curve_is_the_mean_cross_entropy_of_each_epoch() -> None:
    """For full batch the script prints the same sum itself, with --show loss."""
    told, _ = train("xor3 --epochs 100 --show loss --keep")
    printed = run(render(spec_of_words("xor3 --epochs 100 --show loss --keep"))).stdout
    found = re.findall(r"epoch (\d+): loss ([\d.]+)", printed)
    sums = {int(epoch): float(loss) for epoch, loss in found}
    assert len(sums) == 10
    for epoch, whole in sums.items():
        assert told["loss"][epoch] * 8 == pytest.approx(whole, rel=1e-3, abs=1e-3)


def told_of(heard: list[Any], told: Any) -> tuple[Snapshot, ...]:
    """What the page keeps of the parts of a recording: every `every`th, and the last."""
    parts = [part for state in (*heard, told) for part in state["recording"]]
    whole = unpacked({"lines": (), "snapshots": parts, "start": None}).snapshots
    last = whole[-1:]
    return tuple(each for each in whole if (each.update - 1) % told["every"] == 0 or each in last)


@pytest.mark.parametrize("every", few([0.0, 0.05], 1))
@pytest.mark.parametrize(
    "words",
    few(["xor", "half_adder --batch mini", "xor3 --hidden 6,4", "and --batch sgd --epochs 200"], 2),
)
def test_the_page_has_the_first_weights_and_every_update(
    words: str, every: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `observe` sees them, which knows nothing of recordings; told in many parts or in few."""
    begun: list[Start] = []
    updates: list[Update] = []
    observe(render(spec_of_words(words)), updates.append, begun.append)
    monkeypatch.setattr(live, "EVERY", every)
    told, heard = train(words)
    kept = told_of(heard, told)
    assert told["updates"] == len(updates)
    whole = record(render(spec_of_words(words)), range(1, 10**9)).snapshots
    assert [each.update for each in kept] == [each.update for each in whole]
    given = [{value.name for value in each.given} for each in kept]
    assert {"X", "y"} <= given[0]
    assert not any({"X", "y"} & names for names in given[1:])  # told once
    for each in kept:
        seen = updates[each.update - 1]
        assert each.rows == seen.rows
        pairs = zip(each.weights, seen.after, strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs)
    first = ask(words, "start")["start"]
    assert first == json.loads(json.dumps(packed(begun[0])))
    assert ask(words, "start", source="print(1)") == {"start": None}


def test_a_run_that_does_not_learn_says_so_and_what_helps() -> None:
    told, _ = train("xor --epochs 2")
    one = spec_of_words("xor --epochs 2")
    alone = judge(run(render(one)), one.table)
    assert not told["ok"]
    assert told["reason"] == alone.reason
    assert told["close"] != [[True]] * 4
    assert any("--epochs" in hint for hint in told["advice"])


def test_a_runaway_is_ended_and_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SECONDS", 0.5)
    told, _ = train("xor --batch sgd --epochs 100000")
    assert told["status"] == "timeout"
    assert "had not finished after 0.5 seconds" in told["reason"]
    assert 0 < told["updates"] < 400_000  # those that were made
    assert not told["ok"]


@pytest.mark.parametrize(
    ("broken", "status"),
    [("W2 += layer", "crashed"), ("output = 1 / 0", "crashed"), ("output = np.nan", "not learned")],
)
def test_a_broken_script_is_judged_too(
    broken: str, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = render(spec("xor"))
    line = next(line for line in good.splitlines() if line.strip().startswith(broken[:6]))
    bad = good.replace(line.strip().partition("  #")[0], broken)
    assert bad != good
    monkeypatch.setattr(bridge, "render", lambda _: bad)
    told, _ = train("xor")
    assert told["status"] == status
    if status == "crashed":
        assert f"line {good.splitlines().index(line) + 1}" in told["reason"]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=4000))
@settings(deadline=None, max_examples=some(30))
def test_a_curve_is_thinned_to_means(values: list[float]) -> None:
    means, stride = thinned(values)
    assert len(means) < POINTS
    assert len(values) < 2 * POINTS or len(means) > POINTS // 4
    for index, mean in enumerate(means):
        part = values[index * stride : (index + 1) * stride]
        assert mean == pytest.approx(sum(part) / len(part))
    assert len(values) - len(means) * stride < stride


@pytest.mark.filterwarnings("ignore:overflow encountered")
def test_a_loss_that_is_not_finite_can_be_told() -> None:
    told, _ = train("xor --lr 1000 --hidden 8,8 --activation relu")
    assert not told["ok"]
    assert None in told["loss"]
    assert not any(loss is not None and loss >= 1000 for loss in told["loss"])
    json.dumps(told, allow_nan=False)


# Edited scripts.


def test_an_edited_script_is_shown_run_and_checked() -> None:
    source = render(spec("xor")).replace("W2 += layer.T @ error", "W2 += 2 * layer.T @ error")
    told = ask("xor", "edited", source=source)
    assert ["".join(text for _, text in line) for line in told["lines"]] == source.splitlines()
    [changed] = told["changed"]
    assert "2 * layer" in source.splitlines()[changed]
    assert ask("xor", "run", source=source)["status"] == "learned"
    honest = ask("xor", "honest", source=source)
    assert honest["status"] == "fail"
    assert "W2" in honest["reason"]
    assert ask("xor", "honest", source=render(spec("xor")))["status"] == "pass"


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        ("import numpy as np\nprint(np.zeros(2)[5])\n", 2, "IndexError"),
        ("x = 1\ny = (\n", 2, "SyntaxError"),
        ("import sys\nsys.exit(3)\n", 2, "SystemExit"),
    ],
)
def test_what_breaks_off_is_told_while_it_is_typed(source: str, line: int, reason: str) -> None:
    told = ask("xor", "honest", source=source)
    assert (told["status"], told["line"]) == ("crashed", line)
    assert reason in told["reason"]


BUGS = json.loads(site()[MANIFEST])["bugs"]


@pytest.mark.parametrize("bug", few(BUGS[::4], 3), ids=lambda bug: bug["change"][0][1])
def test_a_bug_to_find_learns_and_is_one_line_that_check_tells(bug: Any) -> None:
    assert len(BUGS) > 40
    told = ask(bug["words"])
    assert told["words"] == bug["words"]
    source = told["source"]
    for old, new in bug["change"]:
        source = source.replace(old, new)
    [changed] = ask(bug["words"], "edited", source=source)["changed"]
    assert changed > 0
    assert ask(bug["words"], "run", source=source)["ok"]
    honest = ask(bug["words"], "honest", source=source)
    assert honest["status"] == "fail"
    assert honest["reason"]


def test_what_is_no_bug_to_find_is_left_out() -> None:
    changes = {tuple(map(tuple, bug["change"])) for bug in BUGS}
    left = [mistake for mistake in mistakes() if mistake.change not in changes]
    assert any(not mistake.learns for mistake in left)
    assert any(mistake.equivalent for mistake in left)
    assert not any(mistake.learns and mistake.change in changes for mistake in left)


@pytest.mark.parametrize(
    ("source", "status", "reason"),
    [
        ("print('hello'", "crashed", "SyntaxError"),
        ("import sys\nsys.exit(3)", "crashed", "SystemExit: 3 (line 2)"),
        ("print('[[0.]\\n [1.]\\n [1.]\\n [0.]]')", "learned", ""),
        ("while True:\n    x = 1 / 0\n", "crashed", "ZeroDivisionError"),
        ("\x00", "crashed", ""),
        ("", "not learned", "nothing"),
    ],
)
def test_whatever_is_edited_in_has_an_end(source: str, status: str, reason: str) -> None:
    assert "lines" in ask("xor", "edited", source=source)
    told = ask("xor", "run", source=source)
    assert (told["status"], reason in told["reason"]) == (status, True)
    assert told["missing"]
    assert not told["recording"]


# Taking it away.


def test_the_files_are_the_script() -> None:
    words = "xor3 --hidden 8,4 --activation tanh --batch mini"
    source = render(spec_of_words(words))
    assert ask(words, "file", format="py") == {
        "name": "xor3_h8x4_tanh_mini.py",
        "text": source,
    }
    told = ask(words, "file", format="ipynb")
    assert told["name"] == "xor3_h8x4_tanh_mini.ipynb"
    assert [cell.source for cell in code_cells(told["text"])] == [source]


def test_a_script_that_black_would_change_is_not_handed_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bridge, "render", lambda _: "x = [1,2]\n")
    with pytest.raises(RuntimeError, match="black would change"):
        ask("xor", "file", format="py")
