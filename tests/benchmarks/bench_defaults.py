"""The rate at which the defaults learn, as the Markdown table of generated/defaults.md.

python tests/benchmarks/bench_defaults.py > generated/defaults.md   (about an hour on 2 cores)
python tests/benchmarks/bench_defaults.py 0.02                      (a fiftieth of the runs)

Each cell runs rendered scripts, none of them simulated: random functions and the named ones in
turn, each with a seed of its own, so that a cell's runs are independent.
"""

import random
import sys
import warnings
from collections.abc import Iterator

from joblib import Parallel, delayed
from nineteen.page.estimates import wilson
from nineteen.script.activations import ACTIVATIONS, SIGMOID, Activation
from nineteen.script.choices import choose, spec_of
from nineteen.script.gates import GATES
from nineteen.script.judge import judge
from nineteen.script.options import decimal
from nineteen.script.recipe import ONE_LAYER, recipe
from nineteen.script.render import render
from nineteen.script.run import Ending, Run
from nineteen.script.spec import Batch
from nineteen.training.execute import execute

RUNS = {1: 4000, 2: 10_000, 3: 10_000, 4: 10_000, 5: 1000, 6: 400, 7: 200, 8: 60}
OTHER_RUNS = 2000  # at most, of tanh and relu
DEEP = ("8,4", "8,8", "16,16", "4,4,4", "16,16,16", "64,64,64")
DEEP_RUNS = {2: 200, 3: 100, 4: 50}
RANDOM_FUNCTIONS = 300


def functions(inputs: int) -> list[list[str]]:
    """Subjects: every function of up to three inputs; of more, 300 random ones and the named."""
    rows = 2**inputs
    if inputs <= 3:
        return [["--table", f"{bits:0{rows}b}"] for bits in range(2**rows)]
    source = random.Random(inputs)
    drawn = [f"{source.getrandbits(rows):0{rows}b}" for _ in range(RANDOM_FUNCTIONS)]
    return [["--table", bits] for bits in drawn] + [
        [f"{gate.name}{inputs}"] for gate in GATES.values() if gate.rule
    ]


def learns(words: list[str]) -> bool:
    """Whether the script of a command line learns, run in this process."""
    warnings.simplefilter("ignore")
    spec = spec_of(choose(words))
    return judge(Run(execute(render(spec)), "", 0, Ending.FINISHED), spec.table).ok


def share(inputs: int, options: list[str], runs: int) -> str:
    """How many of so many runs learn, with the 95 % interval."""
    subjects = functions(inputs)
    lines = [[*subjects[i % len(subjects)], *options, "--seed", str(i)] for i in range(runs)]
    learned = sum(Parallel(n_jobs=-1, batch_size=16)(delayed(learns)(line) for line in lines))
    low, high = wilson(learned, runs)
    return f"{learned:,} of {runs:,} ({100 * low:.2f} to {100 * high:.2f} %)"


def one_layer(activation: Activation, scale: float) -> Iterator[str]:
    """The rows of the table of one hidden layer with this activation."""
    for inputs, usual in ONE_LAYER[activation.name].items():
        for batch in Batch:
            if batch is Batch.MINI and inputs == 1:
                continue
            options = ["--activation", activation.name, "--batch", batch]
            found = recipe(inputs, (usual.hidden,), batch, activation)
            most = RUNS[inputs]
            runs = most if activation == SIGMOID else min(most, OTHER_RUNS)
            rate = share(inputs, options, max(10, round(scale * runs)))
            how = [usual.hidden, batch, decimal(found.lr), found.epochs]
            yield f"| {' | '.join(map(str, [inputs, activation, *how, rate]))} |"


def deep(scale: float) -> Iterator[str]:
    """The rows of the table of several hidden layers, for two to four inputs."""
    yield "| inputs | hidden | activation | lr | epochs | full | mini | sgd |"
    yield "| ---: | --- | --- | ---: | ---: | --- | --- | --- |"
    for inputs, runs in DEEP_RUNS.items():
        for hidden in DEEP:
            for activation in ACTIVATIONS.values():
                sizes = tuple(map(int, hidden.split(",")))
                found = recipe(inputs, sizes, Batch.FULL, activation)
                options = ["--hidden", hidden, "--activation", activation.name, "--batch"]
                count = max(10, round(scale * runs))
                rates = [share(inputs, [*options, b], count) for b in ("full", "mini", "sgd")]
                cells = [inputs, hidden, activation, decimal(found.lr), found.epochs, *rates]
                yield f"| {' | '.join(map(str, cells))} |"


def main(scale: float) -> None:
    print("# How often the defaults learn\n")
    print(
        f"Made by `python tests/benchmarks/bench_defaults.py {scale:g}`: scripts, run and judged."
    )
    print(
        "Up to three inputs the functions are all there are; from four on, 300 random ones and the"
    )
    print("named gates, each run with another seed. In brackets the 95 % interval (Wilson 1927).\n")
    print("## One hidden layer, at its default size\n")
    print("| inputs | activation | hidden | strategy | lr | epochs | learned |")
    print("| ---: | --- | ---: | --- | ---: | ---: | --- |", flush=True)
    for activation in ACTIVATIONS.values():
        for row in one_layer(activation, scale):
            print(row, flush=True)
    print("\n## Several hidden layers\n")
    for row in deep(scale):
        print(row, flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
