"""Whatever is killed, every acknowledged touchpoint is there once, and scored."""

import base64
import contextlib
import gzip
import http.client
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from config.embedded.processes import working_in
from tests.config.test_launch import Hearth, wait_for

CUSTOMERS = 40
BATCHES = 40
PATIENCE_SECONDS = 120
BETWEEN_BLOWS_SECONDS = (1.0, 4.0)
JSON = "application/json"


@pytest.fixture
def hearth() -> Iterator[Hearth]:
    home = Path(tempfile.mkdtemp(prefix="hearth-test-crash-"))
    home.chmod(0o755)
    one = Hearth(home)
    with one.running():
        yield one
    shutil.rmtree(home, ignore_errors=True)


def new_key(hearth: Hearth) -> str:
    scopes = ["--scope", "touchpoints:write", "--scope", "customers:write"]
    said = hearth.command("exec", "--", sys.executable, "manage.py", "create_key", "load", *scopes)
    return re.search(r"hearth_[\w-]{20,}", said).group()


@dataclass(frozen=True)
class Event:
    """One thing that happened, as any door may be told of it."""

    external_id: str
    customer: str
    occurred_at: str

    def touchpoint(self) -> dict[str, object]:
        """Return it as the API of touchpoints has it."""
        return {
            "type": "call.phone",
            "customer": {"foreign_id": self.customer},
            "occurred_at": self.occurred_at,
            "external_id": self.external_id,
        }

    def call(self) -> dict[str, object]:
        """Return it as an SDK of Segment has it."""
        return {
            "type": "track",
            "event": "Order Completed",
            "userId": self.customer,
            "timestamp": self.occurred_at,
            "messageId": self.external_id,
        }


@dataclass(frozen=True)
class Door:
    """One way in: where it is and how events are written for it."""

    name: str
    path: str
    size: int
    write: Callable[[list[Event]], bytes]
    headers: Mapping[str, str]

    def request(self, hearth: Hearth, key: str, events: list[Event]) -> urllib.request.Request:
        """Return a request with these events."""
        basic = base64.b64encode(f"{key}:".encode()).decode()
        signed = f"Basic {basic}" if self.name == "segment" else f"Bearer {key}"
        return urllib.request.Request(
            f"http://127.0.0.1:{hearth.port}{self.path}",
            data=self.write(events),
            headers={
                **self.headers,
                "Authorization": signed,
                "Idempotency-Key": events[0].external_id,
            },
        )


def as_array(events: list[Event]) -> bytes:
    return json.dumps([event.touchpoint() for event in events]).encode()


def as_squeezed_lines(events: list[Event]) -> bytes:
    lines = "".join(json.dumps(event.touchpoint()) + "\n" for event in events)
    return gzip.compress(lines.encode())


def as_one(events: list[Event]) -> bytes:
    (event,) = events
    return json.dumps(event.touchpoint()).encode()


def as_calls(events: list[Event]) -> bytes:
    return gzip.compress(json.dumps({"batch": [event.call() for event in events]}).encode())


BATCH = "/api/v1/touchpoints/batch/"
SQUEEZED = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
DOORS = (
    Door("array", BATCH, 50, as_array, {"Content-Type": JSON}),
    Door("lines", BATCH, 400, as_squeezed_lines, SQUEEZED),
    Door("one", "/api/v1/touchpoints/", 1, as_one, {"Content-Type": JSON}),
    # Some SDKs declare their JSON as a form.
    Door(
        "segment",
        "/v1/batch",
        20,
        as_calls,
        {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"},
    ),
)


@dataclass
class Sender(threading.Thread):
    """A client of one door; now and then it gives up where no answer came, or sends twice."""

    hearth: Hearth
    key: str
    door: Door
    chance: random.Random
    sent: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        super().__init__()

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        """Send everything, and remember what was acknowledged."""
        now = datetime.now(UTC)
        try:
            for number in range(BATCHES):
                self._send([self._event(number, item, now) for item in range(self.door.size)])
                time.sleep(0.2)
        except BaseException as error:
            self.failure = error

    def _event(self, number: int, item: int, now: datetime) -> Event:
        hours = number * self.door.size + item
        return Event(
            f"{self.door.name}-{number}-{item}",
            f"C-{(number + item) % CUSTOMERS}",
            (now - timedelta(hours=hours % 10_000)).isoformat(),
        )

    def _send(self, events: list[Event]) -> None:
        ids = [event.external_id for event in events]
        self.sent += ids
        request = self.door.request(self.hearth, self.key, events)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if is_acknowledged(request, len(events)):
                self.acknowledged += ids
                if self.chance.random() < 0.1:
                    is_acknowledged(request, len(events))
                return
            if self.chance.random() < 0.1:
                return
            time.sleep(0.3)
        raise AssertionError(f"{self.door.name}: no answer in time")


def is_acknowledged(request: urllib.request.Request, size: int) -> bool:
    """Send a request; say whether it was taken. Only silence and 5xx are no answer."""
    status, said = answer_to(request)
    # Another attempt of ours with the same Idempotency-Key may still be under way.
    if status == 0 or status == 409 or status >= 500:
        return False
    results = said.get("results", [said] if "status" in said else [])
    assert {result["status"] for result in results} <= {"recorded", "known"}, said
    assert len(results) == size or said == {"success": True}, said
    return True


def answer_to(request: urllib.request.Request) -> tuple[int, dict[str, Any]]:
    """Return the status of an answer and what it says; 0 when none came."""
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {"said": error.read().decode(errors="replace")}
    except (OSError, ValueError, http.client.HTTPException):
        return 0, {}


def kill(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def running(hearth: Hearth, word: str) -> list[int]:
    """Return Hearth's processes with a word in their command line."""
    commands = {}
    for pid in hearth.children():
        with contextlib.suppress(OSError):
            commands[pid] = Path(f"/proc/{pid}/cmdline").read_text()
    return [pid for pid, command in commands.items() if word in command]


def blows_to(hearth: Hearth, chance: random.Random) -> list[Callable[[], list[int]]]:
    """Return what is killed, in an order by chance."""

    def database() -> list[int]:
        return working_in(hearth.home / "servers" / "postgres")

    def queue() -> list[int]:
        return working_in(hearth.home / "servers" / "redis")

    def web() -> list[int]:
        return running(hearth, "gunicorn")

    def one_web_worker() -> list[int]:
        return web()[-1:]

    def drain() -> list[int]:
        return running(hearth, "drain@")

    def worker() -> list[int]:
        return running(hearth, "worker@")

    blows = [database, database, queue, web, one_web_worker, drain, drain, worker]
    blows.append(hearth.processes)
    chance.shuffle(blows)
    return blows


WRONGLY_SCORED = """
    SELECT count(*) FROM (
        SELECT customer_id, count(DISTINCT (occurred_at AT TIME ZONE 'UTC')::date) AS days
        FROM interactions_touchpoint GROUP BY 1
    ) AS truth FULL JOIN insights_reading AS reading USING (customer_id)
    WHERE reading.active_days IS DISTINCT FROM truth.days
"""
WAITING = """
    SELECT (SELECT count(*) FROM interactions_touchpointchange)
         + (SELECT count(*) FROM interactions_intake)
         + (SELECT count(*) FROM interactions_receivedevent WHERE status = 0)
"""


def test_acknowledged_touchpoints_survive_kill_9_of_everything(hearth):
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    key = new_key(hearth)
    senders = [
        Sender(hearth, key, door, random.Random(seed + number)) for number, door in enumerate(DOORS)
    ]
    for sender in senders:
        sender.start()
    for blow in blows_to(hearth, chance):
        time.sleep(chance.uniform(*BETWEEN_BLOWS_SECONDS))
        kill(wait_for(blow, 60))
    for sender in senders:
        sender.join(PATIENCE_SECONDS + 60)
        assert sender.failure is None
        assert not sender.is_alive()
        assert len(sender.acknowledged) > len(sender.sent) / 2, "the blows hid what is tested"
    wait_for(hearth.is_healthy, 90)

    environment = json.loads((hearth.home / "state.json").read_text())["environment"]
    with contextlib.closing(psycopg2.connect(environment["DATABASE_URL"])) as connection:
        connection.autocommit = True
        cursor = connection.cursor()

        def number(query: str) -> int:
            cursor.execute(query)
            return int(cursor.fetchone()[0])

        wait_for(lambda: number(WAITING) == 0, 90)
        cursor.execute("SELECT external_id FROM interactions_touchpoint")
        stored = [external_id for (external_id,) in cursor]
        assert len(stored) == len(set(stored))
        for sender in senders:
            assert set(sender.acknowledged) <= set(stored)
        assert set(stored) <= {external_id for sender in senders for external_id in sender.sent}
        # Four times: by team and of all of them, by segment and of any.
        for whose in ("team_id = -1", "team_id > -1"):
            for which in ("segment_id = -1", "segment_id > -1"):
                counted = f"SELECT sum(count) FROM insights_monthlytouchpoints WHERE {whose}"
                assert number(f"{counted} AND {which}") == len(stored)
        assert number("SELECT count(*) FROM relationships_customer") == CUSTOMERS
        assert number(WRONGLY_SCORED) == 0
