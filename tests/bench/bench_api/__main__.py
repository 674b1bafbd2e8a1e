"""`make bench-api`: how fast and how evenly events come in, against the limits.

Parts: single lag batches memory, in this order whatever the order they are named in; all of them
when none is named. What batches leave to be scored would keep a drain busy while others measure.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing

from tests.bench.bench_api.batches import bench_batches
from tests.bench.bench_api.hearth import hearth
from tests.bench.bench_api.lag import bench_lag
from tests.bench.bench_api.memory import bench_memory
from tests.bench.bench_api.populate import populate, score_everyone
from tests.bench.bench_api.single import bench_single
from tests.live import Hearth, connected

PARTS = ("single", "lag", "batches", "memory")
SCORED = {"single", "lag"}
"""Parts that run workers: whoever was never scored would be while they measure something else."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the parts asked for."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if unknown := set(given.parts).difference(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: it is {', '.join(PARTS)}")
    with hearth() as one:
        with closing(connected(one.database)) as connection:
            populate(connection, customers=given.customers, past=given.past)
        print(
            f"{given.customers:,} customers with {given.past:,} touchpoints are there", flush=True
        )
        parts = sorted(given.parts or PARTS, key=PARTS.index)
        if SCORED.intersection(parts):
            score_everyone(one)
            print("all of them are scored", flush=True)
        for part in parts:
            _measure(part, one, given)
    return 0


def _measure(part: str, one: Hearth, given: argparse.Namespace) -> None:
    if part == "batches":
        bench_batches(
            one,
            customers=given.customers,
            batches=given.batches,
            rounds=given.rounds,
            in_flight=given.in_flight,
        )
    elif part == "single":
        bench_single(one, customers=given.customers, seconds=given.seconds)
    elif part == "lag":
        bench_lag(one, customers=given.customers, seconds=given.seconds)
    else:
        bench_memory(one, customers=given.customers, requests=given.requests)


def _parser() -> argparse.ArgumentParser:
    """Say what may be asked."""
    parser = argparse.ArgumentParser(prog="make bench-api", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default"
    )
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--past", type=int, default=3_000_000, help="touchpoints there before")
    parser.add_argument("--batches", type=int, default=60, help="batches in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--in-flight", type=int, default=3, help="batches under way at once")
    parser.add_argument("--seconds", type=int, default=30, help="of single events, and of the lag")
    parser.add_argument("--requests", type=int, default=900, help="of the day's stream")
    return parser


if __name__ == "__main__":
    sys.exit(main())
