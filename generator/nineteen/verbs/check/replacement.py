"""Putting scripts right in their files: only the lines that differ, and nothing around them."""

import difflib
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from nineteen.errors import UsageError
from nineteen.script.choices import COMMAND, command, command_words
from nineteen.script.files import replace_text
from nineteen.script.judge import Status
from nineteen.script.make import SEEDS, make
from nineteen.script.options import PROGRAM
from nineteen.verbs.check import four_checks
from nineteen.verbs.check.check_runs import check_script
from nineteen.verbs.check.files_to_check import Settings
from nineteen.verbs.check.found_script import FoundScript
from nineteen.verbs.check.four_checks import CheckOutcome, ScriptResult
from nineteen.verbs.check.line_edits import Edits, edits_between

Change = tuple[FoundScript, Edits]


class Rewritten(NamedTuple):
    """A file's text before and after the scripts in it were changed."""

    path: Path
    old: str
    new: str
    scripts: tuple[FoundScript, ...]

    def diff(self) -> str:
        """The difference from the old text to the new, as `diff -u` shows it."""
        old, new = (text.splitlines(keepends=True) for text in (self.old, self.new))
        shown = difflib.unified_diff(old, new, str(self.path), str(self.path))
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in shown)


def rewritten(changes: Iterable[Change]) -> Iterator[Rewritten]:
    """The files with their changed scripts, one file after the other."""
    for path, group in groupby(changes, lambda change: change[0].path):
        scripts = list(group)
        old = text = scripts[0][0].text
        for found, edits in sorted(scripts, key=lambda one: one[0].block.spans, reverse=True):
            text = edits.applied(text, found.block)
        yield Rewritten(path, old, text, tuple(found for found, _ in scripts))


def write_files(files: Iterable[Rewritten], fixed: list[FoundScript]) -> list[str]:
    """Write the files, each in one step where it is still what was checked; a note on each script.

    `fixed` gets the scripts that were changed, file after file, so that it is right even where
    Ctrl-C ends this in the middle.
    """
    notes = []
    for file in files:
        try:
            replace_text(file.path, file.old, file.new)
        except (UsageError, OSError) as error:
            notes += [f"not fixed: {found.place()}: {error}" for found in file.scripts]
        else:
            fixed += file.scripts
            notes += [f"fixed: {found.place()}" for found in file.scripts]
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
    """The edits that put a failed script right, in the file's other lines' favour.

    Lines of somebody's own inside it stay where the script passes with them; they go only with
    `force`. Raises UsageError where there is nothing to be done.
    """
    found, lines = result.found, result.found.block.lines
    if len(lines) > four_checks.MAX_COMPARED:
        raise UsageError(f"it has {len(lines)} lines: mend it by hand")
    if rest := four_checks.continued(found):
        raise UsageError(f"it goes on in {rest}: put it in one piece")
    made = replacement_of(result, settings.seconds)
    new = four_checks.with_first_line(found.block.source, made).splitlines()
    edits = edits_between(lines, new)
    if edits.lost and not force:
        kept = edits_between(lines, new, keep=True)
        own = tuple(kept.source.splitlines())
        block = replace(found.block, lines=own, numbers=(found.block.line,) * len(own))
        if not check_script(replace(found, block=block), replace(settings, strict=False)).failed:
            return kept
        count = f"{len(edits.lost)} line{'s' * (len(edits.lost) > 1)}"
        raise UsageError(
            f"{count} of your own would go, such as '{edits.lost[0].strip()[:60]}': "
            "see --diff, and say --force"
        )
    if edits.source == found.block.source:
        raise UsageError("its own lines are already what its command renders today")
    return edits


def replacement_of(result: ScriptResult, seconds: float) -> str:
    """The verified script that should stand where a failed one is.

    It is made like any other: with the values that its text has and its command leaves out, then
    by its command alone, then with other seeds. Marked --keep and learning after all, it loses
    the mark. Raises UsageError where there is none.
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


def adoptions(results: Iterable[ScriptResult]) -> list[Change]:
    """The new first lines of scripts that are honest for other values than their commands name."""
    changes = []
    for result in results:
        found, lines = result.found, result.found.block.lines
        passed = [name for name, one in result.checks.items() if one.outcome is CheckOutcome.PASS]
        if found.spec != found.named and {"learns", "honest"} <= {*passed}:
            line = _with_command(lines[0], command(found.meant[0]))
            changes.append((found, Edits(((line,), *((one,) for one in lines[1:])))))
    return changes


def _with_command(line: str, words: str) -> str:
    """A first line with another command; the way it is called, and a note behind it, stay."""
    found = COMMAND.search(line)
    assert found is not None
    start, own = found.start("words"), command_words(line)
    for place in re.finditer(r"(?!\S)", line[start:]):
        end = start + place.start()
        with suppress(UsageError):  # an open quotation
            if command_words(line[:end] or " ") == own:
                return line[:start] + words.removeprefix(f"{PROGRAM} ") + line[end:]
    raise AssertionError(line)
