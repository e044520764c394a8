"""Putting scripts right in their files: only the lines that differ, and nothing around them."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, unified_diff
from functools import cache, lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from nineteen.errors import UsageError
from nineteen.script.choices import COMMAND, command, command_words
from nineteen.script.files import replace_text
from nineteen.script.judge import Status
from nineteen.script.make import SEEDS, make
from nineteen.script.options import PROGRAM
from nineteen.verbs.check import four_checks
from nineteen.verbs.check.check_report import check_script
from nineteen.verbs.check.files_to_check import Settings
from nineteen.verbs.check.found_script import FoundScript
from nineteen.verbs.check.four_checks import ScriptResult
from nineteen.verbs.check.text_blocks import Block

_ALIKE = 0.5  # the least likeness, from 0 to 1, of a line and what it was meant to be
Change = tuple[FoundScript, "Edits"]


@dataclass(frozen=True)
class Edits:
    """What comes to stand in the place of each line of a script: lines, or nothing."""

    lines: tuple[tuple[str, ...], ...]
    lost: tuple[str, ...] = ()  # those of somebody's own that would go
    below: int = 0  # how many of them are below the script, and stay

    @property
    def source(self) -> str:
        """The script's source once the edits are made."""
        return "".join(f"{line}\n" for lines in self.lines for line in lines)

    def applied(self, text: str, block: Block) -> str:
        """The document's text with the lines of the block changed, and no other character."""
        if not block.end:
            end = block.spans[-1][1]
            text = text[:end] + block.joiner + text[end:]
        for i, (start, end) in reversed([*enumerate(block.spans)]):
            new = [json.dumps(line)[1:-1] if block.json else line for line in self.lines[i]]
            if self.lines[i][:1] == block.lines[i : i + 1]:
                new[0] = text[start:end]
            elif not new:
                start = block.spans[i - 1][1]
            # An empty line that is put below another goes without the indentation before it.
            new[1:] = [(block.joiner + line).rstrip(" \t") for line in new[1:]]
            text = text[:start] + "".join(new) + text[end:]
        return text


class Rewritten(NamedTuple):
    """A file's text before and after the scripts in it were changed."""

    path: Path
    old: str
    new: str
    scripts: tuple[FoundScript, ...]

    def diff(self) -> str:
        """The difference from the old text to the new, as `diff -u` shows it."""
        old, new = (text.splitlines(keepends=True) for text in (self.old, self.new))
        shown = unified_diff(old, new, str(self.path), str(self.path))
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in shown)


def rewritten(changes: Iterable[Change]) -> Iterator[Rewritten]:
    """The files with their changed scripts, one file after the other."""
    for path, group in groupby(changes, lambda change: change[0].path):
        scripts = list(group)
        old = text = scripts[0][0].text
        for found, edits in sorted(scripts, key=lambda one: one[0].block.spans, reverse=True):
            text = edits.applied(text, found.block)
        yield Rewritten(path, old, text, tuple(found for found, _ in scripts))


def write_files(files: Iterable[Rewritten], fixed: list[FoundScript], done: str) -> list[str]:
    """Write the files, each in one step where it is still what was checked; a note on each script.

    It says what was `done`; `fixed` gets those that were changed, for Ctrl-C may end this midway.
    """
    notes = []
    for file in files:
        said, why = done, ""
        try:
            replace_text(file.path, file.old, file.new)
            fixed += file.scripts
        except (UsageError, OSError) as error:
            said, why = f"not {done}", f": {error}"
        notes += [f"{said}: {found.place()}{why}" for found in file.scripts]
    return notes


def fixes(
    failed: Iterable[ScriptResult], settings: Settings, force: bool
) -> tuple[list[Change], list[str]]:
    """What would put failed scripts right, and a note on each that cannot be, or not wholly."""
    changes, notes = [], []
    for result in failed:
        place = result.found.place()
        try:
            edits = _fix(result, settings, force)
        except UsageError as error:
            notes.append(f"not fixed: {place}: {error}")
            continue
        changes.append((result.found, edits))
        if edits.below:
            stay = "a line stays" if edits.below == 1 else f"{edits.below} lines stay"
            notes.append(f"{place}: {stay} below the script, not the script's")
    return changes, notes


def _fix(result: ScriptResult, settings: Settings, force: bool) -> Edits:
    """The edits that put a failed script right; raises UsageError where there are none."""
    found, lines = result.found, result.found.block.lines
    if len(lines) > four_checks.MAX_COMPARED:
        raise UsageError(f"it has {len(lines)} lines: mend it by hand")
    if rest := four_checks.continued(found):
        raise UsageError(f"it goes on in {rest}: put it in one piece")
    made = replacement_of(result, settings.seconds)
    new = four_checks.with_first_line(found.block.source, made).splitlines()
    edits = edits_between(lines, new)
    if edits.source == found.block.source:
        raise UsageError("its own lines are already what its command renders today")
    if (edits.lost or edits.below) and not force:  # they stay where the script passes with them
        kept = edits_between(lines, new, keep=True)
        own = tuple(kept.source.splitlines())
        block = replace(found.block, lines=own, numbers=found.block.numbers[:1] * len(own))
        with_own = check_script(replace(found, block=block), replace(settings, strict=False))
        if not (with_own.failed if edits.lost else with_own.ended) and own != lines:
            return kept
        count = f"{len(edits.lost)} line{'s' * (len(edits.lost) > 1)} of your own would go"
        such = [f"{count}, such as '{line.strip()[:60]}'" for line in edits.lost]
        such += [f"the lines below would fail: {line}" for line in with_own.checks["learns"].lines]
        raise UsageError(f"{such[0]}: see --diff, and say --force")
    return edits


def replacement_of(result: ScriptResult, seconds: float) -> str:
    """The verified script that should stand where a failed one is.

    It is made with the values that its text has and its command leaves out, then by its command
    alone, then with other seeds; one that learns loses --keep. Raises UsageError if there is none.
    """
    found = result.found
    if found.spec is None:
        ours = found.block.source and not found.claim
        raise UsageError(f"mend {'its first line' if ours else 'the file'} by hand")
    spec, named = found.meant
    made = make(spec, (spec.seed,), seconds)
    if made.verdict.status is Status.NOT_LEARNED and not spec.keep:
        made = make(named, list(dict.fromkeys([named.seed, *SEEDS])), seconds)
    kept = made.spec.keep and made.verdict.status is Status.NOT_LEARNED
    if not (made.verdict.ok or kept):
        raise UsageError(f"what its command renders fails too: {made.verdict.reason}")
    return made.source


def edits_between(old: Sequence[str], new: Sequence[str], keep: bool = False) -> Edits:
    """The edits that make the script `new` of `old`; the first lines of both belong together.

    Lines that are like none of `new` go, and so do notes behind others; with `keep` they stay.
    Those below the script stay.
    """
    lines: list[Sequence[str]] = [[line] for line in old]
    lost, below = list[str](), 0
    for (i, j), (next_i, next_j) in pairwise([*_aligned(old, new), (len(old), len(new))]):
        own, missing = old[i + 1 : next_i], new[j + 1 : next_j]
        words = [line for line in own if line.strip()]
        note, meant = (line.partition("  #")[2] for line in (old[i], new[j]))
        own_note = i > 0 and note not in ("", meant)
        lost += [old[i]] * own_note
        line = f"{new[j].partition('  #')[0]}  #{note}" if own_note and keep else new[j]
        lines[i] = [line, *missing]
        if next_i == len(old) and words:
            below = len(words)
        elif not words or not keep:
            lost += words
            lines[i + 1 : next_i] = [[] for _ in own]
    return Edits(tuple(map(tuple, lines)), tuple(lost), below)


def _aligned(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The first lines, and the pairs that are likest in all, in order (Needleman & Wunsch 1970)."""

    @cache
    def best(i: int, j: int) -> tuple[float, tuple[tuple[int, int], ...]]:
        if i == len(old) or j == len(new):
            return 0.0, ()
        ways = [best(i + 1, j), best(i, j + 1)]
        if like := _likeness(old[i], new[j]):
            rest, pairs = best(i + 1, j + 1)
            ways.insert(0, (like + rest, ((i, j), *pairs)))
        return max(ways, key=lambda way: way[0])

    return [(0, 0), *best(1, 1)[1]]


@lru_cache(maxsize=4096)
def _likeness(old: str, new: str) -> float:
    """2 for the same line, less for a blank one, the share that is alike where it is enough."""
    if old == new:
        return 2.0 if old.strip() else 0.25
    match = SequenceMatcher(None, old, new, autojunk=False)
    alike = match.quick_ratio() >= _ALIKE and match.ratio() >= _ALIKE
    return match.ratio() if alike else 0.0


def adoptions(results: Iterable[ScriptResult]) -> list[Change]:
    """The new first lines of scripts that are honest for other values than their commands name."""
    changes = list[Change]()
    for result in results:
        found, (first, *rest) = result.found, result.found.block.lines or ("",)
        if found.spec != found.named and {"learns", "honest"} <= {*result.having("pass")}:
            line = _with_command(first, command(found.meant[0]))
            changes.append((found, Edits(((line,), *((one,) for one in rest)))))
    return changes


def _with_command(line: str, words: str) -> str:
    """A first line with another command; the way it is called, and a note behind it, stay."""
    start, own = next(COMMAND.finditer(line)).start("words"), command_words(line)
    for place in re.compile(r"(?!\S)").finditer(line, start):
        with suppress(UsageError):  # an open quotation
            if command_words(line[: place.start()]) == own:
                return line[:start] + words.removeprefix(f"{PROGRAM} ") + line[place.start() :]
    raise AssertionError(line)
