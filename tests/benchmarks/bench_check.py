"""What checking costs: python tests/benchmarks/bench_check.py [rounds]

All four checks over the whole catalogue, with one worker and with two, against running its scripts
one by one; turn by turn. A catalogue in another folder can be named: bench_check.py 5 FOLDER.
"""

import subprocess
import sys
from pathlib import Path

from timing import command, interleaved, ratio

ROOT = Path(__file__).parent.parent.parent


def main(rounds: int, folder: Path) -> None:
    scripts = sorted(folder.glob("*.py"))
    check = [sys.executable, "-m", "generator", "check", str(folder)]

    def one_by_one() -> None:
        for script in scripts:
            subprocess.run([sys.executable, "-I", str(script)], check=True, capture_output=True)

    seconds = interleaved(
        {
            "one by one": one_by_one,
            "one worker": command([*check, "--workers", "1"], cwd=ROOT),
            "two workers": command([*check, "--workers", "2"], cwd=ROOT),
            "pytest": command([sys.executable, "-m", "pytest", "-q", str(folder)], cwd=ROOT),
        },
        rounds,
    )
    runs = seconds.pop("one by one")
    for name, taken in seconds.items():
        print(f"{len(scripts)} scripts checked, {name} / run one by one: {ratio(taken, runs)}")


if __name__ == "__main__":
    words = sys.argv[1:]
    main(int(words[0]) if words else 5, Path(words[1]) if len(words) > 1 else ROOT / "generated")
