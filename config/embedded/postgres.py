"""Our own PostgreSQL: made, repaired after a crash, started in the foreground."""

import hashlib
import os
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg2

from config.embedded import binaries
from config.embedded.problems import CannotStartError
from config.embedded.processes import Account, end, own, run_as, working_in

# The kernel's limit for the path of a unix socket is 107 bytes.
LONGEST_SOCKET_PATH = 107
SOCKET_NAME = ".s.PGSQL.5432"
SMALL_SHARED_MEMORY = 256 * 1024**2

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
}
MIB = 1024**2
LEAST_BUFFERS, MOST_BUFFERS = 256 * MIB, 4096 * MIB
BUFFERS_SHARE = 1 / 8
"""Of the machine's memory; PostgreSQL's manual starts at a quarter where nothing else runs."""
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
"""Says how much of the machine's memory a container may have."""

NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Postgres:
    """One PostgreSQL server whose files lie under `home`, which belongs to `account`."""

    home: Path
    account: Account | None
    is_durable: bool = True
    programs: Path = field(init=False)

    name = "postgres"
    variable = "DATABASE_URL"
    stop_signal = signal.SIGINT

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "postgres"

    @property
    def sockets(self) -> Path:
        """The directory of the unix socket, which nobody else may enter."""
        near = self.home / "run"
        if len(os.fsencode(near / SOCKET_NAME)) < LONGEST_SOCKET_PATH:
            return near
        return Path("/tmp") / f"hearth-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]}"

    @property
    def url(self) -> str:
        """What goes into DATABASE_URL."""
        return f"postgres://hearth@{quote(str(self.sockets), safe='')}:5432/hearth"

    def prepare(self) -> None:
        """Find binaries, clear what a crash left, and make the data directory once."""
        copies = self.home / "programs"
        self.programs, major = binaries.postgres(self.data, copies, self.account)
        self._make_sockets()
        self.clear()
        if not self.data.exists():
            self._make(major)

    def clear(self) -> bool:
        """End what a crash left running, and remove its traces; say whether anything ran."""
        had_some = end(lambda: working_in(self.data), signal.SIGINT, 20)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.sockets.glob(SOCKET_NAME + "*"):
            stale.unlink()
        return had_some

    def command(self) -> list[str]:
        """Return the command line of the server."""
        settings = SETTINGS | {
            "unix_socket_directories": str(self.sockets),
            "shared_buffers": f"{shared_buffers() // MIB}MB",
        }
        if shutil.disk_usage("/dev/shm").total < SMALL_SHARED_MEMORY:
            # Containers often have 64 MB there; parallel queries need more.
            settings["dynamic_shared_memory_type"] = "mmap"
        if not self.is_durable:
            settings |= NOT_DURABLE
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [str(self.programs / "postgres"), "-D", str(self.data), *options]

    def is_ready(self) -> bool:
        """Say whether the server answers; makes Hearth's database when it is not there yet."""
        try:
            connection = psycopg2.connect(
                host=str(self.sockets), user="hearth", dbname="postgres", connect_timeout=5
            )
        except psycopg2.OperationalError:
            return False
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'hearth'")
                if not cursor.fetchone():
                    cursor.execute("CREATE DATABASE hearth")
        finally:
            connection.close()
        return True

    def _make(self, major: int) -> None:
        unfinished = self.data.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [str(self.programs / "initdb"), "-D", str(unfinished), "-U", "hearth"]
        command += ["--encoding=UTF8", "--auth=trust"]
        if not self.is_durable:
            command.append("--no-sync")
        said = ""
        for locale in _locales(major):
            done = run_as(self.account, command + locale)
            if done.returncode == 0:
                unfinished.rename(self.data)
                return
            said = done.stdout + done.stderr
            shutil.rmtree(unfinished, ignore_errors=True)
        raise CannotStartError(
            f"PostgreSQL could not make its data directory {self.data}.\n{said.strip()}"
        )

    def _make_sockets(self) -> None:
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        own(self.sockets, self.account)
        status = self.sockets.stat()
        expected = self.account.uid if self.account else os.getuid()
        if status.st_uid != expected or status.st_mode & 0o077:
            raise CannotStartError(
                f"{self.sockets} belongs to somebody else or is open to others. Remove it, or "
                f"move this checkout to a shorter path so that it is not needed."
            )


def _locales(major: int) -> list[list[str]]:
    """Return locale options, best first; plain C is the last resort: it does not lowercase É."""
    known = [["--locale=C.UTF-8"], ["--locale=C.utf8"], ["--locale=C"]]
    if major >= 17:
        known.insert(0, ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"])
    return known


def shared_buffers() -> int:
    """Return how many bytes of pages the server is to keep: what changes often should fit in."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if CONTAINER_LIMIT.is_file() and (limit := CONTAINER_LIMIT.read_text().strip()).isdigit():
        memory = min(memory, int(limit))
    return int(min(max(memory * BUFFERS_SHARE, LEAST_BUFFERS), MOST_BUFFERS))
