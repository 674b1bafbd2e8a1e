"""Start processes that die with us, and find those that were left behind."""

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.embedded.problems import CannotStartError

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


@dataclass(frozen=True)
class Account:
    """An operating system user that a server runs as."""

    name: str
    uid: int
    gid: int


def service_account(directory: Path) -> Account | None:
    """Return who servers with files in this directory must run as; None means as ourselves."""
    if os.geteuid() != 0:
        return None
    if directory.exists() and (owner := directory.stat().st_uid) != 0:
        entry = pwd.getpwuid(owner)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise CannotStartError(
        "PostgreSQL refuses to run as root, and this machine has neither a user 'postgres' nor "
        "a user 'nobody' to run it as. Create one (useradd --system postgres), or start Hearth "
        "as an ordinary user."
    )


def own(path: Path, account: Account | None) -> None:
    """Give a file or directory to the account."""
    if account:
        os.chown(path, account.uid, account.gid)


def run_as(account: Account | None, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end as the account, and return what it said."""
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=server_environment(),
        stdin=subprocess.DEVNULL,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def may_enter(account: Account | None, directory: Path) -> bool:
    """Say whether the account reaches this directory through all of its parents."""
    try:
        return run_as(account, ["test", "-x", str(directory)]).returncode == 0
    except PermissionError:
        return False


def spawn(
    command: Sequence[str],
    *,
    log: IO[bytes],
    stop_signal: signal.Signals,
    account: Account | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own that gets `stop_signal` when we die, however we do."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=env,
        start_new_session=True,
        preexec_fn=_die_with_parent(stop_signal),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def server_environment() -> dict[str, str]:
    """Return the few variables a server needs; a stray PGDATA or LC_ALL must not reach it."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def working_in(directory: Path) -> list[int]:
    """Return the processes whose working directory is this one: a server stays in its data."""
    found = []
    for entry in _process_entries():
        try:
            if os.readlink(entry / "cwd") == str(directory.resolve()):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def marked(variable: str, value: str) -> list[int]:
    """Return the processes that were started with this environment variable."""
    wanted = f"{variable}={value}".encode()
    found = []
    for entry in _process_entries():
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def end(find: Callable[[], list[int]], stop_signal: signal.Signals, patience: float) -> bool:
    """End the processes `find` returns, gently and then not; say whether there were any."""
    had_some = bool(find())
    for each, seconds in ((stop_signal, patience), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + seconds
        for pid in find():
            _signal(pid, each)
        while find() and time.monotonic() < deadline:
            time.sleep(0.1)
    return had_some


def _signal(pid: int, signum: signal.Signals) -> None:
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return


def _process_entries() -> Iterator[Path]:
    return (
        entry
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and int(entry.name) != os.getpid()
    )


def _die_with_parent(signum: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def ask_the_kernel() -> None:
        LIBC.prctl(PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel
