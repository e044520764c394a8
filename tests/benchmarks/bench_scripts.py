"""What a script costs to run and to make: python tests/benchmarks/bench_scripts.py [rounds]

Prints the median over the two-input scripts of the catalogue of `python script.py` against
`python -c "import numpy"`, and of making xor_mini against importing numpy, jinja2 and black plus
one run of the script it makes. Everything is interleaved in one run.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from nineteen.script.choices import file_stem
from nineteen.verbs.catalogue.command import specs
from timing import command, interleaved, ratio

ROOT = Path(__file__).parent.parent.parent
PYTHON = sys.executable


def main(rounds: int) -> None:
    paths = [ROOT / "generated" / f"{file_stem(s)}.py" for s in specs() if s.table.inputs == 2]
    jobs = {path.name: command([PYTHON, str(path)]) for path in paths}
    seconds = interleaved({"numpy": command([PYTHON, "-c", "import numpy"]), **jobs}, rounds)
    numpy = seconds.pop("numpy")
    medians = {
        name: statistics.median(a / b for a, b in zip(taken, numpy, strict=True))
        for name, taken in seconds.items()
    }
    slowest = max(medians, key=lambda name: medians[name])
    middle = statistics.median(medians.values())
    print(f"run, {len(medians)} two-input scripts / import numpy: {middle:.2f}")
    print(f"  the slowest is {slowest}: {ratio(seconds[slowest], numpy)}")

    with tempfile.TemporaryDirectory() as folder:
        script = str(Path(folder, "xor_mini.py"))
        make = [PYTHON, "-m", "generator", "xor", "--batch", "mini", "-o", script]
        taken = interleaved(
            {
                "make": command(make, cwd=ROOT),
                "imports": command([PYTHON, "-c", "import numpy, jinja2, black"]),
                "run": command([PYTHON, script]),
            },
            max(rounds, 15),
        )
    parts = [a + b for a, b in zip(taken["imports"], taken["run"], strict=True)]
    print(f"make xor_mini / (import numpy, jinja2, black + one run): {ratio(taken['make'], parts)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
