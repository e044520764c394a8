"""An update as it is shown: the numbers are the script's, and what is left out can be computed."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from environment import few
from markdown_it import MarkdownIt
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.page.array_text import filled_in, values_text
from nineteen.script.render import render
from nineteen.training import one_update as update_module
from nineteen.training.one_update import OneUpdate, one_update
from nineteen.training.snapshots import Value
from recomputed import one_layer, several
from space import spec

SHOWN = (
    "xor --hidden 2",
    "xor --batch sgd --hidden 2 --seed 3",
    "xor --batch mini --activation tanh --hidden 3",
    "half_adder --activation relu --hidden 4 --batch mini --batch-size 3",
    "xor --hidden 3,2 --batch mini",
    "xor3 --hidden 2,2,2 --activation tanh",
)
SHEETS = (
    "xor --hidden 2",
    "xor --hidden 2 --activation tanh --batch mini",
    "or nand --hidden 3 --activation relu --batch sgd",
    "majority3 --hidden 2 --batch mini --batch-size 3",
    "and --hidden 2 --lr 0.003",
    "xor --hidden 8",
)


def parsed(text: str) -> dict[str, list[np.ndarray]]:
    """The arrays of a block by name: one, or old, step and new; nan for what is left out."""
    found = {}
    for group in text.split("\n\n"):
        head, *rest = group.split("\n")
        starts = [match.start() for match in re.finditer(r"(?:(?<=    )|^)\S", head)]
        for begin, end in zip(starts, [*starts[1:], None], strict=True):
            title, lines = head[begin:end].rstrip(), [line[begin:end] for line in rest]
            name, shape = title.partition("  ")[::2]
            if not shape:
                name, shape = title.split(" = ")
                found[name] = [np.array(float(shape))]
                continue
            rows = [re.findall(r"\[([^]]*)\]", line) for line in lines]
            rows = [row for row in rows if row]
            size = tuple(map(int, re.findall(r"\d+", shape)))
            if any("step" in line for line in lines) and len(rows[0]) == 1:  # one below the other
                third = len(rows) // 3
                rows = [[row[0] for row in rows[i::third]] for i in range(third)]
            found[name.partition(" ")[0]] = [
                np.array(
                    [float(x) if x != "____" else np.nan for row in part for x in row.split()]
                ).reshape(size)
                for part in zip(*rows, strict=True)
            ]
    return found


def blocks(page: str) -> list[dict[str, list[np.ndarray]]]:
    fences = [token for token in MarkdownIt().parse(page) if token.type == "fence"]
    assert all(token.info == "text" for token in fences)
    return [parsed(token.content.rstrip("\n")) for token in fences]


def page_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["steps", *words, "--format", "md", "-o", "-"]) == 0
    return capsys.readouterr().out


def known(shown: OneUpdate) -> dict[str, np.ndarray]:
    return {value.name: value.new for value in shown.given}


@pytest.mark.parametrize("command", few(SHOWN[::-1], 3))
def test_the_numbers_are_those_of_the_update(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = spec(*command.split())
    deep = len(wanted.hidden) > 1
    per_epoch = wanted.updates // wanted.epochs
    for update in (1, 2, 5 * per_epoch, wanted.updates):
        shown = one_update(wanted, update=update)
        epoch, whole = shown.snapshot.epoch, shown.recording
        assert (whole.updates, whole.epochs) == (wanted.updates, wanted.epochs)
        assert (shown.snapshot.update, epoch) == (update, (update - 1) // per_epoch + 1)
        before, rows = known(shown), [row - 1 for row in shown.rows]
        if update % per_epoch == 1 % per_epoch:  # the weights after so many whole epochs
            source = render(wanted).replace(f"range({wanted.epochs})", f"range({epoch - 1})")
            names: dict = {"print": lambda *_: None}
            exec(source, names)
            for name in before.keys() - {"X", "y", "lr"}:
                assert np.array_equal(before[name], eval(name, names))
        curve = wanted.activation.name
        made = (several if deep else one_layer)(before, rows, wanted.lr, curve)
        seed = (
            [] if "--seed" in command else ["--seed", "0"]
        )  # of the spec, whether it learns or not
        page = page_of(capsys, *command.split(), *seed, "--update", str(update))
        assert f"Update {update:,} of {wanted.updates:,}" in page
        given, *lines = blocks(page)
        for name, value in before.items():
            assert np.allclose(given[name][0], value, atol=0.00501)
        seen = set()
        for line in lines:
            for name, parts in line.items():
                if name in made and name not in seen:
                    assert np.allclose(parts[-1], made[name], atol=0.00501), name
                    seen.add(name)
                if len(parts) == 3:
                    assert np.allclose(parts[0] + parts[1], parts[2], atol=0.01501)
                    if name in made:
                        assert np.allclose(parts[1], made[name] - before[name], atol=0.00501)
        assert seen >= made.keys() - {name for name in made if name[:2] == "W["}


def computed(given: dict, lines: list[dict], rows: list[int], lr: float, curve: str) -> dict:
    """What a class writes into the blanks: from what is shown, and from what it wrote before."""
    sheet = {name: parts[-1] for block in lines for name, parts in block.items()}
    made: dict[str, np.ndarray] = {}

    def filled(name: str, value: np.ndarray) -> np.ndarray:
        made[name] = value
        return np.where(np.isnan(sheet[name]), value, sheet[name])

    before = {name: parts[0] for name, parts in given.items()}
    f = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "relu": lambda z: z * (z > 0)}
    slope = {"sigmoid": lambda a: a - a * a, "tanh": lambda a: 1 - a * a, "relu": lambda a: a > 0}
    X, y = before["X"][rows], before["y"][rows]
    layer = filled("layer", f[curve](X @ before["W1"] + before["b1"]))
    output = filled("output", f["sigmoid"](layer @ before["W2"] + before["b2"]))
    error = filled("error", y - output)
    delta = filled("delta", error @ before["W2"].T * slope[curve](layer))
    for name, step in (
        ("W2", layer.T @ error),
        ("b2", error.sum(axis=0)),
        ("W1", X.T @ delta),
        ("b1", delta.sum(axis=0)),
    ):
        made[f"step of {name}"] = lr * step
        made[name] = before[name] + lr * step
    return made


def off_key(capsys: pytest.CaptureFixture[str], command: str, update: int) -> list[float]:
    """How far what a class computes is from the key, for every blank of a sheet."""
    wanted = spec(*command.split())
    words = (*command.split(), "--seed", "0", "--update", str(update))
    sheet, _, key = page_of(capsys, *words, "--blank").partition("## Key")
    assert 'style="break-before: page"' in sheet
    assert "within 0.02" in key
    given, *lines = blocks(sheet)
    rows = [row - 1 for row in one_update(wanted, update=update).rows]
    made = computed(given, lines, rows, wanted.lr, wanted.activation.name)
    whole = {name: parts for block in blocks(key) for name, parts in block.items()}
    off: list[float] = []
    for name, parts in (pair for block in lines for pair in block.items()):
        for part, what in ((-1, name), (-2, f"step of {name}")):
            if what in made and (left_out := np.isnan(parts[part])).any():
                assert not np.isnan(whole[name][part]).any()
                off += np.abs(made[what] - whole[name][part])[left_out].tolist()
    assert len(off) == len(re.findall("____", sheet)) - 1  # the sheet says what one is
    return off


@pytest.mark.parametrize("command", few(SHEETS, 3))
def test_the_blanks_follow_from_what_is_shown(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for update in (1, 2, 40):
        off = off_key(capsys, command, update)
        assert len(off) >= 8
        assert max(off) <= 0.02 + 1e-9


def test_blanks_that_do_not_follow_are_not_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where weights are large, two decimals are too few: these numbers are then shown."""
    hard = "xor --hidden 2 --activation relu --lr 40"
    assert max(off_key(capsys, hard, 2)) <= 0.02 + 1e-9
    monkeypatch.setattr(update_module, "_off", lambda value, _: np.zeros(value.new.shape))
    assert max(off_key(capsys, hard, 2)) > 0.02


def test_the_sheet_in_the_terminal_has_its_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["steps", "xor", "--hidden", "2", "--blank"]) == 0
    sheet, _, key = capsys.readouterr().out.partition("Each number is right within")
    assert "____" in sheet.partition("Before the update")[2]
    assert "____" not in key
    assert "layer  (4, 2)" in key


def test_one_row_is_followed_through_its_batch(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = spec("half_adder", "--batch", "mini", "--batch-size", "3")
    whole = one_update(wanted, update=3)
    for row in whole.rows:
        part = one_update(wanted, update=3, row=row)
        place = whole.rows.index(row)
        values = {v.name: v.new for line in part.lines for v in line.values}
        for line in whole.lines:
            for value in line.values:
                if value.name in ("layer", "output", "error", "delta"):
                    assert np.array_equal(values[f"{value.name}[{place}]"], value.new[[place]])
                else:
                    assert np.array_equal(values[value.name], value.new)
        assert np.array_equal(known(part)[f"X[{row - 1}]"], known(whole)["X"][[row - 1]])
    page = page_of(capsys, "xor", "--row", "2")
    assert "only that of row 2 is shown" in page
    assert "layer[1]  (1, 8)" in page


@pytest.mark.parametrize("width", [40, 60, 100, 300])
def test_arrays_are_shown_in_full_up_to_64_numbers(width: int) -> None:
    for shape in ((8, 8), (64,), (1, 64), (64, 1), (4, 16), (13, 5)):
        array = np.arange(1.0, np.prod(shape) + 1).reshape(shape) / 7
        text = values_text([Value("layer", array)], (), width)
        assert max(map(len, text.splitlines())) <= width
        numbers = re.findall(r"[0-9]+\.[0-9]+", text)
        if array.size <= 64:
            assert numbers == [f"{x:.2f}" for x in array.flat]
        else:
            assert numbers == [f"{x:.2f}" for x in array[:4, :6].flat]
            assert "…" in text
        assert str(shape) in text


def test_small_numbers_have_digits_and_others_are_what_they_are() -> None:
    old = np.array([1.0, -2.0])
    text = values_text([Value("b1", old + np.array([0.00321, -0.0001]), old)], (), 88)
    assert re.findall(r"-?[0-9.]+", text.partition("(2,)")[2]) == (
        ["1.0000", "-2.0000", "0.0032", "-0.0001", "1.0032", "-2.0001"]
    )
    odd = np.array([np.inf, -np.inf, np.nan, -0.001, 1e9])
    text = values_text([Value("delta", odd)], (), 200)
    assert "inf  " in text
    assert "[           inf           -inf            nan           0.00  1000000000.00 ]" in text
    assert values_text([Value("rows", np.array([2, 0])), Value("lr", np.array(0.5))], (), 88) == (
        "rows  (2,)    lr = 0.5\n[ 2  0 ]"
    )


class Page(HTMLParser):
    """The open tags of a page, and the text in its `pre`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.pre: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag != "meta":
            self.open.append(tag)
        if tag == "pre":
            self.pre.append("")

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        assert tag == "br"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "pre" in self.open:
            self.pre[-1] += data


def test_the_formats_hold_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["xor", "--batch", "mini", "--update", "7"]
    text = page_of(capsys, *words)
    assert main(["steps", *words, "--format", "html", "-o", "-"]) == 0
    page = Page(capsys.readouterr().out)
    assert page.open == []
    fences = [token.content for token in MarkdownIt().parse(text) if token.type == "fence"]
    assert page.pre == fences
    assert len(fences) > 8
    assert list(tmp_path.iterdir()) == []
    assert main(["steps", *words, "--format", "md"]) == 0
    place = Path("generated/lessons/steps_xor_mini_7.md")
    assert capsys.readouterr().out == f"{place}\n"
    assert place.read_text(encoding="utf-8") == text
    place.write_text("mine", encoding="utf-8")
    assert main(["steps", *words, "--format", "md"]) == 2
    assert place.read_text(encoding="utf-8") == "mine"
    assert main(["steps", *words, "--format", "md", "--force"]) == 0
    assert place.read_text(encoding="utf-8") == text


def test_the_terminal_shows_each_line_with_its_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["steps", "xor", "--batch", "mini", "--update", "2"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for part in (
        "Update 2 of 200, in epoch 1 of 100, from rows 1 and 2 of the truth table",
        "10 layer = 1 / (1 + np.exp(-(X[rows] @ W1 + b1))) # feedforward Feedforward: each",
        "W2 (8, 1) old + step = new [ -0.58 ] [ -0.17 ] [ -0.75 ]",
    ):
        assert part in told


EDITED = render(spec("xor", "--hidden", "3"))


@pytest.mark.parametrize(
    ("old", "new", "words", "code", "told"),
    [
        ("", "", "", 0, "The sigmoid squeezes the sum"),
        ("layer = 1", "layer = 0.5 + 0.5", "", 0, "Changed by hand"),
        (
            "    error",
            "    1 / (epoch - 3)\n    error",
            "--update 2",
            3,
            "After 3 updates the script",
        ),
        ("    error", "    1 / (epoch - 3)\n    error", "--update 4", 3, "(line 12)"),
        ("W1", "V", "", 0, "Followed line by line only: the names X, y, W1"),
        ("import numpy as np  #", "import numpy as np  # not", "", 0, "W2 (3, 1) old + step = new"),
    ],
)
def test_a_file_is_shown_as_far_as_it_goes(
    old: str,
    new: str,
    words: str,
    code: int,
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "my_script.py"
    path.write_text(EDITED.replace(old, new), encoding="utf-8")
    assert main(["steps", str(path), *words.split()]) == code
    assert told in " ".join(capsys.readouterr().out.split())


def test_a_file_runs_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "my.py"
    act = (
        "import json, os\njson.dumps = None\nopen('here.txt', 'w').close()\nos.environ['X'] = '1'\n"
    )
    path.write_text(act + EDITED, encoding="utf-8")
    assert main(["steps", "./my.py"]) == 0
    assert [each.name for each in tmp_path.iterdir()] == ["my.py"]
    assert json.dumps is not None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("xor --update 0", "'0': it has to be a whole number from 1"),
        ("xor --update 101", "--update 101: the script makes 100 updates; say 1 to 100"),
        ("xor --update x", "'x'"),
        ("xor --row 5", "--row 5: the script has the rows 1 to 4"),
        ("xor --row -1", "--row"),
        ("xor --batch mini --row 2", "--row 2: update 1 does not take it; update 2 does"),
        ("xor --row 1 --blank", "leave out --blank"),
        ("xor3 --blank", "--blank: layer has 96 numbers"),
        ("xor --format gift", "--format gift asks for a worksheet's numbers: add --blank"),
        ("xor -o x.md", "add --format md, html or gift"),
        ("xor --format md -o x.html", "has to end in .md"),
        ("xor --format html -o nowhere/x/y.html", "there is no folder nowhere"),
        ("xro", "unknown gate 'xro'"),
        ("./no.py", "no.py: No such file"),
        (".", "it is a folder"),
        ("./bad.py --lr 1", "goes without the options of a script"),
        ("./bad.py xor", "goes without the options of a script"),
        ("./bad.py", "steps bad.py: it is not Python"),
        ("./bytes.py", "not UTF-8"),
        ("./loop.py", "steps loop.py: there is no loop `for epoch in …`"),
        ("./crash.py", "steps crash.py: ZeroDivisionError: division by zero (line 1)"),
        ("./early.py --update 9", "the script makes 2 updates, then it broke off (ZeroDivision"),
        ("./early.py --row 2 --update 9", "say 1 to 2"),
        ("./foreign.py --row 1", "the rows are not followed"),
    ],
)
def test_what_cannot_be_shown_is_one_line_and_code_2(
    words: str,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "bad": "x = (",
        "loop": "x = 1\n",
        "crash": f"1 / 0\n{EDITED}",
        "early": EDITED.replace("    error", "    1 / (epoch - 2)\n    error"),
        "foreign": EDITED.replace("W1", "V"),
    }.items():
        Path(f"{name}.py").write_text(text, encoding="utf-8")
    Path("bytes.py").write_bytes(b"\xff\xfe\x00")
    before = sorted(tmp_path.iterdir())
    assert main(["steps", *words.split()]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert told in err
    assert sorted(tmp_path.iterdir()) == before


def test_as_data_it_refuses_the_same() -> None:
    for wrong in (0, -1, 101):
        with pytest.raises(UsageError, match="the script makes 100 updates; say 1 to 100"):
            one_update(spec("xor"), update=wrong)
    with pytest.raises(UsageError, match="rows 1 to 4"):
        one_update(spec("xor"), row=0)


FORMULAS = (
    "xor --hidden 3 --batch mini",
    "xor --hidden 2 --activation tanh --batch sgd --lr 0.3",
    "half_adder --hidden 4 --activation relu",
    "xor3 --hidden 2 --batch mini --batch-size 3 --show loss",
    "xor --hidden 3,2 --batch mini --activation tanh",
    "xor --hidden 2,3,2 --activation relu --batch sgd",
)


def python(tex: str) -> str:
    """A formula in Python; what stands in braces belongs together."""
    while found := re.search(r"\\frac\{|e\^\{|\^\{", tex):
        groups, end = [], found.end() - 1
        for _ in range(1 + (found[0] == r"\frac{")):
            begin, depth = end, 0
            while depth or end == begin:
                depth += {"{": 1, "}": -1}.get(tex[end], 0)
                end += 1
            groups.append(f"({python(tex[begin + 1 : end - 1])})")
        new = {"e^{": "np.exp"}.get(found[0], "" if len(groups) == 2 else "**") + "/".join(groups)
        tex = f"{tex[: found.start()]}{f'({new})' if len(groups) == 2 else new}{tex[end:]}"
    for old, new in (
        (r"\cdot", "*"),
        (r"\tanh", "np.tanh"),
        (r"\max", "max"),
        ("[", "("),
        ("]", ")"),
    ):
        tex = tex.replace(old, new)
    return tex


@pytest.mark.parametrize("command", FORMULAS)
def test_the_filled_formulas_are_right_and_each_line_that_computes_has_one(command: str) -> None:
    for update in (1, 5):
        shown = one_update(spec(*command.split()), update=update)
        formulas = filled_in(shown)
        assert len(formulas) == len(shown.lines)
        for line, formula in zip(shown.lines, formulas, strict=True):
            head = line.text.strip().startswith(("for ", "if ", "print(", "layers = "))
            assert bool(formula) != head, line.text
            for part, value in zip(filter(None, formula.split("$$ $$")), line.values, strict=False):
                name, sums, result = re.fullmatch(
                    r"\\texttt\{(.*?)\}_\{[1,]+\} = (.*) = (.*)", part
                ).groups()
                assert name == value.name
                assert result == f"{value.new.flat[0]:.2f}"
                assert float(eval(python(sums))) == pytest.approx(value.new.flat[0], abs=0.06)


def test_what_is_written_by_hand_has_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(EDITED.replace("error = y - output", "error = np.where(True, y - output, 0)"))
    formulas = dict(
        zip(
            (line.text.strip() for line in one_update(path).lines),
            filled_in(one_update(path)),
            strict=True,
        )
    )
    assert formulas["error = np.where(True, y - output, 0)  # error"] == ""
    assert formulas["b2 += lr * error.sum(axis=0)"]
