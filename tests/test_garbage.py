"""Garbage over a real socket: never a 500, and the good ones beside it are kept."""

import contextlib
import json
import os
import re
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest

from tests.garbage import (
    ADDRESSES,
    BODIES,
    BOMB,
    HEADERS,
    VALUES,
    Garbage,
    raw_requests,
    squeezed,
)
from tests.live import SCOPES, Web, connected, migrated

ANSWER_SECONDS = 30
BATCH = "/api/v1/touchpoints/batch/"
DOORS = (
    ("POST", "/api/v1/touchpoints/"),
    ("POST", BATCH),
    ("PUT", "/api/v1/touchpoints/by-external-id/garbage/"),
    ("POST", "/api/v1/customers/batch/"),
    ("PATCH", "/api/v1/customers/by-identity/foreign/garbage/"),
    ("POST", "/v1/batch"),
    ("POST", "/v1/track"),
)
FIELDS = (
    "type", "customer", "occurred_at", "external_id", "direction", "contact_id", "person_id",
    "duration_minutes", "customers_in_room", "sentiment", "via", "text", "value", "severity",
    "opens", "due_at", "closes", "closes_loop",
)  # fmt: skip


@dataclass(frozen=True)
class Door:
    """A web server that garbage is sent to, and a key for it."""

    web: Web
    key: str
    log: Path
    database: str

    def exchange(self, request: bytes, *, is_cut: bool = False) -> tuple[int, bytes]:
        """Send bytes, perhaps ending there; return the status (0 for none) and all that came."""
        address = ("127.0.0.1", self.web.port)
        received = bytearray()
        with socket.create_connection(address, timeout=ANSWER_SECONDS) as connection:
            # Who refuses early need not listen to the end.
            with contextlib.suppress(ConnectionError):
                connection.sendall(request)
                if is_cut:
                    connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                while part := connection.recv(65_536):
                    received += part
        return (int(received[9:12]) if received.startswith(b"HTTP/") else 0), bytes(received)

    def send(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Send a request that is at least well-formed."""
        given = {
            "Host": "127.0.0.1",
            "Authorization": f"Bearer {self.key}",
            "Content-Length": str(len(body)),
            "Connection": "close",
        } | headers
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {given[name]}" for name in given)]
        return self.exchange("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def defects(self) -> list[str]:
        """Return what the web server logged of defects; who asks for another host is none."""
        lines = self.log.read_text().splitlines()
        found = [line for line in lines if re.search(r"\b(ERROR|CRITICAL)\b", line)]
        return [line for line in found if "django.security" not in line]


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    home = Path(tempfile.mkdtemp(prefix="hearth-test-garbage-"))
    name = f"garbage_{os.getpid()}"
    place = os.environ["DATABASE_URL"].rpartition("/")[0]
    with contextlib.closing(connected(f"{place}/postgres")) as server, server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        servers = {"DATABASE_URL": f"{place}/{name}", "REDIS_URL": os.environ["REDIS_URL"]}
        hearth = migrated(home, servers, source="garbage", scopes=(*SCOPES, "customers:read"))
        with hearth.running(web_workers=2) as web:
            yield Door(web, hearth.key, home / "web.log", servers["DATABASE_URL"])
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    shutil.rmtree(home)


class GoodOnes(threading.Thread):
    """Sends good touchpoints all the while."""

    def __init__(self, door: Door, name: str) -> None:
        super().__init__()
        self.door, self.batch_name, self.sent = door, name, 0
        self.wrong: list[object] = []
        self.slowest = 0.0
        self._is_over = threading.Event()

    def run(self) -> None:
        """Send one batch after the other."""
        while not self._is_over.is_set():
            items = [good(f"{self.batch_name}-{self.sent + number}") for number in range(3)]
            began = time.monotonic()
            try:
                status, answer = self.door.send(
                    "POST", BATCH, json.dumps(items).encode(), JSON_TYPE
                )
            except OSError as error:
                status, answer = 0, repr(error).encode()
            if status != 200 or answer.count(b'"status":"recorded"') != len(items):
                self.wrong.append(answer[:500])
            self.sent += len(items)
            self.slowest = max(self.slowest, time.monotonic() - began)
            time.sleep(0.05)

    def __enter__(self) -> "GoodOnes":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self.join()


JSON_TYPE = {"Content-Type": "application/json"}


def good(external_id: str) -> dict[str, object]:
    return {
        "type": "call.phone",
        "customer": {"foreign_id": "C-1"},
        "occurred_at": "2026-03-02T09:30:00Z",
        "external_id": external_id,
    }


@pytest.fixture
def good_ones(door, request) -> Iterator[GoodOnes]:
    """Good touchpoints beside the garbage; in the end every one of them is there once."""
    before = len(door.defects())
    with GoodOnes(door, request.node.name) as beside:
        yield beside
    assert not beside.wrong
    assert beside.slowest < ANSWER_SECONDS
    with contextlib.closing(psycopg2.connect(door.database)) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT count(*) FROM interactions_touchpoint WHERE starts_with(external_id, %s)",
            [f"{beside.batch_name}-"],
        )
        assert cursor.fetchone() == (beside.sent,)
    assert door.defects()[before:] == []


def assert_refused_well(answer: bytes, status: int, *, what: object) -> None:
    assert 200 <= status < 500, (what, answer[:500])
    if status >= 400:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"application/problem+json" in head, (what, head)
        assert json.loads(body)["detail"], what


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_garbage_as_a_body_is_refused_with_a_reason(door, good_ones, method, path):
    for garbage in BODIES:
        status, answer = door.send(method, path, garbage.body, garbage.headers)

        assert_refused_well(answer, status, what=garbage.name)


def test_garbage_in_any_field_costs_no_neighbour(door, good_ones):
    for field in FIELDS:
        items = [good(f"beside-{field}-{number}") for number in range(2 * len(VALUES) + 1)]
        for number, value in enumerate(VALUES):
            items[2 * number + 1][field] = value

        status, answer = door.send("POST", BATCH, json.dumps(items).encode(), JSON_TYPE)

        results = json.loads(answer.partition(b"\r\n\r\n")[2])["results"]
        assert status == 200
        assert {result["status"] for result in results[::2]} == {"recorded"}, field
        refused = [result for result in results[1::2] if result["status"] == "refused"]
        assert all(result["errors"] for result in refused)


def test_garbage_in_an_address_is_refused(door, good_ones):
    for path in ADDRESSES:
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"):
            status, answer = door.send(method, path, b"", {})

            assert 200 <= status < 500, (method, path, answer[:500])


def test_garbage_in_a_header_is_refused(door, good_ones):
    for headers in HEADERS:
        body = json.dumps([good("header")]).encode()

        status, answer = door.send("POST", BATCH, body, JSON_TYPE | headers)

        assert 200 <= status < 500, (headers, answer[:500])


def test_what_is_no_http_or_ends_too_early_records_nothing(door, good_ones):
    head = (
        f"POST {BATCH} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Authorization: Bearer {door.key}\r\nContent-Type: application/json\r\n"
    ).encode()
    for name, request in raw_requests(head):
        status, answer = door.exchange(request, is_cut=True)

        assert status == 0 or 400 <= status < 500, (name, answer[:500])
        assert b'"recorded"' not in answer, name


def test_a_bomb_takes_no_memory(door, good_ones):
    # A gibibyte in members: what a worker keeps for later requests of others is far below it.
    bomb = squeezed("a bomb of a gibibyte", BOMB * 5)
    door.web.forget_peak()
    before = door.web.peak_bytes()

    for _ in range(10):
        assert_bomb_is_refused(door, bomb)

    assert door.web.peak_bytes() - before < 512 * 1024**2


def assert_bomb_is_refused(door: Door, bomb: Garbage) -> None:
    status, answer = door.send("POST", BATCH, bomb.body, bomb.headers)
    assert status == 413, answer[:500]
