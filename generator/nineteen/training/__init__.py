"""A script inside this process: run, observed, and held against the exact gradient."""
