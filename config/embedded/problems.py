"""What can go wrong with servers and processes, said so that somebody can act on it."""

import shutil
from pathlib import Path

LEAST_FREE_BYTES = 500 * 1024**2


class CannotStartError(Exception):
    """What went wrong and what to do about it, in sentences for the person at the keyboard."""


def check_space(home: Path) -> None:
    """Refuse to begin on a disk that is nearly full."""
    free = shutil.disk_usage(home).free
    if free < LEAST_FREE_BYTES:
        raise CannotStartError(
            f"Only {free // 1024**2} MB are free on the disk that holds {home}, and Hearth needs "
            f"{LEAST_FREE_BYTES // 1024**2} MB. Make room, then start again; nothing was lost."
        )


def tail(log_path: Path, since: int = 0) -> str:
    """Return the end of a log, from a position on."""
    with log_path.open("rb") as log:
        log.seek(max(since, log_path.stat().st_size - 4000))
        return log.read().decode(errors="replace")


def why(name: str, said: str, log_path: Path) -> str:
    """Return sentences on why a process does not run, with the last lines it wrote."""
    last_lines = "\n".join(said.strip().splitlines()[-12:])
    if "No space left on device" in said or "Disk quota exceeded" in said:
        advice = "The disk is full. Make room, then start again; what was saved is kept."
    elif "could not map anonymous shared memory" in said or "out of memory" in said.lower():
        advice = "The machine has too little memory free. End something else, then start again."
    else:
        advice = f"Its last lines say why; all of them are in {log_path}"
    return f"{name} does not run. {advice}\n{last_lines}"
