"""Our own Redis-protocol server, which only carries Celery's messages and a cache."""

import secrets
import signal
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis

from config.embedded import binaries
from config.embedded.processes import Account, end, own, working_in

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {data}
appendonly {appendonly}
save ""
daemonize no
"""


@dataclass
class Redis:
    """One Redis-protocol server on a free loopback port, its files under `home`."""

    home: Path
    account: Account | None
    is_durable: bool = True
    url: str = field(init=False, default="")
    program: Path = field(init=False)

    name = "redis"
    variable = "REDIS_URL"
    stop_signal = signal.SIGTERM

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "redis"

    def prepare(self) -> None:
        """Find the program, clear what a crash left, and write the configuration."""
        self.program = binaries.redis(self.home / "programs", self.account)
        self.clear()
        self.data.mkdir(mode=0o700, exist_ok=True)
        own(self.data, self.account)
        port, password = _free_port(), secrets.token_urlsafe(24)
        configuration = self.home / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            CONFIGURATION.format(
                port=port,
                password=password,
                data=_quoted(self.data),
                appendonly="yes" if self.is_durable else "no",
            )
        )
        own(configuration, self.account)
        self.url = f"redis://:{password}@127.0.0.1:{port}/0"

    def clear(self) -> bool:
        """End what a crash left running; say whether anything ran."""
        return end(lambda: working_in(self.data), signal.SIGTERM, 10)

    def command(self) -> list[str]:
        """Return the command line of the server."""
        return [str(self.program), str(self.home / "redis.conf")]

    def is_ready(self) -> bool:
        """Say whether the server answers and has read its file."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=5) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def set_aside(self) -> Path:
        """Move unreadable files away: messages may be lost, since work is found in PostgreSQL."""
        aside = self.data.with_name(f"redis.unreadable-{time.strftime('%Y%m%dT%H%M%S')}")
        self.data.rename(aside)
        self.data.mkdir(mode=0o700)
        own(self.data, self.account)
        return aside


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
