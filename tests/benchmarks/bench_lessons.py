"""What a lesson costs beyond its script: python tests/benchmarks/bench_lessons.py [rounds]

Each command runs without and with --format, turn by turn. Printed is what the lesson adds, in
seconds of processor time, which a busy machine does not stretch: median and range. A lesson watches
its script a second time, so the scripts with the most updates cost most.
"""

import os
import statistics
import subprocess
import sys
import tempfile

COMMANDS = (
    ["xor", "--batch", "mini"],
    ["full_adder", "--batch", "sgd"],
    ["xor3", "--hidden", "8,4", "--activation", "tanh"],
    ["majority5", "--batch", "mini"],
    ["xor8", "--batch", "mini"],
    ["majority8", "--batch", "sgd"],
)
FORMATS = ("md", "ipynb", "html")


def processor_seconds(words: list[str], folder: str) -> float:
    """What a command and the processes under it use; raises where it fails."""
    before = os.times()
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    after = os.times()
    return (
        after.children_user - before.children_user + after.children_system - before.children_system
    )


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for words in COMMANDS:
            script = [sys.executable, "-m", "generator", *words, "--force"]
            more: dict[str, list[float]] = {name: [] for name in FORMATS}
            for _ in range(rounds):
                alone = processor_seconds(script, folder)
                for name in FORMATS:
                    lesson = [*script, "--format", name, "--math", "full"]
                    more[name].append(processor_seconds(lesson, folder) - alone)
            for name, seconds in more.items():
                spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
                print(f"{' '.join(words)}, {name}: {statistics.median(seconds):.2f} s ({spread})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
