"""What can be done beside running Hearth: stop it, run a command in it, take it away."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from config import embedded
from config.embedded.problems import CannotStartError
from config.launch import place, supervisor

STOP_SECONDS = 120


def stop() -> None:
    """Stop a running Hearth and whatever a killed one left behind."""
    place.make()
    if held := place.lock():
        held.close()
        cleared = _clear()
        print("Hearth was killed; what it left is stopped." if cleared else "Hearth does not run.")
        return
    os.kill(place.holder(), signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if held := place.lock():
            held.close()
            print("Hearth has stopped; its data is kept.")
            return
        time.sleep(0.1)
    raise CannotStartError(f"Process {place.holder()} does not stop. End it: kill -9 that number.")


def execute(command: list[str]) -> int:
    """Run a command in Hearth's environment, on the running servers or on some for its time."""
    place.make()
    held = place.lock()
    if held is None:
        state = place.read_state(patience=30)
        if "environment" not in state:
            raise CannotStartError(
                f"Process {place.holder()} has this checkout's servers and is not done with "
                f"them. Wait until it is, or start Hearth (make run) and use commands beside it."
            )
        os.execvpe(command[0], command, place.environment(state["environment"]))
    with embedded.running(place.HOME, logs=place.LOGS) as servers:
        supervisor.check_outside_servers()
        # Ctrl-C and SIGTERM are the command's to answer; the servers stop after it.
        process = subprocess.Popen(command, env=place.environment(servers))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda signum, frame: process.send_signal(signum))
        return process.wait()


def reset() -> None:
    """Delete this checkout's data for good, when its owner says so."""
    place.make()
    pointer = place.HOME / "servers-at"
    paths = [place.HOME]
    if pointer.exists():
        paths.append(Path(pointer.read_text().splitlines()[0]))
    print("This stops Hearth and deletes its database, queue, secret and logs, for good:")
    for path in paths:
        print(f"  {path}")
    if os.environ.get("DATABASE_URL"):
        print("The database that DATABASE_URL names is left as it is.")
    if os.environ.get("YES") != "1" and not _is_wanted():
        print("Nothing was deleted.")
        return
    stop()
    for path in reversed(paths):
        shutil.rmtree(path)
    print("Deleted. `make run` begins with an empty database.")


def _is_wanted() -> bool:
    if not sys.stdin.isatty():
        print("There is nobody to ask; say it with: make reset YES=1")
        return False
    return input("There is no undo. Type yes to go on: ").strip() == "yes"


def _clear() -> bool:
    """End processes of this checkout whose supervisor was killed."""
    had_some = supervisor.sweep()
    return embedded.clear(place.HOME) or had_some
