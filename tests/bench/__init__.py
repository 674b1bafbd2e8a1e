"""Benches, run by hand: each prints its ratio to what the machine could do at best."""
