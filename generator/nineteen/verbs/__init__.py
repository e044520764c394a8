"""What the program can do beside making a script: one folder a verb, each begins at command.py."""
