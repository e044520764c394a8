"""The four checks of a script: does it learn, honestly, in good form, and as generated today?"""

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum

from nineteen.script.choices import command
from nineteen.script.judge import Status, Verdict, judge, wrong_rows
from nineteen.script.options import PROGRAM, printable
from nineteen.script.run import Run
from nineteen.script.spec import ScriptSpec
from nineteen.training.honesty import Honesty
from nineteen.verbs.check import form
from nineteen.verbs.check.find import Found

MAX_ROWS = 8
MAX_DIFF = 60  # lines
MAX_COMPARED = 200  # lines of a script that is still compared with the generator's


class Outcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    DIFFERS = "differs"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Check:
    """The outcome of one check, and what there is to say about it."""

    outcome: Outcome
    lines: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return self.outcome is Outcome.FAIL


@dataclass(frozen=True)
class Result:
    """The checks of one script by name, and where to look when one fails.

    `code` is the exit code: 0 passed, 1 failed, 3 crashed or out of time. `fault` is set where
    the checker itself failed; that says nothing about the script.
    """

    found: Found
    checks: dict[str, Check]
    look: str = ""
    code: int = 0
    fault: str = ""

    @property
    def failed(self) -> bool:
        """Whether the script failed a check, so that it should be replaced."""
        return any(check.failed for check in self.checks.values())

    @property
    def clean(self) -> bool:
        """Whether every check passed, so that there is nothing to report."""
        return bool(self.checks) and all(
            check.outcome is Outcome.PASS for check in self.checks.values()
        )

    @property
    def differs(self) -> bool:
        """Whether the script differs from what the generator renders, which is no failure."""
        return any(check.outcome is Outcome.DIFFERS for check in self.checks.values())

    def report(self) -> list[str]:
        """The lines that a student acts on."""
        spec = self.found.spec
        subject = f": {command(spec).removeprefix(PROGRAM).strip()}" if spec else ""
        lines = [self.found.place() + subject]
        for name, check in self.checks.items():
            lines += [f"  {name}: {check.outcome}", *(f"      {line}" for line in check.lines)]
        lines += [f"  {self.look}"] if self.look else []
        lines += [f"  the checker itself failed, not the script: {self.fault}"] * bool(self.fault)
        return [printable(line) for line in lines]


def check(found: Found, run: Run, honesty: Honesty, rendered: str, strict: bool = False) -> Result:
    """The result of a script's run, beside what its command renders today.

    `found` has a spec. With `strict` a script that differs from `rendered` fails. Of a script that
    does not learn, as its --keep says, no other difference is a failure: it may be the lesson.
    """
    assert found.spec is not None
    verdict = judge(run, found.spec.table, show_loss=found.spec.show_loss)
    problems = form.problems(found.block.source)
    learned = learns(verdict, found.spec)
    as_meant = found.spec.keep and learned.outcome is Outcome.PASS
    honest = Outcome.DIFFERS if as_meant and honesty.status == "fail" else Outcome(honesty.status)
    checks = {
        "learns": learned,
        "honest": Check(honest, (honesty.reason,) if honesty.reason else ()),
        "form": Check(Outcome.FAIL if problems else Outcome.PASS, tuple(problems)),
        "same": same(found.block.source, rendered, strict and not as_meant),
    }
    failed = [name for name, check in checks.items() if check.failed]
    look = _look(found, verdict, rendered) if {"learns", "honest"} & {*failed} else ""
    ended = verdict.status in (Status.CRASHED, Status.TIMEOUT)
    return Result(found, checks, look, 3 if ended else int(bool(failed)))


def refused(found: Found, problem: str) -> Result:
    """The result of a script whose command or file is refused: it has nothing to learn."""
    rest = dict.fromkeys(("honest", "form", "same"), Check(Outcome.NOT_APPLICABLE))
    return Result(found, {"learns": Check(Outcome.FAIL, (problem,))} | rest, code=1)


def learns(verdict: Verdict, spec: ScriptSpec) -> Check:
    """Whether the predictions match the truth table; with --keep, that they do not."""
    if spec.keep and verdict.ok:
        reason = "it learned, and its command says --keep, which is for scripts that do not"
        return Check(Outcome.FAIL, (f"{reason}: take --keep off its first line",))
    if spec.keep and verdict.status is Status.NOT_LEARNED and verdict.predictions:
        return Check(Outcome.PASS, ("it does not learn, as --keep says",))
    if verdict.ok:
        return Check(Outcome.PASS)
    rows = wrong_rows(verdict.predictions, spec.table)
    if not rows:
        return Check(Outcome.FAIL, (verdict.reason,))
    more = [f"and {len(rows) - MAX_ROWS} more"] if len(rows) > MAX_ROWS else []
    _, remark, text = verdict.reason.partition(" (")
    return Check(Outcome.FAIL, (*rows[:MAX_ROWS], *more, *[text.rstrip(")")] * bool(remark)))


def same(source: str, rendered: str, strict: bool) -> Check:
    """Whether the script is what the generator renders; if not, the diff from it to that."""
    if source == rendered:
        return Check(Outcome.PASS)
    outcome = Outcome.FAIL if strict else Outcome.DIFFERS
    lines, wanted = source.splitlines(), rendered.splitlines()
    if len(lines) > MAX_COMPARED:
        return Check(outcome, (f"it has {len(lines)} lines, the generator's {len(wanted)}",))
    diff = list(difflib.unified_diff(lines, wanted, n=0, lineterm=""))[2:]
    if not diff:
        return Check(outcome, ("only the end of its last line differs",))
    return Check(outcome, tuple(line for line in diff if not line.startswith("@@"))[:MAX_DIFF])


def _look(found: Found, verdict: Verdict, rendered: str) -> str:
    """The most likely place of the mistake."""
    if crash := re.search(r"\(line ([0-9]+)\)$", verdict.reason):
        number = int(crash.group(1))
        lines = found.block.source.splitlines()
        text = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        return f"look at {found.place(number)}: {text[:100]}"
    changed = _changed(found.block.source, rendered)
    if not changed:
        return "its code is what the generator renders: look at the command on its first line"
    number, has, wanted = changed[0]
    rest = f" ({len(changed) - 1} more differ)" if len(changed) > 1 else ""
    place = f"look at {found.place(number)}{rest}: "
    if not has:
        return f"{place}before this line the generator writes '{wanted.strip()}'"
    if has.strip() == wanted.strip():
        return f"{place}'{has.strip()}' is indented otherwise than the generator does"
    other = f"writes '{wanted.strip()}'" if wanted else "has no such line"
    return f"{place}it says '{has.strip()}', the generator {other}"


def _changed(source: str, rendered: str) -> list[tuple[int, str, str]]:
    """Line, what it says, what is generated, where the code differs; comments do not count."""
    lines = [_code(line) for line in source.splitlines()[:MAX_COMPARED]]
    wanted = [_code(line) for line in rendered.splitlines()]
    changed = []
    matcher = difflib.SequenceMatcher(a=lines, b=wanted, autojunk=False)
    for kind, begin, end, low, high in matcher.get_opcodes():
        if kind != "equal":
            for step in range(max(end - begin, high - low)):
                has = lines[begin + step] if begin + step < end else ""
                text = wanted[low + step] if low + step < high else ""
                if has or text:
                    changed.append((min(begin + step, len(lines) - 1) + 1, has, text))
    return changed


def _code(line: str) -> str:
    """A line without its comment, cut to a readable length."""
    return line.partition("#")[0].rstrip()[:100]
