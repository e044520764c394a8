"""The four checks of a script: does it learn, honestly, in good form, and as generated today?"""

import difflib
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import zip_longest

from nineteen.script.choices import canonical_choices, command, command_words
from nineteen.script.judge import Status, Verdict, wrong_rows
from nineteen.script.options import PROGRAM, printable
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.training.honesty import Honesty
from nineteen.verbs.check.found_script import FoundScript
from nineteen.verbs.check.script_form import form_problems

MAX_ROWS = 8
MAX_DIFF = 60  # lines
MAX_COMPARED = 200  # lines of a script that is still compared with the generator's


class CheckOutcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    DIFFERS = "differs"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check, and what there is to say about it."""

    outcome: CheckOutcome
    lines: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        return self.outcome is CheckOutcome.FAIL


@dataclass(frozen=True)
class ScriptResult:
    """The checks of one script by name, and where to look when one fails.

    `code` is the exit code: 0 passed, 1 failed, 3 crashed or out of time. `fault` is set where
    the checker itself failed; that says nothing about the script.
    """

    found: FoundScript
    checks: dict[str, CheckResult]
    look: str = ""
    code: int = 0
    fault: str = ""

    @property
    def failed(self) -> bool:
        """Whether the script failed a check, so that it should be replaced."""
        return self.has(CheckOutcome.FAIL)

    @property
    def clean(self) -> bool:
        """Whether every check passed, so that there is nothing to report."""
        return bool(self.checks) and all(
            check.outcome is CheckOutcome.PASS for check in self.checks.values()
        )

    def has(self, outcome: CheckOutcome) -> bool:
        """Whether a check had this outcome."""
        return any(check.outcome is outcome for check in self.checks.values())

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


def checked(
    found: FoundScript, verdict: Verdict, honesty: Honesty, strict: bool = False
) -> ScriptResult:
    """The result of a script that ran, beside what the generator renders.

    `found` has a spec. With `strict` a script that differs from that fails, and so does one that
    cannot be checked in full. Of a script that does not learn, as its --keep says, no other
    difference is a failure: it may be the lesson.
    Raises UsageError where today's generator refuses the command.
    """
    assert found.spec is not None
    problems = form_problems(found.block.source)
    learned = learns(verdict, found.spec)
    as_meant = found.spec.keep and learned.outcome is CheckOutcome.PASS
    checks = {
        "learns": learned,
        "honest": _honest(found, honesty, strict, as_meant),
        "form": CheckResult(CheckOutcome.FAIL if problems else CheckOutcome.PASS, tuple(problems)),
        "same": same(found, strict and not as_meant),
    }
    if checks["learns"].failed and (rest := continued(found)):
        lines = (f"it goes on in {rest}: a script is checked in one piece",)
        checks["learns"] = CheckResult(CheckOutcome.FAIL, (*lines, *checks["learns"].lines))
    failed = [name for name, check in checks.items() if check.failed]
    look = _look(found, verdict) if {"learns", "honest"} & {*failed} else ""
    ended = verdict.status in (Status.CRASHED, Status.TIMEOUT)
    return ScriptResult(found, checks, look, 3 if ended else int(bool(failed)))


def refused(found: FoundScript, problem: str) -> ScriptResult:
    """The result of a script whose command or file is refused: it has nothing to learn."""
    rest = dict.fromkeys(("honest", "form", "same"), CheckResult(CheckOutcome.NOT_APPLICABLE))
    return ScriptResult(
        found, {"learns": CheckResult(CheckOutcome.FAIL, (problem,))} | rest, code=1
    )


def _honest(found: FoundScript, honesty: Honesty, strict: bool, as_meant: bool) -> CheckResult:
    """Whether it trains as it says; what --keep is there for is no failure."""
    assert found.spec is not None
    assert found.named is not None
    lines = (honesty.reason,) if honesty.reason else ()
    if honesty.status == "pass" and found.spec.seed != found.named.seed:
        lines = (f"honest for seed {found.spec.seed}",)
    if strict and honesty.status == "not applicable":
        return CheckResult(
            CheckOutcome.FAIL, (*lines, "not applicable, which --strict takes for this")
        )
    excused = as_meant and honesty.status == "fail"
    return CheckResult(CheckOutcome.DIFFERS if excused else CheckOutcome(honesty.status), lines)


def learns(verdict: Verdict, spec: ScriptSpec) -> CheckResult:
    """Whether the predictions match the truth table; with --keep, that they do not."""
    if spec.keep and verdict.ok:
        reason = "it learned, and its command says --keep, which is for scripts that do not"
        return CheckResult(CheckOutcome.FAIL, (f"{reason}: take --keep off its first line",))
    if spec.keep and verdict.status is Status.NOT_LEARNED and verdict.predictions:
        return CheckResult(CheckOutcome.PASS, ("it does not learn, as --keep says",))
    if verdict.ok:
        return CheckResult(CheckOutcome.PASS)
    rows = wrong_rows(verdict.predictions, spec.table)
    if not rows:
        return CheckResult(CheckOutcome.FAIL, (verdict.reason,))
    more = [f"and {len(rows) - MAX_ROWS} more"] if len(rows) > MAX_ROWS else []
    return CheckResult(
        CheckOutcome.FAIL, (*rows[:MAX_ROWS], *more, *[verdict.remark] * bool(verdict.remark))
    )


def same(found: FoundScript, strict: bool) -> CheckResult:
    """Whether the script is what its command renders; if not, what differs.

    Where its command leaves values out that its text has otherwise, it is compared with what the
    generator renders for its own values, and a note says so.
    """
    assert found.spec is not None
    assert found.named is not None
    source = found.block.source
    rendered = with_first_line(source, render(found.spec))
    if source == rendered:
        return CheckResult(CheckOutcome.PASS)
    outcome = CheckOutcome.FAIL if strict else CheckOutcome.DIFFERS
    lines, wanted = source.splitlines(), rendered.splitlines()
    notes = _notes(found.spec, found.named)
    if notes:  # then the first line differs, as the notes say
        lines, wanted = lines[1:], wanted[1:]
    if len(lines) > MAX_COMPARED:
        return CheckResult(outcome, (f"it has {len(lines)} lines, the generator's {len(wanted)}",))
    diff = list(difflib.unified_diff(lines, wanted, n=0, lineterm=""))[2:]
    if not diff and not notes:
        return CheckResult(outcome, ("only the end of its last line differs",))
    shown = [line for line in diff if not line.startswith("@@")]
    return CheckResult(outcome, (*notes, *shown[:MAX_DIFF]))


def with_first_line(source: str, rendered: str) -> str:
    """What is rendered, with the script's own first line where that is only written otherwise."""
    own, (first, _, rest) = source.partition("\n")[0], rendered.partition("\n")
    pairs = [(line.partition("#")[0], command_words(line)) for line in (own, first)]
    return f"{own}\n{rest}" if pairs[0] == pairs[1] else rendered


def continued(found: FoundScript) -> str:
    """The next block or cell, where the rest of the script stands there; "" where it does not."""
    if found.next is None or found.named is None:
        return ""
    missing = {*render(found.named).split("\n")} - {*found.block.lines}
    rest = missing & {*found.next.lines}
    return replace(found, block=found.next).place() if len(rest) > max(1, len(missing) // 2) else ""


def _notes(spec: ScriptSpec, named: ScriptSpec) -> list[str]:
    """What a script's text has otherwise than its command, and how its command would be written."""
    said = canonical_choices(named).given
    other = [pair for pair in canonical_choices(spec).given if pair not in said]
    older = "; ".join(f"{option.name} {value}" for option, value in other if option.field != "seed")
    notes = [f"made with older defaults, or changed by hand: {older}"] if older else []
    if spec.seed != named.seed:
        notes.append(f"it is the script of seed {spec.seed}, its command names seed {named.seed}")
    return [*notes, f"its command would be written '{command(spec)}'"] if spec != named else []


def _look(found: FoundScript, verdict: Verdict) -> str:
    """The most likely place of the mistake."""
    assert found.spec is not None
    assert found.named is not None
    if verdict.line:
        lines = found.block.source.splitlines()
        text = lines[verdict.line - 1].strip() if verdict.line <= len(lines) else ""
        return f"look at {found.place(verdict.line)}: {text[:100]}"
    # Where all is as its own values render it, the mistake may be one of the values.
    changed = _changed(found.block.source, render(found.spec)) or _changed(
        found.block.source, render(found.named)
    )
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
    matcher = difflib.SequenceMatcher(a=lines, b=wanted, autojunk=False)
    return [
        (min(begin + step, len(lines) - 1) + 1, has, text)
        for kind, begin, end, low, high in matcher.get_opcodes()
        if kind != "equal"
        for step, (has, text) in enumerate(
            zip_longest(lines[begin:end], wanted[low:high], fillvalue="")
        )
        if has or text
    ]


def _code(line: str) -> str:
    """A line without its comment, cut to a readable length."""
    return line.partition("#")[0].rstrip()[:100]
