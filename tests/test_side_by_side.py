"""Many scripts at once print, to the byte, what each prints alone."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from environment import few, some
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from nineteen.errors import UsageError
from nineteen.script.ended import Ending, Run
from nineteen.script.render import fit
from nineteen.training import side_by_side
from nineteen.training.execute import execute, run_here
from nineteen.training.observe import Update, observe
from nineteen.training.side_by_side import observe_together, run_together
from space import command_lines, spec
from test_lanes import bits

ANY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEEDS = (5, 0, 123456, 7)
NAMES = ("W1", "b1", "W2", "b2", "W", "layer", "layers", "output", "error", "errors", "delta", "X")


def scripts(*words: str, epochs: int = 5, seeds: tuple[int, ...] = SEEDS) -> list[str]:
    """A command's script with each of the seeds, and fewer epochs."""
    chosen = spec(*words)
    chosen = replace(chosen, epochs=min(chosen.epochs, epochs))
    return [fit(replace(chosen, seed=seed))[0] for seed in seeds]


def together(sources: list[str]) -> tuple[list[Run], list[int]]:
    """Their runs, and the places of those that ran one by one."""
    alone = set[str]()

    def ran(source: str) -> Run:
        alone.add(source)
        return run_here(source)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(side_by_side, "run_here", ran)
        runs = run_together(sources)
    return runs, [place for place, source in enumerate(sources) if source in alone]


def alone(source: str) -> str:
    with np.errstate(all="ignore"):
        return execute(source)


def assert_same(sources: list[str]) -> None:
    """They run side by side, print what they print alone, and have the same arrays in the end."""
    runs, one_by_one = together(sources)
    assert not one_by_one
    assert [run.stdout for run in runs] == [alone(source) for source in sources]
    assert {(run.ending, run.stderr) for run in runs} == {(Ending.FINISHED, "")}
    code, _ = side_by_side.common_code(sources[0], False)
    names, _ = side_by_side.execute_together(code, sources)
    for place, source in enumerate(sources):
        space: dict[str, Any] = {"print": lambda _: None}
        with np.errstate(all="ignore"):
            exec(source, space)
        for name in space.keys() & NAMES:
            parts = space[name] if isinstance(space[name], list) else [space[name]]
            found = names[name] if isinstance(names[name], list) else [names[name]]
            for part, each in zip(parts, found, strict=True):
                array = each.each[place % len(each.each)]
                assert (array.dtype, array.shape) == (part.dtype, part.shape), name
                assert bits(array) == bits(part), name


@pytest.fixture
def any_size(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Side by side also where one by one is as fast."""
    monkeypatch.setattr(side_by_side, "_BLOCK", 10**6)
    side_by_side.common_code.cache_clear()
    yield
    side_by_side.common_code.cache_clear()


@pytest.mark.usefixtures("any_size")
@settings(ANY, max_examples=some(25))
@given(command_lines())
def test_the_option_space(words: list[str]) -> None:
    try:
        sources = scripts(*words, epochs=2)
    except UsageError:
        return
    assert_same(sources)


@pytest.mark.usefixtures("any_size")
@pytest.mark.slow
@settings(ANY, max_examples=1500)
@given(command_lines())
def test_much_of_the_option_space(words: list[str]) -> None:
    test_the_option_space.hypothesis.inner_test(words)  # type: ignore[attr-defined]


@pytest.mark.parametrize("batch", ["sgd", "mini", "full"])
@pytest.mark.parametrize("gate", few(["xor", "full_adder", "not", "xor3", "xor4"], 3))
def test_the_defaults_to_the_end(gate: str, batch: str) -> None:
    if (gate, batch) != ("not", "mini"):
        assert_same(scripts(gate, "--batch", batch, epochs=10**6))


@pytest.mark.usefixtures("any_size")
@pytest.mark.parametrize("seeds", [SEEDS, (7, 7, 7, 7)], ids=["own seeds", "one seed"])
@pytest.mark.parametrize("batch", ["sgd", "mini", "full"])
@pytest.mark.parametrize("inputs", [1, 2, 3, 5, 7])
def test_tables(inputs: int, batch: str, seeds: tuple[int, ...]) -> None:
    if (inputs, batch) == (1, "mini"):
        return
    draw = np.random.default_rng(inputs)
    tables = ["".join(map(str, draw.integers(2, size=2**inputs))) for _ in seeds]
    sources = [
        scripts("--table", table, "--batch", batch, seeds=(seed,))[0]
        for table, seed in zip(tables, seeds, strict=True)
    ]
    assert_same(sources)


def test_groups_blocks_and_the_order() -> None:
    of_two = scripts("xor", seeds=tuple(range(600)))
    of_three = scripts("xor3", "--batch", "mini", seeds=tuple(range(9)))
    rules = [*scripts("and3", seeds=(1, 2, 3, 4)), *scripts("xor3", seeds=(1,))]
    single = scripts("xor", "--hidden", "3", seeds=(1,))
    sources = [*of_two[:300], *rules, *of_three, *single, *of_two[300:]]
    runs, one_by_one = together(sources)
    assert one_by_one == [sources.index(source) for source in [rules[4], *single]]
    assert [run.stdout for run in runs] == list(map(alone, sources))
    assert all(run.seconds > 0 for run in runs)


def test_one_script_and_none() -> None:
    assert run_together([]) == []
    [source] = scripts("xor", seeds=(1,))
    assert [run.stdout for run in run_together([source])] == [alone(source)]


def test_large_networks_run_one_by_one() -> None:
    large = scripts("xor8", "--batch", "full", epochs=1)
    assert together(large)[1] == [0, 1, 2, 3]
    assert together(scripts("xor8", "--batch", "sgd", epochs=1))[1] == []


def test_a_crash_in_one_lane_is_its_own() -> None:
    sources = scripts("xor", seeds=(0, 1, 2, 3, 4, 5))
    sources[2] = sources[2].replace("default_rng(2)", "default_rng(-2)")
    sources[3] = sources[3].replace("y = np.array(", "y = 1 / 0 + np.array(")
    runs = run_together(sources)
    assert [run.ending for run in runs] == [Ending.FINISHED] * 2 + [Ending.CRASHED] * 2 + [
        Ending.FINISHED
    ] * 2
    assert [run.stdout for run in runs[4:]] == list(map(alone, sources[4:]))
    assert runs[3].exit_code == 1
    assert 'script.py", line 4' in runs[3].stderr
    assert runs[3].stderr.endswith("ZeroDivisionError: division by zero\n")


def test_a_crash_leaves_the_other_blocks_together() -> None:
    sources = scripts("xor", seeds=tuple(range(2100)), epochs=1)
    sources[1] = sources[1].replace("y = np.array([[0]", "y = np.array([[01]")
    runs, one_by_one = together(sources)
    assert one_by_one == list(range(700))
    assert "leading zeros" in runs[1].stderr
    assert [run.stdout for run in runs[2:9]] == list(map(alone, sources[2:9]))


def test_a_crash_of_all_is_that_of_each() -> None:
    sources = [source.replace("W2 +=", "W3 +=") for source in scripts("xor")]
    runs, one_by_one = together(sources)
    assert one_by_one == [0, 1, 2, 3]
    assert all("NameError: name 'W3' is not defined" in run.stderr for run in runs)


def test_an_interruption_is_none_of_the_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(side_by_side, "execute_together", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_together(scripts("xor"))


# Each changes the script of `xor` with some seed so that it prints something else, or could.
EDITS: dict[str, Callable[[str], str]] = {
    "a function": lambda text: text.replace("print(", "def f(): pass\nprint("),
    "try hides an error": lambda text: text
    + "try:\n    bool(W1)\nexcept TypeError:\n    print(1)\n",
    "an answer for one lane": lambda text: text + "if W1.sum() > 0:\n    print(W1)\n",
    "a comparison in a row": lambda text: text + "print(-1 < W1.sum() < 1)\n",
    "and": lambda text: text + "print(W1.sum() and 1)\n",
    "a text that is not printed": lambda text: text + 't = f"{W1.sum()}"\nprint(len(t))\n',
    "a text in a call": lambda text: text + 'print(len(f"{W1.sum()}"))\n',
    "a text of its own": lambda text: text + 'print("{}".format(W1.sum())[:3])\n',
    "percent": lambda text: text + 'print("%s" % W1)\n',
    "a text of several values": lambda text: text + 'print(f"{[W1]}")\n',
    "a generator": lambda text: text + 'print(f"{rng}"[:3])\nprint(f"{rng}")\n',
    "a module": lambda text: text + 'print(f"{np}")\n',
    "another np": lambda text: text + "np = 3\n",
    "repr": lambda text: text + 'print(f"{W1!r}")\n',
    "marks": lambda text: text + 'print("\\x02a\\x1fb\\x03")\n',
    "two values printed": lambda text: text + "print(W1, W2)\n",
    "print to the end": lambda text: text + 'print("a", end="")\n',
    "a conversion": lambda text: text + "print(np.array(W1.tolist()))\n",
    "float": lambda text: text + "print(float(W1.sum()))\n",
    "a legacy generator": lambda text: text.replace(
        "rng.normal(size=(2, 8))", "np.random.rand(2, 8)"
    ),
    "a legacy seed": lambda text: text.replace("X =", "np.random.seed(1)\nX =", 1),
    "no seed": lambda text: text.replace("default_rng(", "default_rng() if 0 else (", 1),
    "another import": lambda text: "import math\n" + text,
    "numpy by another name": lambda text: text.replace(
        "import numpy as np", "import numpy as np, sys"
    ),
    "the targets in several lines": lambda text: text.replace("y = np.array([", "y = np.array([\n"),
    "a seed in a string": lambda text: text + f'print("""\n{text.splitlines()[4]}\n""")\n',
    "targets in a string": lambda text: text
    + f'z = """\ny = {len(text)}{text[-30]}\n"""\nprint(z)\n',
    "a target reads weights": lambda text: text.replace(
        "\nfor epoch", f"\ny = [W1.sum() > {text[66]}, y][1]\nfor epoch"
    ),
    "a target appends": lambda text: text.replace(
        "\nfor epoch", f"\nW = [1]\ny = [W.append({text[66]}), y][1]\nprint(f'{{W}}')\nfor epoch"
    ),
    "a loop until": lambda text: text + "n = 0\nwhile n < 3:\n    n += 1\n",
    "hidden names": lambda text: text + "print(f'{__name__}')\n",
    "a hidden call": lambda text: text.replace("y = ", "y = __own__(2) if 0 else ", 1),
    "no import": lambda text: text.partition("\n")[2],
    "no loop": lambda text: text.replace("for epoch in range(5):", "if 1:"),
    "nothing": lambda text: "",
    "not Python": lambda text: text + "print(\n",
    "not even text": lambda text: text + "\0",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_edited_by_hand_they_print_what_each_prints_alone(edit: Callable[[str], str]) -> None:
    sources = [edit(source) for source in scripts("xor", seeds=(1, 2, 3, 4))]
    runs, one_by_one = together(sources)
    assert one_by_one == [0, 1, 2, 3]
    for source, run in zip(sources, runs, strict=True):
        here = run_here(source)
        assert (run.ending, run.stderr) == (here.ending, here.stderr)
        assert run.stdout == here.stdout or "np.random.rand" in source


def test_what_a_script_prints_in_between() -> None:
    line = 'print(f"{W1.sum():.17f} {W1.sum()}, {epoch}, {W1}")\nprint(W1 > 0)\nprint("so")\n'
    assert_same([source + line for source in scripts("xor3", "--hidden", "4")])


# Statements about arrays that share memory, or do not; `a` is (3, 4), `b` (4,), `c` (3, 1).
STATEMENTS = (
    *("a += b", "a = a + b", "b += 1", "c *= 2", "a -= c", "a += a", "b -= a.sum(axis=0)"),
    *("v = a[1:]", "v = a[:, 1:]", "v = a.T", "v = a[0]", "v = a", "v = b[1]", "v = c[0, 0]"),
    *(
        "v += 1",
        "v *= v",
        "v /= 2",
        "v %= 2",
        "v **= 2",
        "a @= a.T @ a",
        "w = v",
        "w += 0.5",
        "w = v.T",
        "c = a[:, :1]",
        "b = a[1]",
        "b = b / 2",
    ),
    *("l = [a, b]", "l[0] += 1", "l[1] = b * 2", "l.append(v)", "l[-1] += 1", "l = l[::-1]"),
    *("for r in a:\n        r += b", "for r in l:\n        r += 1", "r = [w for w in a]"),
    *("r = v.reshape(-1)", "r += 1", "a[k] = a[k] * 2", "a[k] += 1", "d = a[k]", "d += 1"),
    *("d = w = a[k]", "s = t = a.sum()", "s += 1", "s = s * t", "k = rng.permutation(3)"),
    *("for q in rng.permutation(3):\n        s = s + q", "r = np.split(a, range(1, 3))"),
    *("r[0] += 1", "a = np.c_[a[:, 1:], c]", "d = a @ a.T", "d = np.tanh(a)", "v = z", "z += b"),
)


@settings(ANY, max_examples=some(150))
@given(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=12), st.booleans())
def test_any_statements(statements: list[str], one_seed: bool) -> None:
    """Also what is not in a template: side by side as alone, or one by one."""
    body = "\n".join(f"    {statement}" for statement in statements)
    texts = [
        f"import numpy as np  # {seed}\nrng = np.random.default_rng({seed})\n"
        f"y = np.array([{number}])\n"
        "a, b, c = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(3, 1))\n"
        "v, w, l, r, s, t, d, z = a, b, [a], [c], c[0, 0], c[1, 0], b, np.zeros((3, 4))\n"
        f"k = rng.permutation(3)\nfor epoch in range(2):\n{body}\n"
        + "".join(f"print({name})\n" for name in "abcvwstdz")
        for number, seed in enumerate((1, 1, 1, 1) if one_seed else (1, 2, 1, 3))
    ]
    runs, one_by_one = together(texts)
    event(f"side by side: {not one_by_one}")
    for text, run in zip(texts, runs, strict=True):
        try:
            expected = alone(text)
        except Exception:
            assert run.ending is Ending.CRASHED
        else:
            assert run.stdout == expected


def test_observed_they_tell_what_each_tells_alone() -> None:
    sources = scripts("xor3", "--batch", "mini", "--batch-size", "3", epochs=3)
    sources += scripts("xor3", "--hidden", "4,3", epochs=3) + scripts("xor", seeds=(1,))
    told: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    begun: dict[int, list[Any]] = {}

    def each(places: tuple[int, ...], update: Update) -> None:
        arrays = (update.error, *update.before, *update.after)
        for lane, place in enumerate(places):
            told[place].append((update.epoch, *(array[lane].tolist() for array in arrays)))

    def start(places: tuple[int, ...], start: Any) -> None:
        for lane, place in enumerate(places):
            begun[place] = [array[lane].tolist() for array in (start.X, start.y, *start.weights)]

    printed = observe_together(sources, each, start)
    for place, source in enumerate(sources):
        updates: list[Update] = []
        starts: list[Any] = []
        assert observe(source, updates.append, starts.append) == printed[place]
        assert begun[place] == [
            array.tolist() for array in (starts[0].X, starts[0].y, *starts[0].weights)
        ]
        assert told[place] == [
            (update.epoch, *(array.tolist() for array in arrays))
            for update in updates
            for arrays in [(update.error, *update.before, *update.after)]
        ]


def test_an_error_of_the_observer_is_an_error() -> None:
    def each(places: tuple[int, ...], update: Update) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        observe_together(scripts("xor"), each)


def test_the_comparison_can_fail() -> None:
    sources = scripts("xor")
    assert run_together(sources)[0].stdout != alone(
        sources[0].replace("default_rng(5)", "default_rng(6)")
    )
    wrong, _ = side_by_side.common_code(sources[0].replace("W1 += ", "W1 += 1.5 * "), False)
    _, printed = side_by_side.execute_together(wrong, sources)
    assert printed != [alone(source) for source in sources]
