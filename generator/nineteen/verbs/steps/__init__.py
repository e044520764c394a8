"""`steps`: one update of a script, line by line, with its numbers."""
