"""What a comparison takes: python tests/benchmarks/bench_compare.py [rounds]

`compare xor --seeds 30` on two workers, turn by turn with the bare runs of the same scripts, side
by side on two workers. Prints the seconds of the command, and the ratio: what watching, counting
and drawing add.
"""

import statistics
import sys
import tempfile

from timing import command, interleaved, ratio

SIZES = "1,2,3,4"
BARE = f"""
import os
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from dataclasses import replace
from joblib import Parallel, delayed
from nineteen.script.choices import Choices
from nineteen.script.render import render
from nineteen.training.side_by_side import run_together
from nineteen.verbs.compare.comparison_plan import plan_comparison
plan = plan_comparison(Choices(("xor",)), [{SIZES}], 30)
cells = [spec for row in (*plan.grid, *plan.narrow) for spec in row]
sources = [[render(replace(spec, seed=seed)) for seed in range(30)] for spec in cells]
Parallel(2)(delayed(run_together)(cell) for cell in sources)
"""


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        words = f"-m generator compare xor --seeds 30 --batch-size {SIZES} --workers 2 -o {folder}"
        seconds = interleaved(
            {
                "compare": command([sys.executable, *words.split()]),
                "bare": command([sys.executable, "-c", BARE]),
            },
            rounds,
        )
    taken = seconds["compare"]
    print(f"compare xor --seeds 30: {statistics.median(taken):.1f} s (at most {max(taken):.1f})")
    print(f"the whole command / its scripts alone: {ratio(taken, seconds['bare'])}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
