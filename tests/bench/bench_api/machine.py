"""Processor time: of the machine, of the bench with all it started, and of PostgreSQL alone."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

TICKS = os.sysconf("SC_CLK_TCK")
CORES = os.cpu_count() or 1
IDLE = 0.15
"""The share of one core below which nothing but heartbeats goes on."""
CALM_SECONDS = 5
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Busy:
    """Seconds of processor time so far."""

    machine: float
    ours: float
    server: float

    @classmethod
    def now(cls, home: Path) -> Self:
        """Read the clocks; PostgreSQL is the one whose files lie below `home`."""
        processes = {one.pid: one for one in _processes()}
        servers = [pid for pid in processes if _is_server(pid, home)]
        return cls(_machine_seconds(), _below([os.getpid()], processes), _below(servers, processes))

    def since(self, before: Self) -> Self:
        """Return what was taken between two readings."""
        return type(self)(
            self.machine - before.machine, self.ours - before.ours, self.server - before.server
        )

    def shares(self, seconds: float) -> str:
        """Say how busy the machine was, and by whom: others take from what is measured."""
        others = max(self.machine - self.ours, 0.0) / seconds
        return (
            f"{self.machine / seconds:.1f} of {CORES} cores busy, {others:.1f} of them with what is"
            " not ours"
        )


def wait_until_idle(home: Path) -> None:
    """Wait until what was started does nothing of its own for a while.

    A new worker compiles, and beat begins with much that is due, which on a Hearth that runs for
    days is long over; what takes minutes, `populate.score_everyone` has done.
    """
    ends, calm = time.monotonic() + PATIENCE_SECONDS, 0
    while calm < CALM_SECONDS:
        if time.monotonic() > ends:
            raise RuntimeError(f"never idle in {PATIENCE_SECONDS} s")
        before = Busy.now(home)
        time.sleep(1)
        calm = calm + 1 if Busy.now(home).since(before).ours < IDLE else 0


class _Process(NamedTuple):
    """A process, and what it and its ended children took."""

    pid: int
    parent: int
    seconds: float


def _processes() -> Iterator[_Process]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        yield _Process(int(path.parent.name), int(fields[1]), sum(map(int, fields[11:15])) / TICKS)


def _is_server(pid: int, home: Path) -> bool:
    try:
        program, *arguments = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (OSError, ValueError):
        return False
    return program.endswith("/postgres") and any(str(home) in one for one in arguments)


def _below(roots: list[int], processes: dict[int, _Process]) -> float:
    """Return the seconds of these processes and all they started."""
    found, children = 0.0, [processes[pid] for pid in roots]
    while children:
        found += sum(one.seconds for one in children)
        parents = {one.pid for one in children}
        children = [one for one in processes.values() if one.parent in parents]
    return found


def _machine_seconds() -> float:
    user, nice, system, _idle, _wait, *interrupts_and_stolen = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + sum(interrupts_and_stolen)) / TICKS
