"""Putting a script back as the generator makes it, without touching another byte of its file."""

from collections.abc import Iterable
from itertools import groupby

from nineteen.errors import UsageError
from nineteen.script.files import write_atomically
from nineteen.script.judge import Status
from nineteen.script.make import SEEDS, make
from nineteen.verbs.check.found_script import FoundScript, scripts_in
from nineteen.verbs.check.four_checks import ScriptResult

Sources = dict[FoundScript, str]


def fix_scripts(
    failed: Iterable[ScriptResult], seconds: float, fixed: list[FoundScript]
) -> list[str]:
    """Replace failed scripts in their files; a note on each script.

    `fixed` gets those that were replaced, file after file, so that it is right even where Ctrl-C
    ends this in the middle.
    """
    sources: Sources = {}
    notes = []
    for result in failed:
        try:
            sources[result.found] = replacement(result, seconds)
        except UsageError as error:
            notes.append(f"not fixed: {result.found.place()}: {error}")
    for _, scripts in groupby(sources, lambda found: found.path):
        group = list(scripts)
        try:
            write({found: sources[found] for found in group})
        except (UsageError, OSError) as error:
            notes += [f"not fixed: {found.place()}: {error}" for found in group]
        else:
            notes += [f"fixed: {found.place()}" for found in group]
            fixed += group
    return notes


def replacement(result: ScriptResult, seconds: float) -> str:
    """The verified script that should stand where a failed one is.

    It is made like any other: with the values that its text has and its command leaves out, then
    by its command alone, then with other seeds. Marked --keep and learning after all, it loses
    the mark. Raises UsageError where there is none.
    """
    spec, named = result.found.spec, result.found.named
    if spec is None or named is None:
        part = "its first line" if result.found.block.source else "the file"
        raise UsageError(f"mend {part} by hand")
    made = make(spec, (spec.seed,), seconds)
    if made.verdict.status is Status.NOT_LEARNED and not spec.keep:
        made = make(named, list(dict.fromkeys([named.seed, *SEEDS])), seconds)
    kept = made.spec.keep and made.verdict.status is Status.NOT_LEARNED
    if not (made.verdict.ok or kept):
        raise UsageError(f"what its command renders fails too: {made.verdict.reason}")
    if made.source == result.found.block.source:
        raise UsageError("it is already what its command renders today")
    return made.source


def write(sources: Sources) -> None:
    """Replace scripts of one file, in one step; all else in it stays as it is.

    Raises UsageError where the file is no longer what was checked; then nothing is written.
    """
    path = next(iter(sources)).path
    now = scripts_in(path)
    if any(found not in now for found in sources):
        raise UsageError("the file was changed while it was being checked: check it again")
    target = path.resolve()  # a link stays one
    mode = target.stat().st_mode
    write_atomically(target, replaced(target.read_bytes().decode(), sources))
    target.chmod(mode)


def replaced(text: str, sources: Sources) -> str:
    """The text of a file with scripts replaced."""
    for found in sorted(sources, key=lambda found: found.block.start, reverse=True):
        start, end = found.block.start, found.block.end
        text = text[:start] + _encoded(text[start:end], found, sources[found]) + text[end:]
    return text


def _encoded(raw: str, found: FoundScript, source: str) -> str:
    """The script's source as it has to stand in place of `raw`."""
    if found.path.suffix.lower() == ".ipynb":
        from nineteen.verbs.check.notebook_cells import encoded

        return encoded(raw, source)
    prefix, newline = found.block.prefix, found.block.newline
    text = "".join((prefix + line).rstrip() + newline for line in source.splitlines())
    in_page = found.block.number > 0
    return text.removesuffix(newline) if in_page and not raw.endswith(("\n", "\r")) else text
