"""Batches of 1,000: events acknowledged and durable a second, against raw COPY of the same rows."""

import io
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from psycopg2 import extensions

from tests.bench.bench_api.events import Events
from tests.bench.bench_api.load import Answer, all_at_once, post
from tests.bench.bench_api.machine import Busy
from tests.bench.bench_api.populate import settle
from tests.live import Hearth, Web, connected

PATH = "/api/v1/touchpoints/batch/"
SIZE = 1_000
LIMIT, AIM = 0.75, 0.85
WARM_BATCHES = 900
"""Until the customers of a day's stream were nearly all heard of."""
COPIES = ("copied", "copied_at_once")
# All that a writer gives; the id and the moment of recording are the table's own.
_COLUMNS = """
    SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = 'interactions_touchpoint'::regclass AND attnum > 0 AND NOT attisdropped
      AND attname NOT IN ('id', 'recorded_at')
"""


@dataclass(frozen=True)
class Round:
    """Events a second of one round: through the API, and by COPY in two ways.

    Seconds are of processor time for a batch: of the web server and of PostgreSQL behind it, and of
    PostgreSQL for COPY alone.
    """

    api: float
    copied: float
    copied_at_once: float
    web_seconds: float
    server_seconds: float
    copy_seconds: float
    shares: str

    @property
    def ratio(self) -> float:
        """How much of raw COPY the API reaches."""
        return self.api / self.copied


@dataclass(frozen=True)
class Setting:
    """Under what conditions batches are sent."""

    name: str
    new_share: float
    processes: tuple[str, ...]


SETTINGS = (
    Setting("known customers", 0.0, ()),
    Setting("1 % new customers", 0.01, ()),
    Setting("known customers, drain running", 0.0, ("drain", "beat")),
)


def bench_batches(
    hearth: Hearth, *, customers: int, batches: int, rounds: int, in_flight: int
) -> None:
    """Print the rates of each setting, round by round, and the median ratio."""
    make_copies(hearth)
    for number, setting in enumerate(SETTINGS):
        events = Events(customers, seed=number + 1, new_share=setting.new_share)
        with hearth.running(*setting.processes) as web, Rivals(hearth) as rivals:
            for _ in range(WARM_BATCHES // batches):
                send(web, hearth.key, list(events.bodies(batches, SIZE)), in_flight)
            rivals.skip()
            results = []
            for _ in range(rounds + 1):
                bodies = list(events.bodies(batches, SIZE))
                results.append(one_round(hearth, web, rivals, bodies, in_flight))
        # In the first one COPY meets pages that nobody wrote to since they were settled, and each
        # is then logged as a whole; the API has done so while it warmed up.
        _print(setting, results[1:], in_flight)


def make_copies(hearth: Hearth) -> None:
    """Make the databases that COPY writes to, equal in content to Hearth's own."""
    place = hearth.database.rpartition("/")[0]
    with closing(connected(f"{place}/postgres")) as connection, connection.cursor() as cursor:
        for name in COPIES:
            cursor.execute(f"DROP DATABASE IF EXISTS {name}")
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE hearth")
        settle(connection)


class Rivals:
    """Raw COPY on one connection, of the rows that the API just stored."""

    def __init__(self, hearth: Hearth) -> None:
        place = hearth.database.rpartition("/")[0]
        self._stack = ExitStack()
        self._own, self._copied, self._at_once = (
            self._stack.enter_context(closing(connected(f"{place}/{name}")))
            for name in ("hearth", *COPIES)
        )
        self._columns = str(_value(self._own, _COLUMNS))
        self.skip()

    def __enter__(self) -> "Rivals":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def skip(self) -> None:
        """Leave out what is stored so far."""
        self._last = _value(self._own, "SELECT coalesce(max(id), 0) FROM interactions_touchpoint")

    def rows(self) -> list[bytes]:
        """Return the rows stored since the last time, as COPY takes them."""
        stored = io.BytesIO()
        with self._own.cursor() as cursor:
            cursor.copy_expert(
                f"COPY (SELECT {self._columns} FROM interactions_touchpoint"
                f" WHERE id > {self._last} ORDER BY id) TO STDOUT",
                stored,
            )
        self.skip()
        return stored.getvalue().splitlines(keepends=True)

    def copy(self, rows: Sequence[bytes]) -> float:
        """Return the seconds of COPY in transactions of as many rows as a batch has."""
        parts = [b"".join(rows[start : start + SIZE]) for start in range(0, len(rows), SIZE)]
        return self._seconds(self._copied, parts)

    def copy_at_once(self, rows: Sequence[bytes]) -> float:
        """Return the seconds of one long COPY."""
        return self._seconds(self._at_once, [b"".join(rows)])

    def _seconds(self, connection: extensions.connection, parts: Sequence[bytes]) -> float:
        command = f"COPY interactions_touchpoint ({self._columns}) FROM STDIN"
        with connection.cursor() as cursor:
            start = time.perf_counter()
            for part in parts:
                cursor.copy_expert(command, io.BytesIO(part))
            return time.perf_counter() - start


def send(web: Web, key: str, bodies: Sequence[bytes], in_flight: int) -> list[Answer]:
    """Send batches and see to it that every event of theirs was recorded."""
    requests = [post(PATH, key, body) for body in bodies]
    answers = all_at_once(web.port, requests, in_flight=in_flight)
    for answer in answers:
        check(answer, SIZE)
    return answers


def check(answer: Answer, size: int) -> None:
    """Raise unless all events of a batch were recorded."""
    if answer.status != 200 or answer.body.count(b'"status":"recorded"') != size:
        raise RuntimeError(f"{answer.status}: {answer.body[:2000].decode()}")


def one_round(
    hearth: Hearth, web: Web, rivals: Rivals, bodies: Sequence[bytes], in_flight: int
) -> Round:
    """Send batches, then COPY the rows they became."""
    web_seconds, before = web.busy_seconds(), Busy.now(hearth.home)
    answers = send(web, hearth.key, bodies, in_flight)
    seconds = max(one.done_at for one in answers) - min(one.sent_at for one in answers)
    web_seconds, busy = web.busy_seconds() - web_seconds, Busy.now(hearth.home).since(before)
    rows = rivals.rows()
    if len(rows) != len(bodies) * SIZE:
        raise RuntimeError(f"{len(bodies) * SIZE} events were acknowledged, {len(rows)} are there")
    before = Busy.now(hearth.home)
    copied = len(rows) / rivals.copy(rows)
    copying = Busy.now(hearth.home).since(before)
    return Round(
        len(rows) / seconds,
        copied,
        len(rows) / rivals.copy_at_once(rows),
        web_seconds / len(bodies),
        busy.server / len(bodies),
        copying.server / len(bodies),
        busy.shares(seconds),
    )


def _print(setting: Setting, results: Sequence[Round], in_flight: int) -> None:
    print(f"\nBatches of {SIZE:,}, {in_flight} in flight, one worker process; {setting.name}")
    print("   API     COPY by 1,000  one COPY   ratio   ms of processor a batch: web, server, COPY")
    for one in results:
        print(
            f"{one.api:8,.0f}/s {one.copied:9,.0f}/s {one.copied_at_once:9,.0f}/s   {one.ratio:.2f}"
            f"  {one.web_seconds * 1000:7.1f} {one.server_seconds * 1000:7.1f}"
            f" {one.copy_seconds * 1000:7.1f}   {one.shares}"
        )
    median = statistics.median(one.ratio for one in results)
    at_once = statistics.median(one.api / one.copied_at_once for one in results)
    work = statistics.median(
        (one.web_seconds + one.server_seconds) / one.copy_seconds for one in results
    )
    verdict = "held" if median >= LIMIT else "MISSED"
    print(
        f"median ratio {median:.2f} (limit {LIMIT}, aim {AIM}: {verdict});"
        f" of one long COPY {at_once:.2f}; {work:.1f} times the processor time of COPY, so that it"
        " needs more than the one core that COPY can use",
        flush=True,
    )


def _value(connection: extensions.connection, query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]
