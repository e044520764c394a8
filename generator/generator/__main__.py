"""`python -m generator` where the package is installed and nothing else has that name."""

import sys

if __name__ == "__main__":  # a worker process imports it under another name
    if not sys.flags.safe_path:
        del sys.path[0]  # the folder it was started in
    from nineteen.cli import entry

    entry()
