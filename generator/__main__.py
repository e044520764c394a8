"""`python -m generator` in a checkout: the package lies beside this file, installed or not."""

import os
import sys

if __name__ == "__main__":  # a worker process imports it under another name
    if not sys.flags.safe_path:
        del sys.path[0]  # the folder it was started in
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from nineteen.cli import entry

    entry()
