"""Nineteen: verified teaching scripts for neural networks, each under 20 lines."""

__version__ = "0.1.0"
