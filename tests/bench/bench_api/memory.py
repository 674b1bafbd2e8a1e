"""A day's stream, and whether the memory of the web worker stays flat over it."""

import msgspec

from tests.bench.bench_api.batches import PATH, check
from tests.bench.bench_api.events import Events
from tests.bench.bench_api.load import all_at_once, post
from tests.live import Hearth

SIZE = 5_000
IN_FLIGHT = 3
STAMP = b"s300-"
WARM_REQUESTS = 12
PARTS = 4
LIMIT_SHARE = 1.10


def bench_memory(hearth: Hearth, *, customers: int, requests: int) -> None:
    """Print what the worker holds after warming up, and after each quarter of the stream."""
    body = msgspec.json.encode(Events(customers, seed=300).batch(SIZE))
    sent = 0
    held: list[float] = []
    with hearth.running() as web:
        for number in [WARM_REQUESTS, *[requests // PARTS] * PARTS]:
            # The same events under new external ids: making others would take longer than sending.
            while number > 0:
                few = min(number, WARM_REQUESTS)
                bodies = [body.replace(STAMP, b"r%06d-" % (sent + one)) for one in range(few)]
                posts = [post(PATH, hearth.key, one) for one in bodies]
                for answer in all_at_once(web.port, posts, in_flight=IN_FLIGHT):
                    check(answer, SIZE)
                sent, number = sent + few, number - few
            held.append(web.resident_bytes() / 1024**2)
    growth = held[-1] / held[1]
    print(f"\nMemory of one worker process over {sent * SIZE:,} events in batches of {SIZE:,}")
    print(
        f"after {WARM_REQUESTS} requests {held[0]:.0f} MB, then by quarters "
        + ", ".join(f"{each:.0f}" for each in held[1:])
        + f" MB; last to first quarter {growth:.2f} (flat to {LIMIT_SHARE}: "
        f"{'held' if growth <= LIMIT_SHARE else 'MISSED'})",
        flush=True,
    )
