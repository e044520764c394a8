"""A script that is examined runs, prints and ends as it does alone."""

import re

import pytest
from environment import few
from nineteen.script.ended import OUTPUT_LIMIT, Ending
from nineteen.script.judge import judge
from nineteen.script.render import render
from nineteen.script.run import run
from nineteen.training.examine import Honesty, examine
from space import spec

XOR = spec("xor", "--hidden", "8", "--lr", "0.5", "--epochs", "300")
SOURCE = render(XOR)
CONSTANTS = "print(np.array([[0.0], [1.0], [1.0], [0.0]]))\n"


def plain_text(text: str) -> str:
    """Without the name of the folder, which differs from run to run."""
    return re.sub(r"[^\s\"']*script\.py", "script.py", text)


CHAINED = """
def outer():
    try:
        1 / 0
    except ZeroDivisionError:
        raise ValueError("worse")
outer()
"""
LOOK = """
import os, sys
print(__name__, __doc__, os.path.basename(__file__), sys.argv, sys.path)
print(os.listdir(), open(__file__).read())
print("said", file=sys.stderr)
"""
FAST = "import os, sys; sys.stdout.flush(); os._exit(0)\n"
ENDINGS = {
    "learns": (SOURCE, "pass"),
    "crashes at its end": (SOURCE + CHAINED, "fail"),
    "crashes while it trains": (SOURCE.replace("delta = error", "delta = eror"), "fail"),
    "does not compile": (SOURCE + "return 1\n", "fail"),
    "looks around": (SOURCE + LOOK, "pass"),
    "leaves early": (
        SOURCE.replace("for epoch", CONSTANTS + "raise SystemExit\nfor epoch"),
        "fail",
    ),
    "leaves at its end": (SOURCE + "raise SystemExit\n", "pass"),
    "leaves with words": (SOURCE + 'raise SystemExit("enough")\n', "fail"),
    "leaves early, and fast": (SOURCE.replace("for epoch", CONSTANTS + FAST + "for epoch"), "fail"),
    "leaves at its end, and fast": (SOURCE + FAST, "fail"),
    "is killed": (SOURCE + "import os, signal; os.kill(os.getpid(), signal.SIGTERM)\n", "fail"),
    "overflows": (SOURCE.replace("lr = 0.5", "lr = 500"), "fail"),
    "prints without end": (SOURCE + "while True:\n    print('x' * 99)\n", "fail"),
}


@pytest.mark.parametrize("name", few(ENDINGS, 5))
def test_the_run_is_that_of_a_plain_run(name: str) -> None:
    source, status = ENDINGS[name]
    plain = run(source, seconds=30)
    watched, verdict, honesty = examine(source, XOR, 30)
    assert honesty.status == status, honesty.reason
    assert watched.ending is plain.ending
    assert watched.limit == plain.limit
    assert verdict == judge(watched, XOR.table, more=True) == judge(plain, XOR.table, more=True)
    if plain.ending is Ending.TOO_MUCH_OUTPUT:
        assert len(watched.stdout) == len(plain.stdout) == OUTPUT_LIMIT
    else:
        assert watched.exit_code == plain.exit_code
        assert plain_text(watched.stdout) == plain_text(plain.stdout)
        assert plain_text(watched.stderr) == plain_text(plain.stderr)


def test_a_script_that_hangs_is_ended_in_time() -> None:
    result, _, honesty = examine(SOURCE + "while True:\n    pass\n", XOR, 1.5)
    assert result.ending is Ending.TIMEOUT
    assert honesty == Honesty("fail", "it did not run to its end, so its training was not seen")
