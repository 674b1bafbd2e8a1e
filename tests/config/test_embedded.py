"""PostgreSQL and Redis of our own: kept data, crashes, and what is said when they cannot start."""

import shutil
import signal
import tempfile
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from config import embedded
from config.embedded import postgres, problems
from config.embedded.postgres import LONGEST_SOCKET_PATH, SOCKET_NAME, Postgres
from config.embedded.problems import CannotStartError
from config.embedded.processes import working_in


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    path = Path(tempfile.mkdtemp(prefix="hearth-test-home-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def redis_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave PostgreSQL out, which takes longer to make."""
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/none")
    return home


def ask(url: str, statement: str) -> object:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        answer = cursor.fetchone() if cursor.description else None
    connection.close()
    return answer


def test_data_is_kept_from_one_start_to_the_next(home):
    with embedded.running(home) as first:
        ask(first["DATABASE_URL"], "CREATE TABLE kept AS SELECT 42 AS answer")
        redis.Redis.from_url(first["REDIS_URL"]).set("kept", "yes")
    with embedded.running(home) as second:
        assert ask(second["DATABASE_URL"], "SELECT answer FROM kept") == (42,)
        assert ask(second["DATABASE_URL"], "SELECT lower('É')") == ("é",)
        assert redis.Redis.from_url(second["REDIS_URL"]).get("kept") == b"yes"
    assert not working_in(home / "servers" / "postgres")


def test_killed_servers_start_again_with_what_was_committed(home):
    servers = embedded.own_servers(home)
    killed = [embedded.launch(server, home / f"{server.name}.log") for server in servers]
    ask(servers[0].url, "CREATE TABLE kept AS SELECT 42 AS answer")
    for process in killed:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (servers[0].data / "postmaster.pid").exists()

    with embedded.running(home) as again:
        assert ask(again["DATABASE_URL"], "SELECT answer FROM kept") == (42,)


def test_running_servers_of_a_killed_supervisor_are_ended_first(home):
    servers = embedded.own_servers(home, is_durable=False)
    lost = [embedded.launch(server, home / f"{server.name}.log") for server in servers]

    assert embedded.clear(home)

    assert [process.wait(10) is not None for process in lost] == [True, True]
    assert not embedded.clear(home)


def test_unreadable_queue_is_set_aside(redis_home):
    with embedded.running(redis_home):
        pass
    for path in (redis_home / "servers" / "redis").rglob("*.aof"):
        path.write_bytes(b"*not what it was\r\n" * 20)

    with embedded.running(redis_home) as servers:
        assert redis.Redis.from_url(servers["REDIS_URL"]).ping()

    assert list((redis_home / "servers").glob("redis.unreadable-*"))


def test_half_written_queue_is_read_up_to_the_break(redis_home):
    with embedded.running(redis_home) as servers:
        redis.Redis.from_url(servers["REDIS_URL"]).set("kept", "yes")
    with next((redis_home / "servers" / "redis").rglob("*.incr.aof")).open("ab") as queue:
        queue.write(b"*3\r\n$3\r\nSET\r\n$4\r\nlo")

    with embedded.running(redis_home) as servers:
        assert redis.Redis.from_url(servers["REDIS_URL"]).get("kept") == b"yes"


def test_other_major_version_names_both_and_the_place(home):
    data = home / "servers" / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")

    with pytest.raises(CannotStartError, match=r"made by PostgreSQL 9, and only PostgreSQL \d+"):
        embedded.own_servers(home)

    assert (data / "PG_VERSION").read_text() == "9\n"


def test_long_path_gets_its_socket_elsewhere(home, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    deep = home / ("a" * 60) / ("b" * 60)
    deep.mkdir(parents=True)

    with embedded.running(deep, is_durable=False) as servers:
        assert ask(servers["DATABASE_URL"], "SELECT 1") == (1,)

    sockets = Postgres(deep / "servers", None).sockets
    assert len(str(sockets / SOCKET_NAME)) < LONGEST_SOCKET_PATH
    sockets.rmdir()


def test_nearly_full_disk_is_refused_before_anything_is_written(home, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(problems.shutil, "disk_usage", lambda path: usage(100, 99, 1024**2))

    with pytest.raises(CannotStartError, match="Only 1 MB are free"):
        embedded.own_servers(home)

    assert not list(home.iterdir())


def test_full_disk_is_named_as_the_reason(tmp_path):
    said = "FATAL:  could not write lock file: No space left on device"

    assert "The disk is full. Make room" in problems.why("postgres", said, tmp_path / "log")


def test_copied_checkout_does_not_take_the_data_of_the_first(home):
    (home / "first" / ".hearth").mkdir(parents=True)
    (home / "servers-at").write_text(f"/var/lib/hearth-0\n{home / 'first' / '.hearth'}\n")

    with pytest.raises(CannotStartError, match="was copied from"):
        embedded.settle(home)


@pytest.mark.parametrize(
    ("memory", "kept"), [(1024, 256), (8 * 1024, 1024), (24 * 1024, 3072), (512 * 1024, 4096)]
)
def test_postgresql_keeps_a_part_of_the_memory(monkeypatch, memory, kept):
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": memory * 256}
    monkeypatch.setattr(postgres.os, "sysconf", sizes.__getitem__)
    monkeypatch.setattr(postgres, "CONTAINER_LIMIT", Path("/there is none"))

    assert postgres.shared_buffers() == kept * 1024**2


def test_a_container_has_a_part_of_the_machine(monkeypatch, tmp_path):
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(postgres, "CONTAINER_LIMIT", limit)
    limit.write_text("max\n")
    whole = postgres.shared_buffers()
    limit.write_text(f"{1024**3}\n")

    assert postgres.shared_buffers() == 256 * 1024**2 <= whole
