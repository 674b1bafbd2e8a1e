"""Processes that are kept running."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config import embedded
from config.embedded import Server
from config.embedded.problems import CannotStartError, tail, why
from config.embedded.processes import spawn
from config.launch import place

# A child that lived this long was well; its earlier deaths do not count any more.
WELL_SECONDS = 60
MOST_DEATHS = 6
LONGEST_PAUSE_SECONDS = 10
LARGEST_LOG_BYTES = 10 * 1024**2


@dataclass
class Child:
    """One process of Hearth, restarted when it dies."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    patience: float = 12
    process: subprocess.Popen[bytes] | None = field(init=False, default=None)
    deaths: int = field(init=False, default=0)
    start_at: float = field(init=False, default=0)
    started_at: float = field(init=False, default=0)

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return place.LOGS / f"{self.name}.log"

    def start(self) -> None:
        """Start the process."""
        with self.log.open("ab") as log:
            self.process = spawn(
                self.command, log=log, stop_signal=signal.SIGTERM, cwd=place.ROOT, env=self.env
            )
        self.started_at = time.monotonic()

    def look_after(self) -> str:
        """Start the process again when it died and its pause is over; say what happened."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self.start()
            return ""
        ended_with = self.process.poll()
        if ended_with is None:
            return ""
        self.end_group()
        if now - self.started_at > WELL_SECONDS:
            self.deaths = 0
        self.deaths += 1
        if self.deaths >= MOST_DEATHS:
            raise CannotStartError(
                f"{self.name} died {self.deaths} times in a row, so Hearth was stopped. "
                + why(self.name, tail(self.log), self.log)
            )
        pause = min(0.25 * 2**self.deaths, LONGEST_PAUSE_SECONDS)
        self.process, self.start_at = None, now + pause
        return f"{self.name} ended ({_reason(ended_with)}); it starts again in {pause:.1f} s"

    def end_group(self) -> None:
        """End what a dead process left running, such as the pool of a killed worker."""
        if self.process:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def ask_to_stop(self) -> None:
        """Tell the process to finish what it is doing."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """End the process, waiting a while for what it is doing."""
        self.ask_to_stop()
        if self.process:
            try:
                self.process.wait(self.patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
            self.end_group()
            self.process.wait()


class ServerChild(Child):
    """A PostgreSQL or a Redis of our own."""

    def __init__(self, server: Server):
        super().__init__(server.name, (), {}, patience=60)
        self.server = server

    def start(self) -> None:
        """Clear what a crash left, and start the server without waiting for it."""
        self.server.clear()
        self.process = embedded.begin(self.server, self.log)
        self.started_at = time.monotonic()

    def end_group(self) -> None:
        """Leave it to `clear`: killing PostgreSQL's processes hard would only slow recovery."""

    def ask_to_stop(self) -> None:
        """Tell the server to shut down in good order."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.server.stop_signal)


def run_step(name: str, command: Sequence[str], env: Mapping[str, str]) -> str:
    """Run a command to its end, and return what it said; it dies with us."""
    path = place.LOGS / f"{name}.log"
    with path.open("wb") as log:
        process = spawn(command, log=log, stop_signal=signal.SIGTERM, cwd=place.ROOT, env=env)
    try:
        code = process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if code:
        raise CannotStartError(why(name, tail(path), path))
    return path.read_text(errors="replace")


def limit_logs() -> None:
    """Keep each log and one older part of it small; writers append, so truncating is safe."""
    for path in place.LOGS.glob("*.log"):
        if path.stat().st_size > LARGEST_LOG_BYTES:
            shutil.copyfile(path, path.with_suffix(".log.1"))
            os.truncate(path, 0)


def _reason(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"
