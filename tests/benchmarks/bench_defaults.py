"""How often the defaults learn: generated/defaults.md, made from runs of the scripts themselves.

python tests/benchmarks/bench_defaults.py           (goes on where it was stopped)
python tests/benchmarks/bench_defaults.py --so-far  (runs nothing: the page of what is measured)
python tests/benchmarks/bench_defaults.py --quick   (a tenth of the lines, a hundredth of the seeds;
                                                     prints the page)

Every measurement is a sweep. Its shares are kept under .cache/ as a line of JSON as soon as it is
through, under a digest of its scripts: an interrupted command goes on where it was, and after a
change of defaults only what has changed runs again.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from nineteen.page.terminal import counted
from nineteen.script.choices import choose, spec_of
from nineteen.script.files import write_atomically
from nineteen.script.gates import GATES, names, table_of
from nineteen.script.render import environment, render
from nineteen.script.spec import ACTIVATIONS
from nineteen.verbs.sweep.command import sweep
from nineteen.verbs.sweep.npn import npn_classes
from nineteen.verbs.sweep.sweep_result import Share

PAGE = Path("generated", "defaults.md")
TEMPLATE = Path(__file__).with_name("defaults.md.j2")
CACHE = Path(".cache")
STRATEGIES = ["sgd", "mini", "full"]
SEEDS = 10_000  # of every gate of one to four inputs
# Of the gates of five inputs and more, for each strategy what fits into an hour.
LARGE = {5: (100, 300, 300), 6: (30, 100, 100), 7: (10, 30, 30), 8: (5, 15, 15)}
CLASS_SEEDS = {3: 10_000, 4: 1000}
# Several layers: with wide ones two inputs are always learned, so more inputs have narrow ones.
NARROW, WIDE = ["4,4,4", "8,4", "8,8"], ["16,16", "16,16,16", "64,64,64"]
DEEP = {2: NARROW + WIDE, 3: NARROW, 4: NARROW[:1]}
DEEP_SEEDS = {2: 200, 3: 50, 4: 2}  # of every NPN class
PROMISE = 0.999
PARTS = ("small", "large", "classes", "deep")


@dataclass(frozen=True)
class Measurement:
    """A sweep to make: its part of the page, its options, and how many seeds the whole run has."""

    part: str
    inputs: int
    gate: str
    activation: str
    batch: tuple[str, ...]
    hidden: str
    seeds: int

    def key(self, scale: float) -> str:
        """A digest of the seeds and of one script for each strategy: it changes with a default."""
        subject = [self.gate] if self.gate else ["--table", list(npn_classes(self.inputs))[-1]]
        size = [f"--hidden={self.hidden}"] if self.hidden else []
        words = [*subject, *size, f"--activation={self.activation}"]
        scripts = [render(spec_of(choose([*words, f"--batch={batch}"]))) for batch in self.batch]
        return sha256("".join([*scripts, str(self.count(scale))]).encode()).hexdigest()

    def count(self, scale: float) -> int:
        return max(2, round(scale * self.seeds))

    def run(self, scale: float) -> dict[str, Any]:
        """The shares of the sweep as data; a problem in it ends the command."""
        found = sweep(
            *filter(None, [self.gate]),
            inputs=None if self.gate else self.inputs,
            classes=not self.gate,
            activation=self.activation,
            batch=list(self.batch),
            hidden=self.hidden or None,
            seeds=self.count(scale),
        )
        if found.problems:
            sys.exit("\n".join(line for _, line in found.problems))
        return {
            "shares": [asdict(share) for share in found.pooled],
            "hardest": [
                {"names": share.hardest, "least": share.least, "failing": share.failing}
                | {"runs": self.count(scale)}
                for share in found.pooled
            ],
            "seconds": found.seconds,
        }


def measurements() -> Iterator[Measurement]:
    """Everything the page is about, what it promises first."""
    larger = [f"{name}{n}" for n in range(3, 9) for name in GATES if GATES[name].rule]
    gates = {gate: table_of(gate).inputs for gate in [*names(), *larger]}
    for gate, inputs in gates.items():
        if inputs <= 4:
            batch = tuple(STRATEGIES[:: 2 if inputs == 1 else 1])
            for activation in ACTIVATIONS:
                yield Measurement("small", inputs, gate, activation, batch, "", SEEDS)
    for inputs, seeds in CLASS_SEEDS.items():
        for batch in STRATEGIES:
            yield Measurement("classes", inputs, "", "sigmoid", (batch,), "", seeds)
    for gate, inputs in gates.items():
        for batch, seeds in zip(STRATEGIES, LARGE.get(inputs, ()), strict=False):
            for activation in ACTIVATIONS:
                yield Measurement("large", inputs, gate, activation, (batch,), "", seeds)
    for inputs, seeds in DEEP_SEEDS.items():
        for hidden in DEEP[inputs]:
            for activation in ACTIVATIONS:
                yield Measurement("deep", inputs, "", activation, tuple(STRATEGIES), hidden, seeds)


def measured(cache: Path, scale: float, so_far: bool = False) -> Iterator[dict[str, Any]]:
    """Each measurement with its shares, from the cache or made now; `so_far` makes none."""
    known = {}
    if cache.exists():
        lines = cache.read_text(encoding="utf-8").splitlines()
        known = {row["key"]: row for row in map(json.loads, lines)}
    cache.parent.mkdir(exist_ok=True)
    every = list(measurements())[:: 1 if scale == 1 else 10]
    for each in counted(every, "measurements", len(every)):
        key = each.key(scale)
        if so_far and key not in known:
            continue
        if key not in known:
            began = time.perf_counter()
            known[key] = {"key": key} | each.run(scale)
            known[key]["clock"] = time.perf_counter() - began
            with open(cache, "a", encoding="utf-8") as file:
                file.write(json.dumps(known[key]) + "\n")
        yield asdict(each) | known[key]


@dataclass
class Line:
    """A line of the page: what was trained, and for each strategy its share and its worst class."""

    part: str
    inputs: int
    what: str
    activation: str
    shares: dict[str, Share] = field(default_factory=dict)
    worst: dict[str, Share] = field(default_factory=dict)
    failing: dict[str, int] = field(default_factory=dict)

    @property
    def lowest(self) -> tuple[float, float]:
        """The lowest share and end of its interval, of the worst class where it is known."""
        return min(
            (share.learned / share.runs, share.interval[0])
            for share in (self.worst or self.shares).values()
        )

    def each(self, name: str) -> str:
        """The different values of an option, in the order of the strategies."""
        return " / ".join(dict.fromkeys(getattr(share, name) for share in self.shares.values()))

    @property
    def count(self) -> int:
        return len(self.shares)

    @property
    def cells(self) -> str:
        """The shares in the columns of the strategies, each with that of its worst class."""
        worst = {name: f"; {share.what}: {share.learned}" for name, share in self.worst.items()}
        return " | ".join(
            _cell(self.shares.get(batch)) + worst.get(batch, "") for batch in STRATEGIES
        )


def _cell(share: Share | None) -> str:
    return f"{share.learned:,} of {share.runs:,} ({share.bounds})" if share else ""


def lines_of(found: list[dict[str, Any]]) -> list[Line]:
    """The lines of all parts, in each part the worst first."""
    lines: dict[tuple[Any, ...], Line] = {}
    for row in found:
        key = (row["part"], row["inputs"], row["gate"] or row["hidden"], row["activation"])
        line = lines.setdefault(key, Line(*key))
        for place, share in enumerate(row["shares"]):
            line.shares[share["batch"]] = Share(**share)
            if not row["gate"]:
                hardest = row["hardest"][place]
                name = hardest["names"][0] if hardest["names"] else "all alike"
                worst = {"what": name, "runs": hardest["runs"], "learned": hardest["least"]}
                line.worst[share["batch"]] = Share(**share | worst)
                line.failing[share["batch"]] = hardest["failing"]
    return sorted(lines.values(), key=lambda line: (line.lowest, line.inputs, line.what))


def page(found: list[dict[str, Any]], scale: float) -> str:
    """The page's Markdown."""
    lines = lines_of(found)
    parts = {part: [line for line in lines if line.part == part] for part in PARTS}
    below = sum(
        share.learned < PROMISE * share.runs
        for line in parts["small"]
        for share in line.shares.values()
    )
    text = TEMPLATE.read_text(encoding="utf-8")
    return (
        environment()
        .from_string(text)
        .render(
            **parts,
            cell=_cell,
            below=below,
            promise=PROMISE,
            deep_seeds=DEEP_SEEDS,
            scale=scale,
            clock=sum(row["clock"] for row in found),
            missing=(len(list(measurements())) - len(found)) if scale == 1 else 0,
        )
    )


if __name__ == "__main__":
    quick = sys.argv[1:] == ["--quick"]
    so_far = sys.argv[1:] == ["--so-far"]
    if sys.argv[1:] and not (quick or so_far):
        sys.exit(__doc__)
    share_of_seeds = 0.01 if quick else 1.0
    cache_file = CACHE / f"defaults{'-quick' * quick}.jsonl"
    text = page(list(measured(cache_file, share_of_seeds, so_far)), share_of_seeds)
    if quick:
        print(text, end="")
    else:
        write_atomically(PAGE, text)
