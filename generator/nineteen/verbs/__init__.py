"""What the program can do: one folder a verb, and each begins at command.py, with its `main`."""

from nineteen.script.templates import data

# Reserved names, and what each does in a line.
VERBS = {name: row["brief"] for name, row in data("options.toml").items() if "brief" in row}
