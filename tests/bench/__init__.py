"""Benches, run by hand: each prints its ratio to a plain numpy pass."""
