"""Where a checkout keeps its own: `.hearth`, with the lock, the secret, the logs and the state."""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from config.embedded.problems import CannotStartError

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("HEARTH_HOME") or ROOT / ".hearth")
LOGS = HOME / "log"
STATE = HOME / "state.json"
LOCK = HOME / "lock"


def make() -> None:
    """Make the directories, or say why that cannot be."""
    try:
        LOGS.mkdir(mode=0o700, parents=True, exist_ok=True)
        (HOME / "numba").mkdir(exist_ok=True)
    except OSError as error:
        raise CannotStartError(
            f"{HOME} cannot be written to ({error.strerror}). Give this user the checkout, or "
            f"use one of your own; when the disk is full, make room."
        ) from error


def lock() -> IO[str] | None:
    """Take this checkout's lock, which ends with our process; None when another has it."""
    try:
        held = LOCK.open("a+")
    except PermissionError as error:
        raise CannotStartError(
            f"{LOCK} belongs to another user. Run Hearth as that user or as root, or use a "
            f"checkout of your own."
        ) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        return None
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def holder() -> int:
    """Return the process that has the lock."""
    return int(LOCK.read_text() or 0)


def write_state(**state: Any) -> None:
    """Tell other commands of this checkout where what runs is to be found."""
    unfinished = STATE.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(state))
    unfinished.rename(STATE)


def read_state(patience: float = 0) -> dict[str, Any]:
    """Return what `write_state` told, waiting a while for somebody who is only starting."""
    deadline = time.monotonic() + patience
    while not STATE.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    return dict(json.loads(STATE.read_text())) if STATE.exists() else {}


def secret_key() -> str:
    """Return this checkout's secret, made once."""
    path = HOME / "secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def environment(servers: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of every process of Hearth; what the shell says goes first."""
    defaults = {
        "SECRET_KEY": secret_key(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HEARTH_SIGN_IN": str(HOME / "sign-in"),
        "NUMBA_CACHE_DIR": str(HOME / "numba"),
        "PYTHONUNBUFFERED": "1",
        "HOST": "127.0.0.1",
        "PORT": "8000",
        "DEMO": "1",
    }
    said = {name: value for name, value in os.environ.items() if value}
    result = defaults | said | dict(servers)
    if "ALLOWED_HOSTS" not in said:
        names = {"localhost", "127.0.0.1", "[::1]", result["HOST"]}
        is_public = result["HOST"] in ("0.0.0.0", "::")
        result["ALLOWED_HOSTS"] = "*" if is_public else ",".join(sorted(names))
    return result
