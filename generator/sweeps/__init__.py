"""Sweeps over many seeds, functions, sizes and strategies, on one core or a cluster."""
