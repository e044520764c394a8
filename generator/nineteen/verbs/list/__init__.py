"""`list`: the gates that have a name."""
