"""How soon XOR is learned, here and elsewhere, as the page generated/speed.md.

python tests/benchmarks/bench_speed.py > generated/speed.md   (ten minutes; a number: other seeds)
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy

import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version

import numpy as np
from nineteen.script.choices import choose, command, spec_of
from nineteen.script.render import render
from nineteen.script.spec import ScriptSpec
from nineteen.training.execute import run_here
from nineteen.training.gradient import matrices, predict
from nineteen.training.observe import Update, observe
from numpy.typing import NDArray

Array = NDArray[np.float64]
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
Y = np.array([[0], [1], [1], [0]], float)
PAGE = """\
# How soon XOR is learned

Made by `python tests/benchmarks/bench_speed.py {seeds}`. *Updates*: after how many every prediction
for the truth table is within 0.1 of its target for the first time, in the median and for nine
seeds in ten of those that learned. *ms*: training that long in a warm process, NumPy imported, seed
by seed in turn. The scripts of Nineteen are compiled, run to the end of that epoch, and print; the
recipes are well-known compact ones, full batch and squared error, written from their description;
the rest is scikit-learn's MLPClassifier {version}, in full batches, at most 5,000 updates
(an update of lbfgs is an iteration, which may take several gradients).

| recipe | learned of {seeds} | updates, median | 90 % within | ms, median |
| --- | ---: | ---: | ---: | ---: |"""
MOST_EPOCHS = 60_000
MOST_STEPS = {"adam": 5_000, "lbfgs": 200}


@dataclass(frozen=True)
class Soon:
    """Updates and milliseconds until one seed has learned."""

    updates: int
    milliseconds: float


def ours(spec: ScriptSpec) -> Callable[[int], Soon | None]:
    """Watched once to find the update, then run plain with the epochs that it takes."""

    def soon(seed: int) -> Soon | None:
        one, seen = replace(spec, seed=seed), list[Update]()
        observe(render(one), seen.append)
        answers = (predict(matrices(each.after, one), 2 * X - 1, one.activation) for each in seen)
        within = [bool((np.abs(np.round(a, 2) - Y) < 0.1 + 1e-6).all()) for a in answers]
        if not any(within):
            return None
        updates = within.index(True) + 1
        epochs = -(-updates * spec.epochs // spec.updates)
        source = render(replace(spec, seed=seed, epochs=epochs))
        return Soon(updates, 1000 * run_here(source).seconds)

    return soon


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def plain(
    draw: Callable[[np.random.Generator, tuple[int, int]], Array],
    hidden: int,
    lr: float,
    ones: bool,
    biases: bool,
) -> Callable[[int], Soon | None]:
    """Full batch and squared error with the factor output * (1 - output), inputs 0 and 1."""
    inputs = np.c_[X, np.ones(4)] if ones else X

    def train(seed: int, epochs: int, watch: bool) -> int | None:
        """The epochs after which it has first learned, where it is watched."""
        rng = np.random.default_rng(seed)
        W1, W2 = draw(rng, (inputs.shape[1], hidden)), draw(rng, (hidden, 1))
        b1, b2 = np.zeros(hidden), np.zeros(1)
        for epoch in range(epochs):
            layer = sigmoid(inputs @ W1 + b1)
            output = sigmoid(layer @ W2 + b2)
            if watch and np.abs(Y - output).max() <= 0.1:
                return epoch
            delta2 = (Y - output) * output * (1 - output)
            delta1 = delta2 @ W2.T * layer * (1 - layer)
            W2 += lr * layer.T @ delta2
            W1 += lr * inputs.T @ delta1
            if biases:
                b2 += lr * delta2.sum(axis=0)
                b1 += lr * delta1.sum(axis=0)
        return None

    def soon(seed: int) -> Soon | None:
        epochs = train(seed, MOST_EPOCHS, watch=True)
        if epochs is None:
            return None
        return Soon(epochs, milliseconds(partial(train, seed, epochs, watch=False)))

    return soon


def scikit(**options: object) -> Callable[[int], Soon | None]:
    """MLPClassifier, one update an iteration; every number of iterations from 1 is tried."""
    from sklearn.neural_network import MLPClassifier

    solver = str(options.get("solver", "adam"))
    answers = Y[:, 0].astype(int)

    def made(seed: int, steps: int) -> MLPClassifier:
        return MLPClassifier(
            random_state=seed, max_iter=steps, tol=0, n_iter_no_change=steps + 1, **options
        )

    def close(model: MLPClassifier) -> bool:
        return bool(np.abs(model.predict_proba(X)[:, 1:] - Y).max() <= 0.1)

    def steps_needed(seed: int) -> int | None:
        if solver == "lbfgs":
            tries: Iterator[int] = iter(range(1, MOST_STEPS[solver] + 1))
            return next((n for n in tries if close(made(seed, n).fit(X, answers))), None)
        model = made(seed, 1)
        for steps in range(1, MOST_STEPS[solver] + 1):
            if close(model.partial_fit(X, answers, classes=[0, 1])):
                return steps
        return None

    def soon(seed: int) -> Soon | None:
        steps = steps_needed(seed)
        if steps is None:
            return None
        return Soon(steps, milliseconds(lambda: made(seed, steps).fit(X, answers)))

    return soon


def milliseconds(job: Callable[[], object]) -> float:
    began = time.perf_counter()
    job()
    return 1000 * (time.perf_counter() - began)


def contestants() -> dict[str, Callable[[int], Soon | None]]:
    found: dict[str, Callable[[int], Soon | None]] = {}
    for words in ("", "--batch mini", "--batch sgd", "--hidden 4", "--activation tanh"):
        spec = spec_of(choose(["xor", *words.split()]))
        found[f"`{command(spec)}`"] = ours(spec)
    for hidden in (4, 8):
        found[f"ones column, uniform(-1, 1), lr 1, hidden {hidden}"] = plain(
            lambda rng, size: rng.uniform(-1, 1, size), hidden, 1, ones=True, biases=False
        )
    found["`rand()`, no bias, lr 0.1, hidden 4"] = plain(
        lambda rng, size: rng.random(size), 4, 0.1, ones=False, biases=False
    )
    found["normal weights, zero biases, lr 0.1, hidden 4"] = plain(
        lambda rng, size: rng.normal(size=size), 4, 0.1, ones=False, biases=True
    )
    sizes = {"hidden_layer_sizes": (8,)}
    found["MLPClassifier, hidden 8, otherwise as it comes"] = scikit(**sizes)
    found["MLPClassifier, hidden 8, logistic, lr 0.1"] = scikit(
        **sizes, activation="logistic", learning_rate_init=0.1
    )
    found["MLPClassifier, hidden 8, logistic, lbfgs"] = scikit(
        **sizes, activation="logistic", solver="lbfgs"
    )
    return found


def main(seeds: int) -> None:
    warnings.filterwarnings("ignore")  # scikit-learn warns that it has not converged
    every = contestants()
    found: dict[str, list[Soon]] = {name: [] for name in every}
    for seed in range(seeds):  # turn by turn, so that a machine's drift falls on all of them
        for name, soon in every.items():
            found[name] += filter(None, [soon(seed)])
    print(PAGE.format(seeds=seeds, version=version("scikit-learn")))
    for name, results in found.items():
        updates = sorted(result.updates for result in results) or [0]
        cells = [
            str(len(results)),
            f"{statistics.median(updates):,.0f}",
            f"{updates[-(-9 * len(updates) // 10) - 1]:,}",
            f"{statistics.median([result.milliseconds for result in results] or [0]):,.1f}",
        ]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
