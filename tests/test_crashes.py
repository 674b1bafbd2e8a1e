"""Whatever is killed, every acknowledged touchpoint is there once, and scored."""

import contextlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

from config.embedded.processes import working_in
from tests.config.test_launch import Hearth, wait_for

BATCHES = 60
BATCH = 50
CUSTOMERS = 40
PATIENCE_SECONDS = 120


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


def batch(number: int, now: datetime) -> list[dict[str, object]]:
    return [
        {
            "type": "call.phone",
            "customer": {"foreign_id": f"C-{(number + item) % CUSTOMERS}"},
            "occurred_at": (now - timedelta(hours=number * BATCH + item)).isoformat(),
            "external_id": f"e-{number}-{item}",
        }
        for item in range(BATCH)
    ]


def post_until_acknowledged(hearth: Hearth, key: str, items: list[dict[str, object]]) -> None:
    """Send a batch again and again, as a client does that got no answer."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{hearth.port}/api/v1/touchpoints/batch/",
        data=json.dumps(items).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                results = json.load(answer)["results"]
            assert {result["status"] for result in results} <= {"recorded", "known"}, results
            return
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise AssertionError(error.read().decode()) from error
        except OSError:
            time.sleep(0.3)
    raise AssertionError("no answer in time")


def send_all(hearth: Hearth, key: str, failures: list[BaseException]) -> None:
    now = datetime.now(UTC)
    try:
        for number in range(BATCHES):
            post_until_acknowledged(hearth, key, batch(number, now))
            time.sleep(0.2)
    except BaseException as error:
        failures.append(error)


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


def test_acknowledged_touchpoints_survive_kill_9_of_everything(hearth):
    key = new_key(hearth)
    failures: list[BaseException] = []
    sending = threading.Thread(target=send_all, args=(hearth, key, failures))
    sending.start()
    blows: list[Callable[[], list[int]]] = [
        lambda: running(hearth, "drain@"),
        lambda: working_in(hearth.home / "servers" / "postgres"),
        lambda: running(hearth, "gunicorn"),
        lambda: working_in(hearth.home / "servers" / "redis"),
        lambda: running(hearth, "drain@"),
        hearth.processes,
    ]
    for blow in blows:
        time.sleep(3)
        kill(wait_for(blow, 60))
    sending.join(PATIENCE_SECONDS + 60)
    assert not failures
    wait_for(hearth.is_healthy, 90)

    environment = json.loads((hearth.home / "state.json").read_text())["environment"]
    with contextlib.closing(psycopg2.connect(environment["DATABASE_URL"])) as connection:
        connection.autocommit = True
        cursor = connection.cursor()

        def number(query: str) -> int:
            cursor.execute(query)
            return int(cursor.fetchone()[0])

        wait_for(lambda: number("SELECT count(*) FROM interactions_touchpointchange") == 0, 60)
        sent = BATCHES * BATCH
        assert number("SELECT count(*) FROM interactions_touchpoint") == sent
        assert number("SELECT count(DISTINCT external_id) FROM interactions_touchpoint") == sent
        assert number("SELECT sum(count) FROM insights_monthlytouchpoints") == sent
        assert number("SELECT count(*) FROM relationships_customer") == CUSTOMERS
        wrongly_scored = """
            SELECT count(*) FROM (
                SELECT customer_id, count(DISTINCT (occurred_at AT TIME ZONE 'UTC')::date) AS days
                FROM interactions_touchpoint GROUP BY 1
            ) AS truth FULL JOIN insights_reading AS reading USING (customer_id)
            WHERE reading.active_days IS DISTINCT FROM truth.days
        """
        assert number(wrongly_scored) == 0
