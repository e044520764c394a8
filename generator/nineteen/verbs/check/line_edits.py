"""From the lines of a script to those that it should have: which to touch, and nothing else."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from nineteen.verbs.check.blocks import Block

_ALIKE = 0.5  # the least likeness, from 0 to 1, of a line and what it was meant to be


@dataclass(frozen=True)
class Edits:
    """What comes to stand in the place of each line of a script: lines, or nothing.

    `lost` are lines of somebody's own that would go; `below` counts those that stand below the
    script and stay.
    """

    lines: tuple[tuple[str, ...], ...]
    lost: tuple[str, ...] = ()
    below: int = 0

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


def edits_between(old: Sequence[str], new: Sequence[str], keep: bool = False) -> Edits:
    """The edits that make the script `new` of `old`; the first lines of both belong together.

    Lines that are like none of `new` go, and with `keep` stay; those below the script stay.
    """
    lines: list[list[str]] = [[line] for line in old]
    lost: list[str] = []
    below = 0
    for (i, j), (next_i, next_j) in pairwise([*_aligned(old, new), (len(old), len(new))]):
        own, missing = range(i + 1, next_i), new[j + 1 : next_j]
        words = [old[at] for at in own if old[at].strip()]
        lines[i] = [new[j]]
        if len(own) == len(missing) <= 2:  # rewritten beyond recognition
            lines[i + 1 : next_i] = [[line] for line in missing]
            continue
        lines[i] += missing
        if next_i == len(old) and words:
            below = len(words)
        elif not words or not keep:
            lost += words
            lines[i + 1 : next_i] = [[] for _ in own]
    return Edits(tuple(map(tuple, lines)), tuple(lost), below)


def _aligned(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of lines that belong together, the first ones and more, in order.

    They are those whose likeness is the greatest in all (Needleman & Wunsch 1970).
    """
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    like = [[_likeness(a, b) for b in new] for a in old]
    for i in reversed(range(1, len(old))):
        for j in reversed(range(1, len(new))):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], like[i][j] + best[i + 1][j + 1])
    pairs, i, j = [(0, 0)], 1, 1
    while i < len(old) and j < len(new):
        if like[i][j] and best[i][j] == like[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


@lru_cache(maxsize=4096)
def _likeness(old: str, new: str) -> float:
    """2 for the same line, less for a blank one, the share that is alike where it is enough."""
    if old == new:
        return 2.0 if old.strip() else 0.25
    match = SequenceMatcher(None, old, new, autojunk=False)
    share = match.ratio() if match.quick_ratio() >= _ALIKE else 0.0
    return share if share >= _ALIKE else 0.0
