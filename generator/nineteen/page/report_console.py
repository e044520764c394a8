"""The console on which a verb reports: its reader may leave before the end."""

import os
import sys

from rich.console import Console


class ReportConsole(Console):
    """A console for standard output; where that is a closed pipe, the rest is left out.

    rich itself would leave with exit code 1 then, whatever the command found.
    """

    def on_broken_pipe(self) -> None:
        """Print nothing more; what is still in a buffer goes nowhere."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
