"""Bench the fold against a plain numpy sum over the same arrays.

`python -m tests.bench.bench_fold [CUSTOMERS]`: by default 20 touchpoints for each of a million.
"""

import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from insights.scoring import Events, Policy, fold
from insights.scoring.columns import COLUMNS
from tests.bench.made_up import KINDS, made_up_events

EACH = 20
RUNS = 3


def best_seconds(action: Callable[[], object]) -> float:
    """Take the best processor time of a few runs; everything here runs on one core."""
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        action()
        seconds.append(time.process_time() - start)
    return min(seconds)


def plain_sums(events: Events) -> float:
    """Sum every column for each customer, as numpy does it."""
    starts = events.offsets[:-1]
    return sum(float(np.add.reduceat(getattr(events, name), starts)[0]) for name in COLUMNS)


def peak_gb() -> float:
    """Say the most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def main() -> None:
    """Print both times, their ratio and the memory."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    fold(made_up_events(10, EACH), KINDS, Policy())
    events = made_up_events(customers, EACH)
    before = peak_gb()
    plain = best_seconds(lambda: plain_sums(events))
    folded = best_seconds(lambda: fold(events, KINDS, Policy()))
    print(f"{len(events):,} touchpoints of {customers:,} customers")
    print(f"numpy sums  {plain:7.2f} s")
    print(f"fold        {folded:7.2f} s   {folded / plain:.1f} times numpy's")
    print(f"peak memory {before:.2f} GB before folding, {peak_gb():.2f} GB after")


if __name__ == "__main__":
    main()
