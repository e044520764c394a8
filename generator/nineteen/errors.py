"""The two ways in which a command can be turned down, each one clear line."""


class UsageError(ValueError):
    """Refused before training or writing; the text names the thing, the reason and the remedy."""
