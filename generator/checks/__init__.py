"""Checking scripts, in Python files, Markdown pages and notebooks: find, run, judge, repair."""
