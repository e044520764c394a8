"""Scripts of any origin: what they print, with other seeds, and what their updates follow."""

import ast
import json
import re
from functools import partial
from pathlib import Path

import pytest
from documents import XOR, fence
from environment import few
from nineteen.cli import main
from nineteen.errors import UsageError
from nineteen.script.any_origin import judge_any, reseeded, seeds_learned, table_named
from nineteen.script.ended import Ending, Run
from nineteen.script.judge import Status
from nineteen.script.render import templates_folder
from nineteen.script.run import run
from nineteen.training.alone import watched
from nineteen.training.rounds import AnyUpdates

TABLE = table_named("xor")

# Rewritten from memory of the well-known post by A. Trask: two matrices, squared error, no bias.
TRASK = """import numpy as np

def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])
np.random.seed(1)
syn0 = 2 * np.random.random((3, 4)) - 1
syn1 = 2 * np.random.random((4, 1)) - 1
for j in range(6000):
    l1 = nonlin(np.dot(X, syn0))
    l2 = nonlin(np.dot(l1, syn1))
    if j % 1000 == 0:
        print("Error:" + str(np.mean(np.abs(y - l2))))
    l2_delta = (y - l2) * nonlin(l2, deriv=True)
    l1_delta = l2_delta.dot(syn1.T) * nonlin(l1, deriv=True)
    syn1 += l1.T.dot(l2_delta)
    syn0 += X.T.dot(l1_delta)
print("Output After Training:")
print(l2)
"""

# Columns are samples, weights are attributes, the gradient is a mean of cross-entropy.
CLASS = """import numpy as np

class Net:
    def __init__(self):
        rng = np.random.default_rng(seed=3)
        self.W1, self.b1 = rng.standard_normal((8, 2)), np.zeros((8, 1))
        self.W2, self.b2 = rng.standard_normal((1, 8)), np.zeros((1, 1))

    def predict(self, X):
        self.A = np.tanh(self.W1 @ X + self.b1)
        return 1 / (1 + np.exp(-(self.W2 @ self.A + self.b2)))

    def fit(self, X, Y, epochs=1500, lr=2.0):
        for _ in range(epochs):
            out = (self.predict(X) - Y) / X.shape[1]
            back = self.W2.T @ out * (1 - self.A**2)
            self.W2 -= lr * out @ self.A.T
            self.b2 -= lr * out.sum(axis=1, keepdims=True)
            self.W1 -= lr * back @ X.T
            self.b1 -= lr * back.sum(axis=1, keepdims=True)

X, Y = np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0, 1, 1, 0]])
net = Net()
net.fit(X, Y)
for i in range(4):
    print(f"Input: {X[:, i]}, expected {Y[0, i]}, predicted {net.predict(X)[0, i]:.3f}")
print("Done: 1500 epochs, loss 0.002")
"""

# Row by row, lists of arrays, the rows in another order, answers of 0 and 1.
LISTS = """import numpy as np
np.random.seed(0)
data = [([1, 1], 0), ([1, 0], 1), ([0, 1], 1), ([0, 0], 0)]
W = [np.random.randn(2, 6), np.random.randn(6, 1)]
b = [np.zeros(6), np.zeros(1)]
s = lambda z: 1 / (1 + np.exp(-z))
for epoch in range(1200):
    for x, t in data:
        x = np.array([x], float)
        h = s(x @ W[0] + b[0])
        o = s(h @ W[1] + b[1])
        d = (o - t) * o * (1 - o)
        e = d @ W[1].T * h * (1 - h)
        W[1], b[1] = W[1] - 0.9 * h.T @ d, b[1] - 0.9 * d[0]
        W[0], b[0] = W[0] - 0.9 * x.T @ e, b[0] - 0.9 * e[0]
for x, t in data:
    print(x, round(s(s(np.array(x) @ W[0] + b[0]) @ W[1] + b[1])[0]))
"""

# No NumPy at all: the weights are lists.
PLAIN = """import random
from math import exp
random.seed(5)
w = [[random.uniform(-1, 1) for _ in range(3)] for _ in range(4)]
v = [random.uniform(-1, 1) for _ in range(5)]
sg = lambda z: 1 / (1 + exp(-z))
def net(a, b):
    h = [sg(u[0] * a + u[1] * b + u[2]) for u in w]
    return h, sg(sum(x * y for x, y in zip(v, h)) + v[4])
rows = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
for epoch in range(3000):
    for a, b, t in rows:
        h, o = net(a, b)
        d = t - o
        for i in range(4):
            g = d * v[i] * h[i] * (1 - h[i])
            v[i] += 0.5 * d * h[i]
            for k, x in enumerate((a, b, 1)):
                w[i][k] += 0.5 * g * x
        v[4] += 0.5 * d
for a, b, t in rows:
    print(a, "XOR", b, "=", round(net(a, b)[1], 2))
"""
STYLES = {"trask": TRASK, "class": CLASS, "lists": LISTS, "plain": PLAIN, "ours": XOR}
SUMMED = "squared error, summed over 4 rows, times 1 (syn0, syn1)"


def printed(text: str, source: str = "", gate: str = "xor") -> tuple[Status, str]:
    verdict = judge_any(Run(text, "", 0, Ending.FINISHED), table_named(gate), source)
    return verdict.status, verdict.reason


@pytest.mark.parametrize(
    "text",
    [
        "[[0.01]\n [0.98]\n [0.99]\n [0.02]]\n",
        "[0 1 1 0]",
        "[[0.01 0.98 0.99 0.02]]",
        "Output:\narray([[0.01], [0.98], [0.99], [0.02]], dtype=float32)\nbye in 3 s\n",
        "tensor([[1.0e-02],\n        [9.8e-01],\n        [9.9e-01],\n        [2.0e-02]])",
        "[False, True, True, False]",
        "[array([0.01]), array([0.98]), array([0.99]), array([0.02])]",
        "0\n1\n1\n0\n",
        "0.01\n.98\n0.99\n0.02\n",
        "0 xor 0 = 0.01\n0 xor 1 = 0.98\n1 xor 0 = 0.99\n1 xor 1 = 0.02\n",
        "1 xor 1 = 0.01\n0 xor 1 = 0.98\n1 xor 0 = 0.99\n0 xor 0 = 0.02\n",
        "[0, 0] -> [0.01]\n[0, 1] -> [0.98]\n[1, 0] -> [0.99]\n[1, 1] -> [0.02]\n",
        "[-1 -1] 0.01\n[-1 1] 0.98\n[1 -1] 0.99\n[1 1] 0.02\nloss: 0.01\n",
        "in [0 0 1] out 0.01 want 0\nin [0 1 1] out 0.98 want 1\nin [1 0 1] out 0.99 want 1\n"
        "in [1 1 1] out 0.02 want 0\n",
        "row 1: want 0, is .01\nrow 2: want 1, is .98\nrow 3: want 1, is 1\nrow 4: want 0, is 0",
        "[[0.5] [0.5] [0.5] [0.5]]\nepoch 10\n[[0.01] [0.98] [0.99] [0.02]]\n",
        "bias: [-3.1]\noutput: [0.01] [0.98] [0.99] [0.02]\n",
        "Predicted:\n[[0.01] [0.98] [0.99] [0.02]]\nTarget:\n[[0.] [1.] [1.] [0.]]\n",
        "x1 | x2 | y | predicted | error\n0 | 0 | 0 | .01 | .01\n0 | 1 | 1 | .98 | .02\n"
        "1 | 0 | 1 | .99 | .01\n1 | 1 | 0 | .02 | .02\n",
    ],
)
def test_predictions_are_found(text: str) -> None:
    assert printed(text)[0] is Status.LEARNED
    for right, wrong in (("0.98", "0.48"), (".98", ".48"), ("9.8e-01", "4.8e-01")):
        if right in text:
            assert printed(text.replace(right, wrong))[0] is Status.NOT_LEARNED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no 4 predictions are in what it prints"),
        ("epoch 0: loss 0.69\nepoch 100: loss 0.5\n", "no 4 predictions"),
        ("[0.1 0.2 0.3]", "no 4 predictions"),
        ("[0 0 0 1]", "row 01 should be 1, it prints 0"),
        ("[nan nan nan nan]", "row 00 should be 0, it prints nan"),
        (
            "0 0 want 0 is 0.5\n0 1 want 1 is 0.5\n1 0 want 1 is 0.5\n1 1 want 0 is 0.5",
            "prints 0.5",
        ),
        ("0 0 0.01\n0 1 0.98\n1 0 0.02\n1 1 0.99", "row 10 should be 1, it prints 0.02"),
        ("Predicted:\n[[0.5] [0.5] [0.5] [0.5]]\nTarget:\n[[0] [1] [1] [0]]", "it prints 0.5"),
    ],
)
def test_what_is_no_prediction_or_a_wrong_one(text: str, reason: str) -> None:
    status, said = printed(text)
    assert status is Status.NOT_LEARNED
    assert reason in said


def test_order_of_an_array_is_that_of_the_inputs_in_the_source() -> None:
    source = "X = np.array([[1, 1, 1], [1, 0, 1], [0, 1, 1], [0, 0, 1]])"
    assert printed("[0.9 0.1 0.1 0.1]", source, "and")[0] is Status.LEARNED
    assert printed("[0.9 0.1 0.1 0.1]", "", "and")[0] is Status.NOT_LEARNED


def test_several_outputs() -> None:
    text = "[[0 0]\n [1 0]\n [1 0]\n [0 1]]"
    assert printed(text, "", "half_adder")[0] is Status.LEARNED
    assert printed(text.replace("[0 1]", "[1 0]"), "", "half_adder")[0] is Status.NOT_LEARNED


RANDOM = "import random\nrandom.seed(7)\nimport numpy\nnumpy.random.seed(7)\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.random.seed(1)", "np.random.seed(7)"),
        ("rng = np.random.default_rng()", "rng = np.random.default_rng(7)"),
        ("default_rng(seed=42)", "default_rng(seed=7)"),
        ("rng = RandomState(SEED)", "rng = RandomState(7)"),
        ("seed = 3\nnp.random.seed(seed)", "seed = 3\nnp.random.seed(7)"),
        ("é = 1; random.seed(a)  # é", "é = 1; random.seed(7)"),
        ("torch.manual_seed(\n    3\n)", "torch.manual_seed(7)"),
        ("random.seed(1)\nnp.random.seed(2)", "random.seed(7)\nnp.random.seed(7)"),
        ("r = Generator(PCG64(SeedSequence(5)))", "r = Generator(PCG64(7))"),
        (
            "from numpy.random import default_rng as rng\nrng(3)",
            f"{RANDOM}from numpy.random import default_rng as rng\nrng(7)",
        ),
        ("rng = np.default_rng\nr = rng(3)", "rng = np.default_rng\nr = rng(7)"),
        ("class R(np.RandomState): pass\nr = R(5)", "class R(np.RandomState): pass\nr = R(7)"),
        ("r = Generator(PCG64DXSM(9))", "r = Generator(PCG64DXSM(7))"),
        ("random.seed(0)\nnumpy.random.rand()", f"{RANDOM}random.seed(7)\nnumpy.random.rand()"),
        ("import numpy as np\nnp.random.rand()", f"{RANDOM}import numpy as np\nnp.random.rand()"),
        (
            "'Mine.'\nfrom __future__ import annotations\nimport torch",
            "'Mine.'\nfrom __future__ import annotations\nimport torch\ntorch.manual_seed(7)\n"
            "import torch",
        ),
    ],
)
def test_seeds_are_replaced(old: str, new: str) -> None:
    made = ast.parse(reseeded(old, 7)).body
    wanted = ast.parse(new).body  # and setters before it
    assert [*map(ast.dump, made[-len(wanted) :])] == [*map(ast.dump, wanted)]
    compile(reseeded(old, 7), "reseeded", "exec")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("x = 1", "it draws no random numbers"),
        ("import numpy as np  # nothing random\nx = np.ones(3)", "it draws no random numbers"),
        (f"import random\nx = {'+'.join(['1'] * 900)}", "it is nested too deeply"),
    ],
)
def test_seeds_that_cannot_be_replaced(source: str, reason: str) -> None:
    with pytest.raises(UsageError, match=f"its seeds cannot be replaced: {reason}"):
        reseeded(source, 7)


def test_a_script_without_seeds_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.py"
    path.write_text("import numpy as np\nprint(np.array([0, 1, 1, 0]))\n", encoding="utf-8")
    assert main(["check", str(path), "--as", "xor", "--seeds", "3"]) == 0
    assert "its seeds cannot be replaced: it draws no random" in capsys.readouterr().out


@pytest.mark.parametrize("style", few(STYLES, 3))
def test_learns_with_the_seeds_it_learns_with(style: str) -> None:
    """One by one and in processes of their own, so an independent count of the same."""
    source, tried = STYLES[style], 2
    alone = [judge_any(run(reseeded(source, seed)), TABLE, source).ok for seed in range(tried)]
    share, _ = seeds_learned(source, TABLE, tried, 60, (), 1)
    assert [seed not in share.failed for seed in range(tried)] == alone
    assert any(alone)


FOLLOWED = {
    "trask": (TRASK, SUMMED),
    "trask, its mean": (TRASK.replace("+= ", "+= 3 / 4 * "), "averaged over 4 rows, times 3"),
    "class": (CLASS, "cross-entropy, averaged over 4 rows, times 2"),
    "lists": (LISTS, "squared error, of one row, times 0.9 (W[0], W[1], b[0], b[1])"),
    "float32": (TRASK.replace(" - 1\n", " - 1\nsyn0 = syn0.astype('f')\n", 1), SUMMED),
    "ours": (XOR, "cross-entropy, summed over 2 rows, times 1 (W1, W2, b1, b2)"),
}


@pytest.mark.parametrize("name", few(FOLLOWED, 3))
def test_updates_are_followed(name: str) -> None:
    source, words = FOLLOWED[name]
    _, report = watched(source, partial(AnyUpdates, TABLE), 60)
    assert report["good"] == report["looked"] == 60
    assert words in report["words"]


@pytest.mark.parametrize(
    ("old", "new"),
    few(
        [
            ("syn1 += l1.T.dot(l2_delta)\n", "syn1 += l1.T.dot(y - l2)\n"),  # a slope is forgotten
            ("    l1_delta = l2_delta", "    syn1 += l1.T.dot(l2_delta)\n    l1_delta = l2_delta"),
            ("syn0 += X.T.dot(l1_delta)", "syn0 += X.T.dot(l1_delta) * np.random.rand()"),
            ("syn0 += X.T.dot(l1_delta)", "syn0 += np.sign(X.T.dot(l1_delta))"),
            ("syn0 += X.T.dot(l1_delta)", "syn0 -= X.T.dot(l1_delta)"),
        ],
        2,
    ),
)
def test_what_is_no_gradient_is_not_called_one(old: str, new: str) -> None:
    source = TRASK.replace(old, new)
    assert source != TRASK
    _, report = watched(source, partial(AnyUpdates, TABLE), 60)
    assert report["good"] < report["looked"]


BESIDE = """import os
import numpy as np
assert not os.path.exists("w.npy")
np.save("w.npy", np.random.rand())
assert os.path.samefile(os.path.dirname(__file__), ".")
print(np.array([0, 1, 1, 0]))
"""


def test_seeds_are_isolated_and_those_that_change_nothing_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.py"
    path.write_text(BESIDE, encoding="utf-8")
    assert main(["check", str(path), "--as", "xor", "--seeds", "3"]) == 0
    printed = capsys.readouterr().out
    assert "learns with 3 of 3 seeds" in printed
    assert "it prints the same with every seed" in printed


def test_strict_takes_what_cannot_be_followed_for_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text(BESIDE, encoding="utf-8")
    words = ["check", str(path), "--as", "xor", "--seeds", "0"]
    assert [main(words), main([*words, "--strict"])] == [0, 1]


def test_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("trask.py").write_text(TRASK, encoding="utf-8")
    assert main(["check", "trask.py"]) == 1  # there is no generated script in it
    capsys.readouterr()
    assert main(["check", "trask.py", "--as", "xor", "--seeds", "4", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((templates_folder() / "reference/results.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(report)
    [script] = report["scripts"]
    assert (script["as"], script["seeds"]["tried"], script["seeds"]["failed"]) == ("xor", 4, [])
    assert script["checks"]["learns"]["lines"] == ["learns with 4 of 4 seeds (51 to 100 %)"]
    assert SUMMED in script["checks"]["honest"]["lines"][0]
    for words, code in (
        (["--as", "and", "--seeds", "2"], 1),
        (["--as", "0110", "--seeds", "0"], 0),
        (["--as", "xro"], 2),
        (["--as", "xor", "--seeds", "x"], 2),
    ):
        assert main(["check", "trask.py", *words]) == code


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (PLAIN.replace("3000", "60"), "its weights cannot be seen: no loop changes a NumPy array"),
        (
            TRASK.replace("syn0 +=", "syn0 += 0.3 *").replace("6000", "60"),
            "no gradient of cross-entropy",
        ),
    ],
)
def test_what_cannot_be_seen_is_said(
    text: str, seen: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "script.py"
    path.write_text(text, encoding="utf-8")
    main(["check", str(path), "--as", "xor", "--seeds", "0"])
    assert seen in capsys.readouterr().out


UNLUCKY = TRASK.replace("(3, 4)", "(3, 2)").replace("(4, 1)", "(2, 1)").replace("6000", "2000")


def test_seeds_that_fail_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "unlucky.md"
    path.write_text(fence(UNLUCKY), encoding="utf-8")
    assert main(["check", str(path), "--as", "xor", "--seeds", "20"]) == 1
    out = capsys.readouterr().out
    said = re.search(
        r"learns with (\d+) of 20 seeds \([\d.]+ to [\d.]+ %\), not with ([\d, …]+)\n", out
    )
    assert said
    named = [int(seed) for seed in said[2].split(", ") if seed != "…"]
    assert len(named) == min(20 - int(said[1]), 6)
    one = judge_any(run(reseeded(UNLUCKY, named[0])), TABLE, UNLUCKY)
    assert one.status is Status.NOT_LEARNED


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        (TRASK.replace("syn0 +=", "syn9 +="), 3, "NameError: name 'syn9'"),
        ("import numpy as np\nwhile True:\n    np.random.rand()\n", 3, "had not finished after 2"),
        ("import numpy as np\nx = (\n", 3, "SyntaxError"),
        ("import numpy as np\nprint(np.random.rand())\n", 1, "not judged: no 4 predictions"),
        ("# coding: latin-1\nx = '\udce9'\n", 1, "byte 0xe9 on line 2 is not UTF-8"),
    ],
)
def test_bad_ones(
    source: str, code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.py"
    path.write_bytes(source.encode("utf-8", "surrogateescape"))
    assert main(["check", str(path), "--as", "xor", "--seeds", "2", "--seconds", "2"]) == code
    assert words in capsys.readouterr().out


def test_comment_says_what_is_learned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.nineteen]\nseeds = 2\n", encoding="utf-8")
    path = tmp_path / "x.py"
    path.write_text(f"# learns xor\n{TRASK}", encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 0
    assert "x.py:1: as xor" in capsys.readouterr().out
    assert main(["check", str(path), "--as", "and"]) == 0  # the comment comes first
    path.write_text(f"# learns xro\n{TRASK}", encoding="utf-8")
    assert main(["check", str(path)]) == 1
    assert "'# learns xro': unknown gate 'xro': did you mean 'xor'?" in capsys.readouterr().out


def test_fix_leaves_it_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.py"
    path.write_text(TRASK, encoding="utf-8")
    assert main(["check", str(path), "--as", "and", "--seeds", "0", "--fix", "--force"]) == 1
    assert path.read_text(encoding="utf-8") == TRASK
    assert "mend the file by hand" in capsys.readouterr().out
