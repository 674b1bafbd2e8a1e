"""A Hearth for a bench: durable servers of its own, and the processes that `make run` starts."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from config import embedded
from config.embedded.processes import spawn
from config.launch import place, supervisor
from config.launch.children import Child
from tests.bench.bench_api.events import SOURCE
from tests.bench.bench_api.load import all_at_once

SCOPES = ("touchpoints:write", "customers:write")
START_SECONDS = 60
STOP_SECONDS = 20
HIDDEN = ("DATABASE_URL", "REDIS_URL", "TESTING", "DJANGO_SETTINGS_MODULE", "HEARTH_HOME")


@dataclass(frozen=True)
class Hearth:
    """A migrated database with customers, and a key to send with."""

    home: Path
    environment: Mapping[str, str]
    key: str

    @property
    def database(self) -> str:
        """The address of its database."""
        return self.environment["DATABASE_URL"]

    @contextmanager
    def running(self, *names: str, web_workers: int = 1) -> Iterator["Web"]:
        """Keep processes of Hearth running as `make run` would, the web server among them."""
        port = _free_port()
        os.environ["WEB_WORKERS"] = str(web_workers)
        children = supervisor._application(self.environment, "127.0.0.1", port)
        with ExitStack() as stack:
            pids = {
                child.name: stack.enter_context(_process(child, self.home))
                for child in children
                if child.name in ("web", *names)
            }
            _wait_for_web(port, self.key)
            yield Web(port, _children(pids["web"]))

    def manage(self, *words: str) -> str:
        """Run a management command; return what it said."""
        return _manage(self.environment, *words)


@dataclass(frozen=True)
class Web:
    """A running web server: where it listens, and the worker processes that answer."""

    port: int
    workers: Sequence[int]

    def busy_seconds(self) -> float:
        """Return the processor time that the workers took so far."""
        return sum(_busy_seconds(worker) for worker in self.workers)

    def resident_bytes(self) -> int:
        """Return the memory that the workers hold."""
        pages = (int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.workers)
        return sum(pages) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def hearth() -> Iterator[Hearth]:
    """Start servers that write through to the disk, and migrate a database on them."""
    home = Path(tempfile.mkdtemp(prefix="hearth-bench-"))
    home.chmod(0o755)
    for variable in HIDDEN:
        os.environ.pop(variable, None)
    try:
        with embedded.running(home) as servers:
            environment = os.environ | servers | {"SECRET_KEY": "only for benches"}
            environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "WARNING"}
            environment |= {"NUMBA_CACHE_DIR": str(home / "numba"), "ALLOWED_HOSTS": "127.0.0.1"}
            _manage(environment, "migrate", "--verbosity", "0")
            scopes = [part for scope in SCOPES for part in ("--scope", scope)]
            said = _manage(environment, "create_key", SOURCE, *scopes)
            found = re.search(r"hearth_[\w-]{20,}", said)
            if not found:
                raise RuntimeError(f"create_key shows no key: {said}")
            yield Hearth(home, environment, found[0])
    finally:
        shutil.rmtree(home, ignore_errors=True)


def connected(url: str) -> psycopg2.extensions.connection:
    """Connect to a database, each statement a transaction of its own."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection


@contextmanager
def _process(child: Child, home: Path) -> Iterator[int]:
    # What a process keeps in the checkout's own directory belongs into the bench's.
    command = [part.replace(str(place.HOME), str(home)) for part in child.command]
    with (home / f"{child.name}.log").open("ab") as log:
        process = spawn(command, log=log, stop_signal=signal.SIGTERM, cwd=place.ROOT, env=child.env)
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _manage(environment: Mapping[str, str], *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=place.ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def _wait_for_web(port: int, key: str) -> None:
    request = (
        "GET /api/v1/touchpoint-types/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {key}\r\n\r\n"
    ).encode()
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            (answer,) = all_at_once(port, [request], in_flight=1)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
            continue
        if answer.status != 200:
            raise RuntimeError(answer.body.decode())
        return


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _busy_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
