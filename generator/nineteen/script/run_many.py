"""What scripts print in processes of their own: a clean one for each, started once for many."""

import sys

from nineteen.script.run import Ending, run

MARK = "- - - the next script"

# NumPy is imported once; every script then gets a process forked from that clean state.
_FORKER = """\
import os, sys
import numpy
for source in {sources!r}:
    if os.fork() == 0:
        exec(compile(source, "script.py", "exec"), {{"__name__": "__main__"}})
        sys.stdout.flush()
        os._exit(0)
    os.wait()
    print({mark!r}, flush=True)
"""


def printed_in_isolation(sources: list[str], seconds: float = 60.0) -> list[str | None]:
    """What each script prints when it runs alone, in at most `seconds` for all of them.

    On Linux the processes are forked from one that has imported NumPy and nothing else, which
    costs a fiftieth of a fresh start; elsewhere, and for a single script, each is a fresh start.
    None stands for a script that did not finish. OSError as `run` raises it.
    """
    if len(sources) > 1 and sys.platform == "linux":
        whole = run(_FORKER.format(sources=sources, mark=MARK), seconds)
        printed = whole.stdout.split(f"{MARK}\n")[: len(sources)]
        if whole.ending is Ending.FINISHED and len(printed) == len(sources):
            return list(printed)
    runs = [run(source, seconds) for source in sources]
    return [each.stdout if each.ending is Ending.FINISHED else None for each in runs]
