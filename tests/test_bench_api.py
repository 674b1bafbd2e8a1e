"""The bench of the API: its stream looks real, its clock leaves nothing out."""

import http.server
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import msgspec
import pytest

from interactions.catalogue import DEFAULT_TYPES
from relationships.api.decoding import array_items
from tests.bench.bench_api import machine
from tests.bench.bench_api.events import MIX, Events
from tests.bench.bench_api.lag import Look, lags
from tests.bench.bench_api.load import Answer, all_at_once, on_schedule, post
from tests.bench.bench_api.machine import Busy

PAUSE_SECONDS = 0.1


class Slow(http.server.BaseHTTPRequestHandler):
    """Answers each request after a pause, with what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Send back what was sent."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(PAUSE_SECONDS)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def slow_port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_stream_is_the_same_for_each_seed_and_every_event_another():
    one, other = (Events(50, seed=3).batch(500) for _ in range(2))

    assert len({event["external_id"] for event in one}) == 500
    assert {key for key, _, _ in MIX} <= {entry.key for entry in DEFAULT_TYPES}
    assert [event | {"occurred_at": ""} for event in one] == [
        event | {"occurred_at": ""} for event in other
    ]


def test_new_customers_come_at_their_share():
    events = Events(50, seed=4, new_share=0.2).batch(1_000)

    new = [event for event in events if "N-" in str(event["customer"])]
    assert 150 < len(new) < 250


def test_body_is_a_batch_as_the_api_reads_it():
    (body,) = Events(50, seed=5).bodies(1, 30)

    assert len(array_items(body, at_most=30, what="events")) == 30
    assert len(msgspec.json.decode(body)) == 30


def test_every_request_is_answered_once_and_by_its_own_answer(slow_port):
    requests = [post("/", "key", str(number).encode()) for number in range(6)]

    answers = all_at_once(slow_port, requests, in_flight=3)

    assert sorted((answer.number, answer.body) for answer in answers) == [
        (number, str(number).encode()) for number in range(6)
    ]


def test_waiting_for_a_free_connection_counts(slow_port):
    requests = [post("/", "key", b"1")] * 5

    answers = on_schedule(slow_port, requests, a_second=1_000, connections=1)

    last = max(answers, key=lambda answer: answer.number)
    assert last.done_at - last.due_at > 4 * PAUSE_SECONDS


def test_refused_connection_is_told():
    with pytest.raises(OSError, match="refused"):
        all_at_once(1, [post("/", "key", b"")], in_flight=2)


def test_lag_lasts_until_the_customer_waits_no_more():
    body = b'{"results": [{"customer_id": 7}, {"customer_id": 8}]}'
    answer = Answer(0, 0.0, 0.0, 1.0, 200, body)
    looks = [
        Look(0.9, frozenset()),
        Look(1.1, frozenset({7, 8})),
        Look(1.2, frozenset({7})),
        Look(1.3, frozenset()),
    ]

    assert lags([answer], looks).round(6).tolist() == [0.3, 0.2]


def test_what_a_child_takes_is_ours_and_the_machines(tmp_path):
    before = Busy.now(tmp_path)
    subprocess.run([sys.executable, "-c", "sum(range(20_000_000))"], check=True)

    taken = Busy.now(tmp_path).since(before)

    assert 0.05 < taken.ours <= taken.machine + 0.1
    assert taken.server == 0
    assert "cores busy" in taken.shares(1.0)


def test_bench_waits_until_nothing_goes_on_any_more(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "CALM_SECONDS", 1)
    busy = subprocess.Popen([sys.executable, "-c", "sum(range(60_000_000))"])

    machine.wait_until_idle(tmp_path)

    assert busy.poll() == 0


def test_bench_does_not_wait_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "PATIENCE_SECONDS", 1)
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        with pytest.raises(RuntimeError, match="never idle"):
            machine.wait_until_idle(tmp_path)
    finally:
        busy.kill()
        busy.wait()
