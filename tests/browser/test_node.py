"""The site's Python under Node: the same bytes as here, over the whole option space."""

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from fixtures import unavailable
from hypothesis import HealthCheck, Phase, given, settings
from nineteen import cli
from nineteen.errors import UsageError
from nineteen.script.choices import file_stem
from nineteen.script.render import render
from nineteen.verbs.playground.bridge import answer
from space import command_lines, spec

pytestmark = pytest.mark.slow

COUNT = 200
BAD = ["xro", "xor --hidden 1", "--expr 'a +'", "--table 011", "xor --lr nan"]


def drawn() -> list[list[str]]:
    """Command lines from all of the option space, the same each time; all can be rendered."""
    found: list[list[str]] = []

    @settings(
        max_examples=2 * COUNT,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(command_lines())
    def draw(words: list[str]) -> None:
        try:
            render(spec(*words))
        except UsageError:
            return
        if words not in found:
            found.append(words)

    draw()
    assert len(found) >= COUNT
    return found[:: len(found) // COUNT][:COUNT]


def test_the_same_bytes_for_200_configurations(pyodide: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        unavailable("Node is not installed")
    lines = drawn()
    assert cli.main(["playground", "-o", str(tmp_path / "site")]) == 0
    requests = [{"ask": "file", "words": words, "format": "py"} for words in lines]
    requests += [{"ask": "script", "words": words} for words in [*lines[:20], *BAD]]
    done = subprocess.run(
        [node, str(Path(__file__).with_name("node_bytes.mjs")), pyodide, str(tmp_path / "site")],
        input="\n".join(map(json.dumps, requests)),
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(requests) == COUNT + 20 + len(BAD)
    for words, told in zip(lines, answers, strict=False):
        one = spec(*words)
        assert told == {"name": f"{file_stem(one)}.py", "text": render(one)}, shlex.join(words)
    for request, told in zip(requests[COUNT:], answers[COUNT:], strict=True):
        here = json.loads(answer(json.dumps(request)))
        pieces = ["".join(text for _, text in tokens) for tokens in told.pop("lines", [])]
        assert pieces == here.get("source", "").splitlines()  # Python 3.12 cuts f-strings finer
        here.pop("lines", None)
        assert told == here
