"""What the machine takes at the least, whatever Hearth does: a disk, a commit, a web server.

All at the rate of single events, from as many connections, each from when it was due. Whatever is
measured beside them can hardly be quicker, and what they vary by is not Hearth's.
"""

import itertools
import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
from psycopg2 import extensions

from tests.bench.bench_api.load import on_schedule, post
from tests.live import Hearth, connected

NOTHING = "tests.bench.bench_api.nothing"
PAGE = b"x" * 8192
PAGES = 2_000


def bench_floor(
    hearth: Hearth, path: str, *, a_second: int, connections: int, web_workers: int, seconds: int
) -> None:
    """Print the latencies of each."""
    number = a_second * seconds
    print(f"\nThe machine itself, {a_second} a second for {seconds} s, in ms")
    with closing(_File(hearth.home)) as file:
        took = _each_when_due([file.write] * connections, number, a_second)
        _print("8 KiB written through to the disk", took)
    with ExitStack() as stack:
        clients = [
            stack.enter_context(closing(connected(hearth.database))) for _ in range(connections)
        ]
        with clients[0].cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS bench_floor (number int)")
        took = _each_when_due([_inserting(client) for client in clients], number, a_second)
        _print("one row of one number committed", took)
    with hearth.running(web_workers=web_workers, application=NOTHING) as web:
        requests = [post(path, hearth.key, b"{}")] * number
        answers = on_schedule(web.port, requests, a_second=a_second, connections=connections)
    _print("a request that does nothing", [one.done_at - one.due_at for one in answers])


class _File:
    """A file as large as a segment of PostgreSQL's log, which is written again and again."""

    def __init__(self, home: Path) -> None:
        self._path = home / "floor"
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT)
        os.write(self._file, PAGE * PAGES)
        os.fsync(self._file)
        self._numbers = itertools.count()

    def write(self) -> None:
        os.pwrite(self._file, PAGE, next(self._numbers) % PAGES * len(PAGE))
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)
        self._path.unlink()


def _inserting(client: extensions.connection) -> Callable[[], None]:
    def insert() -> None:
        with client.cursor() as cursor:
            cursor.execute("INSERT INTO bench_floor VALUES (1)")

    return insert


def _each_when_due(
    calls: Sequence[Callable[[], None]], number: int, a_second: float
) -> list[float]:
    """Make so many calls, each in turn when it is due; return the seconds from then on."""
    numbers, took, began = itertools.count(), list[float](), time.perf_counter()

    def work(call: Callable[[], None]) -> None:
        while (one := next(numbers)) < number:
            due_at = began + one / a_second
            time.sleep(max(due_at - time.perf_counter(), 0.0))
            call()
            took.append(time.perf_counter() - due_at)

    threads = [threading.Thread(target=work, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def _print(what: str, took: Sequence[float]) -> None:
    p50, p99, most = np.percentile(np.array(took) * 1000, [50, 99, 100])
    print(f"{what:35} p50 {p50:5.1f}, p99 {p99:6.1f}, max {most:6.1f}", flush=True)
