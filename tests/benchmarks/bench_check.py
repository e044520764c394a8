"""What checking costs: python tests/benchmarks/bench_check.py [rounds] [folder]

All four checks over the whole catalogue, with one worker, with two, and by pytest, against running
its scripts one by one; turn by turn.
"""

import subprocess
import sys
from pathlib import Path

from spent import compared
from timing import command

ROOT = Path(__file__).parent.parent.parent


def main(rounds: int, folder: Path) -> None:
    scripts = sorted(folder.glob("*.py"))
    paths = [str(path) for path in scripts]  # not the lessons below the folder
    check = [sys.executable, "-m", "generator", "check", *paths]

    def one_by_one() -> None:
        for script in scripts:
            subprocess.run([sys.executable, "-I", str(script)], check=True, capture_output=True)

    jobs = {
        "runs one by one": one_by_one,
        "check, one worker": command([*check, "--workers", "1"], cwd=ROOT),
        "check, two workers": command([*check, "--workers", "2"], cwd=ROOT),
        "pytest": command([sys.executable, "-m", "pytest", "-q", *paths], cwd=ROOT),
    }
    print(f"{len(scripts)} scripts in {folder.name}")
    compared(jobs, rounds, "runs one by one")


if __name__ == "__main__":
    words = sys.argv[1:]
    main(int(words[0]) if words else 5, Path(words[1]) if len(words) > 1 else ROOT / "generated")
