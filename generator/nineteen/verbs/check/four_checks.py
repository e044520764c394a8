"""The four checks of a script: does it learn, honestly, in good form, and as generated today?"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Literal

from nineteen.script.choices import canonical_choices, command, command_words
from nineteen.script.judge import Status, Verdict, wrong_rows
from nineteen.script.make import SeedShare
from nineteen.script.options import PROGRAM
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.training.examine import Honesty
from nineteen.verbs.check.found_script import FoundScript, form_problems

ENDED = (Status.CRASHED, Status.TIMEOUT)
MAX_ROWS = 8
MAX_DIFF = 60  # lines
MAX_COMPARED = 200  # lines of a script that is still compared with the generator's


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check, and what there is to say about it."""

    outcome: Literal["pass", "fail", "differs", "not applicable"]
    lines: tuple[str, ...] = ()

    def taken(self, strict: bool) -> "CheckResult":
        """The same; with `strict` a failure where it is not applicable."""
        if self.outcome != "not applicable" or not strict:
            return self
        return CheckResult("fail", (*self.lines, "not applicable, which --strict takes for this"))


@dataclass(frozen=True)
class ScriptResult:
    """The checks of one script by name, and where to look when one fails."""

    found: FoundScript
    checks: dict[str, CheckResult]
    look: str = ""
    ended: bool = False  # it crashed or ran out of time
    fault: str = ""  # why the checker itself failed, not the script
    share: SeedShare | None = None  # the seeds that were tried with a script of any origin

    @property
    def code(self) -> int:
        """The exit code: 0 passed, 1 failed, 3 crashed or out of time."""
        return 3 if self.ended or self.fault else int(bool(self.failed))

    @property
    def failed(self) -> list[str]:
        """The names of the checks that failed; where there is one, it should be replaced."""
        return self.having("fail")

    @property
    def clean(self) -> bool:
        """Whether every check passed, so that there is nothing to report."""
        return bool(self.checks) and self.having("pass") == [*self.checks]

    def having(self, outcome: str) -> list[str]:
        """The names of the checks with this outcome."""
        return [name for name, check in self.checks.items() if check.outcome == outcome]

    @property
    def subject(self) -> str:
        """What it is checked as: its command, or what it is said to learn."""
        if self.found.spec:
            return command(self.found.spec).removeprefix(PROGRAM).strip()
        return f"as {self.found.claim}" if self.found.claim else ""


def checked(found: FoundScript, verdict: Verdict, honesty: Honesty, strict: bool) -> ScriptResult:
    """The result of a script that ran, beside what the generator renders.

    `found` has a spec. With `strict` what differs, or cannot be checked in full, fails. Of a script
    that does not learn, as its --keep says, no other difference is a failure: it may be the lesson.
    Raises UsageError where today's generator refuses the command.
    """
    spec, _ = found.meant
    learned, problems = learns(verdict, spec), form_problems(found.block.source)
    as_meant = spec.keep and learned.outcome == "pass"
    if learned.outcome == "fail" and (rest := continued(found)):
        line = f"it goes on in {rest}: a script is checked in one piece"
        learned = replace(learned, lines=(line, *learned.lines))
    checks = {
        "learns": learned,
        "honest": _honest(found, honesty, strict, as_meant),
        "form": CheckResult("fail" if problems else "pass", tuple(problems)),
        "same": same(found, strict and not as_meant),
    }
    result = ScriptResult(found, checks, ended=verdict.status in ENDED)
    wrong = {"learns", "honest"} & {*result.failed}
    return replace(result, look=_look(found, verdict)) if wrong else result


def refused(found: FoundScript, problem: str) -> ScriptResult:
    """The result of a script whose command or file is refused: it has nothing to learn."""
    rest = dict.fromkeys(("honest", "form", "same"), CheckResult("not applicable"))
    return ScriptResult(found, {"learns": CheckResult("fail", (problem,)), **rest})


def learns(verdict: Verdict, spec: ScriptSpec) -> CheckResult:
    """Whether the predictions match the truth table; with --keep, that they do not."""
    if spec.keep and verdict.ok:
        reason = "it learned, and its command says --keep, which is for scripts that do not"
        return CheckResult("fail", (f"{reason}: take --keep off its first line",))
    if spec.keep and verdict.status is Status.NOT_LEARNED and verdict.predictions:
        return CheckResult("pass", ("it does not learn, as --keep says",))
    if verdict.ok:
        return CheckResult("pass", tuple(filter(None, [verdict.remark])))
    rows = wrong_rows(verdict.predictions, spec.table)
    more = f"and {len(rows) - MAX_ROWS} more" if len(rows) > MAX_ROWS else ""
    lines = [*rows[:MAX_ROWS], more, verdict.remark] if rows else [verdict.reason]
    return CheckResult("fail", tuple(filter(None, lines)))


def _honest(found: FoundScript, honesty: Honesty, strict: bool, as_meant: bool) -> CheckResult:
    """Whether it trains as it says; what --keep is there for is no failure."""
    spec, named = found.meant
    lines = (honesty.reason,) if honesty.reason else ()
    if honesty.status == "pass" and spec.seed != named.seed:
        return CheckResult("pass", (f"honest for seed {spec.seed}",))
    if honesty.status == "fail" and as_meant:
        return CheckResult("differs", lines)
    return CheckResult(honesty.status, lines).taken(strict)


def same(found: FoundScript, strict: bool) -> CheckResult:
    """Whether the script is what its command renders; if not, what differs."""
    source = found.block.source
    # With the values that its text has where its command leaves them out, as a note then says.
    rendered = with_first_line(source, render(found.meant[0]))
    if source == rendered:
        return CheckResult("pass")
    notes = _notes(*found.meant)
    # Where there are notes the first line differs, as they say.
    lines, wanted = (text.splitlines()[bool(notes) :] for text in (source, rendered))
    if len(lines) > MAX_COMPARED:
        shown = [f"it has {len(lines)} lines, the generator's {len(wanted)}"]
    else:
        diff = [*difflib.unified_diff(lines, wanted, n=0, lineterm="")][2:]
        shown = notes + [line for line in diff if not line.startswith("@@")][:MAX_DIFF]
    told = tuple(shown) or ("only the end of its last line differs",)
    return CheckResult("fail" if strict else "differs", told)


def with_first_line(source: str, rendered: str) -> str:
    """What is rendered, with the script's own first line where that is only written otherwise."""
    own, (first, _, rest) = source.partition("\n")[0], rendered.partition("\n")
    pairs = [(line.partition("#")[0], command_words(line)) for line in (own, first)]
    return f"{own}\n{rest}" if pairs[0] == pairs[1] else rendered


def continued(found: FoundScript) -> str:
    """The next block or cell, where the rest of the script stands there; "" where it does not."""
    if not found.next or found.named is None:
        return ""
    missing = {*render(found.named).split("\n")} - {*found.block.lines}
    rest = missing & {line for block in found.next for line in block.lines}
    there = len(rest) > max(1, len(missing) // 2)
    return replace(found, block=found.next[0]).place() if there else ""


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
    lines = found.block.source.splitlines()
    if verdict.line:
        text = lines[verdict.line - 1].strip() if verdict.line <= len(lines) else ""
        return f"look at {found.place(verdict.line)}: {text[:100]}"
    # Where all is as its own values render it, the mistake may be one of the values.
    changes = next(filter(None, ([*_changes(lines, render(spec))] for spec in found.meant)), None)
    if not changes:
        return "its code is what the generator renders: look at the command on its first line"
    number, has, wanted = changes[0]
    rest = f" ({len(changes) - 1} more differ)" if len(changes) > 1 else ""
    other = f"the generator writes '{wanted}'" if wanted else "the generator has no such line"
    words = f"it says '{has}', {other}" if has else f"before this line {other}"
    if has == wanted:
        words = f"'{has}' is indented otherwise than the generator does"
    return f"look at {found.place(number)}{rest}: {words}"


def _changes(lines: list[str], rendered: str) -> Iterator[tuple[int, str, str]]:
    """Line, what it says, what is generated, where the code differs; comments do not count."""
    own, meant = (
        [line.partition("#")[0].rstrip()[:100] for line in code]
        for code in (lines[:MAX_COMPARED], rendered.splitlines())
    )
    matcher = difflib.SequenceMatcher(a=own, b=meant, autojunk=False)
    for _, begin, end, low, high in matcher.get_opcodes():
        pairs = zip_longest(own[begin:end], meant[low:high], fillvalue="")
        for number, (has, wanted) in enumerate(pairs, begin + 1):
            if has != wanted:
                yield min(number, len(own)), has.strip(), wanted.strip()
