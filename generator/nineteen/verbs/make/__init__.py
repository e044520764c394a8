"""The main command: makes a script and reports on it."""
