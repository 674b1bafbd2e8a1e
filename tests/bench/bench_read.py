"""Bench reading every score of a million states against a plain numpy pass over them.

`python -m tests.bench.bench_read [CUSTOMERS]`.
"""

import sys

import numpy as np

from insights.scoring import Policy, fold, population, read
from tests.bench.bench_fold import best_seconds, peak_gb
from tests.bench.made_up import KINDS, made_up_events


def main() -> None:
    """Print both times, their ratio and the memory."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    policy = Policy()
    few = fold(made_up_events(min(customers, 50_000), 20), KINDS, policy).states
    states = np.resize(few, (customers, few.shape[1]))
    rhythm = population(few, policy)
    before = peak_gb()
    plain = best_seconds(lambda: np.exp(-np.abs(states.sum(axis=1))))
    taken = best_seconds(lambda: read(states, 19_100.0, policy, rhythm))
    gathered = best_seconds(lambda: population(states, policy))
    print(f"{customers:,} states of {states.shape[1]} numbers")
    print(f"numpy pass  {plain:7.2f} s")
    print(f"read        {taken:7.2f} s   {taken / plain:.1f} times numpy's")
    print(f"population  {gathered:7.2f} s   {gathered / plain:.1f} times numpy's")
    print(f"peak memory {before:.2f} GB before reading, {peak_gb():.2f} GB after")


if __name__ == "__main__":
    main()
