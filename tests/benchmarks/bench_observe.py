"""What watching costs: OPENBLAS_NUM_THREADS=1 python tests/benchmarks/bench_observe.py [rounds]

Prints, strategy by strategy, an observed and a recorded run (every line of every update) over a
plain one: inside one warm process, where only the training counts; and alone in a process, where
the honest check comes on top. Median and range over the rounds, interleaved in one run.
"""

import sys

from nineteen.script.choices import choose, command, spec_of
from nineteen.script.render import render
from nineteen.script.run import run
from nineteen.training.examine import examine
from nineteen.training.execute import execute
from nineteen.training.observe import observe
from nineteen.training.record import record
from timing import interleaved, ratio

COMMANDS = (
    "xor",
    "xor --batch mini",
    "xor --batch sgd",
    "xor --epochs 300",
    "xor --epochs 300 --batch mini",
    "xor --epochs 300 --batch sgd",
    "xor --epochs 300 --hidden 8,4",
    "xor --epochs 300 --hidden 8,4 --batch sgd",
    "xor8 --batch mini",
    "xor8",
)


def main(rounds: int) -> None:
    print("| script | observed / plain, warm | recorded / plain, warm | examined / plain, alone |")
    print("| --- | ---: | ---: | ---: |")
    for line in COMMANDS:
        spec = spec_of(choose(line.split()))
        source = render(spec)
        warm = interleaved(
            {
                "plain": lambda source=source: execute(source),
                "observed": lambda source=source: observe(source, lambda update: None),
                "recorded": lambda source=source: record(source, range(1, 10**9)),
            },
            5 * rounds,
        )
        alone = interleaved(
            {
                "plain": lambda source=source: run(source),
                "examined": lambda source=source, spec=spec: examine(source, spec, 60),
            },
            rounds,
        )
        print(
            f"| `{command(spec)}` | {ratio(warm['observed'], warm['plain'])} "
            f"| {ratio(warm['recorded'], warm['plain'])} "
            f"| {ratio(alone['examined'], alone['plain'])} |",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
