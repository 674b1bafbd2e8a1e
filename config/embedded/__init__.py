"""Hearth's own PostgreSQL and Redis-protocol server, from any directory of binaries.

Used when DATABASE_URL or REDIS_URL name no server: by `make run`, by the tests and by commands.
"""

import hashlib
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.embedded.postgres import Postgres
from config.embedded.problems import CannotStartError, check_space, tail, why
from config.embedded.processes import (
    Account,
    may_enter,
    own,
    server_environment,
    service_account,
    spawn,
)
from config.embedded.redis import Redis

Server = Postgres | Redis

# PostgreSQL replays its log after a crash before it answers.
START_SECONDS = 180
STOP_SECONDS = 60
REDIS_CANNOT_READ = ("Bad file format", "Can't handle RDB format", "Unrecoverable error reading")


def settle(home: Path) -> tuple[Path, Account | None]:
    """Return the directory for servers' files and the account they run as.

    It lies in `home`, unless root runs this where the unprivileged account cannot go: then it
    lies in /var/lib, and `home` keeps a pointer to it.
    """
    pointer = home / "servers-at"
    directory = _elsewhere(pointer) if pointer.exists() else home / "servers"
    account = service_account(directory)
    if account and not pointer.exists() and not may_enter(account, home):
        name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
        directory = Path("/var/lib") / f"hearth-{name}"
        pointer.write_text(f"{directory}\n{home.resolve()}\n")
    directory.mkdir(mode=0o700, exist_ok=True)
    own(directory, account)
    if account is None and not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise CannotStartError(
            f"{directory} holds this checkout's data and belongs to another user. Run Hearth as "
            f"that user or as root, or use a checkout of your own."
        )
    return directory, account


def own_servers(home: Path, *, is_durable: bool = True) -> list[Server]:
    """Return the servers that no variable names, ready to be launched, their files in `home`."""
    check_space(home)
    directory, account = settle(home)
    servers: list[Server] = [
        Postgres(directory, account, is_durable),
        Redis(directory, account, is_durable),
    ]
    missing = [server for server in servers if not os.environ.get(server.variable)]
    for server in missing:
        server.prepare()
    return missing


def environment(servers: list[Server]) -> dict[str, str]:
    """Return the variables that lead to these servers."""
    return {server.variable: server.url for server in servers}


def begin(server: Server, log_path: Path) -> subprocess.Popen[bytes]:
    """Start a server without waiting for it."""
    with log_path.open("ab") as log:
        return spawn(
            server.command(),
            log=log,
            stop_signal=server.stop_signal,
            account=server.account,
            cwd=server.home,
            env=server_environment(),
        )


def launch(server: Server, log_path: Path) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers."""
    log_path.touch()
    before = log_path.stat().st_size
    process = begin(server, log_path)
    try:
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if server.is_ready():
                return process
            time.sleep(0.05)
    except BaseException:
        _stop(server, process)
        raise
    _stop(server, process)
    said = tail(log_path, before)
    if isinstance(server, Redis) and any(sign in said for sign in REDIS_CANNOT_READ):
        server.set_aside()
        return launch(server, log_path)
    raise CannotStartError(why(server.name, said, log_path))


@contextmanager
def running(
    home: Path, *, logs: Path | None = None, is_durable: bool = True
) -> Iterator[dict[str, str]]:
    """Keep the missing servers running, and give the variables that lead to them."""
    servers = own_servers(home, is_durable=is_durable)
    with ExitStack() as stack:
        for server in servers:
            process = launch(server, (logs or home) / f"{server.name}.log")
            stack.callback(_stop, server, process)
        yield environment(servers)


def clear(home: Path) -> bool:
    """End servers that a killed process left running; say whether there were any."""
    pointer = home / "servers-at"
    directory = _elsewhere(pointer) if pointer.exists() else home / "servers"
    had_database = Postgres(directory, None).clear()
    return Redis(directory, None).clear() or had_database


def _elsewhere(pointer: Path) -> Path:
    directory, maker = map(Path, pointer.read_text().splitlines())
    if maker != pointer.parent.resolve() and maker.exists():
        raise CannotStartError(
            f"This checkout was copied from {maker.parent}, whose data lies in {directory}. "
            f"Remove {pointer} to begin here with an empty database."
        )
    return directory


def _stop(server: Server, process: subprocess.Popen[bytes]) -> None:
    """End a server, waiting for what it still has to write."""
    process.send_signal(server.stop_signal)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
