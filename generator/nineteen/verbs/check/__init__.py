"""`check`: finds scripts in Python files, pages and notebooks; runs, judges and repairs them."""
