"""From acknowledged to scored: how long an event waits at 1,000 a second."""

import threading
import time
from contextlib import closing
from dataclasses import dataclass

import msgspec
import numpy as np

from tests.bench.bench_api.batches import PATH, check
from tests.bench.bench_api.events import Events
from tests.bench.bench_api.load import Answer, on_schedule, post
from tests.bench.bench_api.machine import Busy, wait_until_idle
from tests.live import Hearth, connected

A_SECOND = 1_000
SIZE = 20
LIMIT_MS = 300.0
CONNECTIONS = 8
WARM_SECONDS = 5
LOOK_SECONDS = 0.02
"""Short beside the limit, and not so short that looking takes the processor from what is seen."""
PATIENCE_SECONDS = 60


_WAITING = """
    SELECT customer_id FROM interactions_touchpointchange
    UNION SELECT unnest(customer_ids) FROM interactions_intake
"""


class Result(msgspec.Struct):
    """What the API says of one event, as far as it matters here."""

    customer_id: int


class Results(msgspec.Struct):
    """What the API says of a batch."""

    results: list[Result]


@dataclass(frozen=True)
class Look:
    """Which customers had changes not yet scored, at the latest by this moment."""

    at: float
    waiting: frozenset[int]


class Watch(threading.Thread):
    """Looks again and again at the changes that no drain has committed yet."""

    def __init__(self, database: str) -> None:
        super().__init__()
        self._database = database
        self._is_over = threading.Event()
        self.looks: list[Look] = []

    def run(self) -> None:
        """Look until told that it is over."""
        with closing(connected(self._database)) as connection, connection.cursor() as cursor:
            while not self._is_over.is_set():
                cursor.execute(_WAITING)
                waiting = frozenset(pk for (pk,) in cursor)
                # Taken after the answer: the true moment was earlier, never later.
                self.looks.append(Look(time.perf_counter(), waiting))
                time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Wait until everything is scored, then stop looking."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (not self.looks or self.looks[-1].waiting) and time.monotonic() < deadline:
            time.sleep(0.1)
        self._is_over.set()
        self.join()


def bench_lag(hearth: Hearth, *, customers: int, seconds: int) -> None:
    """Print how long events wait for their score while everything of Hearth runs."""
    requests = _requests(hearth.key, customers, seconds + WARM_SECONDS)
    with hearth.running("drain", "worker", "beat", web_workers=2) as web:
        wait_until_idle(hearth.home)
        watch = Watch(hearth.database)
        watch.start()
        before, start = Busy.now(hearth.home), time.perf_counter()
        answers = on_schedule(web.port, requests, a_second=A_SECOND / SIZE, connections=CONNECTIONS)
        took, busy = time.perf_counter() - start, Busy.now(hearth.home).since(before)
        watch.stop()
    for answer in answers:
        check(answer, SIZE)
    measured = [one for one in answers if one.number >= WARM_SECONDS * A_SECOND // SIZE]
    print(f"\nAcknowledged to scored, {A_SECOND:,} events a second in batches of {SIZE}")
    _print(lags(measured, watch.looks), watch.looks)
    print(busy.shares(took), flush=True)


def _requests(key: str, customers: int, seconds: int) -> list[bytes]:
    """Make batches in which a customer does not come again for as long as possible."""
    events = Events(customers, seed=200)
    order = np.random.default_rng(200).permutation(customers)
    number = seconds * A_SECOND // SIZE
    return [
        post(
            PATH,
            key,
            msgspec.json.encode(
                events.batch(
                    SIZE, customers=order[np.arange(each * SIZE, each * SIZE + SIZE) % customers]
                )
            ),
        )
        for each in range(number)
    ]


def lags(answers: list[Answer], looks: list[Look]) -> np.ndarray:
    """Return the seconds from each event's acknowledgement until its customer is not waiting."""
    moments = np.array([look.at for look in looks])
    waits = []
    for answer in answers:
        first = int(np.searchsorted(moments, answer.done_at))
        for result in msgspec.json.decode(answer.body, type=Results).results:
            seen = first
            while result.customer_id in looks[seen].waiting:
                seen += 1
            waits.append(looks[seen].at - answer.done_at)
    return np.array(waits)


def _print(waits: np.ndarray, looks: list[Look]) -> None:
    p50, p99, most = np.percentile(waits, [50, 99, 100]) * 1000
    apart = np.percentile(np.diff([look.at for look in looks]), 50) * 1000
    print(
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {most:.0f} ms; p99 is {p99 / LIMIT_MS:.2f} of the"
        f" limit of {LIMIT_MS:.0f} ms ({'held' if p99 <= LIMIT_MS else 'MISSED'});"
        f" looked every {apart:.0f} ms",
        flush=True,
    )
