"""How often scripts learn from noisy samples: generated/samples.md, from runs of the scripts.

python tests/benchmarks/bench_samples.py           (goes on where it was stopped)
python tests/benchmarks/bench_samples.py --so-far  (runs nothing: the page of what is measured)

Each measurement is kept under .cache/ as a line of JSON as soon as it is through, under a digest of
its script and of the seeds: after a change of defaults only what has changed runs again.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
from nineteen.page.estimates import wilson
from nineteen.page.terminal import counted
from nineteen.script.choices import choose, spec_of
from nineteen.script.files import write_atomically
from nineteen.script.gates import GATES, names, table_of
from nineteen.script.judge import judge
from nineteen.script.render import environment, fit, for_seeds
from nineteen.script.spec import ACTIVATIONS, Batch
from nineteen.training.side_by_side import run_together

PAGE = Path("generated", "samples.md")
TEMPLATE = Path(__file__).with_name("samples.md.j2")
CACHE = Path(".cache", "samples.jsonl")
SEEDS = 1000
PROMISE = 0.999
PART = 100  # seeds in one go
LARGER = ("xor4", "xor5", "xor6", "xor8", "majority5")


def same_class(columns: tuple[str, ...], inputs: int) -> tuple[str, ...]:
    """The same for every gate of one output in an NPN class (verbs/sweep/npn.py says why)."""
    if len(columns) > 1:
        return columns
    rows = np.array(list(columns[0])).reshape((2,) * inputs)
    turned = [
        np.flip(rows.transpose(order), [axis for axis in range(inputs) if signs >> axis & 1])
        for order in permutations(range(inputs))
        for signs in range(2**inputs)
    ]
    every = ["".join(table.ravel()) for table in turned]
    return (min(every + [column.translate(str.maketrans("01", "10")) for column in every]),)


def representatives() -> dict[str, list[str]]:
    """The gates of up to three inputs, one of each class, the hardest first, with those like it."""
    fixed = [name for name in names() if table_of(name).inputs <= 3]
    more = [f"{name}3" for name in GATES if GATES[name].rule]
    classes: dict[tuple[str, ...], list[str]] = {}
    for name in dict.fromkeys(["xor3", "xor", "full_adder", "buffer", "and", *more, *fixed]):
        table = table_of(name)
        classes.setdefault(same_class(table.columns, table.inputs), []).append(name)
    return {first: others for first, *others in classes.values()}


def commands() -> Iterator[tuple[str, int]]:
    """The options of every measurement and how many seeds it has, the hardest first."""
    each = [(kind, batch) for kind in ACTIVATIONS for batch in Batch]
    for gate in representatives():
        for kind, batch in each:
            yield f"{gate} --activation {kind} --batch {batch} --samples 1024", SEEDS
    for noise in ("0", "0.25", "0.75", "1"):
        for _, batch in each[:3]:
            yield f"xor --batch {batch} --samples 1024 --noise {noise}", SEEDS
    for samples in (128, 256, 4096):
        for _, batch in each[:3]:
            yield f"xor --batch {batch} --samples {samples}", SEEDS
    for gate in LARGER:
        for kind in ACTIVATIONS:
            yield f"{gate} --activation {kind} --batch mini --samples 1024", 20
            yield f"{gate} --activation {kind} --batch mini --samples 4096 --noise 0.25", 20


def measured(so_far: bool) -> Iterator[dict[str, Any]]:
    """Each measurement, from the cache or made now; `so_far` makes none."""
    CACHE.parent.mkdir(exist_ok=True)
    lines = CACHE.read_text(encoding="utf-8").splitlines() if CACHE.exists() else []
    known = {row["key"]: row for row in map(json.loads, lines)}
    every = list(commands())
    for words, seeds in counted(every, "measurements", len(every)):
        spec = replace(spec_of(choose(words.split())), keep=False)
        key = sha256(f"{fit(spec)[0]}{seeds}".encode()).hexdigest()
        if key not in known and so_far:
            continue
        if key not in known:
            began, failed = time.perf_counter(), []
            for first in range(0, seeds, PART):
                part = range(first, min(first + PART, seeds))
                runs = run_together(for_seeds(lambda one: fit(one)[0], spec, part))
                verdicts = zip(part, (judge(run, spec.table) for run in runs), strict=True)
                failed += [seed for seed, verdict in verdicts if not verdict.ok]
            clock = time.perf_counter() - began
            known[key] = {"key": key, "failed": failed, "clock": clock}
            with open(CACHE, "a", encoding="utf-8") as file:
                file.write(json.dumps(known[key]) + "\n")
        yield known[key] | {"words": words, "seeds": seeds, "spec": spec}


def page(found: list[dict[str, Any]]) -> str:
    """The page's Markdown, the worst share first."""
    for row in found:
        row["learned"] = row["seeds"] - len(row["failed"])
        row["share"] = row["learned"] / row["seeds"]
        row["interval"] = tuple(100 * end for end in wilson(row["learned"], row["seeds"]))
    found.sort(key=lambda row: (row["share"], row["interval"][0]))
    promised = [row for row in found if row["spec"].table.inputs <= 3]
    usual = [row for row in promised if row["spec"].noise == 0.5 and row["spec"].samples == 1024]
    values = {
        "alike": representatives(),
        "usual": usual,
        "others": [row for row in promised if row not in usual],
        "larger": [row for row in found if row not in promised],
        "below": [row for row in usual if row["share"] < PROMISE],
        "missing": len(list(commands())) - len(found),
        "clock": sum(row["clock"] for row in found) / 3600,
    }
    return environment().from_string(TEMPLATE.read_text(encoding="utf-8")).render(values)


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--so-far"]):
        sys.exit(__doc__)
    write_atomically(PAGE, page(list(measured(bool(sys.argv[1:])))))
