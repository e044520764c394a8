"""Lessons in failure: scripts that do not learn, each for one reason, and the page about them."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nineteen.script.choices import command, read
from nineteen.script.files import write_atomically
from nineteen.script.judge import Status, judge
from nineteen.script.make import SECONDS
from nineteen.script.options import PROGRAM
from nineteen.script.render import environment, render
from nineteen.script.spec import ScriptSpec
from nineteen.training.examine import examine

FOLDER = "failures"  # inside that of the catalogue
PAGE = "README.md"
_PRINTED = re.compile(r"(?<=```text\n).*?(?=```)", re.DOTALL)


@dataclass(frozen=True)
class Failure:
    """A script that does not learn: a command, and what is changed in the script that it makes.

    `edits` are exact replacements; where there are none, the command itself is the reason. The
    command `mended` differs in the reason only, and learns.
    """

    name: str
    title: str
    words: str
    mended: str
    see: str
    why: str
    mend: str
    edits: tuple[tuple[str, str], ...] = ()

    @property
    def spec(self) -> ScriptSpec:
        """What the first line of the script says."""
        return read(f"# {PROGRAM} {self.words} --keep")

    @property
    def source(self) -> str:
        """The script. Raises RuntimeError where there is nothing to replace."""
        text = render(self.spec)
        for old, new in self.edits:
            if old not in text:
                raise RuntimeError(f"{self.name}: the script of {self.words} has no {old!r}")
            text = text.replace(old, new)
        return text

    def changed(self) -> list[tuple[str, str]]:
        """The lines that the edits changed: what each says, and what it should say."""
        pairs = zip(self.source.splitlines(), render(self.spec).splitlines(), strict=True)
        return [(line.strip(), right.strip()) for line, right in pairs if line != right]


# Adding a lesson is adding an entry.
FAILURES = (
    Failure(
        "one_hidden_unit",
        "One hidden unit",
        "xor --hidden 1",
        "xor",
        see="All answers stay near 0.5. The network cannot decide.",
        why=(
            "Draw the four rows as the corners of a square. One hidden unit draws one straight line"
            " through it: 0 on one side, 1 on the other. For `xor` the two ones are at opposite"
            " corners, and so are the two zeros. No straight line can part them. Another seed or"
            " more epochs cannot help."
        ),
        mend="Give the network more hidden units.",
    ),
    Failure(
        "learning_rate_too_large",
        "The learning rate is too large",
        "xor3 --activation relu --lr 1",
        "xor3 --activation relu",
        see="Every row gets the same answer.",
        why=(
            "The first steps are so long that they throw all hidden units below zero, for every"
            " row. There ReLU gives 0, and its slope is 0 too. So no error comes back through the"
            " units, and they never change again. People call them dead units. Only the bias of the"
            " output is left, and it is the same for all rows."
        ),
        mend=(
            "Take smaller steps. Without `--lr` the script takes a learning rate that was measured."
        ),
    ),
    Failure(
        "too_few_epochs",
        "Too few epochs",
        "xor --epochs 10",
        "xor",
        see="The answers differ a little, but all of them are far from 0.",
        why=(
            "Nothing is wrong in this script. It only stops too early. Each update is a small step,"
            " and ten steps are not enough."
        ),
        mend="Train longer.",
    ),
    Failure(
        "forgotten_bias",
        "A forgotten bias",
        "xor --hidden 4",
        "xor --hidden 4",
        see="Every answer is 0.5.",
        why=(
            "The lines of feedforward have lost their `+ b1`. Now the line that a hidden unit draws"
            " has to go through the middle of the square. A unit that gives 0.8 for one row gives"
            " 0.2 for the row in the opposite corner: together always 1. So 00 and 11 together push"
            " the output just as much as 01 and 10 together. But `xor` wants the first two low and"
            " the other two high. The best the network can do is 0.5. More units or more epochs do"
            " not help."
        ),
        mend="Add the bias again, in both lines that set `layer`.",
        edits=(("X @ W1 + b1", "X @ W1"),),
    ),
    Failure(
        "wrong_bracket",
        "A wrong bracket in the sigmoid",
        "xor",
        "xor",
        see="NumPy warns of an overflow and prints `nan`, which means “not a number”.",
        why=(
            "The sigmoid is 1 / (1 + exp(-x)). Without the outer brackets Python divides first, and"
            " 1 / 1 + exp(-x) is just 1 + exp(-x). That is never below 1, and it has no upper"
            " limit. The answers grow, then the errors, then the weights, until the computer cannot"
            " hold them."
        ),
        mend="Put the brackets back, in both lines. The line of `layer` shows how it should look.",
        edits=(("1 / (1 + np.exp(-(layer @ W2 + b2)))", "1 / 1 + np.exp(-(layer @ W2 + b2))"),),
    ),
)


@dataclass(frozen=True)
class Seen:
    """A failure as it was seen: what its script prints, and the reason that `check` finds."""

    failure: Failure
    printed: str
    reason: str


@cache
def watch(failure: Failure) -> Seen:
    """Run the script. Raises RuntimeError where it does anything but not learn."""
    result, honesty = examine(failure.source, failure.spec, SECONDS)
    verdict = judge(result, failure.spec.table)
    if verdict.status is not Status.NOT_LEARNED or not verdict.predictions:
        raise RuntimeError(f"{failure.name} should not learn: {verdict.reason or verdict.status}")
    return Seen(failure, result.stdout, honesty.reason)


def texts() -> dict[str, str]:
    """The scripts and their page, by the names of the files; each script was run."""
    lessons = [
        {
            "failure": seen.failure,
            "command": command(seen.failure.spec),
            "mended": command(read(f"# {PROGRAM} {seen.failure.mended}")),
            "changed": seen.failure.changed(),
            "printed": seen.printed,
            "reason": seen.reason,
        }
        for seen in map(watch, FAILURES)
    ]
    page = environment().get_template("failures.md.j2").render(lessons=lessons)
    return {f"{failure.name}.py": failure.source for failure in FAILURES} | {PAGE: page}


def write(folder: Path) -> None:
    """Write the scripts and their page; nothing where one does not fail as it should."""
    for name, text in texts().items():
        write_atomically(folder / name, text)


def stale(folder: Path) -> list[str]:
    """The files in the folder that differ from what `write` writes, printed numbers aside."""
    wanted = {name: _PRINTED.sub("", text) for name, text in texts().items()}
    found = {
        path.name: _PRINTED.sub("", path.read_text(encoding="utf-8")) for path in folder.glob("*.*")
    }
    names = sorted({*wanted, *found})
    return [str(folder / name) for name in names if wanted.get(name) != found.get(name)]
