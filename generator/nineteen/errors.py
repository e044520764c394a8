"""How a command is turned down: one clear line."""


class UsageError(ValueError):
    """Refused before training or writing; the text names the thing, the reason and the remedy.

    `option` is the option that it is about, such as "--lr"; "" where it is about none, or several.
    """

    def __init__(self, message: str, option: str = "") -> None:
        super().__init__(message)
        self.option = option
