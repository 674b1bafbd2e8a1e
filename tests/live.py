"""A real Hearth in processes of its own, for tests over a socket and for benches."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import psycopg2

from config.embedded.processes import spawn
from config.launch import place, supervisor
from config.launch.children import Child

SCOPES = ("touchpoints:write", "customers:write")
START_SECONDS = 60
STOP_SECONDS = 20


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
    def running(
        self, *names: str, web_workers: int = 1, application: str = "config.wsgi"
    ) -> Iterator["Web"]:
        """Keep processes of Hearth running as `make run` would, the web server among them."""
        port = _free_port()
        with patch.dict(os.environ, WEB_WORKERS=str(web_workers)):
            children = supervisor._application(self.environment, "127.0.0.1", port)
        for child in children:
            child.command = [part.replace("config.wsgi", application) for part in child.command]
        with ExitStack() as stack:
            pids = {
                child.name: stack.enter_context(_process(child, self.home))
                for child in children
                if child.name in ("web", *names)
            }
            _wait_for_web(port, self.key)
            yield Web(port, pids["web"])

    def manage(self, *words: str) -> str:
        """Run a management command; return what it said."""
        return _manage(self.environment, *words)


@dataclass(frozen=True)
class Web:
    """A running web server."""

    port: int
    pid: int

    @property
    def workers(self) -> list[int]:
        """The processes that answer; the one that started them only looks after them."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(child) for child in children.split()]

    def busy_seconds(self) -> float:
        """Return the processor time that the workers took so far."""
        return sum(_busy_seconds(worker) for worker in self.workers)

    def resident_bytes(self) -> int:
        """Return the memory that the workers hold."""
        pages = (int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.workers)
        return sum(pages) * os.sysconf("SC_PAGE_SIZE")

    def peak_bytes(self) -> int:
        """Return the most memory that the workers held since `forget_peak`, each on its own."""
        said = (Path(f"/proc/{pid}/status").read_text() for pid in self.workers)
        return sum(int(re.findall(r"VmHWM:\s+(\d+) kB", each)[0]) * 1024 for each in said)

    def forget_peak(self) -> None:
        """Let `peak_bytes` begin anew with what the workers hold now."""
        for pid in self.workers:
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def migrated(
    home: Path, servers: Mapping[str, str], *, source: str, scopes: Sequence[str] = SCOPES
) -> Hearth:
    """Migrate a database, and make a key for a source; logs and the like go to `home`."""
    environment = (
        os.environ
        | servers
        | {
            "ALLOWED_HOSTS": "127.0.0.1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LOG_LEVEL": "WARNING",
            "NUMBA_CACHE_DIR": str(home / "numba"),
            "SECRET_KEY": "not kept",
        }
    )
    _manage(environment, "migrate", "--verbosity", "0")
    return Hearth(home, environment, _new_key(environment, source, scopes))


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


def _new_key(environment: Mapping[str, str], source: str, scopes: Sequence[str]) -> str:
    options = [part for scope in scopes for part in ("--scope", scope)]
    said = _manage(environment, "create_key", source, *options)
    found = re.search(r"hearth_[\w-]{20,}", said)
    if not found:
        raise RuntimeError(f"create_key shows no key: {said}")
    return found[0]


def _manage(environment: Mapping[str, str], *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=place.ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def _wait_for_web(port: int, key: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/touchpoint-types/",
        headers={"Authorization": f"Bearer {key}"},
    )
    while True:
        try:
            with urllib.request.urlopen(request, timeout=START_SECONDS):
                return
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _busy_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
