"""Hearth's own PostgreSQL and Redis-protocol server, from any directory of binaries.

Used when DATABASE_URL or REDIS_URL name no server: by `make run`, by the tests and by commands.
"""

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.embedded.postgres import Postgres
from config.embedded.processes import (
    Account,
    Problem,
    may_enter,
    own,
    server_environment,
    service_account,
    spawn,
)
from config.embedded.redis import Redis

__all__ = ["Postgres", "Problem", "Redis", "launch", "own_servers", "running", "settle"]

Server = Postgres | Redis

LEAST_FREE_BYTES = 500 * 1024**2
# PostgreSQL replays its log after a crash before it answers.
START_SECONDS = 180
REDIS_CANNOT_READ = ("Bad file format", "Can't handle RDB format", "Unrecoverable error reading")


def settle(home: Path) -> tuple[Path, Account | None]:
    """Return the directory for servers' files and the account they run as.

    It lies in `home`, unless root runs this where the unprivileged account cannot go: then it
    lies in /var/lib, and `home` keeps a pointer to it.
    """
    pointer = home / "servers-at"
    directory = Path(pointer.read_text().strip()) if pointer.exists() else home / "servers"
    account = service_account(directory)
    if account and not pointer.exists() and not may_enter(account, home):
        name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
        directory = Path("/var/lib") / f"hearth-{name}"
        pointer.write_text(f"{directory}\n")
    directory.mkdir(mode=0o700, exist_ok=True)
    own(directory, account)
    if account is None and not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
        raise Problem(
            f"{directory} holds this checkout's data and belongs to another user. Run Hearth as "
            f"that user or as root, or use a checkout of your own."
        )
    return directory, account


def own_servers(home: Path, *, is_durable: bool = True) -> list[Server]:
    """Return the servers that no variable names, ready to be launched, their files in `home`."""
    kinds = {"DATABASE_URL": Postgres, "REDIS_URL": Redis}
    missing = [kind for variable, kind in kinds.items() if not os.environ.get(variable)]
    if not missing:
        return []
    check_space(home)
    directory, account = settle(home)
    servers: list[Server] = [kind(directory, account, is_durable) for kind in missing]
    for server in servers:
        server.prepare()
    return servers


def environment(servers: list[Server]) -> dict[str, str]:
    """Return the variables that lead to these servers."""
    variables = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}
    return {variables[server.name]: server.url for server in servers}


def launch(server: Server, log_path: Path) -> subprocess.Popen[bytes]:
    """Start a server and wait until it answers."""
    with log_path.open("ab") as log:
        begin = log.tell()
        process = spawn(
            server.command(),
            log=log,
            stop_signal=server.stop_signal,
            account=server.account,
            cwd=server.home,
            env=server_environment(),
        )
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if server.is_ready():
            return process
        time.sleep(0.05)
    process.kill()
    process.wait()
    said = log_path.read_bytes()[begin:].decode(errors="replace")
    if isinstance(server, Redis) and any(sign in said for sign in REDIS_CANNOT_READ):
        server.set_aside()
        return launch(server, log_path)
    raise Problem(why(server.name, said, log_path))


@contextmanager
def running(home: Path, *, is_durable: bool = True) -> Iterator[dict[str, str]]:
    """Keep the missing servers running, and give the variables that lead to them."""
    servers = own_servers(home, is_durable=is_durable)
    with ExitStack() as stack:
        for server in servers:
            process = launch(server, home / f"{server.name}.log")
            stack.callback(stop, server, process)
        yield environment(servers)


def stop(server: Server, process: subprocess.Popen[bytes]) -> None:
    """End a server, waiting for what it still has to write."""
    process.send_signal(server.stop_signal)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def check_space(home: Path) -> None:
    """Refuse to begin on a disk that is nearly full."""
    free = shutil.disk_usage(home).free
    if free < LEAST_FREE_BYTES:
        raise Problem(
            f"Only {free // 1024**2} MB are free on the disk that holds {home}, and Hearth needs "
            f"{LEAST_FREE_BYTES // 1024**2} MB. Make room, then start again; nothing was lost."
        )


def why(name: str, said: str, log_path: Path) -> str:
    """Return a sentence on why a process does not run, with the last lines it wrote."""
    tail = "\n".join(said.strip().splitlines()[-12:])
    if "No space left on device" in said or "Disk quota exceeded" in said:
        advice = "The disk is full. Make room, then start again; what was saved is kept."
    elif "could not map anonymous shared memory" in said or "out of memory" in said.lower():
        advice = "The machine has too little memory free. End something else, then start again."
    else:
        advice = f"Its log says why: {log_path}"
    return f"{name} does not start. {advice}\n{tail}"
