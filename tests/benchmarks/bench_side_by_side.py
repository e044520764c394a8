"""Many scripts side by side: python tests/benchmarks/bench_side_by_side.py [rounds]

Prints medians and ranges, everything interleaved in one run and on one thread: side by side against
compiling and executing the first of the same sources in a bare loop, per strategy and inputs 1 to
8, at the defaults but for the epochs. Where jax is installed, also 10,000 seeds of `xor` beside
`jax.vmap` of the same network.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before NumPy, as in the workers
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import contextlib
import io
import statistics
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from nineteen.script.choices import choose, spec_of
from nineteen.script.render import fit
from nineteen.script.spec import ScriptSpec
from nineteen.training.side_by_side import run_together
from timing import interleaved, ratio

UPDATES = 400  # at most, in at least two epochs: more of them take the same time each
SCRIPTS = {1: 1000, 2: 1000, 3: 1000, 4: 500, 5: 200, 6: 100, 7: 32, 8: 32}  # by inputs


def bare(sources: list[str]) -> None:
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        for source in sources:
            exec(compile(source, "script.py", "exec"), {"__name__": "__main__"})


def sources_of(spec: ScriptSpec, seeds: range) -> list[str]:
    return [fit(replace(spec, seed=seed))[0] for seed in seeds]


def against_the_loop(rounds: int) -> None:
    for inputs in range(1, 9):
        for batch in ("full", "mini", "sgd") if inputs > 1 else ("full", "sgd"):
            gate = "not" if inputs == 1 else "xor" if inputs == 2 else f"xor{inputs}"
            spec = spec_of(choose([gate, "--batch", batch]))
            a_pass = -(-spec.table.rows // spec.batch_size)
            spec = replace(spec, epochs=min(spec.epochs, max(2, UPDATES // a_pass)))
            many = SCRIPTS[inputs]
            few = max(4, many // 20)
            alone: list[int] = []
            sources = sources_of(spec, range(many))
            run_together(sources, alone)
            jobs = {
                "together": partial(run_together, sources),
                "bare": partial(bare, sources[:few]),
            }
            taken = interleaved(jobs, rounds)
            each = {
                "together": [seconds / many for seconds in taken["together"]],
                "bare": [seconds / few for seconds in taken["bare"]],
            }
            print(
                f"{gate} {batch}, hidden {spec.hidden[0]}, {spec.epochs} epochs, {many} scripts: "
                f"{1000 * statistics.median(each['together']):.3f} ms a script, bare "
                f"{1000 * statistics.median(each['bare']):.2f}: "
                f"{ratio(each['bare'], each['together'])} times as fast"
                + (", one by one" if alone else ""),
                flush=True,
            )


def against_jax(rounds: int, seeds: int = 10_000) -> None:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X = jnp.array([[-1.0, -1], [-1, 1], [1, -1], [1, 1]])
    y = jnp.array([[0.0], [1], [1], [0]])

    def predictions(W1: Any, b1: Any, W2: Any, b2: Any) -> tuple[Any, Any]:
        layer = jax.nn.sigmoid(X @ W1 + b1)
        return layer, jax.nn.sigmoid(layer @ W2 + b2)

    def train(W1: Any, W2: Any) -> Any:
        def epoch(_: int, weights: Any) -> Any:
            W1, b1, W2, b2 = weights
            layer, output = predictions(*weights)
            error = y - output
            delta = error @ W2.T * layer * (1 - layer)
            new = (W1 + X.T @ delta, b1 + delta.sum(axis=0))
            return (*new, W2 + layer.T @ error, b2 + error.sum(axis=0))

        begin = (W1, jnp.zeros(8), W2, jnp.zeros(1))
        return predictions(*jax.lax.fori_loop(0, 100, epoch, begin))[1]

    def compiled() -> Callable[[], Any]:
        trained = jax.jit(jax.vmap(train))

        def job() -> Any:
            generators = [np.random.default_rng(seed) for seed in range(seeds)]
            draws = [(rng.normal(size=(2, 8)), rng.normal(size=(8, 1))) for rng in generators]
            return np.asarray(trained(*(np.stack(arrays) for arrays in zip(*draws, strict=True))))

        return job

    sources = sources_of(spec_of(choose(["xor"])), range(seeds))
    warm = compiled()
    found = warm().round(2)
    texts = [run.stdout for run in run_together(sources)]
    same = sum(f"{array}\n" == text for array, text in zip(found, texts, strict=True))
    jobs = {
        "together": partial(run_together, sources),
        "warm": warm,
        "cold": lambda: compiled()(),
    }
    taken = interleaved(jobs, rounds)
    median = {name: statistics.median(seconds) for name, seconds in taken.items()}
    print(
        f"xor full, {seeds:,} seeds: side by side {median['together']:.2f} s, jax.vmap warm "
        f"{median['warm']:.2f} s, with compiling {median['cold']:.2f} s; side by side / warm "
        f"{ratio(taken['together'], taken['warm'])}; {same:,} print the same"
    )


if __name__ == "__main__":
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    if find_spec("jax"):
        against_jax(rounds)
    else:
        print("jax is not installed: without that comparison")
    against_the_loop(rounds)
