"""Single events at a steady rate: how long each takes, from the moment it was due.

Before them, in the same run, what the machine itself takes, and holds up now and then.
"""

import time

import msgspec
import numpy as np

from tests.bench.bench_api.events import Events
from tests.bench.bench_api.floor import bench_floor
from tests.bench.bench_api.load import Answer, on_schedule, post
from tests.bench.bench_api.machine import Busy, wait_until_idle
from tests.live import Hearth

PATH = "/api/v1/touchpoints/"
A_SECOND = 200
LIMIT_MS = 10.0
CONNECTIONS = 8
WEB_WORKERS = 2
CREATED = 201


def bench_single(hearth: Hearth, *, customers: int, seconds: int) -> None:
    """Print the latencies of the web server alone, and beside everything else of Hearth."""
    bench_floor(
        hearth,
        PATH,
        a_second=A_SECOND,
        connections=CONNECTIONS,
        web_workers=WEB_WORKERS,
        seconds=seconds,
    )
    for number, processes in enumerate(((), ("drain", "worker", "beat"))):
        events = Events(customers, seed=100 + number).batch(A_SECOND * (seconds + 3))
        requests = [post(PATH, hearth.key, msgspec.json.encode(event)) for event in events]
        with hearth.running(*processes, web_workers=WEB_WORKERS) as web:
            wait_until_idle(hearth.home)
            warm, measured = requests[: A_SECOND * 3], requests[A_SECOND * 3 :]
            on_schedule(web.port, warm, a_second=A_SECOND, connections=CONNECTIONS)
            web_busy, before, start = web.busy_seconds(), Busy.now(hearth.home), time.perf_counter()
            answers = on_schedule(web.port, measured, a_second=A_SECOND, connections=CONNECTIONS)
            took, busy = time.perf_counter() - start, Busy.now(hearth.home).since(before)
            web_busy = web.busy_seconds() - web_busy
        beside = "drain, worker and beat running" if processes else "the web server alone"
        print(f"\nSingle events, {A_SECOND} a second for {seconds} s; {beside}")
        print_latencies(answers)
        print(
            f"processor time of an event: web {web_busy / len(answers) * 1000:.1f} ms, PostgreSQL"
            f" {busy.server / len(answers) * 1000:.1f} ms; {busy.shares(took)}",
            flush=True,
        )


def print_latencies(answers: list[Answer]) -> None:
    """Print the percentiles and their ratio to the limit; raise when an event was not recorded."""
    for answer in answers:
        if answer.status != CREATED:
            raise RuntimeError(f"{answer.status}: {answer.body[:500].decode()}")
    took = np.array([answer.done_at - answer.due_at for answer in answers]) * 1000
    late = np.array([answer.sent_at - answer.due_at for answer in answers]) * 1000
    p50, p99, most = np.percentile(took, [50, 99, 100])
    print(
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, max {most:.1f} ms; p99 is {p99 / LIMIT_MS:.2f} of the"
        f" limit of {LIMIT_MS:.0f} ms ({'held' if p99 <= LIMIT_MS else 'MISSED'});"
        f" sent late by p99 {np.percentile(late, 99):.1f} ms"
    )
