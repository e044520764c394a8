"""The terminal that every verb prints to."""

from rich.console import Console


class Terminal(Console):
    """Rich's console without its guesses at colours; a reader who leaves early is no error."""

    def __init__(self, *, stderr: bool = False, markup: bool = True, width: int | None = None):
        super().__init__(stderr=stderr, highlight=False, markup=markup, width=width)

    def on_broken_pipe(self) -> None:
        """Rich would end the program with 1; the command line ends it with 0."""
        raise BrokenPipeError
